"""Who denies what IAM's simulator was asked about."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from ...facts.account import Decision, Integration, Simulated
from ...rules.policy_language import service_of
from .datadog_tables import CORE


class Denier(StrEnum):
    ORGANIZATION = "the organization's policies"
    BOUNDARY = 'the permissions boundary'
    POLICY = 'an explicit Deny'


@dataclass(frozen=True, slots=True)
class Denials:
    """The results of the regions that Datadog collects."""

    counted: int
    denied: tuple[tuple[Simulated, Denier], ...]
    not_granted: int
    """Neither denied nor granted: a missing permission, which is another diagnosis."""
    asked: Mapping[str, frozenset[tuple[str, str]]]
    """Action and region of every question, by service."""
    regions_denied: tuple[str, ...]
    """Where the organization denies at least half of what was asked, while in some other region it does not."""
    regions_asked: tuple[str, ...]

    @property
    def by(self) -> frozenset[Denier]:
        return frozenset(denier for _, denier in self.denied)

    @property
    def core_service_lost(self) -> str:
        """A core service that is denied wherever it was asked about; '' without one."""
        return next((s for s in sorted(CORE) if self._lost(s)), '')

    def _lost(self, service: str) -> bool:
        denied = {(r.action, r.region) for r, _ in self.denied if service_of(r.action) == service}
        return bool(denied) and denied >= self.asked.get(service, frozenset())


def denials(results: Iterable[Simulated], integration: object) -> Denials:
    counted = in_collected_regions(results, integration)
    denied = tuple((r, denier) for r in counted if (denier := denier_of(r)) is not None)
    allowed = sum(r.decision is Decision.ALLOWED and denier_of(r) is None for r in counted)
    return Denials(
        counted=len(counted),
        denied=denied,
        not_granted=len(counted) - len(denied) - allowed,
        regions_denied=_regions_denied(counted),
        regions_asked=tuple(dict.fromkeys(r.region for r in counted if r.region)),
        asked=_by_service(counted),
    )


def in_collected_regions(results: Iterable[Simulated], integration: object) -> list[Simulated]:
    """`integration` says which regions count; results of a region that Datadog does not collect are left out."""
    regions = integration.regions if isinstance(integration, Integration) else None
    return [r for r in results if not r.region or regions is None or r.region in regions]


def _by_service(results: Sequence[Simulated]) -> Mapping[str, frozenset[tuple[str, str]]]:
    services = {service_of(r.action) for r in results}
    return {s: frozenset((r.action, r.region) for r in results if service_of(r.action) == s) for s in services}


def denier_of(result: Simulated) -> Denier | None:
    """None where nothing denies, even where nothing grants.

    The organization and the boundary come first: IAM reports them apart from its decision, and no policy of the role
    overrides them.
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
    """A policy that closes a region exempts global services, so some of the answers are still 'allowed'."""
    return 2 * sum(denier_of(r) is Denier.ORGANIZATION for r in of_region) >= len(of_region)
