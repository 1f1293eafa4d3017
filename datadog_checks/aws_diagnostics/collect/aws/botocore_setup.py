"""botocore as this check sets it up: short waits, few attempts, a quiet log, and models of only the
operations that are called.

botocore's model of EC2 describes 807 operations. Parsing it takes 160 ms without letting go of the GIL, it stays in
memory for as long as a client does, and every full garbage collection walks through it. `data/aws_models.json` is the
part of botocore's models and of its list of regions that this check needs; `make assets` writes it. Rules for
endpoints, retries and paginators are botocore's own, and so is every service that is not here, as single sign-on.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from copy import copy
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ...__about__ import __version__
from ..foreign import parsed

if TYPE_CHECKING:
    from botocore.config import Config

CONNECT_TIMEOUT = 5.0
"""Seconds."""
READ_TIMEOUT = 20.0
ATTEMPTS = 3
"""Of one call, the first included."""
INSTANCE_METADATA = 'iam-role'
"""botocore's name of the credential provider that asks IMDS."""

PACKAGE = 'datadog_checks.aws_diagnostics'
FILE = 'aws_models.json'
MODEL = 'service-2'
"""botocore's name of this kind of model."""
ENDPOINTS = 'endpoints'
"""botocore's name of the list of partitions, their regions and services."""

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    'cloudfront': ('GetMonitoringSubscription',),
    'cloudtrail': ('LookupEvents',),
    'cloudwatch': ('GetMetricData', 'GetMetricStream', 'ListMetricStreams', 'ListMetrics'),
    'ec2': ('DescribeInstances', 'DescribeLaunchTemplateVersions', 'DescribeRegions', 'GetInstanceMetadataDefaults'),
    'ecs': ('DescribeClusters',),
    'elb': ('DescribeInstanceHealth', 'DescribeLoadBalancerAttributes', 'DescribeLoadBalancers', 'DescribeTags'),
    'elbv2': (
        'DescribeLoadBalancerAttributes',
        'DescribeLoadBalancers',
        'DescribeTags',
        'DescribeTargetGroupAttributes',
        'DescribeTargetGroups',
        'DescribeTargetHealth',
    ),
    'iam': (
        'GetAccountSummary',
        'GetPolicy',
        'GetPolicyVersion',
        'GetRole',
        'GetRolePolicy',
        'ListAttachedRolePolicies',
        'ListRolePolicies',
        'ListRoles',
        'SimulatePrincipalPolicy',
    ),
    'organizations': ('DescribeOrganization', 'ListAccounts'),
    'rds': ('DescribeDBInstances',),
    'resourcegroupstaggingapi': ('GetResources',),
    's3': ('ListBucketMetricsConfigurations',),
    # The last one is how the credential chain uses a web identity, as in EKS.
    'sts': ('AssumeRole', 'GetCallerIdentity', 'AssumeRoleWithWebIdentity'),
}
"""A client has no method for an operation that is not here."""
_OURS: ContextVar[bool] = ContextVar('this thread makes a call of this check', default=False)


Answer: TypeAlias = Mapping[str, Any]
"""Of AWS: whatever stands in it is foreign."""


class Client(Protocol):
    """A client of one service in one region: its methods are the operations, as `get_role`, and `get_paginator`."""

    def __getattr__(self, operation: str, /) -> Callable[..., Any]: ...


class BotocoreSession(Protocol):
    def create_client(self, service_name: str, **arguments: object) -> Client: ...
    def get_config_variable(self, name: str) -> str | None: ...
    def get_component(self, name: str) -> Any: ...  # noqa: ANN401  (whatever botocore keeps under that name)
    def set_default_client_config(self, config: object) -> None: ...
    def register(self, event_name: str, handler: Callable[..., None]) -> None: ...
    def register_component(self, name: str, component: object) -> None: ...
    def get_credentials(self) -> Any: ...  # noqa: ANN401
    def set_credentials(self, access_key: str, secret_key: str, token: str) -> None: ...


def botocore_session() -> BotocoreSession:
    from botocore.session import Session

    core: BotocoreSession = Session(event_hooks=copy(_handlers()), include_builtin_handlers=False)
    core.register_component('data_loader', loader())
    core.get_component('response_parser_factory').set_parser_defaults(timestamp_parser=utc)
    return core


@cache
def _handlers() -> Any:  # noqa: ANN401
    """botocore's own handlers of events. To register them takes six of the seven milliseconds of a new session."""
    from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
    from botocore.hooks import EventAliaser, HierarchicalEmitter

    events = EventAliaser(handlers := HierarchicalEmitter())
    places = {REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
    for event, handler, *place in BUILTIN_HANDLERS:
        places.get(place[0] if place else None, events.register)(event, handler)
    return handlers


def utc(value: object) -> datetime:
    """botocore's own parser gives local times, which takes most of the CPU of an answer with many values."""
    if isinstance(value, int | float):
        with suppress(ValueError, OverflowError, OSError):
            return datetime.fromtimestamp(value, UTC)
    from botocore.utils import parse_timestamp

    found: datetime = parse_timestamp(value)
    return found


def configuration(proxies: Mapping[str, str] | None) -> 'Config':
    """With None, botocore takes the proxies of the environment."""
    from botocore.config import Config

    return Config(
        proxies=None if proxies is None else dict(proxies),
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={'mode': 'standard', 'total_max_attempts': ATTEMPTS},
        user_agent_extra=f'datadog-aws-diagnostics/{__version__}',
    )


def ask_imds_directly(core: BotocoreSession) -> None:
    """botocore would ask a proxy of the environment, which could only answer for the instance that it runs on."""
    from botocore.httpsession import URLLib3Session

    fetcher = core.get_component('credential_provider').get_provider(INSTANCE_METADATA)._role_fetcher
    fetcher._session = URLLib3Session(timeout=fetcher._timeout)


@cache
def loader() -> Any:  # noqa: ANN401  (botocore has no annotations)
    """For the component data_loader of a session."""
    from botocore.loaders import Loader

    data: Any = parsed((resources.files(PACKAGE) / 'data' / FILE).read_text(encoding='utf-8'))
    models, endpoints = data['services'], data[ENDPOINTS]

    class Loading(Loader):  # type: ignore[misc]
        def load_data_with_path(self, name: str) -> Any:  # noqa: ANN401
            return (endpoints, self.BUILTIN_DATA_PATH) if name == ENDPOINTS else super().load_data_with_path(name)

        def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:  # noqa: ANN401
            if type_name == MODEL and service_name in models:
                return models[service_name]
            return super().load_service_model(service_name, type_name, api_version)

    return Loading()


def _keeps(record: logging.LogRecord) -> bool:
    return record.levelno > logging.DEBUG or not _OURS.get()


@contextmanager
def quiet() -> Iterator[None]:
    """Drops what botocore logs at DEBUG of the calls within: whole requests and answers, with external ids and tokens.

    No level of any logger is changed. A filter looks at who is logging, so another check that uses botocore logs as
    before, also in the same thread before and after, and at the same time in another one.
    """
    _filter_loggers()
    token = _OURS.set(True)
    try:
        yield
    finally:
        _OURS.reset(token)
        _filter_loggers()


def _filter_loggers() -> None:
    """Those that exist by now: botocore imports some of its modules when it needs them.

    A filter applies to its own logger only, not to those below it, and adding it again does nothing.
    """
    for name, logger in tuple(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.partition('.')[0] == 'botocore':
            logger.addFilter(_keeps)
