"""`python -m datadog_checks.aws_diagnostics`."""

import sys

from .cli import main

if __name__ == '__main__':
    sys.exit(main())
