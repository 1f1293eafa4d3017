"""What is missing where the values of both sides carry no verdict."""

from dataclasses import dataclass

from .agreement import NOTHING, Agreement, Values, agree, pairs
from .candidates import Candidate


@dataclass(frozen=True, slots=True)
class Judged:
    candidate: Candidate
    agreement: Agreement


def no_overlap(ours: Values, observed: Values) -> str:
    return (
        f'CloudWatch has values in {len(ours)} intervals and Datadog in {len(observed)}, of which none is the same'
        if ours and observed
        else f'{"Datadog" if ours else "CloudWatch"} has no value in these minutes'
    )


def missing_in(ours: Values, observed: Values, nearest: Judged | None) -> str:
    both = ours.keys() & observed.keys()
    found = nearest.agreement if nearest else NOTHING
    if not any(ours[t] or observed[t] for t in both):
        return f'all values that both sides have are 0 ({len(both)}): 0 is 0 whatever the factor'
    for name, values in (('CloudWatch', ours), ('Datadog', observed)):
        first = values[min(both)] if both else 0.0
        if all(agree(values[t], first) for t in both):
            same = f'{name} has the same value, {first:g}, in all {len(both)} intervals'
            start = f'{ours[min(both)]:g} in CloudWatch and {observed[min(both)]:g} in Datadog'
            return f'{same} ({start}): no change shows what belongs together'
    if found.fits:
        return f'{nearest_words(nearest)}, but too few values change ({found.distinct}) to rule out chance'
    growing = _newest_that_differ(nearest)
    if growing and nearest:
        since = f'only the newest {growing} minutes differ from it'
        return f'{nearest.candidate.words}, but {since}: CloudWatch may have corrected them since, ask again later'
    return f'no documented difference explains the values; the nearest: {nearest_words(nearest)}'


def _newest_that_differ(nearest: Judged | None) -> int:
    """Minutes at the end in which nothing agrees, where everything before does; 0 where that is not so."""
    if nearest is None or 2 * nearest.agreement.agreeing < nearest.agreement.compared:
        return 0
    c = nearest.candidate
    found = [(t, agree(p, o)) for t, p, o in pairs(c.predicted, c.observed)]
    first = min((t for t, agrees in found if not agrees), default=0)
    return (found[-1][0] - first) // 60 + 1 if not any(agrees for t, agrees in found if t >= first) else 0


def nearest_words(nearest: Judged | None) -> str:
    if nearest is None:
        return 'none'
    found = nearest.agreement
    return f'{nearest.candidate.words} on {found.agreeing} of {found.compared} points'
