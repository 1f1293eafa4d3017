"""A person reads the verdict first, then the evidence, one cause, the harm and the fix; the worst first."""

import pytest

from datadog_checks.aws_diagnostics.cli.page import Line
from datadog_checks.aws_diagnostics.cli.report import report
from datadog_checks.aws_diagnostics.facts import Facts, Platform
from datadog_checks.aws_diagnostics.findings import Failed, Finding, NotApplicable, Passed, Status, Unknown, Verdict

from ..builders import INSTANCE_ID, facts
from ..emit.findings import diagnosis, failed, finding, not_applicable, passed, unknown


def text(findings: list[Finding], observed: Facts | None = None) -> str:
    lines = report(observed or facts(), findings)
    return '\n'.join(f'{line.lead}{line.text}'.rstrip() for line in lines)


def test_a_fault_comes_with_its_evidence_harm_and_fix() -> None:
    finding = failed('the limit is 1', title='The limit is too low', tests='Measures it.', harm='The name is lost.')
    assert text([finding]) == (
        'CRITICAL  i-0123456789abcdef0: 1 of 1 diagnoses failed, 1 cause\n'
        "          EC2: DMI board_vendor is 'Amazon EC2'\n"
        '\n'
        'CRITICAL  The limit is too low (a-fault)\n'
        'evidence  the limit is 1\n'
        '    harm  The name is lost.\n'
        '     fix  Raise the hop limit\n'
        '          1. first step\n'
        '          2. second step\n'
        '    docs  https://docs.example/'
    )


def test_an_explained_fault_names_its_cause_and_does_not_repeat_its_steps() -> None:
    cause = failed(id='cause', title='The cause')
    effect = failed(
        id='effect',
        title='The effect',
        explained_by='cause',
        once_explained=('Restart the Agent: sudo systemctl restart datadog-agent',),
    )
    assert text([effect, cause]).partition('(effect)\n')[2] == (
        'evidence  seen a fault\n'
        '    harm  Tests something.\n'
        '   cause  The cause (cause)\n'
        '     fix  repair the cause, then\n'
        '          1. Restart the Agent:\n'
        '             sudo systemctl restart datadog-agent\n'
        '    docs  https://docs.example/'
    )


def test_an_explained_fault_that_needs_nothing_of_its_own_says_so() -> None:
    assert '     fix  repair the cause\n    docs' in text([failed(), failed(id='effect', explained_by='a-fault')])


def test_the_worst_comes_first_and_a_cause_before_what_it_explains() -> None:
    findings = [
        not_applicable(id='not-asked'),
        passed(id='fine'),
        unknown(id='unseen'),
        failed(id='mild', severity=Status.WARNING),
        failed(id='effect', explained_by='cause'),
        failed(id='cause'),
    ]
    verdicts = [
        line for line in text(findings).splitlines()[2:] if line[:1] not in ('', ' ') and 'evidence' not in line
    ]
    assert verdicts == [
        'CRITICAL  Something is wrong (cause)',
        'CRITICAL  Something is wrong (effect)',
        'WARNING   Something is wrong (mild)',
        'UNKNOWN   unseen: could not look',
        'OK        fine: fine',
        'N/A       not-asked: not asked',
    ]


@pytest.mark.parametrize(
    ('findings', 'headline'),
    [
        pytest.param([], f'OK        {INSTANCE_ID}: nothing to diagnose here', id='nothing'),
        pytest.param([not_applicable()], f'OK        {INSTANCE_ID}: nothing to diagnose here', id='not applicable'),
        pytest.param([passed()], f'OK        {INSTANCE_ID}: 0 of 1 diagnoses failed', id='passed'),
        pytest.param([passed(), unknown()], f'UNKNOWN   {INSTANCE_ID}: 0 of 2 diagnoses failed', id='unknown'),
        pytest.param(
            [failed(severity=Status.WARNING), unknown()],
            f'WARNING   {INSTANCE_ID}: 1 of 2 diagnoses failed, 1 cause',
            id='a warning beside something unknown',
        ),
        pytest.param(
            [failed(), failed(id='b'), failed(id='c', explained_by='b')],
            f'CRITICAL  {INSTANCE_ID}: 3 of 3 diagnoses failed, 2 causes',
            id='two causes',
        ),
    ],
)
def test_the_headline_is_the_verdict_with_its_count(findings: list[Finding], headline: str) -> None:
    assert text(findings).partition('\n')[0] == headline


def test_reasons_that_are_the_same_are_told_once() -> None:
    reason, other = NotApplicable('not EC2'), NotApplicable('max_hop_limit is not set')
    findings = [Finding(diagnosis(id=id), v) for id, v in (('a', reason), ('b', other), ('c', reason))]
    assert text(findings).splitlines()[2:] == [
        '',
        'N/A       2 diagnoses: not EC2',
        'N/A       b: max_hop_limit is not set',
    ]


@pytest.mark.parametrize(
    ('ec2', 'line'),
    [
        pytest.param(True, 'EC2: x', id='EC2'),
        pytest.param(False, 'not EC2: x', id='another cloud'),
        pytest.param(None, 'not known to be EC2: x', id='nobody knows'),
    ],
)
def test_the_second_line_says_whether_this_is_ec2(ec2: bool | None, line: str) -> None:
    observed = facts(platform=Platform(ec2, 'x', INSTANCE_ID))
    assert list(report(observed, []))[1] == Line(line, '          ')


@pytest.mark.parametrize('verdict', [Failed('e'), Passed('e'), Unknown('e'), NotApplicable('e')])
def test_a_verdict_is_a_word_and_not_a_colour_alone(verdict: Verdict) -> None:
    word = {Failed: 'CRITICAL', Passed: 'OK', Unknown: 'UNKNOWN', NotApplicable: 'N/A'}[type(verdict)]
    assert word in '\n'.join(text([finding(verdict)]).splitlines()[2:])
