"""What an instance may say, beyond the type and the range of each option. Each rule raises InvalidConfiguration."""

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args
from urllib.parse import urlsplit

from ..collect.imds.tcp import parse_endpoint
from ..config_models import InstanceConfig
from ..diagnoses import of_scope
from ..emit import IDENTITY_TAGS
from ..findings import Scope
from .options import Options

PROVIDERS = ('configuration', 'hostnameFile', 'fargate', 'gce', 'azure', 'fqdn', 'container', 'os', 'aws')
"""The names that the Agent gives its hostname providers."""

OPTIONS_OF_THE_AGENT = frozenset(
    {'name', 'loader', 'process_isolation', 'max_returned_metrics', 'debug_metrics', 'enable_legacy_tags_normalization'}
)
"""Instance options that the Agent and the base understand in any check, and that no model lists."""


class InvalidConfiguration(ValueError):
    """`str()` is the message for the operator."""


def check_names(instance: Mapping[str, Any]) -> None:
    """The base ignores an unknown option in silence. The value is not shown: it may be a misspelt secret."""
    known = {*InstanceConfig.model_fields, *OPTIONS_OF_THE_AGENT}
    for option in instance:
        if option not in known and not str(option).startswith('__'):
            near = nearest(str(option), known)
            raise InvalidConfiguration(f'option {option!r} is not known{near or f", known are {listed(known)}"}')


def check_numbers(given: Mapping[str, Any]) -> None:
    """The models take true for 1, and with pydantic 2.0, of the oldest Agents, nan for a number of any range."""
    for option, value in given.items():
        field = InstanceConfig.model_fields.get(option)
        wrong = isinstance(value, bool) or value != value
        if wrong and field and {int, float} & set(get_args(field.annotation)):
            raise InvalidConfiguration(not_allowed(option, value, 'a number'))


def not_allowed(option: str, value: object, allowed: str) -> str:
    return f'option {option!r}: {value!r} is not allowed, it must be {allowed}'


def check_endpoint(endpoint: str) -> None:
    fault = _endpoint_fault(endpoint)
    if fault:
        shown = re.sub('//.*@', '//***@', endpoint)
        allowed = f"'http://ADDRESS' or 'http://ADDRESS:PORT' ({fault})"
        raise InvalidConfiguration(not_allowed('imds_endpoint', shown, allowed))


def _endpoint_fault(endpoint: str) -> str | None:
    try:
        parts = urlsplit(endpoint)
        if parts.scheme != 'http':
            return 'IMDS speaks plain http'
        if '@' in parts.netloc:
            return 'IMDS takes no credentials'
        if parts.path.strip('/') or parts.query or parts.fragment:
            return 'the paths are those of IMDS'
        parse_endpoint(endpoint)
    except ValueError as e:
        return str(e)
    return None


def check_against_catalogues(options: Options) -> None:
    expected = options.expectations
    catalogues: tuple[tuple[str, Iterable[str], tuple[str, ...]], ...] = (
        ('expected_hostname_provider', expected.hostname_providers, PROVIDERS),
        ('disabled_diagnoses', sorted(expected.disabled_diagnoses), _diagnoses(expected.disabled_diagnoses)),
        ('identity_tags', options.identity_tags, tuple(IDENTITY_TAGS)),
    )
    for option, values, catalogue in catalogues:
        for value in values:
            if value not in catalogue:
                allowed = f'one of {listed(catalogue)}{nearest(value, catalogue)}'
                raise InvalidConfiguration(not_allowed(option, value, allowed))


def _diagnoses(wanted: frozenset[str]) -> tuple[str, ...]:
    """The ids to choose from. Those of an account are loaded only where the ids of a host are not enough."""
    of_a_host = tuple(d.id for d in of_scope(Scope.HOST))
    return of_a_host if wanted <= {*of_a_host} else (*of_a_host, *(d.id for d in of_scope(Scope.ACCOUNT)))


def check_contradictions(options: Options) -> None:
    expected, collect = options.expectations, options.collect
    low, high = expected.min_hop_limit, expected.max_hop_limit
    if low is not None and high is not None and low > high:
        raise InvalidConfiguration(not_allowed('min_hop_limit', low, f'at most max_hop_limit, which is {high}'))
    if collect.timeout > collect.deadline:
        allowed = f'at most deadline, which is {collect.deadline}'
        raise InvalidConfiguration(not_allowed('timeout', collect.timeout, allowed))
    if not expected.hostname_providers:
        allowed = f'at least one of {listed(PROVIDERS)}'
        raise InvalidConfiguration(not_allowed('expected_hostname_provider', [], allowed))
    if not expected.hostname:
        raise InvalidConfiguration(not_allowed('expected_hostname', '', 'instance_id, any or a host name'))


def listed(names: Iterable[str]) -> str:
    return ', '.join(sorted(names))


def nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f' (did you mean {near[0]!r}?)' if near else ''
