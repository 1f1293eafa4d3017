"""One instance of conf.yaml -> expectations and options, or an error.

The error names the option, its value and what is allowed. This is the bridge between the models that are generated
from assets/configuration/spec.yaml and the pure rest.
"""

import difflib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from .collect.imds.address import InvalidEndpoint, parse_endpoint
from .collect.options import CollectOptions, Ec2
from .config_models import InstanceConfig
from .diagnoses import DIAGNOSES
from .emit.tags import IDENTITY_TAGS
from .expectations import Expectations, ImdsV1

PROVIDERS = ('configuration', 'hostnameFile', 'fargate', 'gce', 'azure', 'fqdn', 'container', 'os', 'aws')
"""The names that the Agent gives its hostname providers."""

OPTIONS_OF_THE_AGENT = frozenset(
    {'name', 'loader', 'process_isolation', 'max_returned_metrics', 'debug_metrics', 'enable_legacy_tags_normalization'}
)
"""Instance options that the Agent and the base understand in any check, and that no model lists."""


class InvalidConfiguration(ValueError):
    """`str()` is the message for the operator."""


@dataclass(frozen=True, slots=True)
class Options:
    expectations: Expectations
    collect: CollectOptions
    tags: tuple[str, ...] = ()
    identity_tags: tuple[str, ...] = ()


def read_configuration(instance: Mapping[str, Any]) -> Options:
    """Raises InvalidConfiguration at the first option that is wrong."""
    if not isinstance(instance, Mapping):
        raise InvalidConfiguration(f'an instance must be a mapping of options, not {type(instance).__name__}')
    _check_names(instance)
    model = _validated(instance)
    _check_endpoint(model.imds_endpoint)
    _check_against_catalogues(model)
    _check_contradictions(model)
    return _options(model)


def _check_names(instance: Mapping[str, Any]) -> None:
    """The base ignores an unknown option in silence. The value is not shown: it may be a misspelt secret."""
    known = {field.alias or name for name, field in InstanceConfig.model_fields.items()} | OPTIONS_OF_THE_AGENT
    for option in instance:
        if option not in known and not str(option).startswith('__'):
            raise InvalidConfiguration(f'option {option!r} is not known{_nearest(str(option), known)}')


def _validated(instance: Mapping[str, Any]) -> InstanceConfig:
    log = logging.getLogger(__name__)
    context = {
        'configured_fields': frozenset(instance),
        'logger': log,
        'warning': log.warning,
        'security_config': None,
    }
    try:
        return InstanceConfig.model_validate(dict(instance), context=context)
    except ValidationError as e:
        raise InvalidConfiguration(_first_error(e, instance)) from None


def _first_error(e: ValidationError, instance: Mapping[str, Any]) -> str:
    option = str(e.errors()[0]['loc'][0])
    allowed = {error['msg'].removeprefix('Input should be ') for error in e.errors() if error['loc'][0] == option}
    return not_allowed(option, instance.get(option), ' or '.join(sorted(allowed)))


def not_allowed(option: str, value: object, allowed: str) -> str:
    return f'option {option!r}: {value!r} is not allowed, it must be {allowed}'


def _check_endpoint(endpoint: str) -> None:
    try:
        parse_endpoint(endpoint)
    except InvalidEndpoint as e:
        shown = endpoint if '@' not in endpoint else f'{urlsplit(endpoint).scheme}://***@...'
        raise InvalidConfiguration(
            not_allowed('imds_endpoint', shown, f"'http://ADDRESS' or 'http://ADDRESS:PORT': {e}")
        ) from None


def _check_against_catalogues(model: InstanceConfig) -> None:
    catalogues = (
        ('expected_hostname_provider', _providers(model), PROVIDERS),
        ('disabled_diagnoses', model.disabled_diagnoses or (), [d.id for d in DIAGNOSES]),
        ('identity_tags', model.identity_tags or (), list(IDENTITY_TAGS)),
    )
    for option, values, catalogue in catalogues:
        for value in values:
            if value not in catalogue:
                allowed = f'one of {", ".join(catalogue)}{_nearest(value, catalogue)}'
                raise InvalidConfiguration(not_allowed(option, value, allowed))
    if not _providers(model):
        raise InvalidConfiguration(
            not_allowed('expected_hostname_provider', [], f'at least one of {", ".join(PROVIDERS)}')
        )
    if not model.expected_hostname:
        raise InvalidConfiguration(not_allowed('expected_hostname', '', 'instance_id, any or a host name'))


def _check_contradictions(model: InstanceConfig) -> None:
    low, high = model.min_hop_limit, model.max_hop_limit
    if low is not None and high is not None and low > high:
        raise InvalidConfiguration(not_allowed('min_hop_limit', low, f'at most max_hop_limit, which is {high}'))
    if model.timeout > model.deadline:
        raise InvalidConfiguration(
            not_allowed('timeout', model.timeout, f'at most deadline, which is {model.deadline}')
        )


def _nearest(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f' (did you mean {near[0]!r}?)' if near else ''


def _providers(model: InstanceConfig) -> tuple[str, ...]:
    expected = model.expected_hostname_provider
    return (expected,) if isinstance(expected, str) else tuple(expected or ())


def _options(model: InstanceConfig) -> Options:
    return Options(
        expectations=Expectations(
            hostname_providers=_providers(model),
            hostname=model.expected_hostname,
            imdsv1=ImdsV1(model.imdsv1),
            min_hop_limit=model.min_hop_limit,
            max_hop_limit=model.max_hop_limit,
            require_imdsv2=model.require_imdsv2,
            disabled_diagnoses=frozenset(model.disabled_diagnoses or ()),
        ),
        collect=CollectOptions(
            imds_endpoint=model.imds_endpoint,
            timeout=model.timeout,
            deadline=model.deadline,
            max_backoff=model.max_backoff,
            imdsv1_probe_interval=model.imdsv1_probe_interval,
            path_probe_interval=model.path_probe_interval,
            measure_hop_limit=model.measure_hop_limit,
            ec2=Ec2(model.ec2),
            agent_expvar_port=model.agent_expvar_port,
        ),
        tags=tuple(model.tags or ()),
        identity_tags=tuple(model.identity_tags or ()),
    )
