"""A person reads the verdict with its cause first, then evidence, harm and fix; the rest is counted."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.cli.judged import Judged
from datadog_checks.aws_diagnostics.cli.page import Line, Wrap
from datadog_checks.aws_diagnostics.cli.report import report
from datadog_checks.aws_diagnostics.facts import Platform, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Finding, NotApplicable, Passed, Scope, Status, Unknown
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step, shell, yaml

from ..account.builders import account_facts
from ..builders import INSTANCE_ID, agent, facts
from ..emit.findings import diagnosis, failed, finding, not_applicable, passed, unknown
from .seen import seen

RAISE = shell('aws', 'ec2', 'modify-instance-metadata-options', '--http-put-response-hop-limit', '2')
LOWER = shell('aws', 'ec2', 'modify-instance-metadata-options', '--http-put-response-hop-limit', '1')
RESTART = Step('Restart the Agent', (shell('kubectl', 'rollout', 'restart', 'daemonset/datadog'),))
REMEDY = Remedy(
    'Avoid the extra hop, or raise the hop limit to 2',
    choices=(
        Choice(
            "Use cloud-init's instance ID file",
            (yaml({'providers': {'eks': {'ec2': {'useHostnameFromFile': True}}}}, Language.HELM),),
            'one read-only file',
        ),
        Choice('Raise the hop limit', (RAISE,), 'IMDS to every pod', Step('Set it to 1', (LOWER,))),
    ),
    then=(RESTART, Step('Wait for the next run')),
)


def with_remedy(remedy: Remedy, **of_the_diagnosis: Any) -> Finding:
    verdict = Failed('the limit is 1', headline='IMDSv2 hop limit is 1, the Agent needs 2')
    return Finding(diagnosis(**of_the_diagnosis), verdict, remedy=remedy)


HOP_LIMIT = with_remedy(REMEDY, title='The IMDSv2 hop limit is too low', harm='The name is lost.')


def text(judged: Judged, *, verbose: bool = False) -> str:
    return '\n'.join(f'{line.lead}{line.text}'.rstrip() for line in report(judged, verbose=verbose))


def fix(remedy: Remedy, *, verbose: bool = False) -> str:
    return text(seen(with_remedy(remedy)), verbose=verbose).partition('     fix  ')[2].partition('\n    docs')[0]


def test_a_fault_comes_with_its_evidence_harm_and_fix_and_what_it_explains_is_one_line() -> None:
    effects = [failed(id=id, explained_by='a-fault') for id in ('hostname-lost', 'provider-wrong')]
    assert text(seen(HOP_LIMIT, *effects, passed(), not_applicable())) == (
        'CRITICAL i-0123456789abcdef0: IMDSv2 hop limit is 1, the Agent needs 2 (3 findings, 1 cause)\n'
        'CRITICAL The IMDSv2 hop limit is too low (a-fault)\n'
        'evidence  the limit is 1\n'
        '    harm  The name is lost.\n'
        '     fix  Avoid the extra hop, or raise the hop limit to 2. Pick one:\n'
        "          A. Use cloud-init's instance ID file (exposes one read-only file). Helm values:\n"
        '             providers:\n'
        '               eks:\n'
        '                 ec2:\n'
        '                   useHostnameFromFile: true\n'
        '          B. Raise the hop limit (exposes IMDS to every pod):\n'
        '             aws ec2 modify-instance-metadata-options --http-put-response-hop-limit 2\n'
        '          Then:\n'
        '          1. Restart the Agent:\n'
        '             kubectl rollout restart daemonset/datadog\n'
        '          2. Wait for the next run\n'
        'also explains: hostname-lost, provider-wrong\n'
        '1 OK, 1 N/A; -v shows all, and how to undo a choice'
    )


@pytest.mark.parametrize(
    ('remedy', 'shown'),
    [
        pytest.param(
            Remedy('Enable it', (Choice('Enable it', (RAISE,)),)),
            f'Enable it\nEnable it:\n{RAISE.text}',
            id='one choice',
        ),
        pytest.param(
            Remedy('Restart', then=(RESTART,)),
            'Restart\nRestart the Agent:\nkubectl rollout restart daemonset/datadog',
            id='one step',
        ),
        pytest.param(
            Remedy('Do both', then=(Step('one'), Step('two'))), 'Do both\n1. one\n2. two', id='steps without a choice'
        ),
        pytest.param(
            Remedy('Do it', (Choice('one'),), (Step('two'),)), 'Do it\none\nThen:\ntwo', id='one choice and one step'
        ),
        pytest.param(
            Remedy('Set it', then=(Step('Set it', (Command('a: 1', Language.YAML), shell('reboot'))),)),
            'Set it\nSet it. YAML:\na: 1\nShell:\nreboot',
            id='two languages in one step',
        ),
        pytest.param(
            Remedy('Set it', then=(Step('Set it', (shell('reboot'), Command('x = 1', Language.HCL))),)),
            'Set it\nSet it:\nreboot\nTerraform:\nx = 1',
            id='another language after shell',
        ),
        pytest.param(
            Remedy('Set it', then=(Step('Set it in the Helm values', (Command('a: 1', Language.HELM),)),)),
            'Set it\nSet it in the Helm values:\na: 1',
            id='a language that the text names already',
        ),
        pytest.param(Remedy('Ask AWS'), 'Ask AWS', id='nothing to follow'),
    ],
)
def test_alternatives_have_letters_and_steps_have_numbers_where_there_are_several(remedy: Remedy, shown: str) -> None:
    assert '\n'.join(line.strip() for line in fix(remedy).splitlines()) == shown


def test_how_to_undo_a_choice_is_shown_with_v() -> None:
    assert 'Set it to 1' not in fix(REMEDY)
    assert f'             To undo: Set it to 1:\n             {LOWER.text}\n' in fix(REMEDY, verbose=True)


def test_what_is_for_new_instances_is_shown_with_v_and_announced_without() -> None:
    template = Step('For new instances, set it in Terraform', for_new_instances=True)
    fault = with_remedy(replace(REMEDY, then=(template, *REMEDY.then)))
    now = text(seen(fault, passed()))
    assert template.text not in now
    assert '1. Restart the Agent' in now
    assert now.splitlines()[-1] == '1 OK; -v shows all, how to undo a choice, and what to set for new instances'
    assert f'1. {template.text}\n' in text(seen(fault, passed()), verbose=True)


def test_every_line_of_a_command_is_whole_and_everything_else_may_be_wrapped() -> None:
    lines = list(report(seen(HOP_LIMIT)))
    whole = {line.text for line in lines if line.wrap is Wrap.NEVER}
    commands = [*(c for choice in REMEDY.choices for c in choice.commands), *RESTART.commands]
    assert whole == {line for c in commands for line in c.text.splitlines()}
    assert [line.text for line in lines if line.wrap is Wrap.ON_A_TERMINAL] == [
        f'{INSTANCE_ID}: IMDSv2 hop limit is 1, the Agent needs 2 (1 finding, 1 cause)'
    ]


def test_what_an_explained_fault_still_needs_when_its_cause_is_fixed_is_shown_with_v() -> None:
    effect = failed(id='effect', explained_by='a-fault', once_explained=(RESTART, Step('Upgrade the Agent')))
    assert 'Upgrade the Agent' not in text(seen(HOP_LIMIT, effect))
    assert text(seen(HOP_LIMIT, effect), verbose=True).partition('   cause  ')[2].splitlines()[1:5] == [
        '     fix  fix the cause, then',
        '          1. Restart the Agent:',
        '             kubectl rollout restart daemonset/datadog',
        '          2. Upgrade the Agent',
    ]


def test_the_worst_cause_comes_first() -> None:
    shown = text(
        seen(failed(id='mild', severity=Status.WARNING), failed(id='cause'), failed(id='b', explained_by='cause'))
    )
    assert [line for line in shown.splitlines() if line.startswith(('CRITICAL S', 'WARNING S'))] == [
        'CRITICAL Something is wrong (cause)',
        'WARNING Something is wrong (mild)',
    ]


def test_an_effect_that_is_worse_than_its_cause_lifts_it() -> None:
    mild = failed(id='mild', severity=Status.WARNING)
    findings = [failed(id='other', severity=Status.WARNING), mild, failed(id='worse', explained_by='mild')]
    assert [c.finding.diagnosis.id for c in seen(*findings).causes] == ['mild', 'other']


def test_a_healthy_host_is_two_lines() -> None:
    assert text(seen(passed(), not_applicable())) == (
        "OK i-0123456789abcdef0: no problem found (1 OK, 1 N/A)\nEC2: DMI board_vendor is 'Amazon EC2'"
    )


def test_v_shows_every_verdict_and_every_explained_fault() -> None:
    effect = failed('it is lost', id='effect', explained_by='a-fault')
    judged = seen(HOP_LIMIT, effect, unknown(id='b'), passed(id='fine'), not_applicable(id='c'), not_applicable(id='d'))
    assert text(judged, verbose=True).partition('    docs  https://docs.example/\n')[2] == (
        '\n'
        'CRITICAL Something is wrong (effect)\n'
        'evidence  it is lost\n'
        '    harm  It harms.\n'
        '   cause  The IMDSv2 hop limit is too low (a-fault)\n'
        '     fix  fix the cause\n'
        '    docs  https://docs.example/\n'
        '\n'
        'UNKNOWN 1 not judged: could not look.\n'
        '\n'
        'UNKNOWN   b: could not look\n'
        'OK        fine: fine\n'
        'N/A       c, d: not asked'
    )


NO_CREDENTIALS = 'no AWS credentials were found (sts:GetCallerIdentity)'


def test_what_is_unknown_is_counted_by_reason_with_what_would_settle_it() -> None:
    findings = [finding(Unknown(NO_CREDENTIALS), id=f'f{n}', scope=Scope.ACCOUNT) for n in range(21)]
    other = finding(Unknown('the list is empty'), id='other', scope=Scope.ACCOUNT)
    observed = account_facts(caller=Unobserved(NO_CREDENTIALS))
    assert text(seen(other, *findings, passed(), observed=observed)) == (
        f'UNKNOWN the account: 22 not judged: {NO_CREDENTIALS}, and 1 other reason (1 OK)\n'
        f'account not known: {NO_CREDENTIALS}\n'
        '\n'
        f'UNKNOWN 21 not judged: {NO_CREDENTIALS}. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.\n'
        'UNKNOWN 1 not judged: the list is empty.\n'
        '1 OK; -v shows all'
    )


def test_what_is_not_known_of_the_agent_can_be_told_with_options() -> None:
    unnamed = facts(agent=agent(hostname=None, version=None, provider=None))
    shown = text(seen(unknown(service_check='hostname'), observed=unnamed))
    assert 'could not look. Pass --agent-hostname and --agent-version and --agent-provider.' in shown


def test_a_host_that_is_not_known_to_be_ec2_can_be_declared_so() -> None:
    observed = facts(platform=Platform(None, 'nothing says'))
    assert text(seen(finding(NotApplicable('not known to be EC2: nothing says')), observed=observed)) == (
        'UNKNOWN i-0123456789abcdef0: not known to be EC2: nothing says\n'
        'If this is EC2, set `ec2: always` in conf.yaml.'
    )


def test_saved_facts_say_when_they_were_saved_and_where() -> None:
    lines = text(seen(passed(), saved_at='2026-11-27T20:00:00+00:00', source='facts/web-1.json')).splitlines()
    assert lines[1] == 'facts saved 2026-11-27T20:00:00+00:00 in facts/web-1.json'


def test_a_verdict_is_a_word_and_not_only_a_colour() -> None:
    assert next(report(seen(failed()))) == Line(
        f'{INSTANCE_ID}: Something is wrong (1 finding, 1 cause)', 'CRITICAL ', 'bold red', Wrap.ON_A_TERMINAL
    )


def test_an_account_says_who_looked_and_how_much_that_took() -> None:
    shown = text(seen(passed(), observed=account_facts()))
    assert shown.splitlines() == [
        'OK account 123456789012: no problem found (1 OK)',
        'partition aws, looked at as arn:aws:sts::123456789012:assumed-role/aws-diagnostics/session: 25 calls to AWS',
    ]


def test_a_passed_finding_is_none_of_the_causes() -> None:
    assert seen(finding(Passed('fine'), explained_by='x')).causes == ()


def test_a_hint_that_settles_several_questions_is_printed_once() -> None:
    unclear = [
        finding(Unknown(why), id=id, service_check='hostname')
        for id, why in (('a-fault', 'the version is not known'), ('b-fault', 'the hostname is not known'))
    ]
    nobody = agent(hostname=None, version=None)
    assert text(seen(*unclear, observed=facts(agent=nobody))).splitlines()[-2:] == [
        'UNKNOWN 1 not judged: the version is not known. Pass --agent-hostname and --agent-version.',
        'UNKNOWN 1 not judged: the hostname is not known.',
    ]


@pytest.mark.parametrize(
    ('source', 'line'),
    [
        pytest.param('-', 'facts saved 2026-11-27T20:00:00+00:00 from standard input', id='standard input'),
        pytest.param('a.json', 'facts saved 2026-11-27T20:00:00+00:00 in a.json', id='a file'),
        pytest.param('', 'facts saved 2026-11-27T20:00:00+00:00', id='a file that is not named'),
    ],
)
def test_saved_facts_say_where_they_come_from(source: str, line: str) -> None:
    judged = seen(failed(), saved_at='2026-11-27T20:00:00+00:00', source=source)
    assert text(judged).splitlines()[1] == line
