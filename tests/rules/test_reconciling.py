"""Which transformation is found, and that none is where the values do not carry one."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from random import Random
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.facts.both_sides import BothSides, OtherSet, Scope
from datadog_checks.aws_diagnostics.facts.metrics import AVERAGE, MAXIMUM, MINIMUM, SAMPLE_COUNT, SUM, PerSecond
from datadog_checks.aws_diagnostics.rules.agreement import TOLERANCE, agree
from datadog_checks.aws_diagnostics.rules.other_series import query_that_agrees
from datadog_checks.aws_diagnostics.rules.reconciling import AGREE, Reconciled, Verdict, reconcile
from tests.rules.pairs_of_series import (
    ASKED,
    START,
    Expected,
    Series,
    both,
    five,
    generated,
    held,
    later,
    minutes,
    points,
    scaled,
    zone,
)

ROUNDS = 4
REPEATABLE = settings(max_examples=80, deadline=None, derandomize=True, database=None)


def found(result: Reconciled) -> Expected:
    shift = result.best.candidate.shift if result.best else 0
    return Expected(result.verdict, result.factor, result.statistic, shift)


def test_every_documented_difference_is_found_through_noise_gaps_and_another_clock() -> None:
    wrong = {
        name: (found(result), expected, result.missing)
        for name, sides, expected in generated(ROUNDS)
        if found(result := reconcile(sides)) != expected
    }
    assert wrong == {}


def test_the_transformation_gives_cloudwatchs_values() -> None:
    """At CloudWatch's minutes, whatever the transformation is."""
    differing = Counter[str]()
    for name, sides, expected in generated(1):
        ours = dict(sides.cloudwatch[expected.statistic or SUM])
        bins = five(ours, sum) if 'sums of five' in name else ours
        for time, value in reconcile(sides).points:
            at = time if time in bins else time - time % 300
            differing[name] += not agree(value, bins.get(at, value))
    assert [name for name, count in differing.items() if count > 2] == []


def whole(seed: int = 1, count: int = 120) -> dict[str, Series]:
    return minutes(Random(seed), count)


def of_values(*values: float) -> Series:
    return {START + 60 * number: value for number, value in enumerate(values)}


def all_alike(series: Series) -> dict[str, Series]:
    """One sample a minute: four statistics are the same."""
    return dict.fromkeys((SUM, AVERAGE, MINIMUM, MAXIMUM), series) | {SAMPLE_COUNT: dict.fromkeys(series, 1.0)}


W = whole()
ONES = of_values(*(float(n % 7 + 1) for n in range(120)))
PERIODIC = of_values(*(100.0 + 10 * (n % 10) for n in range(120)))
RAMP = of_values(*(6000.0 + 0.1 * n for n in range(120)))
STEPS = of_values(*(5.0 + n // 10 % 2 for n in range(100)))
IN_TURN = of_values(*(1.0 + n % 2 for n in range(40)))
WRONG = {START + 60 * n for n in (3, 14, 25, 36)}
MIX = Random(5)
UNRELATED = of_values(*(MIX.uniform(1, 900) for _ in range(120)))
COUNTS = {
    SUM: W[SAMPLE_COUNT],
    SAMPLE_COUNT: W[SAMPLE_COUNT],
    **{n: dict.fromkeys(W[SUM], 1.0) for n in (AVERAGE, MAXIMUM)},
}
PER_SECOND = {**W, AVERAGE: scaled(W[SUM], 1 / 60)}
"""One sample each second: the average of them is the sum divided by 60."""

CARRIED: Mapping[str, tuple[BothSides, Expected]] = {
    'each value is 1, so that Sum and SampleCount are the same': (
        both(COUNTS, W[SAMPLE_COUNT]),
        Expected(Verdict.EQUAL),
    ),
    'each value is 1, and a rate': (
        both(COUNTS, scaled(W[SAMPLE_COUNT], 1 / 60), per_second=PerSecond.YES),
        Expected(Verdict.PER_SECOND, 60),
    ),
    'a person looks at the Average, which is always 1': (
        both(COUNTS, scaled(W[SAMPLE_COUNT], 1 / 60), statistic=AVERAGE, per_second=PerSecond.YES),
        Expected(Verdict.OTHER_STATISTIC, 60, None),
    ),
    'one sample a minute, and a name that says Maximum': (
        both(all_alike(ONES), ONES, statistic=MAXIMUM),
        Expected(Verdict.EQUAL, statistic=MAXIMUM),
    ),
    'one sample a minute, and a name that says nothing': (
        both(all_alike(ONES), ONES, statistic=''),
        Expected(Verdict.EQUAL, statistic=None),
    ),
    'sixty samples a minute: a rate of the sum is the average, and the name says Sum': (
        both(PER_SECOND, PER_SECOND[AVERAGE], per_second=PerSecond.YES),
        Expected(Verdict.PER_SECOND, 60),
    ),
    'sixty samples a minute, and the name says Average': (
        both(PER_SECOND, PER_SECOND[AVERAGE], statistic=AVERAGE),
        Expected(Verdict.EQUAL, statistic=AVERAGE),
    ),
    'a period of values that repeat, at the same minutes': (both({SUM: PERIODIC}, PERIODIC), Expected(Verdict.EQUAL)),
    'an increase so slow that all shifts are near': (both({SUM: RAMP}, RAMP), Expected(Verdict.UNKNOWN, None, None)),
    'some values were corrected afterwards': (
        both(W, {**W[SUM], **{START + 60 * n: 1.0 for n in (3, 40, 41, 90, 100)}}),
        Expected(Verdict.EQUAL),
    ),
    'some zeros beside values': (
        both(
            {SUM: {t: v if v > 200 else 0.0 for t, v in W[SUM].items()}},
            {t: v if v > 200 else 0.0 for t, v in W[SUM].items()},
        ),
        Expected(Verdict.EQUAL),
    ),
    'a sum of five minutes in each of them, five times too much': (
        both(W, held(five(W[SUM], sum))),
        Expected(Verdict.FIVE_MINUTE_SOURCE),
    ),
    'a fifth of the sum of five minutes in each of them': (
        both(W, held(scaled(five(W[SUM], sum), 0.2))),
        Expected(Verdict.FIVE_MINUTE_SOURCE, 5),
    ),
    'a rate of sums of five minutes': (
        both(W, scaled(five(W[SUM], sum), 1 / 300), per_second=PerSecond.YES),
        Expected(Verdict.FIVE_MINUTE_SOURCE, 300),
    ),
    'sums of five minutes divided by 60': (
        both(W, scaled(five(W[SUM], sum), 1 / 60), per_second=PerSecond.YES),
        Expected(Verdict.FIVE_MINUTE_SOURCE, 60),
    ),
    'a period of five minutes, and values for each second': (
        replace(
            both({n: five(s, sum) for n, s in whole(2, 240).items()}, scaled(five(whole(2, 240)[SUM], sum), 1 / 300)),
            period=300,
        ),
        Expected(Verdict.PER_PERIOD, 300),
    ),
    'a period of five minutes, and values divided by 60': (
        replace(
            both({n: five(s, sum) for n, s in whole(2, 240).items()}, scaled(five(whole(2, 240)[SUM], sum), 1 / 60)),
            period=300,
        ),
        Expected(Verdict.PER_SECOND, 60),
    ),
    'a minute has holes, five minutes have none': (
        replace(
            both({AVERAGE: {}}, held(five(W[AVERAGE], max)), statistic=AVERAGE),
            coarse={AVERAGE: points(five(W[AVERAGE], max))},
        ),
        Expected(Verdict.SPARSE, statistic=AVERAGE),
    ),
    'doubled until a minute': (
        both(W, {t: v * (2 if t < START + 3600 else 1) for t, v in W[SUM].items()}),
        Expected(Verdict.DOUBLED, None),
    ),
    'the other set alone': (
        both(
            W, W[MAXIMUM], sets=(OtherSet({**ASKED, 'AvailabilityZone': '1a'}, points(W[MAXIMUM])),), statistic=AVERAGE
        ),
        Expected(Verdict.OTHER_STATISTIC, statistic=MAXIMUM),
    ),
    'a table and its index': (
        both(
            W,
            W[SUM],
            W[MINIMUM],
            tags=((), ('globalsecondaryindexname:by-day',)),
            sets=(OtherSet({**ASKED, 'GlobalSecondaryIndexName': 'by-day'}, points(W[MINIMUM])),),
        ),
        Expected(Verdict.OTHER_DIMENSIONS, None),
    ),
}


@pytest.mark.parametrize('case', CARRIED.values(), ids=CARRIED.keys())
def test_what_can_be_confused_is_told_apart(case: tuple[BothSides, Expected]) -> None:
    sides, expected = case
    result = reconcile(sides)
    assert found(result) == replace(
        expected, factor=result.factor if expected.verdict is Verdict.UNKNOWN else expected.factor
    )


NOT_CARRIED: Mapping[str, tuple[BothSides, str]] = {
    'constant': (both({SUM: dict.fromkeys(W[SUM], 5.0)}, dict.fromkeys(W[SUM], 5.0)), 'has the same value, 5, in all'),
    'constant, and 60 times as much': (
        both({SUM: dict.fromkeys(W[SUM], 300.0)}, dict.fromkeys(W[SUM], 5.0)),
        'CloudWatch has the same value, 300, in all',
    ),
    'all zero': (both({SUM: dict.fromkeys(W[SUM], 0.0)}, dict.fromkeys(W[SUM], 0.0)), 'are 0 (120)'),
    'seven points': (both(whole(3, 7), whole(3, 7)[SUM]), 'too few values change (7)'),
    'one step': (
        both({SUM: of_values(*[5.0] * 60, *[6.0] * 60)}, of_values(*[5.0] * 60, *[6.0] * 60)),
        'too few values change (2)',
    ),
    'ten steps between two values, which any two series of so few steps may have': (
        both({SUM: STEPS}, STEPS),
        'too few values change (10)',
    ),
    'two values in turn, some of them wrong': (
        both({SUM: IN_TURN}, {t: 9.0 if t in WRONG else v for t, v in IN_TURN.items()}),
        'too few values change (40)',
    ),
    'unrelated': (both(W, UNRELATED), 'no documented difference explains the values'),
    'a period of values that repeat, three minutes later': (
        both({SUM: PERIODIC}, later(PERIODIC, 3)),
        'several explanations',
    ),
    'half of the points agree': (
        both(W, {t: v if t % 120 else v * 1.7 for t, v in W[SUM].items()}),
        'the nearest: Datadog is Sum on 60 of 120 points',
    ),
    'neither side has a value': (both({SUM: {}}, tags=()), 'neither side has a value in these minutes'),
    'sixteen minutes later': (both(whole(4, 60), later(whole(4, 60)[SUM], 16)), 'no documented difference'),
}


@pytest.mark.parametrize('case', NOT_CARRIED.values(), ids=NOT_CARRIED.keys())
def test_what_the_values_do_not_carry_stays_unknown_and_says_what_is_missing(case: tuple[BothSides, str]) -> None:
    sides, missing = case
    result = reconcile(sides)
    assert result.verdict is Verdict.UNKNOWN
    assert missing in result.missing
    assert result.points == ()


DISAGREE: Mapping[str, tuple[BothSides, Verdict, str]] = {
    'Datadog has nothing': (both(W, tags=()), Verdict.NO_OVERLAP, 'Datadog has no value in these minutes'),
    'CloudWatch has nothing': (both({SUM: {}}, W[SUM]), Verdict.NO_OVERLAP, 'CloudWatch has no value in these minutes'),
    'other hours': (
        both(whole(1, 60), later(whole(1, 60)[SUM], 120)),
        Verdict.NO_OVERLAP,
        'CloudWatch has values in 60 intervals and Datadog in 60, of which none is the same',
    ),
    'a percentile that CloudWatch does not have': (
        both({'p95': {}, AVERAGE: W[AVERAGE]}, UNRELATED, statistic='p95'),
        Verdict.INCOMPARABLE,
        'CloudWatch has no p95 of this metric, only other statistics',
    ),
}


@pytest.mark.parametrize('case', DISAGREE.values(), ids=DISAGREE.keys())
def test_sides_that_cannot_agree(case: tuple[BothSides, Verdict, str]) -> None:
    sides, verdict, missing = case
    result = reconcile(sides)
    assert (result.verdict, result.missing) == (verdict, missing)


ANY_VALUE = st.floats(0, 1e9, allow_nan=False) | st.integers(0, 5).map(float)


@REPEATABLE
@given(st.randoms(use_true_random=False), st.integers(1, 100), st.sampled_from([3, 50, 100_000]))
def test_series_that_have_nothing_to_do_with_each_other_get_no_verdict(random: Random, count: int, most: int) -> None:
    ours, theirs = (of_values(*(float(random.randint(0, most)) for _ in range(count))) for _ in range(2))
    statistics = {SUM: ours, AVERAGE: scaled(ours, 1 / 7), SAMPLE_COUNT: dict.fromkeys(ours, 7.0)}
    assert reconcile(both(statistics, theirs)).verdict not in AGREE


@REPEATABLE
@given(ANY_VALUE, ANY_VALUE, st.integers(1, 240), st.sampled_from([1, 2, 60, 300]))
def test_constant_series_get_no_verdict(ours: float, theirs: float, count: int, factor: int) -> None:
    for shown in (theirs, ours / factor, ours * factor):
        sides = both({SUM: of_values(*[ours] * count)}, of_values(*[shown] * count))
        assert reconcile(sides).verdict is Verdict.UNKNOWN


@REPEATABLE
@given(st.lists(ANY_VALUE, max_size=7), st.sampled_from([1, 60]))
def test_a_few_points_get_no_verdict(values: list[float], factor: int) -> None:
    ours = of_values(*values)
    assert reconcile(both({SUM: ours}, scaled(ours, 1 / factor))).verdict is Verdict.UNKNOWN


def test_what_is_within_the_tolerance_agrees_and_what_is_beyond_does_not() -> None:
    assert agree(1000.0, 1000.0 * (1 - 0.9 * TOLERANCE))
    assert not agree(1000.0, 1000.0 * (1 - 1.1 * TOLERANCE))
    assert agree(0.0, 0.0)
    assert not agree(0.0, 1e-9)


def test_the_runner_up_claims_something_else() -> None:
    result = reconcile(both(W, W[SUM]))
    assert result.second is not None
    assert result.second.candidate.claim != (result.best and result.best.candidate.claim)
    assert result.second.agreement.agreeing < result.second.agreement.compared / 2


@pytest.mark.parametrize(
    ('shown', 'tags', 'aggregator', 'wanted'),
    [
        pytest.param((W[SUM], W[SUM]), (zone('1a'), zone('1b')), 'sum', ('max', ()), id='each zone shows the whole'),
        pytest.param(
            (W[SUM], W[MINIMUM]), ((), ('index:a',)), 'sum', ('max', ()), id='the whole is the largest of the series'
        ),
        pytest.param((W[MINIMUM], W[SUM]), (('index:a',), ('index:b',)), 'avg', ('max', ()), id='one of two series'),
        pytest.param(
            (W[SUM], {t: v + 900 for t, v in W[SUM].items()}, W[MINIMUM]),
            ((), ('index:a',), ('index:b',)),
            'sum',
            ('', ('!index:*',)),
            id='neither the largest nor the least',
        ),
    ],
)
def test_the_query_that_shows_cloudwatchs_value(
    shown: tuple[Series, ...], tags: tuple[tuple[str, ...], ...], aggregator: str, wanted: tuple[str, tuple[str, ...]]
) -> None:
    query = query_that_agrees(both(W, *shown, tags=tags, aggregator=aggregator))
    assert query is not None
    assert (query.aggregator, query.tags) == wanted


OURS, THEIRS = ('aws_account:111111111111',), ('aws_account:222222222222',)
LARGER, SMALLER = {t: v + 900 for t, v in W[SUM].items()}, {t: v / 900 for t, v in W[SUM].items()}
SHARE = {t: v * (0.3 + n % 5 / 10) for n, (t, v) in enumerate(W[SUM].items())}
REST = {t: v - SHARE[t] for t, v in W[SUM].items()}
OTHER_SERIES = {
    'another account is always busier: the smaller of two accounts is a coincidence': (
        both(W, W[SUM], LARGER, tags=(OURS, THEIRS)),
        (Verdict.OTHER_SCOPE, '', OURS),
    ),
    'another account is always quieter': (
        both(W, W[SUM], SMALLER, tags=(OURS, THEIRS), aggregator='avg'),
        (Verdict.OTHER_SCOPE, '', OURS),
    ),
    'another region is always busier': (
        both(W, W[SUM], LARGER, tags=(('region:eu-west-1',), ('region:us-east-1',))),
        (Verdict.OTHER_SCOPE, '', ('region:eu-west-1',)),
    ),
    'a table is always busier than its index, in one account': (
        both(W, W[SUM], SMALLER, tags=((), ('index:a',))),
        (Verdict.OTHER_DIMENSIONS, 'max', ()),
    ),
    'the quieter one of two sets of dimensions in one account': (
        both(W, W[SUM], LARGER, tags=(('index:a',), ('index:b',))),
        (Verdict.OTHER_DIMENSIONS, 'min', ()),
    ),
    'a table and its index in each of two accounts: the whole is the largest of one account': (
        both(
            W,
            W[SUM],
            SMALLER,
            LARGER,
            UNRELATED,
            tags=(OURS, (*OURS, 'index:a'), THEIRS, (*THEIRS, 'index:a')),
        ),
        (Verdict.OTHER_DIMENSIONS, 'max', OURS),
    ),
    'two zones in each of two accounts: the sum of one account': (
        both(
            W,
            SHARE,
            REST,
            LARGER,
            UNRELATED,
            tags=((*OURS, *zone('1a')), (*OURS, *zone('1b')), (*THEIRS, *zone('1a')), (*THEIRS, *zone('1b'))),
        ),
        (Verdict.OTHER_SCOPE, '', OURS),
    ),
}


@pytest.mark.parametrize(('sides', 'expected'), OTHER_SERIES.values(), ids=OTHER_SERIES.keys())
def test_which_of_the_series_of_a_scope_is_cloudwatchs(
    sides: BothSides, expected: tuple[Verdict, str, tuple[str, ...]]
) -> None:
    """Series of other accounts and regions are left out, not combined: what they show may change at any time."""
    result = reconcile(sides)
    assert result.best is not None
    assert (result.verdict, result.best.candidate.aggregator, result.best.candidate.tags) == expected


def test_hundreds_of_other_series_are_combined_in_a_moment() -> None:
    """A load balancer with 200 target groups in three zones."""
    parts = {t: v / 3000 for t, v in W[SUM].items()}
    zones = [{**ASKED, 'AvailabilityZone': z} for z in 'abc']
    groups = [{**ASKED, 'TargetGroup': str(n)} for n in range(200)]
    all_ = [{**zone_, **group} for zone_ in zones for group in groups]
    kinds = [(scaled(parts, 3000 / len(kind)), kind) for kind in (zones, groups, all_)]
    sets = tuple(OtherSet(dimensions, points(series)) for series, kind in kinds for dimensions in kind)
    begun = process_time()
    result = reconcile(both(W, W[SUM], W[SUM], tags=(zone('a'), zone('b')), sets=sets))
    assert process_time() - begun < 10
    assert (result.verdict, result.factor) == (Verdict.OTHER_DIMENSIONS, 0.5)


def test_a_tag_that_leaves_out_what_cloudwatch_has_is_named() -> None:
    sides = replace(
        both(W, {t: v * 0.37 for t, v in W[SUM].items()}, tags=((),)), wider=(Scope(('env:prod',), points(W[SUM])),)
    )
    result = reconcile(sides)
    assert (result.verdict, result.factor) == (Verdict.OTHER_SCOPE, 2.703)
    assert result.best is not None
    assert result.best.candidate.tags == ('-env:prod',)
