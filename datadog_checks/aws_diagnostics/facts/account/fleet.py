"""How the instances of the account offer IMDS: counts, and a few examples of those that are wrong."""

from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved
from ..values import InstanceId, LaunchTemplateId, RegionName, TemplateVersion


class Fault(StrEnum):
    """What is wrong with the metadata options of an instance or a launch template.

    The values are the column `reason` of the CSV file that `fleet` writes, and scripts compare them: no commas, no
    quotes.
    """

    ENDPOINT_DISABLED = 'metadata endpoint disabled'
    IMDSV1_ALLOWED = 'IMDSv1 allowed'
    MISNAMED = 'containers cannot reach IMDSv2'
    """The token reply has one hop, which a container with its own network uses up: the Agent there loses its name."""


def fault_of(endpoint: str, http_tokens: str, hop_limit: int | None, *, containers: bool) -> Fault | None:
    """The first that applies. Everybody who needs to know asks here.

    Without an endpoint the other options have no effect; while IMDSv1 is allowed, containers reach it with one hop.
    """
    if endpoint == 'disabled':
        return Fault.ENDPOINT_DISABLED
    if http_tokens == 'optional':
        return Fault.IMDSV1_ALLOWED
    return Fault.MISNAMED if http_tokens == 'required' and hop_limit == 1 and containers else None


@dataclass(frozen=True, slots=True)
class WrongInstance:
    instance_id: InstanceId
    region: RegionName
    http_tokens: str
    """optional, required or other."""
    hop_limit: int
    """1 to 64; 0 where EC2 says something else."""
    endpoint: str
    """enabled, disabled or other."""
    containers: str = ''
    """Why it is taken to run containers: 'eks', 'ecs', ''."""
    name: str = ''

    @property
    def fault(self) -> Fault | None:
        return fault_of(self.endpoint, self.http_tokens, self.hop_limit, containers=bool(self.containers))


@dataclass(frozen=True, slots=True)
class MetadataDefaults:
    """ec2:GetInstanceMetadataDefaults of one region; '' and None where nothing is set."""

    http_tokens: str = ''
    http_tokens_enforced: str = ''
    hop_limit: int | None = None
    endpoint: str = ''
    managed_by: str = ''
    """account or declarative-policy."""


@dataclass(frozen=True, slots=True)
class LaunchTemplate:
    """A default version with a fault. What it leaves open is what the regional default says."""

    template_id: LaunchTemplateId
    name: str
    region: RegionName
    http_tokens: str
    """optional, required or other; '' where neither the template nor the region says, so that the AMI decides."""
    hop_limit: int | None
    containers: str = ''
    version: TemplateVersion | None = None
    """The default version."""
    endpoint: str = ''
    """enabled, disabled, other or ''."""

    @property
    def fault(self) -> Fault | None:
        return fault_of(self.endpoint, self.http_tokens, self.hop_limit, containers=bool(self.containers))


@dataclass(frozen=True, slots=True)
class TemplateCount:
    fault: Fault
    templates: int


@dataclass(frozen=True, slots=True)
class TokenlessUse:
    """CloudWatch, for an instance that still allows IMDSv1: MetadataNoToken, summed over the last `days`."""

    instance_id: InstanceId
    region: RegionName
    no_token: float
    days: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many wrong instances have these metadata options."""

    http_tokens: str
    hop_limit: int
    endpoint: str
    instances: int

    @property
    def fault(self) -> Fault | None:
        """One hop is a fault only with containers, and without them the instance would not have been described."""
        return fault_of(self.endpoint, self.http_tokens, self.hop_limit, containers=True)


@dataclass(frozen=True, slots=True)
class Region:
    name: RegionName
    counts: tuple[Count, ...] | Unobserved
    """Of running instances; complete only if `complete`."""
    worst: tuple[WrongInstance, ...] = ()
    """A few of each fault."""
    complete: bool = True
    """False while a sweep is still under way, or when the budget of calls ended it."""
    defaults: MetadataDefaults | Unobserved = Unobserved('not asked')
    launch_templates: tuple[LaunchTemplate, ...] | Unobserved = ()
    """A few of each fault."""
    tokenless: tuple[TokenlessUse, ...] | Unobserved = ()
    note: str = ''
    """Why it is not complete: one clause without a full stop; '' where it is."""
    template_counts: tuple[TemplateCount, ...] = ()
    """All that were found."""

    def instances(self, fault: Fault) -> int:
        """How many running instances have this fault, as far as they are counted."""
        counts = () if isinstance(self.counts, Unobserved) else self.counts
        return sum(count.instances for count in counts if count.fault is fault)

    def templates(self, fault: Fault) -> int:
        """How many launch templates have this fault, as far as they were looked at."""
        kept = () if isinstance(self.launch_templates, Unobserved) else self.launch_templates
        known = sum(count.templates for count in self.template_counts if count.fault is fault)
        return max(known, sum(template.fault is fault for template in kept))


@dataclass(frozen=True, slots=True)
class Fleet:
    swept_at: float
    """When the sweep began that these counts are of."""
    regions: tuple[Region, ...]
