"""The conversation with the EC2 instance metadata service (IMDS)."""

from dataclasses import dataclass

from .exchange import Answer, Exchange, is_granted, is_metadata, is_status, throttles, works
from .values import AccountId, ImdsEndpoint, InstanceId, RegionName

SAME_RUN = 10.0  # seconds: no run takes longer


@dataclass(frozen=True, slots=True)
class Identity:
    """From the instance identity document; a field that does not have its form is None or ''."""

    region: RegionName | None
    account_id: AccountId | None
    image_id: str
    instance_type: str
    availability_zone: str
    instance_id: InstanceId | None = None


@dataclass(frozen=True, slots=True)
class Imds:
    """What IMDS answered. "v1" is a request without a token, "v2" one with a token that a PUT granted before."""

    endpoint: ImdsEndpoint
    """As configured: 'http://169.254.169.254'."""
    observed_at: float
    """When the requests were made. Older than `Facts.observed_at` while the probe backs off after failures."""
    token: Exchange
    """PUT /latest/api/token."""
    metadata: Exchange
    """GET /latest/meta-data/instance-id with the token."""
    control: Exchange
    """GET /latest/meta-data/instance-id with an invalid token: 401 says that IMDS answers, 403 that it is disabled.
    It is no use of IMDSv1. Asked when the token or the metadata did not come."""
    tokenless: Exchange
    """GET /latest/meta-data/instance-id without a token, as rarely as the operator allows: 200 says that v1 is on."""
    tokenless_at: float | None = None
    """When `tokenless` was asked; None if never."""
    instance_id: InstanceId | None = None
    """As IMDS gave it; rules/identity.py says whether it is this instance's."""
    identity: Identity | None = None
    requests: int = 0
    """Requests that this run sent to IMDS, those of the path measurement not counted."""
    rounds: int | None = None
    """How often this run asked for a token; None where not observed."""
    steady: bool = True
    """Each time it ended alike; otherwise trouble comes and goes."""
    provisional: bool = False
    """Only this run has seen this silence, and the next looks again."""
    tokenless_holds: bool = False
    """IMDS answers the other requests as it did when `tokenless` was asked."""

    @property
    def v2_works(self) -> bool:
        """A token came and metadata with it."""
        return works(self.token, self.metadata)

    @property
    def v1_works(self) -> bool | None:
        """Metadata comes without a token. None when not asked, where something else answered, or it is denied now."""
        if not (self.tokenless_is_present or self._answers_as_imds):
            return None
        match self.tokenless:
            case Answer(status=200, is_metadata=True):
                return True
            case Answer(status=400 | 401 | 403 | 404 | 405, names_another_server=False):
                return False
        return None

    @property
    def tokenless_is_present(self) -> bool:
        """The GET without a token, which is asked rarely, tells of the present too."""
        asked_now = self.tokenless_at is not None and self.tokenless_at >= self.observed_at - SAME_RUN
        return asked_now or self.tokenless_holds

    @property
    def _answers_as_imds(self) -> bool:
        """Some answer of this run is one that IMDS gives, whether IMDSv1 is on or not."""
        answered = any(is_metadata(e) or is_status(e, 401) for e in (self.metadata, self.control))
        return answered or is_granted(self.token) or self.throttles

    @property
    def throttles(self) -> bool:
        return throttles(self.token, self.metadata, self.control)

    @property
    def answers(self) -> bool:
        """Anything that speaks HTTP answered at least one request."""
        return any(isinstance(e, Answer) for e in (self.token, self.metadata, self.control, self.tokenless))
