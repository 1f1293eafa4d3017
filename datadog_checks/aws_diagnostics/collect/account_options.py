"""What the operator lets an account instance do."""

from dataclasses import dataclass, field

from ..facts.account import ExternalId
from ..facts.groups import Feature
from .proxies import Proxies


@dataclass(frozen=True, slots=True)
class AccountOptions:
    regions: tuple[str, ...] | None = None
    """None: those that Datadog has on record for the integration, else the region of the session."""
    role_name: str = ''
    """'' takes the name that Datadog has on record, else DatadogIntegrationRole."""
    datadog_site: str = 'datadoghq.com'
    datadog_api_url: str = ''
    """'' is https://api.<datadog_site>."""
    api_key: str = field(default='', repr=False)
    app_key: str = field(default='', repr=False)
    external_id: ExternalId | None = None
    """As configured; known by its digest."""
    assume_role_arn: str = ''
    """A role of another account to look from; '' looks with the credentials of the session."""
    proxies: Proxies = field(default_factory=Proxies)
    """Of the Agent, for the Datadog API and for AWS."""
    features: frozenset[Feature] = frozenset(Feature)
    fleet_filter: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Filters of ec2:DescribeInstances: (name, values)."""
    max_api_calls: int = 500
    """To AWS, in one run."""
    cache_directory: str = ''
    """Where the list of required permissions is kept; '' keeps nothing."""
    deadline: float = 300.0
    """Seconds, of one run."""
