"""The four commands, in this process: what they print and with which status they end."""

import json
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.cli.exit_status import ExitStatus
from datadog_checks.aws_diagnostics.cli.program import run
from datadog_checks.aws_diagnostics.cli.saved_facts import Observation, dumps, read
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Platform, Unobserved
from datadog_checks.aws_diagnostics.findings import Scope, Status

from ..account.builders import account_facts
from ..builders import NOW, agent, answered, facts, imds, path

OF_A_HOST = [d for d in DIAGNOSES if d.scope is Scope.HOST]
HEALTHY = facts()
ELSEWHERE = facts(platform=Platform(False, 'DMI names another vendor: [red]Acme[/red]'))
UNSEEN = facts(imds=Unobserved('no sockets here'), path=Unobserved('no sockets here'))
MISNAMED = facts(agent=agent(hostname='ip-10-0-0-12', provider='os'))
DISABLED = facts(imds=imds(token=answered(403), metadata=answered(403), control=answered(403), tokenless=answered(403)))


@pytest.fixture
def saved(tmp_path: Path):
    def save(*observed: Facts, expected: Expectations = Expectations()) -> str:
        file = tmp_path / 'facts.json'
        file.write_text(dumps([Observation(f, expected) for f in observed], NOW))
        return str(file)

    return save


@pytest.fixture
def conf(tmp_path: Path):
    def write(*instances: dict[str, Any]) -> str:
        file = tmp_path / 'conf.yaml'
        file.write_text(json.dumps({'init_config': None, 'instances': instances}))
        return str(file)

    return write


@pytest.mark.parametrize(
    ('observed', 'status'),
    [
        pytest.param([HEALTHY], 0, id='healthy'),
        pytest.param([ELSEWHERE], 0, id='not EC2'),
        pytest.param([DISABLED], 2, id='critical'),
        pytest.param([UNSEEN], 3, id='unknown'),
        pytest.param([HEALTHY, UNSEEN, DISABLED], 2, id='the worst of all instances'),
        pytest.param([HEALTHY, UNSEEN], 3, id='unknown is worse than ok'),
    ],
)
def test_the_exit_status_is_the_worst_status(saved, capsys, observed, status):
    assert run(['judge', saved(*observed)]) == status
    assert run(['judge', '--json', saved(*observed)]) == status


def test_a_warning_ends_with_1(saved, conf, capsys):
    assert run(['judge', saved(HEALTHY), '--config', conf({'max_hop_limit': 1})]) == 1


def test_the_verdict_comes_first_and_each_instance_has_its_own(saved, capsys):
    assert run(['judge', saved(ELSEWHERE, HEALTHY)]) == 0
    assert capsys.readouterr().out.splitlines()[:5] == [
        'instance 1 of 2',
        'OK        i-0123456789abcdef0: nothing to diagnose here',
        '          not EC2: DMI names another vendor: [red]Acme[/red]',
        '',
        f'N/A       {len(OF_A_HOST)} diagnoses: this is not EC2: DMI names another vendor: [red]Acme[/red]',
    ]


def test_judge_keeps_what_the_saving_run_expected(saved, capsys):
    assert run(['judge', saved(facts(path=path(hop_limit=2)), expected=Expectations(max_hop_limit=1))]) == 1


def test_a_configuration_replaces_what_the_saving_run_expected(saved, conf, capsys):
    facts_file = saved(HEALTHY, HEALTHY, expected=Expectations(max_hop_limit=1))
    assert run(['judge', facts_file, '--config', conf({})]) == 0
    assert run(['judge', facts_file, '--config', conf({}, {'max_hop_limit': 1})]) == 1


def test_a_configuration_for_another_number_of_instances_is_refused(saved, conf, capsys):
    config = conf({}, {}, {})
    assert run(['judge', saved(HEALTHY, HEALTHY), '--config', config]) == ExitStatus.CONFIGURATION
    assert capsys.readouterr().err == (
        f'Error: --config {config}: instances: there are 3, allowed is 1 or as many as were saved, 2\n'
    )


def test_json_is_a_list_with_one_object_per_instance(saved, capsys):
    assert run(['judge', '--json', saved(HEALTHY, ELSEWHERE)]) == 0
    first, second = json.loads(capsys.readouterr().out)
    assert [first['status'], second['status']] == ['ok', 'ok']
    assert {finding['status'] for finding in second['findings']} == {'not_applicable'}
    assert [finding['id'] for finding in first['findings']] == [diagnosis.id for diagnosis in OF_A_HOST]


def test_check_runs_every_instance_and_saves_what_it_observed(conf, tmp_path, capsys):
    config, file = conf({'ec2': 'never'}, {'ec2': 'never', 'max_hop_limit': 1}), tmp_path / 'facts.json'
    assert run(['check', '--json', '--config', config, '--save-facts', str(file)]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 2
    assert [o.expectations for o in read(file)] == [Expectations(), Expectations(max_hop_limit=1)]


def test_list_names_every_diagnosis_once(capsys):
    assert run(['list']) == 0
    rows = [line.split(maxsplit=3) for line in capsys.readouterr().out.splitlines()]
    assert rows == [[d.severity.word, d.id, d.service_check, d.title] for d in DIAGNOSES]


def test_list_is_there_for_programs_too(capsys):
    assert run(['list', '--json']) == 0
    assert json.loads(capsys.readouterr().out) == [
        {'id': d.id, 'title': d.title, 'severity': d.severity.word, 'service_check': d.service_check} for d in DIAGNOSES
    ]


@pytest.mark.parametrize('diagnosis', DIAGNOSES, ids=lambda d: d.id)
def test_explain_tells_what_the_catalogue_holds(diagnosis, capsys):
    assert run(['explain', diagnosis.id]) == 0
    words = ' '.join(capsys.readouterr().out.split())
    assert words.startswith(f'{diagnosis.id} fault {diagnosis.title} tests ')
    assert f'severity {diagnosis.severity.word} service check aws_diagnostics.{diagnosis.service_check} ' in words
    assert f'explained by {", ".join(diagnosis.after) or "no other diagnosis"} explains ' in words
    assert words.endswith(f'docs {diagnosis.docs}')
    description = ' '.join(diagnosis.description.split())
    assert all(sentence in words.replace(' harm ', ' ') for sentence in description.split('. '))


def test_explain_names_the_diagnoses_that_it_explains(capsys):
    run(['explain', 'imds-hop-limit-too-low'])
    line = next(line for line in capsys.readouterr().out.splitlines() if 'explains' in line)
    assert 'hostname-' in line


@pytest.mark.parametrize(
    ('arguments', 'message'),
    [
        pytest.param(
            ['explain', 'imds-hop-limit'],
            "there is no diagnosis 'imds-hop-limit': did you mean imds-hop-limit-too-low or ",
            id='nearly an id',
        ),
        pytest.param(
            ['explain', 'zzz'],
            "there is no diagnosis 'zzz': 'aws-diagnostics list' names them all",
            id='nothing like an id',
        ),
        pytest.param(['chekc'], "No such command 'chekc'", id='a misspelt command'),
        pytest.param(['check', '--confg', 'x'], "No such option '--confg'", id='a misspelt option'),
        pytest.param(['check', '--config', '/no/such'], "'--config': File '/no/such' does not exist.", id='no file'),
        pytest.param(['check', '--config', '/'], "'--config': File '/' is a directory.", id='a directory'),
        pytest.param(['judge', '/no/such'], "'FACTS': File '/no/such' does not exist.", id='no facts'),
        pytest.param(['judge'], "Missing argument 'FACTS'.", id='no argument'),
        pytest.param(
            ['check', '--agent-version', '7'],
            "'--agent-version': '7' is not allowed, it must be like 7.60.0",
            id='no version',
        ),
        pytest.param(
            ['check', '--agent-config', '/no/such'],
            "'--agent-config': File '/no/such' does not exist.",
            id='no datadog.yaml',
        ),
        pytest.param(['check', '--agent-provider', 'azur'], "'azur' is not one of 'configuration',", id='no provider'),
        pytest.param([], 'Usage: aws-diagnostics', id='nothing'),
    ],
)
def test_wrong_usage_ends_with_64(arguments, message, capsys):
    assert run(arguments) == ExitStatus.USAGE
    captured = capsys.readouterr()
    assert (captured.out, message in captured.err) == ('', True), captured.err


@pytest.mark.parametrize(
    ('content', 'arguments', 'status', 'message'),
    [
        pytest.param('instances: 5', ['check', '--config'], ExitStatus.CONFIGURATION, 'instances is 5', id='conf.yaml'),
        pytest.param('{}', ['judge'], ExitStatus.DAMAGED_FACTS, 'is not a file of saved facts', id='facts'),
        pytest.param(
            '[]', ['check', '--agent-config'], ExitStatus.CONFIGURATION, 'holds a list, allowed is', id='datadog.yaml'
        ),
        pytest.param(
            'x', ['check', '--save-facts'], ExitStatus.CANNOT_WRITE, 'is not a file of saved facts', id='save facts'
        ),
    ],
)
def test_an_unusable_file_is_one_line_and_its_own_status(tmp_path, capsys, content, arguments, status, message):
    file = tmp_path / 'file'
    file.write_text(content)
    assert run([*arguments, str(file)]) == status
    captured = capsys.readouterr()
    assert captured.out == ''
    assert captured.err.startswith('Error: ') and captured.err.count('\n') == 1
    assert str(file) in captured.err and message in captured.err
    assert file.read_text() == content


def test_help_tells_every_exit_status(capsys):
    assert run(['check', '--help']) == 0
    words = ' '.join(capsys.readouterr().out.split())
    assert '0 ok, 1 warning, 2 critical, 3 unknown' in words
    assert all(f'{status:d} ' in words for status in ExitStatus)


def test_no_exit_status_is_mistaken_for_a_verdict():
    assert not set(ExitStatus) & set(Status)


def test_facts_of_an_account_are_not_judged_by_what_is_expected_of_a_host(saved, conf, capsys):
    config = conf({})
    assert run(['judge', saved(account_facts()), '--config', config]) == ExitStatus.CONFIGURATION
    assert capsys.readouterr().err == f'Error: --config {config}: what was saved as number 1 is of an account\n'
