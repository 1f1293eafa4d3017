"""Who denies what IAM's simulator was asked about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ...facts.account import Decision, Integration, Simulated
from .features import CORE
from .policy_language import service_of


class Denier(StrEnum):
    ORGANIZATION = "the organization's policies"
    BOUNDARY = 'the permissions boundary'
    POLICY = 'an explicit Deny'


@dataclass(frozen=True, slots=True)
class Denials:
    """The results of the regions that the integration collects."""

    counted: int
    denied: tuple[tuple[Simulated, Denier], ...]
    not_granted: int
    """Denied by nothing and granted by nothing: a missing permission, which is another diagnosis."""
    asked: Mapping[str, frozenset[tuple[str, str]]]
    """Action and region of every question, by service."""
    regions_denied: tuple[str, ...]
    """In which the organization denies at least half of what was asked, while it does not in another."""

    @property
    def by(self) -> frozenset[Denier]:
        return frozenset(denier for _, denier in self.denied)

    @property
    def only_regions(self) -> bool:
        """Nothing is denied anywhere else, or by anything else."""
        return all(r.region in self.regions_denied and by is Denier.ORGANIZATION for r, by in self.denied)

    @property
    def core_service_lost(self) -> str:
        """A core service that is denied wherever it was asked about; '' without one."""
        return next((s for s in sorted(CORE) if self._lost(s)), '')

    def _lost(self, service: str) -> bool:
        denied = {(r.action, r.region) for r, _ in self.denied if service_of(r.action) == service}
        return bool(denied) and denied >= self.asked.get(service, frozenset())


def denials(results: Iterable[Simulated], integration: object) -> Denials:
    """`integration`: whose regions count; what happens in a region that it leaves out is not looked at."""
    regions = integration.regions if isinstance(integration, Integration) else None
    counted = [r for r in results if not r.region or regions is None or r.region in regions]
    denied = tuple((r, denier) for r in counted if (denier := denier_of(r)) is not None)
    allowed = sum(r.decision is Decision.ALLOWED and denier_of(r) is None for r in counted)
    return Denials(
        counted=len(counted),
        denied=denied,
        not_granted=len(counted) - len(denied) - allowed,
        regions_denied=_regions_denied(counted),
        asked=_by_service(counted),
    )


def _by_service(results: Sequence[Simulated]) -> Mapping[str, frozenset[tuple[str, str]]]:
    services = {service_of(r.action) for r in results}
    return {s: frozenset((r.action, r.region) for r in results if service_of(r.action) == s) for s in services}


def denier_of(result: Simulated) -> Denier | None:
    """None where nothing denies, even where nothing grants.

    IAM tells of the organization and of the boundary apart from its decision; they come first, as no policy of the
    role can outweigh them.
    """
    if result.allowed_by_organization is False:
        return Denier.ORGANIZATION
    if result.allowed_by_boundary is False:
        return Denier.BOUNDARY
    return Denier.POLICY if result.decision is Decision.EXPLICIT_DENY else None


def _regions_denied(results: Sequence[Simulated]) -> tuple[str, ...]:
    regions = sorted({r.region for r in results if r.region})
    closed = tuple(region for region in regions if _is_closed([r for r in results if r.region == region]))
    return closed if len(closed) < len(regions) else ()


def _is_closed(of_region: Sequence[Simulated]) -> bool:
    """A policy that closes a region excepts services that have no region, so some of the answers stay allowed."""
    return 2 * sum(denier_of(r) is Denier.ORGANIZATION for r in of_region) >= len(of_region)
