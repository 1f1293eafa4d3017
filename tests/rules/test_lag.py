"""How old values are: the arithmetic, and what is known of each kind of source."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import LagSample
from datadog_checks.aws_diagnostics.facts.metric_streams import MetricStream, Selected, StreamContents
from datadog_checks.aws_diagnostics.facts.metrics import Series
from datadog_checks.aws_diagnostics.rules.lag import (
    DAILY,
    EVERY_FIVE_MINUTES,
    MOST_SAMPLES,
    ONE_MINUTE,
    SEVERAL_HOURS,
    STREAMED,
    Spread,
    cadence,
    carrying,
    complete,
    expected_of,
    is_regular,
    is_settled,
    sample_of,
    spread,
    with_sample,
)
from tests.account.lag_builders import (
    AT,
    BYTES,
    CPU,
    HOUR,
    MINUTE,
    every_minute,
    metric_lag,
    sample,
    samples,
    series,
    watched,
)

REPEATABLE = settings(max_examples=200, deadline=None, derandomize=True, database=None)
BILL = metric_names().of_cloudwatch('AWS/Billing', 'EstimatedCharges')[0]
FIVES = series(*range(5, 185, 5))

MEASURED = {
    'both sides have the last complete minute': (every_minute(last=1), every_minute(last=1), (0, 0, 0)),
    'Datadog is nine minutes behind': (every_minute(last=2), every_minute(last=11), (60, 600, 540)),
    'the minute that is not over counts on neither side': (every_minute(last=0), every_minute(last=1), (0, 0, 0)),
    'Datadog shows the minute that is not over': (every_minute(last=1), every_minute(last=0), (0, 0, 0)),
    'a value in five minutes, of which the last is not over': (
        series(*range(0, 180, 5)),
        series(*range(10, 180, 5)),
        (0, 300, 0),
    ),
    'events with quiet times between: only the one that Datadog lacks counts': (
        series(150, 90, 3),
        series(150, 90),
        (120, 89 * 60, 120),
    ),
    'events, of which Datadog has all': (series(150, 90), series(150, 90), (89 * 60, 89 * 60, 0)),
    'Datadog answers with a coarser interval: its last minute may be the newest': (
        every_minute(last=2),
        Series(300, series(*range(10, 180, 5)).points),
        (60, 300, 240),
    ),
}


@pytest.mark.parametrize(('cloudwatch', 'datadog', 'ages'), MEASURED.values(), ids=MEASURED.keys())
def test_how_old_the_newest_values_are(cloudwatch, datadog, ages):
    assert sample_of(cloudwatch, datadog, AT, settled=True) == LagSample(AT, *ages)


@pytest.mark.parametrize(
    ('cloudwatch', 'datadog'),
    [
        pytest.param(series(), every_minute(), id='CloudWatch has no value'),
        pytest.param(every_minute(), series(), id='Datadog has no value'),
        pytest.param(series(0), every_minute(), id='CloudWatch has only the minute that is not over'),
    ],
)
def test_a_metric_without_recent_data_has_no_age(cloudwatch, datadog):
    assert sample_of(cloudwatch, datadog, AT, settled=True) is None


STARTS = st.lists(st.integers(1, 180), min_size=1, max_size=60, unique=True)


@REPEATABLE
@given(STARTS, st.integers(0, 60))
def test_what_datadog_has_not_yet_polled_waits_exactly_as_long_as_it_was_not_polled(ages, behind):
    """Whatever the gaps: Datadog has what was complete `behind` minutes ago."""
    cloudwatch = series(*ages)
    polled = [age for age in ages if age > behind]
    if not polled or cadence(cloudwatch) != MINUTE:
        return
    found = sample_of(cloudwatch, series(*polled), AT, settled=True)
    oldest = max((age for age in ages if age <= behind), default=None)
    assert found
    assert found.waiting == (0 if oldest is None else (oldest - 1) * MINUTE)
    assert (found.cloudwatch, found.datadog) == ((min(ages) - 1) * MINUTE, (min(polled) - 1) * MINUTE)


def test_five_minute_values_are_known_by_their_distance():
    assert [
        cadence(each) for each in (every_minute(), FIVES, series(5, 10, 15), series(), series(3, 8, 13, 18, 19))
    ] == [
        60,
        300,
        60,
        60,
        60,
    ]
    assert complete(FIVES, AT - 1) == FIVES.points[:-1]


def test_a_metric_with_gaps_is_not_regular():
    assert [is_regular(s) for s in (every_minute(), FIVES, series(*range(2, 13)), series(*range(2, 12), 30, 31))] == [
        True,
        True,
        False,
        False,
    ]


EXPECTED = {
    'a load balancer': (metric_lag(), ONE_MINUTE),
    'an instance without detailed monitoring': (metric_lag(watched=watched(CPU), cloudwatch=FIVES), EVERY_FIVE_MINUTES),
    'CloudWatch was not asked': (metric_lag(cloudwatch=Unobserved('denied')), ONE_MINUTE),
    'the size of a bucket': (metric_lag(watched=watched(BYTES)), DAILY),
    'a bill': (metric_lag(watched=replace(watched(), name=BILL)), SEVERAL_HOURS),
    'a metric stream carries it': (metric_lag(carried_by=('to-datadog',)), STREAMED),
    'it is not known whether a stream carries it': (metric_lag(carried_by=Unobserved('denied')), ONE_MINUTE),
    'a queue, whose first values come late': (
        metric_lag(watched=watched('aws.sqs.number_of_messages_sent')),
        ONE_MINUTE._replace(late_after=35 * MINUTE),
    ),
}


@pytest.mark.parametrize(('lag', 'expected'), EXPECTED.values(), ids=EXPECTED.keys())
def test_what_is_usual_for_a_source(lag, expected):
    assert expected_of(lag) == expected


def test_every_expectation_names_its_source():
    for expected in (ONE_MINUTE, EVERY_FIVE_MINUTES, DAILY, SEVERAL_HOURS, STREAMED):
        assert expected.source.startswith(('https://docs.datadoghq.com/', 'https://docs.aws.amazon.com/'))


@pytest.mark.parametrize(
    ('before', 'queried', 'settled'),
    [
        pytest.param((), True, True, id='somebody queried it before'),
        pytest.param((), False, False, id='nobody did'),
        pytest.param((), None, False, id='nobody knows'),
        pytest.param((sample(1, settled=False),), None, False, id='an hour after the first query'),
        pytest.param((sample(2, settled=False),), None, True, id='two hours after the first query'),
        pytest.param((sample(1, settled=True),), None, True, id='it was settled before'),
    ],
)
def test_the_first_samples_of_a_metric_that_nobody_queried_do_not_count(before, queried, settled):
    assert is_settled(before, AT, queried) is settled


def test_samples_are_few_recent_and_apart():
    old = samples(*range(30))
    assert with_sample(old, sample(-1)) == (*old[-MOST_SAMPLES + 1 :], sample(-1))
    assert with_sample(old, LagSample(AT + 60, 0, 0, 0)) == old
    week_later = LagSample(AT + 7 * 24 * HOUR, 0, 0, 0)
    assert with_sample(old, week_later) == (old[-1], week_later)
    set_back = LagSample(AT - 10 * HOUR - 1, 0, 0, 0)
    assert with_sample(old, set_back)[-1] == set_back


@pytest.mark.parametrize(
    ('values', 'expected'),
    [
        pytest.param([5], Spread(5, 5, 5), id='one'),
        pytest.param([9, 1], Spread(1, 1, 9), id='of two the lower one is the median'),
        pytest.param([9, 1, 5], Spread(1, 5, 9), id='three'),
    ],
)
def test_the_spread_of_some_values(values, expected):
    assert spread(values) == expected


def stream(**differences: object) -> MetricStream:
    whole = {'name': 's', 'running': True, 'output_format': 'opentelemetry0.7', 'contents': StreamContents()}
    return MetricStream(**{**whole, **differences})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ('streams', 'carried'),
    [
        pytest.param((stream(),), ('s',), id='a stream of everything'),
        pytest.param((stream(contents=StreamContents(include=(Selected('AWS/ELB'),))),), ('s',), id='of its namespace'),
        pytest.param((stream(contents=StreamContents(exclude=(Selected('AWS/ELB'),))),), (), id='of everything else'),
        pytest.param((stream(running=False, contents=Unobserved('it does not run')),), (), id='a stream that stopped'),
        pytest.param((stream(output_format='json'),), (), id='a format that Datadog does not take'),
        pytest.param((stream(contents=Unobserved('denied')),), Unobserved('denied'), id='its contents are not known'),
        pytest.param((), (), id='no stream'),
    ],
)
def test_which_streams_carry_a_metric(streams, carried):
    assert carrying(streams, watched().name) == carried
