"""Reads conf.yaml from standard input; exits with 1 and says why where the installed check refuses an instance.

Argument: the directory checks.d, where the check is when it is not installed as a wheel.
"""

import sys
from contextlib import suppress

import yaml

sys.path.append(sys.argv[1])
with suppress(ModuleNotFoundError):
    import aws_diagnostics  # noqa: F401

from datadog_checks.aws_diagnostics.configuration import InvalidConfiguration, read_configuration  # noqa: E402

for number, instance in enumerate(yaml.safe_load(sys.stdin)['instances'], 1):
    try:
        read_configuration(instance)
    except InvalidConfiguration as e:
        sys.exit(f'instance {number}: {e}')
