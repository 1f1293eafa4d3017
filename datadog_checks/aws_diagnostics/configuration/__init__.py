"""One instance of conf.yaml -> expectations and options, or an error that names the place and what must stand there.

This is the bridge between the models that are generated from assets/configuration/spec.yaml and the pure rest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from ..collect.run import CollectOptions, Ec2
from ..emit import Metrics
from ..expectations import Expectations, ImdsV1
from ..log import LOG
from .defaults import DEFAULTS, check_names_of_init_config, with_defaults
from .errors import InvalidConfiguration, must_be, refusal_of
from .rules import (
    PROVIDERS,
    check_names,
    check_numbers,
    check_options,
    check_texts,
    docs_url_of,
    hostname_of,
    providers_of,
)

if TYPE_CHECKING:
    from ..collect.account_options import AccountOptions
    from ..config_models import InstanceConfig
    from ..config_models.instance import Account

__all__ = ['PROVIDERS', 'InvalidConfiguration', 'Options', 'check_init_config', 'read_configuration', 'with_defaults']


ONLY_FOR_HOSTS = (
    'account: this file of the check is for host instances only; install the larger file that `make checks-d` builds '
    'beside it, or the wheel'
)


@dataclass(frozen=True, slots=True)
class Options:
    """What one instance of conf.yaml says."""

    expectations: Expectations
    collect: CollectOptions
    tags: tuple[str, ...] = ()
    identity_tags: tuple[str, ...] = ()
    account: 'AccountOptions | None' = None
    """Only of an account instance, which takes nothing from `collect`."""
    metrics: Metrics = Metrics.STANDARD
    least_interval: float = 0.0
    """Seconds between two runs that collect anew; 0 where the Agent's own schedule counts."""
    docs_url: str = ''
    """Where the documentation is, with a slash at its end; '' for none."""


def check_init_config(init_config: object, *, of_accounts: bool = True) -> None:
    """The defaults must be right for themselves, whatever the instances say. Raises InvalidConfiguration.

    Those for accounts are left out where nothing but host instances may be loaded.
    """
    check_names_of_init_config(init_config)
    given = init_config if isinstance(init_config, Mapping) else {}
    checked = DEFAULTS if of_accounts else DEFAULTS - {'account'}
    try:
        for name in sorted(checked.intersection(given)):
            if given[name] is not None:
                read_configuration({name: given[name]})
    except InvalidConfiguration as e:
        raise InvalidConfiguration(f'init_config.{e}') from None


def read_configuration(instance: Mapping[str, Any], site_of_agent: str = '') -> Options:
    """Raises InvalidConfiguration at the first option that is wrong. An option without a value is not set.

    `site_of_agent` is used for an account that names no `datadog_site`; '' where it is not known.
    """
    if not isinstance(instance, Mapping):
        raise must_be('an instance', 'a mapping of options', instance)
    if not instance:  # as at a terminal, where pydantic and what else the models need may be missing
        return Options(Expectations(), CollectOptions())
    given = {option: value for option, value in instance.items() if value is not None}
    check_names(instance)
    check_texts(given)
    if 'account' in instance:
        try:  # a host instance does not pay for the account scope
            from .account import check_account, with_site
        except ModuleNotFoundError:
            raise InvalidConfiguration(ONLY_FOR_HOSTS) from None

        given['account'] = with_site(check_account({**given, 'account': instance['account']}), site_of_agent)
    check_numbers(given)
    model = _validated(given)
    options = _with_account(_options(model), model.account, given) if model.account else _options(model)
    check_options(options.expectations, options.collect, options.identity_tags)
    return options


def _validated(given: Mapping[str, Any]) -> 'InstanceConfig':
    from pydantic import ValidationError

    from ..config_models import InstanceConfig

    context = {'configured_fields': frozenset(given), 'logger': LOG, 'warning': LOG.warning, 'security_config': None}
    try:
        return InstanceConfig.model_validate(dict(given), context=context)
    except ValidationError as e:
        raise refusal_of(e, given) from None


def _with_account(options: Options, model: 'Account', given: Mapping[str, Any]) -> Options:
    from .account import LEAST_INTERVAL, read_account

    account, expected = read_account(model, given['account'])
    return replace(
        options,
        expectations=replace(options.expectations, account=expected),
        account=account,
        least_interval=0.0 if 'min_collection_interval' in given else LEAST_INTERVAL,
    )


def _options(model: 'InstanceConfig') -> Options:
    providers = model.expected_hostname_provider
    expectations = replace(
        Expectations(**_of_the_same_name(model, Expectations)),
        hostname_providers=providers_of((providers,) if isinstance(providers, str) else providers or ()),
        hostname=hostname_of(str(model.expected_hostname)),
        imdsv1=ImdsV1(str(model.imdsv1)),
        disabled_diagnoses=frozenset(model.disabled_diagnoses or ()),
    )
    collect = replace(CollectOptions(**_of_the_same_name(model, CollectOptions)), ec2=Ec2(str(model.ec2)))
    return Options(
        expectations,
        collect,
        tuple(model.tags or ()),
        tuple(model.identity_tags or ()),
        metrics=Metrics(str(model.metrics)),
        docs_url=docs_url_of(model.docs_url or ''),
    )


def _of_the_same_name(model: 'InstanceConfig', target: type[Expectations | CollectOptions]) -> dict[str, Any]:
    return {field.name: getattr(model, field.name) for field in fields(target) if hasattr(model, field.name)}
