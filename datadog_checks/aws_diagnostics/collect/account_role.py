"""Datadog's integration, the role that it assumes and what that role may do: one group of facts after the other.

A group that cannot be observed takes only those with it that are read with its help.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from ..facts import MissingFact, Unobserved, observed
from ..facts.account import (
    Account,
    Caller,
    ExternalId,
    Feature,
    Integration,
    Policy,
    RequiredPermissions,
    Role,
    RoleMissing,
    Simulation,
)
from . import Group
from .account_options import AccountOptions
from .aws.caller import read_caller
from .aws.policies import read_policies
from .aws.quota import read_quota
from .aws.role import read_role
from .aws.sentinels import sentinels
from .aws.session import Client, Session
from .aws.simulation import simulate
from .datadog_api import TIMEOUT, DatadogApi
from .deadline import Deadline
from .group import collect_group
from .integration import read_integration
from .required_permissions import read_required_permissions

PERMISSIONS = frozenset({Feature.PERMISSIONS})
EITHER = frozenset({Feature.ROLE, Feature.PERMISSIONS})
PENDING = Unobserved('not asked yet')


class AccountRole:
    """Of one run. `default` is the role's name where neither Datadog nor the operator gives one."""

    def __init__(self, options: AccountOptions, default: str, deadline: Deadline) -> None:
        self._options = options
        self._default = default
        self._deadline = deadline

    def observe(self, session: Session) -> Account:
        """All groups but the fleet. Never raises for what AWS or Datadog answer."""
        iam = session.client('iam')
        caller = collect_group('the caller', lambda: read_caller(session))
        integration = collect_group('the integration', lambda: self._integration(observed(caller)))
        role = self._if(EITHER, 'the role', lambda: self._role(iam, integration))
        policies = self._if(PERMISSIONS, 'the policies', lambda: read_policies(iam, _existing(role)))
        required = self._if(PERMISSIONS, 'the required permissions', self._required)
        simulation = self._if(
            PERMISSIONS,
            'the simulation',
            lambda: self._simulation(iam, _existing(role), observed(required), integration, session.region),
        )
        quota = self._if(PERMISSIONS, 'the quota', lambda: read_quota(iam))
        role = _with_last_change(role, policies)
        return Account(caller, integration, role, policies, required, simulation, quota, fleet=PENDING)

    def without_session(self, reason: Unobserved) -> Account:
        """What can be known without AWS: the list that Datadog publishes."""
        required = self._if(PERMISSIONS, 'the required permissions', self._required)
        account = Account(reason, reason, reason, reason, required, simulation=reason, quota=reason, fleet=reason)
        return replace(account, metrics=reason, inventory=reason)

    def _if(self, features: frozenset[Feature], what: str, collect: Callable[[], Group]) -> Group | Unobserved:
        """Only where one of these features is on."""
        if self._options.features.isdisjoint(features):
            return Unobserved(f'switched off: {" and ".join(sorted(features))}')
        return collect_group(what, collect)

    def _integration(self, caller: Caller) -> Integration | Unobserved:
        return read_integration(self.datadog(self._deadline, with_keys=True), caller.account_id, caller.partition)

    def _role(self, iam: Client, integration: Integration | Unobserved) -> Role | RoleMissing:
        return read_role(iam, self._role_name(integration), self._known(integration))

    def _role_name(self, integration: Integration | Unobserved) -> str:
        """The one that Datadog has on record, else the operator's."""
        recorded = integration.role_name if isinstance(integration, Integration) else ''
        return recorded or self._options.role_name or self._default

    def _known(self, integration: Integration | Unobserved) -> tuple[ExternalId, ...]:
        """External ids that must not be shown, wherever they are."""
        recorded = integration.external_id if isinstance(integration, Integration) else None
        return tuple(id for id in (recorded, self._options.external_id) if id is not None)

    def _required(self) -> RequiredPermissions:
        return read_required_permissions(
            self.datadog(self._deadline), self._options.datadog_site, self._options.cache_directory
        )

    def _simulation(
        self,
        iam: Client,
        role: Role,
        required: RequiredPermissions,
        integration: Integration | Unobserved,
        session_region: str,
    ) -> Simulation:
        known = integration if isinstance(integration, Integration) else None
        actions = sentinels(required, resource_collection=known is not None and known.extended_collection)
        regions = self._options.regions or (known.regions if known else None) or (session_region,)
        return simulate(iam, role.arn, actions, regions, wait=self._wait)

    def _wait(self, seconds: float) -> None:
        time.sleep(min(seconds, self._deadline.remaining()))

    def datadog(self, deadline: Deadline, *, with_keys: bool = False) -> DatadogApi:
        """With the time that is left. Raises DeadlineExceeded, and MissingFact where keys are needed and missing."""
        if with_keys and not (self._options.api_key and self._options.app_key):
            raise MissingFact('Datadog was not asked: it takes both an API key and an application key')
        return DatadogApi(
            self._options.datadog_api_url or f'https://api.{self._options.datadog_site}',
            api_key=self._options.api_key,
            app_key=self._options.app_key,
            timeout=deadline.timeout(TIMEOUT),
        )


def _existing(role: Role | RoleMissing | Unobserved) -> Role:
    """Raises MissingFact."""
    match role:
        case Unobserved(reason):
            raise MissingFact(reason)
        case RoleMissing(name):
            raise MissingFact(f'there is no role {name}')
    return role


def _with_last_change(
    role: Role | RoleMissing | Unobserved, policies: tuple[Policy, ...] | Unobserved
) -> Role | RoleMissing | Unobserved:
    """IAM dates the versions of managed policies, and neither trust policies nor inline ones."""
    if not isinstance(role, Role) or isinstance(policies, Unobserved):
        return role
    return replace(role, changed_at=max((role.created_at, *_changes(policies))))


def _changes(policies: Iterable[Policy]) -> tuple[float, ...]:
    return tuple(policy.changed_at for policy in policies if policy.changed_at is not None)
