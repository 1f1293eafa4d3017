"""A channel of the Agent that fails costs what it would have carried, and nothing else; no text is refused by it."""

import json
import logging
from collections.abc import Sequence
from dataclasses import replace

import pytest
from datadog_checks.base import AgentCheck
from datadog_checks.base.utils.diagnose import Diagnosis

from datadog_checks.aws_diagnostics.emit import Emitter, RunStats
from datadog_checks.aws_diagnostics.facts import Facts, Identity, Platform
from datadog_checks.aws_diagnostics.findings import Finding
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step

from ..builders import agent, facts, imds
from ..strict_agent import CHANNELS, StrictAgent
from .findings import failed, passed

pytestmark = pytest.mark.needs_base(37, 41)  # it reports issues too
RUN = RunStats(0.25)
RENAMED = facts(agent=agent(hostname='ip-10-0-0-12', provider='os'))
FINDINGS = (failed(), passed(id='b-fault', service_check='hop_limit'))
LOGGER = 'datadog_checks.aws_diagnostics'


@pytest.fixture
def strict(check, monkeypatch):
    return StrictAgent(monkeypatch)


def emitter(tags: tuple[str, ...] = ('team:a',)) -> Emitter:
    return Emitter(tags, ('image_id', 'availability_zone'), has_issues=True)


def emit_all(check: AgentCheck, emitting: Emitter, *observed: Facts, findings: Sequence[Finding] = FINDINGS) -> None:
    """Runs that use every channel: the host is renamed in the second, and the first fault is gone in the third."""
    for of_one_run in observed or (facts(), RENAMED):
        emitting.emit(check, of_one_run, findings, RUN)
        emitting.send_diagnoses(check, findings)


def test_the_runs_of_these_tests_use_every_channel(check, strict):
    emit_all(check, emitter())
    assert {channel for channel, _ in strict.received} == set(CHANNELS)


@pytest.mark.parametrize('channel', CHANNELS)
def test_a_channel_that_fails_takes_nothing_else_with_it(check, strict, channel, datadog_agent):
    emit_all(check, emitter())
    whole, rows = strict.taken(without=channel), check.get_diagnoses()
    strict.received.clear()
    datadog_agent._cache.clear()
    check._clear_diagnosis()
    strict.fail(channel)
    emit_all(check, emitter())
    assert strict.taken() == whole
    assert check.get_diagnoses() == rows


def test_all_channels_may_fail_at_once(check, strict):
    strict.fail(*CHANNELS)
    emit_all(check, emitter())
    assert strict.received == []
    assert len(json.loads(check.get_diagnoses())) == 4


@pytest.mark.parametrize('result', ['fail', 'success'])
def test_a_row_of_agent_diagnose_that_cannot_be_added_is_left_out(check, strict, monkeypatch, result):
    def broken(*_: object, **__: object) -> None:
        raise TypeError('an argument that this base does not know')

    monkeypatch.setattr(Diagnosis, result, broken)
    emit_all(check, emitter(), facts())
    rows = {row['name'] for row in json.loads(check.get_diagnoses())}
    assert rows == {'fail': {'b-fault'}, 'success': {'a-fault'}}[result]
    assert {channel for channel, _ in strict.received} >= {'gauge', 'metadata', 'reporting an issue'}


def warnings(caplog):
    return [record.getMessage() for record in caplog.records if record.name == LOGGER]


def test_the_log_says_once_that_a_channel_fails(check, strict, caplog):
    strict.fail('reading the cache')
    emitting = emitter()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            assert emitting.may_ask_imds(check)
            emit_all(check, emitting)
    assert warnings(caplog) == [
        'the Agent failed at reading the persistent cache: RuntimeError: failed to read data: open '
        '/opt/datadog-agent/run/aws_diagnostics: permission denied'
    ]


class Unspeakable(Exception):
    def __str__(self):
        raise ValueError('no text')


def test_an_error_that_has_no_text_is_logged_once_and_goes_no_further(check, monkeypatch, caplog):
    def fail(*_):
        raise Unspeakable

    monkeypatch.setattr(check, 'read_persistent_cache', fail)
    emitting = emitter()
    with caplog.at_level(logging.WARNING):
        assert [emitting.may_ask_imds(check) for _ in range(2)] == [True, True]
    assert warnings(caplog) == ['the Agent failed at reading the persistent cache: Unspeakable']


@pytest.mark.parametrize(
    'kept',
    [
        pytest.param('{"a":' * 100_000, id='nested without end'),
        pytest.param('{"hostname"', id='cut off'),
        pytest.param('[]', id='a list'),
    ],
)
def test_a_damaged_cache_is_nothing_kept(check, monkeypatch, aggregator, kept):
    monkeypatch.setattr(check, 'read_persistent_cache', lambda _: kept)
    emit_all(check, emitter(), facts())
    assert aggregator.events == []


def test_a_cache_that_cannot_be_read_is_nothing_kept(check, strict, aggregator):
    strict.fail('reading the cache')
    emitting = emitter()
    assert emitting.may_ask_imds(check)
    emit_all(check, emitting, facts(), facts())
    assert aggregator.events == []


@pytest.mark.parametrize('channel', ['reading the cache', 'writing the cache'])
def test_a_change_of_name_is_one_event_though_the_cache_fails(check, strict, aggregator, channel):
    strict.fail(channel)
    emit_all(check, emitter(), facts(), RENAMED, RENAMED)
    assert len(aggregator.events) == 1


def test_what_could_not_be_kept_is_kept_once_the_cache_works_again(check, strict, datadog_agent):
    strict.fail('writing the cache')
    emitting = emitter()
    emit_all(check, emitting, facts())
    assert datadog_agent._cache == {}
    strict.repair('writing the cache')
    emit_all(check, emitting, facts())
    assert [json.loads(value)['provider'] for key, value in datadog_agent._cache.items() if 'naming' in key] == ['aws']


def test_an_issue_that_was_refused_is_reported_again_with_the_next_run(check, strict):
    strict.fail('reporting an issue')
    emitting = emitter()
    emit_all(check, emitting, facts())
    strict.repair('reporting an issue')
    emit_all(check, emitting, facts(), facts())
    assert sum(channel == 'reporting an issue' for channel, _ in strict.received) == 1


def test_an_issue_whose_resolving_was_refused_is_resolved_with_the_next_run(check, strict):
    strict.fail('resolving an issue')
    emitting = emitter()
    emit_all(check, emitting, facts())
    strict.repair('resolving an issue')
    emit_all(check, emitting, facts(), facts())
    assert sum(channel == 'resolving an issue' for channel, _ in strict.received) == 1


HOSTILE = [
    pytest.param('a\0b', id='NUL'),
    pytest.param('a\ud800b', id='half a surrogate pair'),
    pytest.param('a\x1b[2Jb', id='an escape sequence'),
    pytest.param('a\nb\r\nc', id='line breaks'),
    pytest.param('\u202ea', id='text from right to left'),
    pytest.param('x' * 200_000, id='endless'),
]


def hostile_facts(text: str) -> tuple[Facts, Facts]:
    known = facts(platform=Platform(True, text), imds=imds(identity=Identity(None, None, text, text, text)))
    return known, replace(known, agent=agent(hostname=text, provider=text))


def hostile_finding(text: str) -> Finding:
    remedy = Remedy(text, (Choice(text, (Command(text),)),), (Step(text, (Command(text),)),))
    return replace(failed(text, title=text, tests=text, harm=text), remedy=remedy)


@pytest.mark.parametrize('text', HOSTILE)
def test_no_text_is_refused_or_cut_by_the_agent(check, strict, text):
    emit_all(check, emitter((f'team:{text}',)), *hostile_facts(text), findings=[hostile_finding(text), *FINDINGS])
    assert strict.refused == []
    assert {channel for channel, _ in strict.received} == set(CHANNELS)
    json.dumps(json.loads(check.get_diagnoses()), ensure_ascii=False).encode()


@pytest.mark.parametrize('text', HOSTILE)
def test_all_text_arrives_printable_and_bounded(check, strict, text):
    emit_all(check, emitter((f'team:{text}',)), *hostile_facts(text), findings=[hostile_finding(text), *FINDINGS])
    told = [value for _, arguments in strict.received for value in strings(arguments)]
    told += [value for row in json.loads(check.get_diagnoses()) for value in strings(row)]
    assert [value for value in told if not value.replace('\n', '').isprintable()] == []
    assert max(map(len, told)) <= 200_000


def strings(value: object) -> list[str]:
    """At any depth; an issue is JSON."""
    if isinstance(value, str):
        if value.startswith('{"') and 'issue_type' in value:
            return strings(json.loads(value))
        return [value]
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return [text for item in items for text in strings(item)]


def test_a_tag_keeps_its_place_and_shows_what_was_not_printable(check, strict, aggregator):
    emit_all(check, emitter(('team:a\0b', 'x:\ud800', 'y:z')), facts())
    [sent] = aggregator.metrics('aws_diagnostics.run.duration')
    assert {'team:a\N{REPLACEMENT CHARACTER}b', 'x:\N{REPLACEMENT CHARACTER}', 'y:z'} <= set(sent.tags)


def two_instances(check):
    return emitter(), emitter()


def reported_and_resolved(strict):
    return [channel for channel, _ in strict.received if channel.endswith('an issue')]


def test_an_instance_does_not_resolve_what_another_one_of_the_agent_reports(check, strict):
    fails, passes = two_instances(check)
    fails.emit(check, facts(), [failed()], RUN)
    passes.emit(check, facts(), [passed()], RUN)
    assert reported_and_resolved(strict) == ['reporting an issue']


def test_the_last_instance_that_saw_a_fault_resolves_it(check, strict):
    first, second = two_instances(check)
    for finding in (failed(), passed()):
        first.emit(check, facts(), [finding], RUN)
        second.emit(check, facts(), [finding], RUN)
    assert reported_and_resolved(strict) == ['reporting an issue', 'reporting an issue', 'resolving an issue']


def test_a_fault_that_one_of_two_instances_still_sees_is_reported_with_the_evidence_of_that_one(check, strict):
    first, second = two_instances(check)
    first.emit(check, facts(), [failed('seen by the first')], RUN)
    second.emit(check, facts(), [failed('seen by the second')], RUN)
    second.emit(check, facts(), [passed()], RUN)
    first.emit(check, facts(), [failed('seen by the first')], RUN)
    issues = [json.loads(arguments[-1]) for channel, arguments in strict.received if channel == 'reporting an issue']
    assert [issue['description'].partition('.')[0] for issue in issues] == [
        'seen by the first',
        'seen by the second',
        'seen by the first',
    ]


@pytest.mark.parametrize('how', ['unscheduled', 'no longer there'])
def test_an_instance_that_is_gone_holds_no_issue_back(check, strict, how):
    gone, stays = two_instances(check)
    stays.emit(check, facts(), [passed()], RUN)
    gone.emit(check, facts(), [failed()], RUN)
    if how == 'unscheduled':
        gone.withdraw()
    else:
        del gone
    for _ in range(2):
        stays.emit(check, facts(), [passed()], RUN)
    assert reported_and_resolved(strict) == ['resolving an issue', 'reporting an issue', 'resolving an issue']
