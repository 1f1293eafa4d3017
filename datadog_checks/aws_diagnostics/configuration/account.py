"""The mapping `account` of an instance -> options and expectations of the account scope. No secret is ever shown."""

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, get_args

from ..collect.account_options import AccountOptions
from ..config_models.instance import Account, InstanceConfig
from ..expectations import AccountExpectations
from ..facts.account import ExternalId, Feature
from .account_rules import check_values
from .rules import OPTIONS_OF_THE_AGENT, InvalidConfiguration, listed, nearest, not_allowed

SECRETS = frozenset({'api_key', 'app_key', 'external_id'})
KEY_MISSING = "option 'account.datadog_api_url' must stand beside 'account.api_key'"
"""Else whoever may write a configuration would have the API key of the Agent sent wherever they like."""
FROM_THE_INTEGRATION = 'integration'
"""Of `regions`: those that Datadog has on record."""
(_SITE, _) = get_args(Account.model_fields['datadog_site'].annotation)
SITES = frozenset(get_args(_SITE))
LEAST_INTERVAL = 3600.0
"""Seconds; in force where the instance has no min_collection_interval of its own."""

OF_EVERY_SCOPE = OPTIONS_OF_THE_AGENT | {
    'account',
    'disable_generic_tags',
    'disabled_diagnoses',
    'empty_default_hostname',
    'imdsv1',
    'metric_patterns',
    'min_collection_interval',
    'service',
    'tags',
}


def check_account(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of `account` that have a value. Raises InvalidConfiguration."""
    account = given['account']
    if not isinstance(account, Mapping):
        raise InvalidConfiguration(f"option 'account': it must be a mapping, not {type(account).__name__}")
    _check_neighbours(given)
    for setting in account:
        if setting not in Account.model_fields:
            near = nearest(str(setting), Account.model_fields) or f', known are {listed(Account.model_fields)}'
            raise InvalidConfiguration(f'option {f"account.{setting}"!r} is not known{near}')
    settings = {str(setting): value for setting, value in account.items() if value is not None}
    for setting, value in settings.items():
        if isinstance(value, bool) and {int, float} & set(get_args(Account.model_fields[setting].annotation)):
            raise refused(setting, value, 'a number')
    return settings


def with_site(settings: dict[str, Any], site: str) -> dict[str, Any]:
    """The settings, with that site of Datadog where they name none and it is a known one."""
    return {'datadog_site': site, **settings} if site in SITES else settings


def _check_neighbours(given: Mapping[str, Any]) -> None:
    of_the_host = [option for option in given if option in InstanceConfig.model_fields.keys() - OF_EVERY_SCOPE]
    if of_the_host:
        named = ', '.join(repr(option) for option in sorted(of_the_host))
        plural = 's' if len(of_the_host) > 1 else ''
        raise InvalidConfiguration(f"option{plural} {named}: of the host scope, not allowed beside 'account'")


def refused(setting: str, value: object, allowed: str) -> InvalidConfiguration:
    if setting in SECRETS:
        return InvalidConfiguration(f'option {f"account.{setting}"!r}: its value is not allowed, it must be {allowed}')
    shown = re.sub('//.*@', '//***@', value) if isinstance(value, str) else value
    return InvalidConfiguration(not_allowed(f'account.{setting}', shown, allowed))


def read_account(model: Account, given: Mapping[str, Any]) -> tuple[AccountOptions, AccountExpectations]:
    """Of settings whose types are right; `given` are those that have a value. Raises InvalidConfiguration."""
    settings = {setting: getattr(model, setting) for setting in given}
    for setting, allowed in check_values(settings):
        raise refused(setting, given[setting], allowed)
    if 'external_id' in settings:
        settings['external_id'] = ExternalId.of(settings['external_id'])
    if 'datadog_api_url' in settings and 'api_key' not in settings:
        raise InvalidConfiguration(f'{KEY_MISSING}: the one of the Agent goes to Datadog alone')
    values = {**settings, 'features': frozenset(Feature(f) for f in settings.get('features', Feature))}
    regions = settings.get('regions', FROM_THE_INTEGRATION)
    values['regions'] = None if regions == FROM_THE_INTEGRATION else tuple(dict.fromkeys(regions))
    filters: Mapping[str, tuple[str, ...]] = settings.get('fleet_filter', {})
    values['fleet_filter'] = tuple(filters.items())
    options = AccountOptions(**{f.name: values[f.name] for f in fields(AccountOptions) if f.name in values})
    return options, _expectations(values)


def _expectations(values: Mapping[str, Any]) -> AccountExpectations:
    renamed = {**values, 'site': values.get('datadog_site')}
    names = {f.name for f in fields(AccountExpectations)}
    return AccountExpectations(**{n: v for n, v in renamed.items() if n in names and v is not None})
