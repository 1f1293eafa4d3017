"""init_config of conf.yaml: defaults for the instances of the file, so that a policy or a key is written once."""

from collections.abc import Mapping
from typing import Any

from .errors import InvalidConfiguration, model_fields, must_be, unknown_name

OF_THE_AGENT = frozenset(
    {
        'debug_metrics',
        'loader',
        'process_isolation',
        'profile_memory',
        'proxy',
        'service',
        'set_breakpoint',
        'skip_proxy',
        'timeout',
        'use_agent_proxy',
    }
)
"""What the Agent and datadog-checks-base read from init_config."""
OF_EVERY_INSTANCE = frozenset({'disabled_diagnoses', 'docs_url', 'imdsv1', 'metrics'})
OF_HOSTS = frozenset(
    {
        'expected_hostname',
        'expected_hostname_provider',
        'identity_tags',
        'max_hop_limit',
        'min_hop_limit',
        'require_imdsv2',
    }
)
OF_ACCOUNTS = frozenset({'api_key', 'app_key', 'datadog_api_url', 'datadog_site'})
"""Settings of `account`."""
DEFAULTS = OF_EVERY_INSTANCE | OF_HOSTS | {'account'}


def check_names_of_init_config(init_config: object) -> None:
    """A name that nothing reads is a mistake. Raises InvalidConfiguration."""
    if not isinstance(init_config, Mapping | None):
        raise must_be('init_config', 'a mapping or empty', init_config)
    for name in init_config or ():
        if name not in OF_THE_AGENT | DEFAULTS and not str(name).startswith('profile_memory'):
            if str(name) in model_fields():
                raise InvalidConfiguration(f'init_config.{name}: this is an option of an instance, move it there')
            raise unknown_name(name, OF_THE_AGENT | DEFAULTS, 'init_config.')
    account = (init_config or {}).get('account') or {}
    if not isinstance(account, Mapping):
        raise must_be('init_config.account', 'a mapping', account)
    for setting in account:
        if setting not in OF_ACCOUNTS:
            raise unknown_name(setting, OF_ACCOUNTS, 'init_config.account.')


def with_defaults(instance: Mapping[str, Any], init_config: Mapping[str, Any] | None) -> dict[str, Any]:
    """The instance, with the defaults of its scope for what it does not set itself. Both have names that are known.

    A default is taken as a whole: an instance with a list of its own does not get the words of another list as well.
    """
    given = init_config or {}
    names = OF_EVERY_INSTANCE if 'account' in instance else OF_EVERY_INSTANCE | OF_HOSTS
    own = _filled(instance, given, names)
    if isinstance(instance.get('account'), Mapping):
        own['account'] = _filled(instance['account'], given.get('account') or {}, OF_ACCOUNTS)
    return own


def _filled(own: Mapping[str, Any], defaults: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """An option without a value is not set."""
    taken = {name: defaults[name] for name in names & defaults.keys() if own.get(name) is None}
    return {**own, **taken}
