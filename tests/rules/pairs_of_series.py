"""One hour or more of a metric as CloudWatch has it, and what Datadog shows of it after each documented difference."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from random import Random

from datadog_checks.aws_diagnostics.facts.both_sides import BothSides, OtherSet, Scope
from datadog_checks.aws_diagnostics.facts.metrics import AVERAGE, MAXIMUM, MINIMUM, SAMPLE_COUNT, SUM, PerSecond, Points
from datadog_checks.aws_diagnostics.rules.reconciling import Verdict

START = 1_800_000_000 - 1_800_000_000 % 14400
ASKED = {'LoadBalancerName': 'web'}
Series = dict[int, float]


def minutes(random: Random, count: int) -> dict[str, Series]:
    """All statistics of some requests in each minute, with sizes that nothing relates to their number."""
    found: dict[str, Series] = {name: {} for name in (SUM, AVERAGE, MINIMUM, MAXIMUM, SAMPLE_COUNT)}
    for minute in range(count):
        sizes = [random.lognormvariate(3, 1.0) for _ in range(random.randint(3, 40))]
        each = (sum(sizes), sum(sizes) / len(sizes), min(sizes), max(sizes), float(len(sizes)))
        for name, value in zip(found, each, strict=True):
            found[name][START + 60 * minute] = value
    return found


def points(series: Mapping[int, float]) -> Points:
    return tuple(sorted(series.items()))


def both(
    cloudwatch: Mapping[str, Series],
    *datadog: Series,
    statistic: str = SUM,
    per_second: PerSecond = PerSecond.NO,
    aggregator: str = 'sum',
    tags: tuple[tuple[str, ...], ...] = ((),),
    sets: tuple[OtherSet, ...] = (),
) -> BothSides:
    scopes = tuple(Scope(t, points(each)) for t, each in zip(tags, datadog, strict=True))
    sides = {name: points(series) for name, series in cloudwatch.items()}
    return BothSides(statistic, per_second, 60, aggregator, ASKED, sides, scopes, sets=sets)


@dataclass(frozen=True, slots=True)
class Expected:
    verdict: Verdict
    factor: float | None = 1
    statistic: str | None = SUM
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Disturbance:
    """What the values go through on their way, besides the difference that is to be found."""

    noise: float = 0.0
    """The largest relative error."""
    gaps: float = 0.0
    """The share of minutes that is lost, on each side for itself."""
    offset: int = 0
    """Seconds by which Datadog's clock is later; whole minutes are a shift."""

    def datadog(self, series: Series, random: Random) -> Series:
        kept = {t: v for t, v in series.items() if random.random() >= self.gaps}
        return {t + self.offset: v * (1 + self.noise * random.uniform(-1, 1)) for t, v in kept.items()}

    def cloudwatch(self, series: Mapping[str, Series], random: Random) -> dict[str, Series]:
        lost = {t for t in series[SUM] if random.random() < self.gaps}
        return {name: {t: v for t, v in each.items() if t not in lost} for name, each in series.items()}


Make = Callable[[dict[str, Series], Random, Disturbance], tuple[BothSides, Expected]]


def _plain(change: Callable[[dict[str, Series]], Series], expected: Expected, **asked: object) -> Make:
    def make(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
        shown = by.datadog(change(whole), random)
        return both(by.cloudwatch(whole, random), shown, **asked), expected  # type: ignore[arg-type]

    return make


def scaled(series: Series, factor: float) -> Series:
    return {t: v * factor for t, v in series.items()}


def later(series: Series, count: int) -> Series:
    return {t + 60 * count: v for t, v in series.items()}


def five(series: Series, how: Callable[[list[float]], float]) -> Series:
    bins: dict[int, list[float]] = {}
    for t, v in series.items():
        bins.setdefault(t - t % 300, []).append(v)
    return {t: how(v) for t, v in bins.items()}


def held(series: Series) -> Series:
    return {t + 60 * n: v for t, v in series.items() for n in range(5)}


def _of_a_five_minute_source(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
    """EC2 without detailed monitoring: CloudWatch has a point in every fifth minute, Datadog repeats it."""
    sparse = {name: {t: v for t, v in each.items() if t % 300 == 0} for name, each in whole.items()}
    sides = both(by.cloudwatch(sparse, random), by.datadog(held(sparse[AVERAGE]), random), statistic=AVERAGE)
    return sides, Expected(Verdict.FIVE_MINUTE_SOURCE, statistic=AVERAGE)


def _of_five_minute_sums(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
    """Datadog has one sum for every five minutes of CloudWatch; a lost minute would be missing in it."""
    return both(whole, by.datadog(five(whole[SUM], sum), random)), Expected(Verdict.FIVE_MINUTE_SOURCE)


def _doubled_in_part(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
    begin = START + 60 * random.randint(5, 20)
    end = begin + 60 * random.randint(10, 30)
    shown = {t: v * (2 if begin <= t <= end else 1) for t, v in whole[SUM].items()}
    sides = both(by.cloudwatch(whole, random), by.datadog(shown, random))
    return sides, Expected(Verdict.DOUBLED, factor=None)


def zones(whole: dict[str, Series], random: Random) -> tuple[Series, Series]:
    share = {t: random.uniform(0.3, 0.7) for t in whole[SUM]}
    one = {t: v * share[t] for t, v in whole[SUM].items()}
    return one, {t: v - one[t] for t, v in whole[SUM].items()}


def zone(name: str) -> tuple[str, ...]:
    return (f'availability-zone:{name}',)


def _inflated(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
    """Each zone of a cross-zone load balancer shows the whole, as HealthyHostCount does."""
    sets = tuple(OtherSet({**ASKED, 'AvailabilityZone': z}, points(whole[MAXIMUM])) for z in ('1a', '1b'))
    shown = by.datadog(whole[MAXIMUM], random)
    sides = both(
        by.cloudwatch(whole, random), shown, shown, statistic=MAXIMUM, tags=(zone('1a'), zone('1b')), sets=sets
    )
    return sides, Expected(Verdict.OTHER_DIMENSIONS, factor=0.5, statistic=MAXIMUM)


def _two_kinds(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
    """A transit gateway and its attachments, summed."""
    one, other = zones(whole, random)
    sets = tuple(OtherSet({**ASKED, 'Attachment': n}, points(s)) for n, s in (('a', one), ('b', other)))
    quiet = replace(by, gaps=0.0)
    shown = [quiet.datadog(each, random) for each in (whole[SUM], one, other)]
    tags = ((), ('attachment:a',), ('attachment:b',))
    return both(by.cloudwatch(whole, random), *shown, tags=tags, sets=sets), Expected(Verdict.OTHER_DIMENSIONS, 0.5)


def _two_accounts(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
    """The same name in another account, of which CloudWatch here knows nothing."""
    foreign = {t: random.uniform(10, 900) for t in whole[SUM]}
    shown = [by.datadog(whole[SUM], random), replace(by, gaps=0).datadog(foreign, random)]
    tags = (('aws_account:111111111111',), ('aws_account:222222222222',))
    return both(by.cloudwatch(whole, random), *shown, tags=tags), Expected(Verdict.OTHER_SCOPE, None)


def _wrong_tag(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
    sides = both(by.cloudwatch(whole, random), tags=())
    wider = (Scope(('target_group:web',), points(by.datadog(whole[SUM], random))),)
    return replace(sides, wider=wider), Expected(Verdict.OTHER_SCOPE, None)


def _in_few_minutes(whole: dict[str, Series], random: Random, by: Disturbance) -> tuple[BothSides, Expected]:
    some = {t: v for t, v in whole[SUM].items() if random.random() < 0.3}
    return both(by.cloudwatch(whole, random), by.datadog(some, random)), Expected(Verdict.SPARSE)


KNOWN: Mapping[str, Make] = {
    'equal': _plain(lambda w: w[SUM], Expected(Verdict.EQUAL)),
    'a rate': _plain(lambda w: scaled(w[SUM], 1 / 60), Expected(Verdict.PER_SECOND, 60), per_second=PerSecond.YES),
    'a rate that is typed as a count': _plain(lambda w: scaled(w[SUM], 1 / 60), Expected(Verdict.PER_SECOND, 60)),
    'a rate of CloudWatch itself': _plain(
        lambda w: w[AVERAGE], Expected(Verdict.EQUAL, statistic=AVERAGE), statistic=AVERAGE, per_second=PerSecond.NATIVE
    ),
    'the average instead of the sum': _plain(
        lambda w: w[AVERAGE], Expected(Verdict.OTHER_STATISTIC, statistic=AVERAGE)
    ),
    'the number of samples as a rate': _plain(
        lambda w: scaled(w[SAMPLE_COUNT], 1 / 60), Expected(Verdict.OTHER_STATISTIC, 60, SAMPLE_COUNT)
    ),
    'the maximum of a name that nobody knows': _plain(
        lambda w: w[MAXIMUM], Expected(Verdict.EQUAL, statistic=MAXIMUM), statistic=''
    ),
    'three minutes later': _plain(lambda w: later(w[SUM], 3), Expected(Verdict.SHIFTED, shift=3)),
    'a rate, four minutes earlier': _plain(
        lambda w: scaled(later(w[SUM], -4), 1 / 60),
        Expected(Verdict.PER_SECOND, 60, shift=-4),
        per_second=PerSecond.YES,
    ),
    'a five-minute source': _of_a_five_minute_source,
    'sums of five minutes': _of_five_minute_sums,
    'doubled': _plain(lambda w: scaled(w[SUM], 2), Expected(Verdict.DOUBLED, 0.5)),
    'doubled for a while': _doubled_in_part,
    'two zones that show the whole': _inflated,
    'a gateway and its attachments': _two_kinds,
    'two accounts': _two_accounts,
    'a tag that the metric does not have': _wrong_tag,
    'in few minutes': _in_few_minutes,
}
DISTURBANCES = tuple(
    Disturbance(noise, gaps, offset) for noise in (0.0, 3e-4) for gaps in (0.0, 0.15) for offset in (0, 41)
)


def generated(rounds: int) -> Iterator[tuple[str, BothSides, Expected]]:
    for number in range(rounds):
        for name, make in KNOWN.items():
            for by in DISTURBANCES:
                random = Random(f'{name} {by} {number}')
                sides, expected = make(minutes(random, random.randint(90, 180)), random, by)
                yield f'{name}, {by}, {number}', sides, expected
