"""Exits with 1 and says why where the installed check refuses an instance of conf.yaml.

Arguments: the directory checks.d, where the check is when it is not installed as a wheel, and conf.yaml; without it,
standard input.
"""

import fileinput
import sys
from contextlib import suppress

import yaml

sys.path.append(sys.argv[1])
with suppress(ModuleNotFoundError):
    import aws_diagnostics  # noqa: F401

from datadog_checks.aws_diagnostics.configuration import InvalidConfiguration, read_configuration

with fileinput.input(sys.argv[2:]) as lines:
    configuration = yaml.safe_load(''.join(lines))
for number, instance in enumerate(configuration['instances'], 1):
    try:
        read_configuration(instance)
    except InvalidConfiguration as e:
        sys.exit(f'instance {number}: {e}')
