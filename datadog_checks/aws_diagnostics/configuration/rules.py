"""What the options of an instance may say, beyond type and range. Each rule raises InvalidConfiguration."""

import ipaddress
import math
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args
from urllib.parse import urlsplit

from ..collect.imds.tcp import parse_endpoint
from ..collect.run import CollectOptions
from ..diagnoses import of_scope
from ..emit import IDENTITY_TAGS
from ..expectations import ANY_HOSTNAME, INSTANCE_ID, Expectations
from ..facts import HostnameProvider
from ..facts.values import AgentHostname, HostName
from ..findings import Scope
from .errors import InvalidConfiguration, Path, listed, model_fields, must_be, unknown_name

PROVIDERS = tuple(provider.value for provider in HostnameProvider)

OPTIONS_OF_THE_AGENT = frozenset(
    {
        'debug_metrics',
        'disable_generic_tags',
        'empty_default_hostname',
        'enable_legacy_tags_normalization',
        'loader',
        'max_returned_metrics',
        'metric_patterns',
        'min_collection_interval',
        'name',
        'namespace',
        'no_index',
        'process_isolation',
        'service',
        'tags',
    }
)
"""Options of any check: the Agent's CommonInstanceConfig and its loader, and what datadog-checks-base reads."""

SITE = r'https?://(\w[\w.-]*|\[[\da-fA-F:]+\])(:\d+)?(/[\w.~%+,;=:/-]*)?(?<!\.html)'
"""Of the path, what is part of a link wherever text is shown: Markdown takes brackets and asterisks for its own, and a
monitor notifies whoever follows an @."""
LONGEST_SITE = 200
LONGEST_TEXT = 4096
MOST_LISTED = 20
"""Words to choose from: there are more diagnoses than a person reads in a message."""


def check_names(instance: Mapping[Any, Any]) -> None:
    """The base ignores an unknown option in silence."""
    known = model_fields().keys() | OPTIONS_OF_THE_AGENT
    for option in instance:
        if option not in known and not str(option).startswith('__'):
            raise unknown_name(option, known)


def check_texts(value: object, path: Path = ()) -> None:
    """Text is printable and of a sane length wherever it stands, so that no later place has to look."""
    if isinstance(value, str) and not (value.isprintable() and len(value) <= LONGEST_TEXT):
        raise must_be(path, f'printable text of at most {LONGEST_TEXT} characters')
    if isinstance(value, Mapping):
        for name, item in value.items():
            check_texts(item, (*path, name if str(name).isidentifier() and len(str(name)) <= 40 else '*'))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            check_texts(item, (*path, index))


def check_numbers(given: Mapping[str, Any]) -> None:
    """The models take true for 1, an endless number, and with pydantic 2.0, of the oldest Agents, nan for any range."""
    fields = model_fields()
    for option, value in given.items():
        field = fields.get(option)
        wrong = isinstance(value, bool) or is_endless(value)
        if wrong and field and {int, float} & set(get_args(field.annotation)):
            raise must_be(option, 'a number', value)


def is_endless(value: object) -> bool:
    """Also nan. No JSON holds one, and so no file of facts."""
    return isinstance(value, float) and not math.isfinite(value)


def check_options(expected: Expectations, collect: CollectOptions, identity_tags: tuple[str, ...]) -> None:
    _check_endpoint(collect.imds_endpoint)
    _check_catalogues(expected, identity_tags)
    _check_contradictions(expected, collect)


def _check_endpoint(endpoint: str) -> None:
    fault = _endpoint_fault(endpoint)
    if fault:
        raise must_be('imds_endpoint', f'http://ADDRESS or http://ADDRESS:PORT ({fault})')


def _endpoint_fault(endpoint: str) -> str | None:
    try:
        parts = urlsplit(endpoint)
        if parts.scheme != 'http':
            return 'IMDS speaks plain HTTP'
        if '@' in parts.netloc:
            return 'IMDS takes no credentials'
        if parts.path.strip('/') or parts.query or parts.fragment:
            return 'without a path: the check knows the paths of IMDS'
        parse_endpoint(endpoint)
    except ValueError:
        return 'an IP address, and a port from 1 to 65535'
    return None


def hostname_of(name: str) -> AgentHostname:
    """Of `expected_hostname`."""
    if name not in (INSTANCE_ID, ANY_HOSTNAME) and HostName.of(name) is None:
        raise must_be('expected_hostname', f'instance_id, any or {HostName.ALLOWED}', name if not name else ...)
    return AgentHostname(name)


def providers_of(names: Iterable[str]) -> tuple[HostnameProvider, ...]:
    """Of `expected_hostname_provider`."""
    return tuple(_provider_of(name) for name in names)


def _provider_of(name: str) -> HostnameProvider:
    provider = HostnameProvider.of(name)
    if provider is None:
        raise _not_in('expected_hostname_provider', name, PROVIDERS)
    return provider


def docs_url_of(address: str) -> str:
    """Of `docs_url`, with the slash after which the name of a page goes on; '' stays ''."""
    if address and not _is_site(address):
        raise must_be(
            'docs_url',
            f'the address of the folder of the site, of at most {LONGEST_SITE} characters: http:// or https://, a host '
            'and a path, without a password, a query or the name of a page',
        )
    return address and f'{address.rstrip("/")}/'


def _is_site(address: str) -> bool:
    try:
        port = urlsplit(address).port
    except ValueError:
        return False
    return port != 0 and len(address) <= LONGEST_SITE and bool(re.fullmatch(SITE, address, re.ASCII))


def _check_catalogues(expected: Expectations, identity_tags: tuple[str, ...]) -> None:
    catalogues: tuple[tuple[str, Iterable[str], tuple[str, ...]], ...] = (
        ('disabled_diagnoses', sorted(expected.disabled_diagnoses), _diagnoses(expected.disabled_diagnoses)),
        ('identity_tags', identity_tags, tuple(IDENTITY_TAGS)),
    )
    for option, values, catalogue in catalogues:
        for value in values:
            if value not in catalogue:
                raise _not_in(option, value, catalogue)


def _diagnoses(wanted: frozenset[str]) -> tuple[str, ...]:
    """The ids to choose from. Those of an account are loaded only where the ids of a host are not enough."""
    of_a_host = tuple(d.id for d in of_scope(Scope.HOST))
    return of_a_host if wanted <= {*of_a_host} else (*of_a_host, *(d.id for d in of_scope(Scope.ACCOUNT)))


def _not_in(option: str, value: str, catalogue: tuple[str, ...]) -> InvalidConfiguration:
    few = len(catalogue) <= MOST_LISTED
    allowed = f'one of {listed(catalogue)}' if few else 'an id that `aws-diagnostics list` prints'
    return must_be(option, allowed, value, catalogue)


def _check_contradictions(expected: Expectations, collect: CollectOptions) -> None:
    low, high = expected.min_hop_limit, expected.max_hop_limit
    if low is not None and high is not None and low > high:
        raise must_be('min_hop_limit', f'at most max_hop_limit, which is {high}', low)
    if collect.timeout > collect.deadline:
        raise must_be('timeout', f'at most deadline, which is {collect.deadline:g}', collect.timeout)
    if not expected.hostname_providers:
        raise must_be('expected_hostname_provider', f'at least one of {listed(PROVIDERS)}', [])


def is_api_url(value: str) -> bool:
    """https://HOST or https://HOST:PORT, or http on loopback, without a path or password."""
    try:
        parts = urlsplit(value)
        bare = not (parts.path.strip('/') or parts.query or parts.fragment or '@' in parts.netloc)
        port = parts.port
    except ValueError:
        return False
    secure = parts.scheme == 'https' or (parts.scheme == 'http' and _is_loopback(parts.hostname or ''))
    return bare and secure and bool(parts.hostname) and port != 0


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == 'localhost'
