"""The way to AWS's API: credentials of the ordinary chain, few attempts, short waits, every call counted.

botocore alone: its clients and paginators are those that boto3 hands out.
"""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, Self

from ...__about__ import __version__
from ..account_options import AccountOptions
from .budget import CallBudget
from .denials import asking

if TYPE_CHECKING:
    from botocore.config import Config

CONNECT_TIMEOUT = 5.0
"""Seconds."""
READ_TIMEOUT = 20.0
ATTEMPTS = 3
"""Of one call, the first included."""

INSTANCE_METADATA = 'iam-role'
"""botocore's name of the credential provider that asks IMDS."""

FALLBACK_REGION = 'us-east-1'
SESSION_NAME = 'datadog-aws-diagnostics'
SESSION_SECONDS = 900
"""The shortest that STS grants, and three times what a run may last."""


class Client(Protocol):
    """A client of one service in one region: its methods are the operations, as `get_role`, and `get_paginator`."""

    def __getattr__(self, operation: str, /) -> Callable[..., Any]: ...


class BotocoreSession(Protocol):
    def create_client(self, service_name: str, **arguments: object) -> Client: ...
    def get_config_variable(self, name: str) -> str | None: ...
    def get_component(self, name: str) -> Any: ...  # noqa: ANN401  (whatever botocore keeps under that name)
    def register(self, event_name: str, handler: Callable[..., None]) -> None: ...
    def set_credentials(self, access_key: str, secret_key: str, token: str) -> None: ...


class Session:
    """Clients of one set of credentials. A context manager: it closes the connections of all its clients."""

    def __init__(self, core: BotocoreSession, region: str) -> None:
        self._core = core
        self._clients: dict[tuple[str, str], Client] = {}
        self.region = region
        """Where a call goes that names no region."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def client(self, service: str, region: str = '') -> Client:
        """The same client for the same service and region. Raises what botocore raises."""
        key = (service, region or self.region)
        if key not in self._clients:
            self._clients[key] = self._core.create_client(service, region_name=key[1], config=_configuration())
        return self._clients[key]

    def close(self) -> None:
        while self._clients:
            self._clients.popitem()[1].close()


def open_session(options: AccountOptions, budget: CallBudget | None = None, *, imds_usable: bool = True) -> Session:
    """With the credentials of the chain, or of the role that `options.assume_role_arn` names.

    `imds_usable` is False where the host scope found that IMDS does not answer: the chain would only wait for it.
    Every request of every client counts against `budget`. Raises CallFailed.
    """
    budget = budget or CallBudget(options.max_api_calls)
    with asking('sts:AssumeRole' if options.assume_role_arn else 'the credential chain'):
        core = _core(budget)
        region = core.get_config_variable('region') or next(iter(options.regions or ()), FALLBACK_REGION)
        if not imds_usable:
            core.get_component('credential_provider').remove(INSTANCE_METADATA)
        if options.assume_role_arn:
            core = _assume(core, region, options.assume_role_arn, budget)
        return Session(core, region)


def _core(budget: CallBudget) -> BotocoreSession:
    import botocore.session

    _keep_secrets_out_of_the_log()
    core: BotocoreSession = botocore.session.get_session()
    core.register('before-send', budget.spend)
    return core


def _keep_secrets_out_of_the_log() -> None:
    """At DEBUG botocore writes whole answers: the external id of a trust policy, the session token of STS."""
    botocore_log = logging.getLogger('botocore')
    botocore_log.setLevel(max(botocore_log.level, logging.INFO))


def _assume(core: BotocoreSession, region: str, role_arn: str, budget: CallBudget) -> BotocoreSession:
    with Session(core, region) as session:
        answer = session.client('sts').assume_role(
            RoleArn=role_arn, RoleSessionName=SESSION_NAME, DurationSeconds=SESSION_SECONDS
        )
    granted = answer['Credentials']
    assumed = _core(budget)
    assumed.set_credentials(granted['AccessKeyId'], granted['SecretAccessKey'], granted['SessionToken'])
    return assumed


def _configuration() -> 'Config':
    from botocore.config import Config

    return Config(
        connect_timeout=CONNECT_TIMEOUT,
        read_timeout=READ_TIMEOUT,
        retries={'mode': 'standard', 'total_max_attempts': ATTEMPTS},
        user_agent_extra=f'datadog-aws-diagnostics/{__version__}',
    )
