"""One instance of conf.yaml -> expectations and options, or an error.

The error names the option, its value and what is allowed. This is the bridge between the models that are generated
from assets/configuration/spec.yaml and the pure rest.
"""

import logging
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from pydantic import ValidationError

from ..collect.options import CollectOptions, Ec2
from ..config_models import InstanceConfig
from ..config_models.instance import Account
from ..expectations import Expectations, ImdsV1
from .options import Options
from .rules import (
    PROVIDERS,
    InvalidConfiguration,
    check_against_catalogues,
    check_contradictions,
    check_endpoint,
    check_names,
    check_numbers,
    not_allowed,
)

__all__ = ['PROVIDERS', 'InvalidConfiguration', 'Options', 'read_configuration']


def read_configuration(instance: Mapping[str, Any], site_of_agent: str = '') -> Options:
    """Raises InvalidConfiguration at the first option that is wrong. An option without a value is not set.

    `site_of_agent` is used for an account that names no `datadog_site`; '' where it is not known.
    """
    if not isinstance(instance, Mapping):
        raise InvalidConfiguration(f'an instance must be a mapping of options, not {type(instance).__name__}')
    given = {option: value for option, value in instance.items() if value is not None}
    check_names(instance)
    if 'account' in instance:
        from .account import check_account, with_site  # a host instance does not pay for the account scope

        given['account'] = with_site(check_account({**given, 'account': instance['account']}), site_of_agent)
    check_numbers(given)
    model = _validated(given)
    options = _with_account(_options(model), model.account, given) if model.account else _options(model)
    check_endpoint(options.collect.imds_endpoint)
    check_against_catalogues(options)
    check_contradictions(options)
    return options


def _validated(given: Mapping[str, Any]) -> InstanceConfig:
    log = logging.getLogger(__name__)
    context = {'configured_fields': frozenset(given), 'logger': log, 'warning': log.warning, 'security_config': None}
    try:
        return InstanceConfig.model_validate(dict(given), context=context)
    except ValidationError as e:
        raise InvalidConfiguration(_first_error(e, given)) from None


def _first_error(e: ValidationError, given: Mapping[str, Any]) -> str:
    errors = [error for error in e.errors() if error['loc']]
    option = str(errors[0]['loc'][0])
    depth = 2 if option == 'account' and len(errors[0]['loc']) > 1 else 1
    where = errors[0]['loc'][:depth]
    allowed = {e['msg'].removeprefix('Input should be ') for e in errors if e['loc'][:depth] == where}
    if depth == 1:
        return not_allowed(option, given.get(option), ' or '.join(sorted(allowed)))
    from .account import refused

    setting = str(where[1])
    return str(refused(setting, given['account'].get(setting), ' or '.join(sorted(allowed))))


def _with_account(options: Options, model: Account, given: Mapping[str, Any]) -> Options:
    from .account import LEAST_INTERVAL, read_account

    account, expected = read_account(model, given['account'])
    return replace(
        options,
        expectations=replace(options.expectations, account=expected),
        account=account,
        least_interval=0.0 if 'min_collection_interval' in given else LEAST_INTERVAL,
    )


def _options(model: InstanceConfig) -> Options:
    providers = model.expected_hostname_provider
    expectations = replace(
        Expectations(**_of_the_same_name(model, Expectations)),
        hostname_providers=(providers,) if isinstance(providers, str) else tuple(providers or ()),
        hostname=str(model.expected_hostname),
        imdsv1=ImdsV1(str(model.imdsv1)),
        disabled_diagnoses=frozenset(model.disabled_diagnoses or ()),
    )
    collect = replace(CollectOptions(**_of_the_same_name(model, CollectOptions)), ec2=Ec2(str(model.ec2)))
    return Options(expectations, collect, tuple(model.tags or ()), tuple(model.identity_tags or ()))


def _of_the_same_name(model: InstanceConfig, target: type[Expectations | CollectOptions]) -> dict[str, Any]:
    return {field.name: getattr(model, field.name) for field in fields(target) if hasattr(model, field.name)}
