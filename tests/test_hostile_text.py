"""Hostile text in every field of every fact: what leaves the product is printable, bounded, and never a command."""

import csv
import io
import json
import logging
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from typing import Any

import pytest
from datadog_checks.base import AgentCheck
from datadog_checks.base.stubs import aggregator, datadog_agent
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.cli import run, saved_facts
from datadog_checks.aws_diagnostics.cli.fleet import row
from datadog_checks.aws_diagnostics.cli.judged import Observation
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.emit import Emitter, RunStats
from datadog_checks.aws_diagnostics.expectations import AccountExpectations, Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Platform
from datadog_checks.aws_diagnostics.facts.account import Account, WrongInstance
from datadog_checks.aws_diagnostics.facts.values import FilePath, HostName, PolicyName, RoleName
from datadog_checks.aws_diagnostics.findings import Finding
from datadog_checks.aws_diagnostics.remedies import Language
from tests import builders
from tests.cli.any_facts import SCALARS, values_of
from tests.remedy_rules import commands_of, faults_of, simple_commands

MARK = 'zqx'
"""In every hostile text, so that it is found wherever it went."""
HOSTILE = [
    f'{MARK}$(touch {MARK})',
    f"{MARK}'; touch {MARK}; '",
    f'--endpoint-url=http://{MARK}',
    f'{MARK}\n- {MARK}: `id`',
    f'\x1b[2J\x1b]0;{MARK}\x07',
    f'{MARK}\u202e\u2066\u200b',
    f'{MARK}\ud800',
    f'{MARK}\0',
    f'=HYPERLINK("{MARK}")',
    f'"{MARK}": {{}} # {MARK}',
    f'{MARK} ' * 4000,
    '',
]
TEXT: dict[type, Any] = {
    **SCALARS,
    int: st.sampled_from([0, 1, 2, 3, 64, 10**30, -1]),
    float: st.sampled_from([0.0, -1.0, builders.NOW, builders.NOW - 1e6, 1e300]),
    str: st.sampled_from(HOSTILE),
    RoleName: st.just(RoleName(f'{MARK}+=,.@-role')),
    PolicyName: st.just(PolicyName(f'{MARK}+=,.@-policy')),
    HostName: st.just(HostName(f'{MARK}.example')),
    FilePath: st.just(FilePath(f'/{MARK} \'"$(id)`id`;&|')),
}
EC2 = st.sampled_from([Platform(True, 'DMI'), Platform(True, f'DMI {MARK}')])
HOSTS = values_of(Facts, {**TEXT, Platform: EC2}).map(lambda facts: replace(facts, account=None))
ACCOUNTS = values_of(Account, TEXT).map(lambda account: replace(builders.facts(), account=account))
EXPECTATIONS = values_of(Expectations, TEXT)
REPEATABLE = settings(
    # Hostile facts are large: making a failing example smaller takes minutes and tells nothing more.
    max_examples=25,
    phases=[Phase.generate],
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
LONGEST_MESSAGE, LONGEST_TAG, LONGEST_LINE, LARGEST_OUTPUT = 500, 200, 4000, 400_000


def assert_clean(text: str, at_most: int, where: str) -> None:
    assert len(text) <= at_most, f'{where}: {len(text)} characters'
    text.encode()
    assert text.replace('\n', '').isprintable(), f'{where}: {text!r}'


def test_each_hostile_text_would_be_noticed() -> None:
    noticed = [text for text in HOSTILE if not text.isprintable() or len(text) > LONGEST_LINE]
    assert len(noticed) == 6
    with pytest.raises(UnicodeEncodeError):
        assert_clean(f'{MARK}\ud800', 100, 'a surrogate')


@REPEATABLE
@given(facts=st.one_of(HOSTS, ACCOUNTS), expected=EXPECTATIONS)
def test_evidence_and_remedies_are_short_lines_and_commands_hold_foreign_text_as_one_argument(facts, expected) -> None:
    for finding in judged(facts, expected):
        assert 'defect in' not in finding.verdict.evidence, finding.diagnosis.id
        assert_clean(finding.verdict.evidence, 400, finding.diagnosis.id)
        assert '\n' not in finding.verdict.evidence
        if finding.remedy is not None:
            assert 'defect in' not in finding.remedy.summary, finding.diagnosis.id
            assert_harmless_commands(finding)


@settings(REPEATABLE, max_examples=8)
@given(facts=st.one_of(HOSTS, ACCOUNTS), expected=EXPECTATIONS)
def test_remedies_keep_their_rules_whatever_the_facts_hold(facts, expected) -> None:
    for finding in judged(facts, expected):
        faults = faults_of(finding.remedy) if finding.remedy else []
        # SC2016: nothing expands in single quotes, which is what they are there for.
        assert [fault for fault in faults if 'SC2016' not in fault] == [], finding.diagnosis.id


def judged(facts: Facts, expected: Expectations) -> tuple[Finding, ...]:
    account = AccountExpectations() if facts.account is not None else None
    return diagnose(DIAGNOSES, facts, replace(expected, account=account, disabled_diagnoses=frozenset()))


def assert_harmless_commands(finding: Finding) -> None:
    """Text from outside is a whole value of its own form, or the end of an ARN or an option's value."""
    assert finding.remedy is not None
    for command in commands_of(finding.remedy):
        if command.language is Language.SHELL and MARK in command.text:
            for words in simple_commands(command.text):
                assert MARK not in words[0], command.text
                foreign = [word for word in words if MARK in word]
                assert all(is_one_value(word) for word in foreign), foreign
        elif command.language is not Language.SHELL:
            assert all(text not in command.text for text in HOSTILE if text), command.text


def is_one_value(word: str) -> bool:
    value = word.rpartition('/')[2] if word.startswith('arn:') else word.removeprefix('file://')
    return any(type_.of(value) is not None for type_ in (RoleName, PolicyName, HostName, FilePath))


class Check(AgentCheck):
    __NAMESPACE__ = 'aws_diagnostics'

    def __init__(self) -> None:
        super().__init__('aws_diagnostics', {}, [{}])
        self.check_id = 'aws_diagnostics:hostile'
        self.issues: list[Any] = []

    def report_issue(self, *_: Any, **issue: Any) -> None:
        self.issues.append(issue)

    def resolve_issue(self, id: str) -> None:
        self.issues.append(id)


@REPEATABLE
@given(facts=st.one_of(HOSTS, ACCOUNTS), expected=EXPECTATIONS)
def test_what_the_agent_is_given_is_printable_and_bounded(facts, expected) -> None:
    aggregator.reset()
    datadog_agent.reset()
    check = Check()
    emitter, findings = Emitter(('team:a',), ('region', 'account_id'), True), judged(facts, expected)
    emitter.emit(check, facts, findings, RunStats(0.1))
    emitter.send_diagnoses(check, findings)
    for where, text, at_most in sent(check):
        assert_clean(text, at_most, where)


def sent(check: Check) -> Iterator[tuple[str, str, int]]:
    """Every text that was submitted, and how long it may be."""
    for name in aggregator.service_check_names:
        for service_check in aggregator.service_checks(name):
            yield name, service_check.message, LONGEST_MESSAGE
            yield from ((name, tag, LONGEST_TAG) for tag in service_check.tags)
    for name in aggregator.metric_names:
        yield from ((name, tag, LONGEST_TAG) for sample in aggregator.metrics(name) for tag in sample.tags)
    for event in aggregator.events:
        yield from (('event', str(value), LONGEST_LINE) for value in event.values())
    yield from (('metadata', str(value), LONGEST_MESSAGE) for value in datadog_agent._metadata.values())
    yield from (('diagnoses', str(value), 8000) for row in json.loads(check.get_diagnoses()) for value in row.values())
    yield from (('issue', text, 8000) for issue in check.issues for text in texts_in(issue))


def texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list | tuple):
        for item in value.values() if isinstance(value, dict) else value:
            yield from texts_in(item)


@REPEATABLE
@given(facts=st.one_of(HOSTS, ACCOUNTS), expected=EXPECTATIONS)
def test_what_a_person_sees_of_saved_facts_is_printable_and_bounded(facts, expected, tmp_path_factory) -> None:
    file = tmp_path_factory.mktemp('saved') / 'facts.json'
    observation = Observation(facts, replace(expected, account=None))
    file.write_text(saved_facts.dumps([observation], saved_at=builders.NOW))
    for options in ([], ['--json']):
        status, output, errors = printed('judge', str(file), *options)
        assert status in (0, 1, 2, 3), errors
        assert_clean(errors, LARGEST_OUTPUT, 'stderr')
        assert_clean(output, LARGEST_OUTPUT * 10 if options else LARGEST_OUTPUT, ' '.join(options))
        if options:
            json.loads(output)


def printed(*arguments: str) -> tuple[int, str, str]:
    output, errors = io.StringIO(), io.StringIO()
    with redirect_stdout(output), redirect_stderr(errors):
        status = run(arguments)
    return status, output.getvalue(), errors.getvalue()


@REPEATABLE
@given(instance=values_of(WrongInstance, TEXT))
def test_a_line_of_csv_holds_no_formula_and_nothing_that_a_terminal_obeys(instance: WrongInstance) -> None:
    file = io.StringIO()
    csv.writer(file).writerow(row(instance))
    assert_clean(file.getvalue().rstrip('\r\n'), LONGEST_LINE * 2, 'csv')
    assert not any(cell.lstrip().startswith(('=', '+', '-', '@')) for cell in row(instance))


@REPEATABLE
@given(facts=st.one_of(HOSTS, ACCOUNTS))
def test_what_is_logged_is_printable_and_bounded(facts) -> None:
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    logging.getLogger().addHandler(handler)
    try:
        Emitter((), (), False).emit(Check(), facts, judged(facts, Expectations()), RunStats(0.1))
    finally:
        logging.getLogger().removeHandler(handler)
    assert_clean(logged.getvalue(), LARGEST_OUTPUT, 'log')
