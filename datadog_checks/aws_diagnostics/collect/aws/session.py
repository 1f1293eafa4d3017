"""Sessions and clients of AWS: credentials of the default chain, few attempts, short waits, every call counted.

It uses botocore without boto3, which adds nothing that is needed here. All runs of an instance share one session and
its clients: making new ones costs CPU, and collecting the old ones as garbage makes the whole Agent wait.
"""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, Self

from ...facts.values import RegionName
from ..account_options import AccountOptions, Proxies
from ..run import CallBudget
from .botocore_setup import (
    INSTANCE_METADATA,
    Answer,
    BotocoreSession,
    Client,
    ask_imds_directly,
    botocore_session,
    configuration,
    quiet,
)
from .denials import CallFailed, asking, is_defect

__all__ = ['MOST_CLIENTS', 'Client', 'Session', 'Sessions', 'open_session']

MOST_CLIENTS = 40
"""Kept from run to run; the least recently used is dropped first. Each holds 0.7 MB of certificates while connected."""
ANYWHERE = 'https://amazonaws.com'
"""For the clients that the credential chain makes."""
FALLBACK_REGION = 'us-east-1'
SESSION_NAME = 'datadog-aws-diagnostics'
SESSION_SECONDS = 900
"""The shortest that STS grants, and three times what a run may last."""


class Session:
    """Clients of one set of credentials. As a context manager it is one run: its calls are kept out of botocore's log,
    and all connections are closed at the end."""

    def __init__(self, core: BotocoreSession, region: str, budget: CallBudget, proxies: Proxies) -> None:
        self._core = core
        self._proxies = proxies
        self._chosen: dict[str, Mapping[str, str] | None] = {}
        """The proxies of the last client of each service."""
        self._clients: OrderedDict[tuple[str, str], Client] = OrderedDict()
        self.region = region
        """Where a call goes that names no region."""
        self.budget = budget
        """Of this run: every request of every client counts."""
        self.enabled_regions: tuple[RegionName, ...] | None = None
        """As AWS listed them in this run; None until somebody asks."""
        self.credentials: Any = None
        """Those that the clients use, as botocore holds them."""
        self.most_clients = MOST_CLIENTS
        core.register('before-send', self._spend)
        self._run = ExitStack()

    def __enter__(self) -> Self:
        self._run.enter_context(quiet())
        self.enabled_regions = None
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._run.close()

    def client(self, service: str, region: str = '') -> Client:
        """The same client for the same service and region. Raises what botocore raises, and CallFailed."""
        key = (service, region or self.region)
        if key not in self._clients:
            try:
                with quiet():
                    self.credentials = self._core.get_credentials()
                    self._clients[key] = self._created(*key)
            except ValueError as e:  # what botocore raises for a malformed setting of the environment
                if not is_defect(e):
                    raise
                raise CallFailed(f'a setting or an address of AWS is malformed (for {service})') from None
        self._clients.move_to_end(key)
        while len(self._clients) > self.most_clients:
            self._clients.popitem(last=False)[1].close()
        return self._clients[key]

    def ask(self, action: str, service: str, operation: str, region: str = '', **arguments: object) -> Answer:
        """The answer of one call, which takes the IAM action. Raises CallFailed."""
        with asking(action, region):
            answer: Answer = getattr(self.client(service, region), operation)(**arguments)
            return answer

    def _created(self, service: str, region: str) -> Client:
        """Only the client knows its endpoint, and the endpoints of two regions may need different proxies."""
        chosen = self._chosen.get(service)
        client = self._core.create_client(service, region_name=region, config=configuration(chosen))
        meta: Any = client.meta
        right = self._proxies.of(str(meta.endpoint_url))
        if right != chosen:
            client = self._core.create_client(service, region_name=region, config=configuration(right))
            self._chosen[service] = right
        return client

    def close(self) -> None:
        """Connections only: a client opens another one when it is asked again."""
        for client in self._clients.values():
            client.close()

    def has_credentials(self) -> bool:
        """Whether the chain still finds credentials of the kind that the clients use, which then get the current ones.

        botocore refreshes credentials that expire. All others are read again, as a file may have changed.
        """
        from botocore.credentials import RefreshableCredentials

        held = self.credentials
        if held is None or isinstance(held, RefreshableCredentials):
            return held is not None
        found = self._core.get_component('credential_provider').load_credentials()
        if found is None or isinstance(found, RefreshableCredentials):
            return False
        held.access_key, held.secret_key, held.token = found.access_key, found.secret_key, found.token
        return True

    def assume(self, role_arn: str, into: 'Session | None', external_id: str = '') -> 'Session':
        """A session of that role: a new one, or `into` with new credentials. Raises what botocore raises."""
        secret = {'ExternalId': external_id} if external_id else {}
        granted = self.client('sts').assume_role(
            RoleArn=role_arn, RoleSessionName=SESSION_NAME, DurationSeconds=SESSION_SECONDS, **secret
        )['Credentials']
        keys = (granted['AccessKeyId'], granted['SecretAccessKey'], granted['SessionToken'])
        if into is None:
            core = botocore_session()
            core.set_credentials(*keys)
            return Session(core, self.region, self.budget, self._proxies)
        held = into._core.get_credentials()
        held.access_key, held.secret_key, held.token = keys
        return into

    def _spend(self, **_: object) -> None:
        """A handler of botocore's event before-send. Raises BudgetExhausted or DeadlineExceeded."""
        self.budget.spend()


class Sessions:
    """One for each account instance: its runs share a session for as long as its credentials last."""

    def __init__(self, options: AccountOptions) -> None:
        self._options = options
        self._own: Session | None = None
        """With the credentials of the chain."""
        self._assumed: Session | None = None
        self._asks_imds = True

    def open(self, budget: CallBudget, *, imds_usable: bool = True) -> Session:
        """For one run, with the credentials of the chain, or of the role that `options.assume_role_arn` names.

        `imds_usable` is False where the host scope found that IMDS does not answer: the chain would only wait for it.
        Every request of every client counts against `budget`. Raises CallFailed.
        """
        role_arn = self._options.assume_role_arn
        with quiet(), asking('sts:AssumeRole' if role_arn else 'the credential chain'):
            own = self._of_the_chain(budget, imds_usable)
            if not role_arn:
                return own
            with own:
                self._assumed = own.assume(role_arn, self._assumed, self._options.assume_role_external_id)
            self._assumed.budget = budget
            return self._assumed

    def _of_the_chain(self, budget: CallBudget, imds_usable: bool) -> Session:
        own, self._own = self._own, None
        if own is None or self._asks_imds != imds_usable or not own.has_credentials():
            own = self._opened(budget, imds_usable)
        own.budget = budget
        self._own, self._asks_imds = own, imds_usable
        return own

    def _opened(self, budget: CallBudget, imds_usable: bool) -> Session:
        core = botocore_session()
        core.set_default_client_config(configuration(self._options.proxies.of(ANYWHERE)))
        if not imds_usable:
            core.get_component('credential_provider').remove(INSTANCE_METADATA)
        else:
            ask_imds_directly(core)
        return Session(core, _region(core, self._options), budget, self._options.proxies)


def open_session(options: AccountOptions, budget: CallBudget | None = None, *, imds_usable: bool = True) -> Session:
    """For one run only: see `Sessions.open`. Raises CallFailed."""
    return Sessions(options).open(budget or CallBudget(options.max_api_calls), imds_usable=imds_usable)


def default_region(options: AccountOptions) -> str:
    """Where a call goes that names no region, without a look at credentials."""
    return _region(botocore_session(), options)


def _region(core: BotocoreSession, options: AccountOptions) -> str:
    return core.get_config_variable('region') or next(iter(options.regions or ()), FALLBACK_REGION)
