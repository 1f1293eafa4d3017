"""`python3 -m datadog_checks.aws_diagnostics.configuration FILE`: is this conf.yaml one that the check accepts?"""

import sys

from .conf_yaml import main

if __name__ == '__main__':
    sys.exit(main())
