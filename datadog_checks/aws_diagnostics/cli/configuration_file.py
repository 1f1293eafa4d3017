"""conf.yaml at a terminal: what only the Agent could resolve is taken from the environment."""

import os
from collections.abc import Mapping
from pathlib import Path

from ..configuration import InvalidConfiguration, Options, read_configuration
from ..configuration.conf_yaml import instances_of, options_of, parse_mapping
from . import ExitStatus, Failure
from .files import read_text

OF_ENVIRONMENT = {'api_key': 'DD_API_KEY', 'app_key': 'DD_APP_KEY', 'datadog_site': 'DD_SITE'}
"""Setting of `account` -> variable of the environment, as the Agent has it."""


def read_instances(path: Path | None) -> tuple[Options, ...]:
    """The options of every instance; those of the one instance `{}` without a file. Raises Failure (CONFIGURATION)."""
    if path is None:
        return (read_configuration({}),)
    document = read_mapping(path, '--config')
    try:
        return tuple(options_of(name, instance) for name, instance in instances_of(document, _with_environment))
    except InvalidConfiguration as e:
        raise _refused(path, '--config', str(e)) from None


def read_mapping(path: Path, option: str) -> dict[str, object]:
    """A YAML file that holds a mapping; an empty file is an empty one. Raises Failure (CONFIGURATION)."""
    text = read_text(path, option, ExitStatus.CONFIGURATION)
    try:
        return parse_mapping(text)
    except InvalidConfiguration as e:
        raise _refused(path, option, str(e)) from None


def _with_environment(instance: Mapping[str, object]) -> dict[str, object]:
    """What is absent, or what only the Agent could resolve, is taken from the environment as the Agent's is."""
    account = instance.get('account')
    if not isinstance(account, dict):
        return {**instance}
    told = {
        setting: os.environ[variable]
        for setting, variable in OF_ENVIRONMENT.items()
        if os.environ.get(variable) and str(account.get(setting) or 'ENC[').startswith('ENC[')
    }
    return {**instance, 'account': {**account, **told}}


def _refused(path: Path, option: str, message: str) -> Failure:
    return Failure(f'{option} {path}: {message}', ExitStatus.CONFIGURATION)
