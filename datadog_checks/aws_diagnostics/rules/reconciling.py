"""Which transformation makes Datadog's values those of CloudWatch: found in the values, never assumed.

Every documented difference is a candidate that predicts what Datadog shows. The verdict is the simplest candidate that
the values carry (see `agreement`), if no other explains them as well; otherwise it is unknown, with what is missing.

Sources: "Data discrepancies" in Datadog's troubleshooting guide of the AWS integration (rates, space aggregation),
https://docs.datadoghq.com/metrics/custom_metrics/type_modifiers/ (counts and rates),
https://docs.datadoghq.com/integrations/guide/aws-cloudwatch-metric-streams-with-amazon-data-firehose/ (doubled values),
https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-cloudwatch-metrics.html (per-zone metrics).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain

from ..facts.both_sides import BothSides
from ..facts.metrics import Points
from ..text import listed
from . import candidates
from .agreement import Values, agreement, pairs
from .candidates import Candidate, Kind
from .other_series import of_other_series, ratio
from .unreconciled import Judged, missing_in, no_overlap


class Verdict(StrEnum):
    EQUAL = 'equal'
    PER_SECOND = 'per_second'
    """CloudWatch's sum of a minute divided by 60."""
    PER_PERIOD = 'per_period'
    """CloudWatch's sum divided by the seconds of a period that is not a minute."""
    OTHER_STATISTIC = 'other_statistic'
    OTHER_DIMENSIONS = 'other_dimensions'
    """Datadog combines other series than the one of the asked dimensions."""
    OTHER_SCOPE = 'other_scope'
    """A tag of Datadog's query leaves out, or lets in, what the asked dimensions do not."""
    SHIFTED = 'shifted'
    FIVE_MINUTE_SOURCE = 'five_minute_source'
    DOUBLED = 'doubled'
    SPARSE = 'sparse'
    """Both agree where both have values, which is in the smaller part of the minutes."""
    NO_OVERLAP = 'no_overlap'
    INCOMPARABLE = 'incomparable'
    UNKNOWN = 'unknown'


AGREE = frozenset(Verdict) - {Verdict.NO_OVERLAP, Verdict.INCOMPARABLE, Verdict.UNKNOWN}
"""Both sides agree after the transformation that the verdict names."""
OF_KIND = {
    Kind.DIMENSIONS: Verdict.OTHER_DIMENSIONS,
    Kind.SCOPE: Verdict.OTHER_SCOPE,
    Kind.DOUBLED: Verdict.DOUBLED,
    Kind.FIVE_MINUTES: Verdict.FIVE_MINUTE_SOURCE,
    Kind.COARSE: Verdict.SPARSE,
}
LEAST_COVERAGE = 0.5
"""Of the minutes in which one side has values, those in which both have."""
SPARED = 2
"""Points that the winner may miss more than another."""
AS_EXACT = 3.0
"""A median error that is at most so many times the least counts as good."""
EXACT = 1e-7
"""Of a 32-bit float."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    verdict: Verdict
    best: Judged | None = None
    """What the verdict rests on; of an unknown one the nearest candidate."""
    second: Judged | None = None
    """The best of those that claim something else."""
    statistics: tuple[str, ...] = ()
    """That explain the values alike; more than one where they coincide."""
    factor: float | None = None
    """CloudWatch's value is so many times what Datadog shows for the asked scope; None where that differs from point to
    point."""
    missing: str = ''
    """Why there is no verdict, or what keeps the sides from being compared."""

    @property
    def statistic(self) -> str | None:
        return self.statistics[0] if len(self.statistics) == 1 else None

    @property
    def compared(self) -> int:
        return self.best.agreement.compared if self.best else 0

    @property
    def points(self) -> Points:
        """Datadog's values transformed as the verdict says, at CloudWatch's minutes; () without a transformation."""
        if self.best is None or self.verdict not in AGREE:
            return ()
        c = self.best.candidate
        brought = ((t, p, o) for t, p, o in pairs(c.predicted, c.observed) if p)
        return tuple((t - c.shift * 60, o * c.reference[t] / p) for t, p, o in brought if t in c.reference)


def reconcile(sides: BothSides) -> Reconciled:
    observed = candidates.combined(sides.datadog, sides.aggregator)
    ours, shown = any(sides.cloudwatch.values()), observed or sides.wider
    if sides.unread and not (ours and shown):
        return Reconciled(Verdict.UNKNOWN, missing=listed(sides.unread, longest=160))
    if not ours and not shown:
        return Reconciled(Verdict.UNKNOWN, missing='neither side has a value in these minutes')
    judged = _judged(chain(candidates.of_one_series(sides, observed), of_other_series(sides, observed)))
    if not any(j.agreement.carries and j.agreement.error <= EXACT for j in judged):
        judged += _judged(candidates.shifted(sides, observed))
    carried = _contenders([j for j in judged if j.agreement.carries])
    if carried:
        return _chosen(carried, judged, sides)
    return _without_verdict(judged, sides, observed)


def _judged(found: Iterable[Candidate]) -> list[Judged]:
    return [Judged(c, agreement(c.predicted, c.observed)) for c in found]


def _contenders(carried: Sequence[Judged]) -> list[Judged]:
    """Those that none is clearly better than, the simplest first."""
    if not carried:
        return []
    least_misses = min(j.agreement.compared - j.agreement.agreeing for j in carried)
    near = [j for j in carried if j.agreement.compared - j.agreement.agreeing <= least_misses + SPARED]
    bound = max(EXACT, AS_EXACT * min(j.agreement.error for j in near))
    return sorted((j for j in near if j.agreement.error <= bound), key=lambda j: j.candidate.cost)


def _chosen(contenders: Sequence[Judged], judged: Sequence[Judged], sides: BothSides) -> Reconciled:
    best = contenders[0]
    alike = [j for j in contenders if j.candidate.cost == best.candidate.cost]
    claims = {j.candidate.claim for j in alike}
    if len(claims) > 1:
        words = ' and '.join(sorted({j.candidate.words for j in alike})[:3])
        return Reconciled(Verdict.UNKNOWN, best, missing=f'several explanations fit alike: {words}')
    others = [j for j in judged if j.candidate.claim != best.candidate.claim]
    second = max(others, key=_share, default=None)
    named = tuple(dict.fromkeys(j.candidate.statistic for j in alike if j.candidate.statistic))
    factor = ratio(sides) if best.candidate.kind in (Kind.DIMENSIONS, Kind.SCOPE) else best.candidate.factor
    return Reconciled(_verdict(best.candidate, sides), best, second, named, factor)


def _share(judged: Judged) -> float:
    return judged.agreement.agreeing / max(1, judged.agreement.compared)


def _verdict(candidate: Candidate, sides: BothSides) -> Verdict:
    """The one word for all that the candidate transforms, the most surprising first."""
    if candidate.kind in OF_KIND:
        return OF_KIND[candidate.kind]
    if _coverage(candidate) < LEAST_COVERAGE:
        return Verdict.SPARSE
    if sides.statistic and candidate.statistic != sides.statistic:
        return Verdict.OTHER_STATISTIC
    if candidate.factor == 60:
        return Verdict.PER_SECOND
    if candidate.factor != 1:
        return Verdict.PER_PERIOD
    return Verdict.SHIFTED if candidate.shift else Verdict.EQUAL


def _coverage(candidate: Candidate) -> float:
    both = len(candidate.predicted.keys() & candidate.observed.keys())
    return both / max(len(candidate.predicted), len(candidate.observed), 1)


def _nearness(judged: Judged) -> tuple[bool, int, float, int]:
    """Of those that fit the simplest, of the others the one that agrees most."""
    found = judged.agreement
    return found.fits, -judged.candidate.cost if found.fits else 0, _share(judged), found.compared


def _without_verdict(judged: Sequence[Judged], sides: BothSides, observed: Values) -> Reconciled:
    nearest = max(judged, key=_nearness, default=None)
    ours = candidates.expected(sides)
    if not ours and any(sides.cloudwatch.values()):
        missing = f'CloudWatch has no {sides.statistic} of this metric, only other statistics'
        return Reconciled(Verdict.INCOMPARABLE, None, missing=missing)
    if not (ours.keys() & observed.keys()) and not (nearest and nearest.agreement.fits):
        return Reconciled(Verdict.NO_OVERLAP, None, missing=no_overlap(ours, observed))
    return Reconciled(Verdict.UNKNOWN, nearest, missing=missing_in(ours, observed, nearest))
