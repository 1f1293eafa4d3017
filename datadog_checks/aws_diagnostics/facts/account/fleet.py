"""How the instances of the account offer IMDS: counts, and a few of those that can be wrong, never all of them."""

from dataclasses import dataclass

from ..observed import Unobserved


@dataclass(frozen=True, slots=True)
class WrongInstance:
    instance_id: str
    region: str
    http_tokens: str
    """optional or required."""
    hop_limit: int
    endpoint: str
    """enabled or disabled."""
    containers: str = ''
    """Why it is taken to run containers: 'eks', 'ecs', ''."""
    name: str = ''
    launched_at: float | None = None


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
    """A default version that would start the next instance wrong."""

    template_id: str
    name: str
    region: str
    http_tokens: str
    """As the template says, else as the regional default does; '' where neither does, so that the AMI decides."""
    hop_limit: int | None
    containers: str = ''
    version: str = ''
    """The number of the default version."""


@dataclass(frozen=True, slots=True)
class TokenlessUse:
    """CloudWatch, for an instance that still allows IMDSv1: sums over the days that were looked at."""

    instance_id: str
    region: str
    no_token: float
    no_token_rejected: float
    days: int


@dataclass(frozen=True, slots=True)
class Count:
    """How many instances have these metadata options."""

    http_tokens: str
    hop_limit: int
    endpoint: str
    instances: int


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    counts: tuple[Count, ...] | Unobserved
    """Of running instances; complete only if `complete`."""
    misnamed: int = 0
    """Of them: containers, tokens required, hop limit 1."""
    worst: tuple[WrongInstance, ...] = ()
    """A bounded number of them."""
    complete: bool = True
    """False while a sweep is still under way, or when the budget of calls ended it."""
    defaults: MetadataDefaults | Unobserved = Unobserved('not asked')
    launch_templates: tuple[LaunchTemplate, ...] | Unobserved = ()
    tokenless: tuple[TokenlessUse, ...] | Unobserved = ()
    note: str = ''
    """Why it is not complete: one clause without a full stop; '' where it is."""
    more_launch_templates: int = 0
    """Found wrong and not kept."""


@dataclass(frozen=True, slots=True)
class Fleet:
    swept_at: float
    """When the sweep began that these counts are of."""
    regions: tuple[Region, ...]
