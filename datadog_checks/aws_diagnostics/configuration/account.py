"""The mapping `account` of an instance -> options and expectations of the account scope. No secret is ever shown."""

import re
from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any, get_args

from ..collect.account_options import AccountOptions
from ..config_models.instance import Account, InstanceConfig
from ..expectations import AccountExpectations
from ..facts import Feature
from ..facts.account import ExternalId
from ..facts.values import Arn, RegionName, RoleName
from .defaults import OF_EVERY_INSTANCE
from .errors import InvalidConfiguration, must_be, unknown_name
from .opted_in import check_choice, check_tagged_resources, chosen, dimension_tags, watched_metrics
from .rules import OPTIONS_OF_THE_AGENT, is_api_url, is_endless

FROM_THE_INTEGRATION = 'integration'
"""Of `regions`: those that Datadog has on record."""
(_SITE, _) = get_args(Account.model_fields['datadog_site'].annotation)
SITES = frozenset(get_args(_SITE))
LEAST_INTERVAL = 3600.0
"""Seconds; in force where the instance has no min_collection_interval of its own."""

OF_EVERY_SCOPE = OPTIONS_OF_THE_AGENT | OF_EVERY_INSTANCE | {'account'}

KEY = re.compile(r'(?!ENC\[)[!-~]{1,512}')
"""An API or application key goes into a header."""
EXTERNAL_ID = re.compile(r'[\w+=,.@:/-]{2,1224}', re.ASCII)
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"""
UNRESOLVED = re.compile(r'ENC\[')
OF_THE_SWEEP = re.compile(r'metadata-options\..*|instance-state-name')
"""The filters that a sweep sets itself."""
MOST_FILTERS, MOST_VALUES = 20, 200
"""AWS takes 200 values for one filter."""


def check_account(given: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of `account` that have a value. Raises InvalidConfiguration."""
    account = given['account']
    if not isinstance(account, Mapping):
        raise must_be('account', 'a mapping', account)
    _check_neighbours(given)
    for setting in account:
        if setting not in Account.model_fields:
            raise unknown_name(setting, Account.model_fields, 'account.')
    settings = {str(setting): value for setting, value in account.items() if value is not None}
    for setting, value in settings.items():
        if (isinstance(value, bool) or is_endless(value)) and {int, float} & set(
            get_args(Account.model_fields[setting].annotation)
        ):
            raise must_be(('account', setting), 'a number', value)
    return settings


def with_site(settings: dict[str, Any], site: str) -> dict[str, Any]:
    """The settings, with that site of Datadog where they name none and it is a known one."""
    return {'datadog_site': site, **settings} if site in SITES else settings


def read_account(model: Account, given: Mapping[str, Any]) -> tuple[AccountOptions, AccountExpectations]:
    """Of settings whose types are right; `given` are those that have a value. Raises InvalidConfiguration."""
    settings = {setting: getattr(model, setting) for setting in given}
    for setting, value in settings.items():
        RULES.get(setting, _any_value)(('account', setting), value)
    if 'external_id' in settings:
        settings['external_id'] = ExternalId.of(settings['external_id'])
    if 'datadog_api_url' in settings and 'api_key' not in settings:
        raise InvalidConfiguration(
            "account.datadog_api_url requires account.api_key; the Agent's own key is sent only to Datadog"
        )
    if 'assume_role_external_id' in settings and 'assume_role_arn' not in settings:
        raise InvalidConfiguration('account.assume_role_external_id requires account.assume_role_arn')
    values = {**settings, 'features': frozenset(Feature(f) for f in settings.get('features', Feature))}
    regions = settings.get('regions', FROM_THE_INTEGRATION)
    values['regions'] = None if regions == FROM_THE_INTEGRATION else tuple(dict.fromkeys(map(RegionName, regions)))
    filters: Mapping[str, tuple[str, ...]] = settings.get('fleet_filter', {})
    values['fleet_filter'] = tuple(filters.items())
    values['dimension_tags'] = dimension_tags(('account', 'dimension_tags'), settings.get('dimension_tags', {}))
    values['watched_metrics'] = watched_metrics(('account', 'watched_metrics'), settings.get('watched_metrics', ()))
    values['load_balancers'] = chosen(settings.get('load_balancers'))
    values['tagged_resources'] = tuple(map(Arn, dict.fromkeys(settings.get('tagged_resources', ()))))
    options = AccountOptions(**{f.name: values[f.name] for f in fields(AccountOptions) if f.name in values})
    return options, _expectations(values)


def _expectations(values: Mapping[str, Any]) -> AccountExpectations:
    role = Arn.of(values.get('assume_role_arn'))
    renamed = {**values, 'site': values.get('datadog_site'), 'assumed_role': role}
    names = {f.name for f in fields(AccountExpectations)}
    return AccountExpectations(**{n: v for n, v in renamed.items() if n in names and v is not None})


def _check_neighbours(given: Mapping[str, Any]) -> None:
    of_the_host = sorted(option for option in given if option in InstanceConfig.model_fields.keys() - OF_EVERY_SCOPE)
    if of_the_host:
        raise InvalidConfiguration(
            f'{", ".join(of_the_host)}: for host instances only, not allowed next to account; '
            'use two instances for the two scopes'
        )


# A rule for the value of each setting, beyond its type. Where it is wrong, it raises InvalidConfiguration.

Where = tuple[str | int, ...]


def _any_value(_: Where, __: object) -> None:
    """The type says everything."""


def _regions(where: Where, value: str | tuple[str, ...]) -> None:
    if isinstance(value, str):
        if value != FROM_THE_INTEGRATION:
            raise must_be(where, 'a list of regions, or integration', value)
        return
    if not value:
        raise must_be(where, 'a list of at least one region, or integration', value)
    for index, region in enumerate(value):
        if RegionName.of(region) is None:
            raise must_be((*where, index), 'a region such as eu-west-1', region)


def _role_name(where: Where, value: str) -> None:
    if RoleName.of(value) is None:
        raise must_be(where, RoleName.ALLOWED, value)


def _role_arn(where: Where, value: str) -> None:
    arn = Arn.of(value)
    if arn is None or f':iam::{arn.account_id}:role/' not in arn or not RoleName.of(arn.rpartition('/')[2]):
        raise must_be(where, 'the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME', value)


def _assumed_with(where: Where, value: str) -> None:
    _secret(where, value)
    if not EXTERNAL_ID.fullmatch(value):
        raise must_be(where, 'an external id: 2 to 1224 letters, digits and _+=,.@:/-')


def _secret(where: Where, value: str) -> None:
    if UNRESOLVED.match(value):
        allowed = 'resolved: only the Agent resolves ENC[]; at a terminal set DD_API_KEY and DD_APP_KEY'
        raise must_be(where, allowed)
    if not value:
        raise must_be(where, 'a string that is not empty')


def _key(where: Where, value: str) -> None:
    _secret(where, value)
    if not KEY.fullmatch(value):
        raise must_be(where, 'a key: printable ASCII without spaces')


def _features(where: Where, value: object) -> None:
    if not value:
        raise must_be(where, f'a list with at least one of {", ".join(Feature)}', value)


def _api_url(where: Where, value: str) -> None:
    if not is_api_url(value):
        raise must_be(where, 'https://HOST or https://HOST:PORT, or http on loopback, without a path or password')


def _fleet_filter(where: Where, value: Mapping[object, object]) -> None:
    if len(value) > MOST_FILTERS or not all(_is_filter(name, values) for name, values in value.items()):
        allowed = f'at most {MOST_FILTERS} filters of ec2:DescribeInstances, each with a list of 1 to 200 strings'
        raise must_be(where, allowed)
    for name in value:
        if OF_THE_SWEEP.fullmatch(str(name)):
            raise InvalidConfiguration(f'account.fleet_filter cannot hold {name}: the check sets this filter itself')


def _is_filter(name: object, values: object) -> bool:
    if not isinstance(name, str) or not name or not isinstance(values, tuple):
        return False
    return 1 <= len(values) <= MOST_VALUES and all(isinstance(value, str) for value in values)


RULES: Mapping[str, Callable[[Where, Any], None]] = {
    'regions': _regions,
    'role_name': _role_name,
    'assume_role_arn': _role_arn,
    'assume_role_external_id': _assumed_with,
    'external_id': _secret,
    'tagged_resources': check_tagged_resources,
    'api_key': _key,
    'app_key': _key,
    'features': _features,
    'datadog_api_url': _api_url,
    'fleet_filter': _fleet_filter,
    'load_balancers': check_choice,
}
