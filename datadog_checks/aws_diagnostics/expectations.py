"""What the operator says should be so."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .facts import Feature, HostnameProvider
from .facts.values import AgentHostname, Arn, FilePath

if TYPE_CHECKING:
    from .facts.account import ExternalId


class ImdsV1(StrEnum):
    ANY = 'any'
    DISABLED = 'disabled'


INSTANCE_ID = AgentHostname('instance_id')
ANY_HOSTNAME = AgentHostname('any')


@dataclass(frozen=True, slots=True)
class AccountExpectations:
    site: str = 'datadoghq.com'
    """Datadog's site, which decides whose AWS account the role must trust."""
    role_name: str = 'DatadogIntegrationRole'
    external_id: 'ExternalId | None' = None
    """As the operator configured it; the one that Datadog has on record counts more."""
    features: frozenset[Feature] = frozenset(Feature)
    unused_after: float = 24 * 3600.0
    """Seconds after which a role that nobody assumed counts as unused."""
    hosts_settle_after: float = 6 * 3600.0
    """Seconds in which Datadog may still merge the two rows of a host, or let go of it."""
    tags_settle_after: float = 6 * 3600.0
    """Seconds in which Datadog may still show a tag that was set in AWS: 15 minutes to several hours (its guide)."""
    assumed_role: Arn | None = None
    """The role through which the account is looked at, and so which account is meant; None for the caller's own."""


@dataclass(frozen=True, slots=True)
class Expectations:
    hostname_providers: tuple[HostnameProvider, ...] = (HostnameProvider.AWS,)
    """Any of these is right. `hostnameFile` is right in addition when that file holds the instance id."""
    hostname: AgentHostname = INSTANCE_ID
    """INSTANCE_ID, ANY_HOSTNAME or the literal name."""
    imdsv1: ImdsV1 = ImdsV1.ANY
    min_hop_limit: int | None = None
    max_hop_limit: int | None = None
    require_imdsv2: bool = False
    """IMDSv2 must work today: what IMDSv1 still hides is then critical instead of a warning."""
    disabled_diagnoses: frozenset[str] = frozenset()
    account: AccountExpectations | None = None
    """Only for an account instance."""
    config_file: FilePath | None = None
    """The configuration that the run was given, for commands that name it; None where nobody gave one."""

    @property
    def of_account(self) -> AccountExpectations:
        """With the defaults where this is no account instance."""
        return self.account or AccountExpectations()
