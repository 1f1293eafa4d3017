"""How many series an instance sends, and that a finding ends."""

import json
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.emit import Emitter, Metrics, RunStats
from datadog_checks.aws_diagnostics.emit.series import LEFT_OUT, ONLY_IN_ALL
from datadog_checks.aws_diagnostics.facts import Platform, Unobserved
from datadog_checks.aws_diagnostics.findings import Status
from tools.asset_lint.dashboards import widgets_of
from tools.asset_lint.monitor import read_monitor

from ..builders import facts
from .findings import failed, not_applicable, passed, unknown

ASSETS = Path(__file__).parents[2] / 'assets'


def sent(check, aggregator, emitter, *findings, observed=facts()):  # noqa: B008
    """(value, severity) of each sample of a finding in one run."""
    aggregator.reset()
    emitter.emit(check, observed, findings, RunStats(0.25))
    samples = aggregator.metrics('aws_diagnostics.finding')
    return [(s.value, next(tag for tag in s.tags if tag.startswith('severity:'))[9:]) for s in samples]


def emitter(metrics=Metrics.STANDARD):
    return Emitter((), (), False, metrics)


FAILS = [(1.0, 'critical')]
ENDS = [(0.0, 'critical')]


@pytest.mark.parametrize(
    ('runs', 'samples'),
    [
        pytest.param([passed(), passed()], [[], []], id='what passes is not sent'),
        pytest.param([failed(), failed()], [FAILS, FAILS], id='what fails is sent in every run'),
        pytest.param([failed(), passed(), passed()], [FAILS, ENDS, []], id='its end is sent once'),
        pytest.param([failed(), not_applicable(), passed()], [FAILS, ENDS, []], id='it does not apply any more'),
        pytest.param([failed(), unknown(), unknown(), passed()], [FAILS, [], [], ENDS], id='could not tell in between'),
        pytest.param([failed(), unknown(), failed()], [FAILS, [], FAILS], id='could not tell, and it still fails'),
        pytest.param(
            [failed(), failed(severity=Status.WARNING), passed()],
            [FAILS, [(1.0, 'warning'), (0.0, 'critical')], [(0.0, 'warning')]],
            id='it does less harm than before: that is another series',
        ),
        pytest.param([unknown(), passed()], [[], []], id='it never failed'),
    ],
)
def test_a_finding_is_sent_while_it_fails_and_once_when_it_ends(check, aggregator, runs, samples):
    one = emitter()
    assert [sent(check, aggregator, one, finding) for finding in runs] == samples


def test_the_end_is_sent_also_by_an_agent_that_was_restarted(check, aggregator):
    sent(check, aggregator, emitter(), failed())
    assert sent(check, aggregator, emitter(), passed()) == ENDS
    assert sent(check, aggregator, emitter(), passed()) == []


def test_what_another_instance_left_in_the_cache_ends_only_where_it_passes(check, aggregator):
    sent(check, aggregator, emitter(), failed())
    assert sent(check, aggregator, emitter(), not_applicable()) == []


def test_a_diagnosis_that_was_turned_off_meanwhile_is_not_called_fixed(check, aggregator):
    sent(check, aggregator, emitter(), failed())
    assert sent(check, aggregator, emitter()) == []


@pytest.mark.parametrize(
    'damaged',
    ['', '{', '7', '{"a": 1}', '[7, null]', '["diagnosis:a-fault"]', '["x\\ny"]', '[' * 100_000],
    ids=['empty', 'cut', 'a number', 'a mapping', 'no text', 'no severity', 'another text', 'nested without end'],
)
def test_a_damaged_cache_ends_nothing(check, aggregator, datadog_agent, damaged):
    check.write_persistent_cache('failing.host', damaged)
    assert sent(check, aggregator, emitter(), passed()) == []


def test_a_host_that_is_not_known_to_be_ec2_for_a_moment_ends_nothing(check, aggregator):
    one = emitter()
    lost = facts(platform=Platform(None, 'nothing tells'), imds=Unobserved('no'))
    sent(check, aggregator, one, failed())
    assert sent(check, aggregator, one, not_applicable(), observed=lost) == []
    assert sent(check, aggregator, one, passed()) == ENDS


def test_all_sends_what_passes_in_every_run_and_each_series_once(check, aggregator):
    one = emitter(Metrics.ALL)
    runs = [failed(), passed(), passed()]
    assert [sent(check, aggregator, one, finding) for finding in runs] == [FAILS, ENDS, ENDS]


# What may be left out


def test_nothing_that_ships_reads_a_series_that_only_all_sends():
    text = ''.join(path.read_text(encoding='utf-8') for path in ASSETS.rglob('*.json'))
    assert [tag for tags in ONLY_IN_ALL for tag in tags if tag in text] == []


def names_in_monitors():
    for path in sorted((ASSETS / 'monitors').glob('*.json')):
        read = read_monitor(json.loads(path.read_text(encoding='utf-8'))['definition'])
        yield from (selector.metric for selector in read.selectors)


def names_on_dashboards():
    for path in sorted((ASSETS / 'dashboards').glob('*.json')):
        for _, definition in widgets_of(json.loads(path.read_text(encoding='utf-8'))):
            yield from json.dumps(definition).replace('{', ' ').replace(':', ' ').replace('.rollup', ' ').split()


@pytest.mark.parametrize(
    ('metrics', 'names'),
    [
        pytest.param(Metrics.MINIMAL, names_in_monitors, id='minimal has what the monitors read'),
        pytest.param(Metrics.STANDARD, names_on_dashboards, id='standard has what the dashboards show'),
    ],
)
def test_nothing_that_ships_reads_what_is_left_out(metrics, names):
    left_out = {f'aws_diagnostics.{name}' for name in LEFT_OUT[metrics]}
    assert left_out & {*names()} == set()
