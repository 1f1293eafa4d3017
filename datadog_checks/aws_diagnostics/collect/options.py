"""What the operator lets the collectors do."""

from dataclasses import dataclass
from enum import StrEnum

from ..facts.values import ImdsEndpoint

IMDS_ENDPOINT = ImdsEndpoint('http://169.254.169.254')


class Ec2(StrEnum):
    AUTO = 'auto'
    """Decide on evidence whether this is EC2."""
    ALWAYS = 'always'
    NEVER = 'never'


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """Durations and intervals are in seconds."""

    imds_endpoint: ImdsEndpoint = IMDS_ENDPOINT
    """'http://ADDRESS' or 'http://ADDRESS:PORT', an IPv6 address in brackets; validated before it comes here."""
    timeout: float = 1.0
    """Of one request to IMDS, to connect and to answer each."""
    deadline: float = 5.0
    """Of everything that one run collects."""
    max_backoff: float = 300.0
    imdsv1_probe_interval: float = 3600.0
    """Between two GETs without a token, which AWS counts as use of IMDSv1; 0 never asks."""
    path_probe_interval: float = 3600.0
    measure_hop_limit: bool = True
    ec2: Ec2 = Ec2.AUTO
    agent_expvar_port: int | None = None
    """None takes the port from the Agent's configuration."""
