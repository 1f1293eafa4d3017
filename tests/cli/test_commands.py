"""The commands in this process: what they print and with which status they end."""

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.cli import ExitStatus, run
from datadog_checks.aws_diagnostics.cli.catalogue import generic_fix
from datadog_checks.aws_diagnostics.cli.document import remedy_document
from datadog_checks.aws_diagnostics.cli.judged import Observation
from datadog_checks.aws_diagnostics.cli.saved_facts import dumps, loads, read
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.values import FilePath
from datadog_checks.aws_diagnostics.findings import Scope, Status

from ..account.builders import account_facts
from ..builders import NOW, answered, facts, imds, path
from .schema import validate

OF_A_HOST = [d for d in DIAGNOSES if d.scope is Scope.HOST]
HEALTHY = facts()
ELSEWHERE = facts(platform=Platform(False, 'DMI names another vendor: [red]Acme[/red]'))
SOMEWHERE = facts(platform=Platform(None, 'nothing says which platform this is'))
UNSEEN = facts(imds=Unobserved('no sockets here'), path=Unobserved('no sockets here'))
MILD = facts(path=path(hop_limit=2))
DISABLED = facts(imds=imds(token=answered(403), metadata=answered(403), control=answered(403), tokenless=answered(403)))


@pytest.fixture
def saved(tmp_path: Path):
    def save(*observed: Facts, expected: Expectations = Expectations(), name: str = 'facts.json') -> str:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
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
        pytest.param([SOMEWHERE], 3, id='not known to be EC2'),
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


def test_several_hosts_become_a_table_by_cause(saved, capsys):
    assert run(['judge', saved(ELSEWHERE, HEALTHY, DISABLED)]) == 2
    disabled, *others = capsys.readouterr().out.splitlines()
    assert disabled.startswith('CRITICAL 3 hosts (1 critical, 2 ok): ')
    assert disabled.endswith(': 1')
    assert others[:2] == ['facts saved 2026-09-21T14:13:20+00:00', '']
    assert others[-2:] == [
        'OK           1  not EC2: i-0123456789abcdef0',
        'OK           1  no problem found: i-0123456789abcdef0',
    ]


def test_v_shows_every_host_below_the_table(saved, capsys):
    assert run(['judge', '-v', saved(ELSEWHERE, HEALTHY)]) == 0
    shown = capsys.readouterr().out
    assert 'OK i-0123456789abcdef0: not EC2: DMI names another vendor: [red]Acme[/red]\n' in shown
    assert 'OK        imds-unreachable: ' in shown


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


def test_json_has_one_report_for_each_instance(saved, capsys):
    assert run(['judge', '--json', saved(HEALTHY, ELSEWHERE)]) == 0
    document = printed(capsys)
    first, second = document['reports']
    assert (document['command'], document['status']) == ('judge', 'ok')
    assert [first['status'], second['status']] == ['ok', 'ok']
    assert {finding['status'] for finding in second['findings']} == {'not_applicable'}
    assert [finding['id'] for finding in first['findings']] == [diagnosis.id for diagnosis in OF_A_HOST]
    assert first['saved_at'] == '2026-09-21T14:13:20+00:00'


def printed(capsys) -> dict[str, Any]:
    """The JSON on stdout, valid by the schema."""
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    validate(document)
    return document


def test_check_runs_every_instance_and_saves_what_it_observed(conf, tmp_path, capsys):
    config, file = conf({'ec2': 'never'}, {'ec2': 'never', 'max_hop_limit': 1}), tmp_path / 'facts.json'
    assert run(['check', '--json', '--config', config, '--save-facts', str(file)]) == 0
    assert len(printed(capsys)['reports']) == 2
    given = FilePath(config)
    assert [o.expectations for o in read(file).instances] == [
        Expectations(config_file=given),
        Expectations(max_hop_limit=1, config_file=given),
    ]


def test_check_of_several_instances_has_one_verdict_over_all_of_them(conf, capsys):
    config = conf({'ec2': 'never'}, {'ec2': 'never'})
    assert run(['check', '--config', config]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith('OK 2 of 2 instances: ')
    assert sum(line.startswith('OK ') for line in lines) == 3


def test_facts_can_be_saved_to_stdout_and_the_report_is_beside_them(conf, capsys):
    assert run(['check', '--config', conf({'ec2': 'never'}), '--save-facts', '-']) == 0
    captured = capsys.readouterr()
    assert len(loads(captured.out).instances) == 1
    assert captured.err.startswith('OK ')


def test_facts_come_from_stdin(saved, monkeypatch, capsys):
    text = Path(saved(DISABLED)).read_bytes()
    monkeypatch.setattr(sys, 'stdin', io.TextIOWrapper(io.BytesIO(text)))
    assert run(['judge', '-']) == 2


def test_closed_standard_input_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(sys, 'stdin', None)
    assert run(['judge', '-']) == ExitStatus.DAMAGED_FACTS
    assert capsys.readouterr().err == 'Error: FACTS -: standard input is closed\n'


@pytest.fixture
def hosts(saved, tmp_path):
    """A directory with a healthy host, a damaged file, and what is no .json file."""
    saved(HEALTHY, name='hosts/a.json')
    (tmp_path / 'hosts' / 'acme-i-0dead0beef0dead0b.json').write_text('{')
    (tmp_path / 'hosts' / 'acme.txt').write_text('mine')
    (tmp_path / 'hosts' / 'older.json').mkdir()
    return str(tmp_path / 'hosts')


def test_a_damaged_file_in_a_directory_is_counted_and_the_run_is_no_success(hosts, capsys):
    assert run(['judge', hosts]) == 3
    captured = capsys.readouterr()
    assert captured.out.startswith('UNKNOWN 1 host, 1 file skipped: no problem found: 1\n')
    assert captured.err.splitlines() == [
        'ignored: 2 directories and files without .json: acme.txt, older.json',
        f'skipped: FACTS {hosts}/acme-i-0dead0beef0dead0b.json: is not a file of saved facts: not JSON: Expecting '
        'property name enclosed in double quotes: line 1 column 2 (char 1)',
    ]
    assert run(['judge', '--json', hosts]) == 3
    document = printed(capsys)
    assert (document['status'], document['skipped'], len(document['reports'])) == ('unknown', 1, 1)
    assert run(['judge', '--csv', hosts]) == 3
    assert run(['judge', '--fail-on', 'warning', hosts]) == 0


def test_no_file_is_named_under_redact(hosts, capsys):
    assert run(['judge', '--redact', hosts]) == 3
    captured = capsys.readouterr()
    assert 'acme' not in captured.out + captured.err and '0dead' not in captured.out + captured.err
    assert captured.err.splitlines() == [
        'ignored: 2 directories and files without .json',
        'skipped: a file that is damaged or holds no saved facts; without --redact it is named',
    ]


@pytest.mark.parametrize('facts', ['acme.json', '.'])
def test_nothing_of_a_damaged_file_that_was_named_is_quoted_under_redact(tmp_path, monkeypatch, capsys, facts):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'acme.json').write_text('{"format": "aws_diagnostics facts", "schema": "of i-0dead"}')
    assert run(['judge', '--redact', facts]) == ExitStatus.DAMAGED_FACTS
    error = 'Error: FACTS: a file that is damaged or holds no saved facts; without --redact it is named'
    assert capsys.readouterr().err.splitlines()[-1] == error


def test_a_directory_of_facts_is_judged_and_what_is_no_facts_is_skipped(saved, tmp_path, capsys):
    saved(HEALTHY, name='hosts/a.json')
    saved(DISABLED, name='hosts/b.json')
    (tmp_path / 'hosts' / 'notes.json').write_text('{}')
    (tmp_path / 'hosts' / 'notes.txt').write_text('mine')
    assert run(['judge', '--json', str(tmp_path / 'hosts')]) == 2
    captured = capsys.readouterr()
    assert [r['source'] for r in json.loads(captured.out)['reports']] == [
        str(tmp_path / 'hosts' / name) for name in ('a.json', 'b.json')
    ]
    assert captured.err == (
        'ignored: 1 directory or file without .json: notes.txt\n'
        f'skipped: FACTS {tmp_path}/hosts/notes.json: is not a file of saved facts: no field format with the value '
        "'aws_diagnostics facts'\n"
    )


def test_a_directory_without_facts_is_refused(tmp_path, capsys):
    assert run(['judge', str(tmp_path)]) == ExitStatus.DAMAGED_FACTS
    assert capsys.readouterr().err == f'Error: FACTS {tmp_path}: no file of saved facts that ends in .json\n'


def test_csv_has_a_line_for_each_cause_of_each_host(saved, capsys):
    assert run(['judge', '--csv', saved(HEALTHY, DISABLED)]) == 2
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert [(row['subject'], row['status'], row['cause']) for row in rows] == [
        ('i-0123456789abcdef0', 'ok', ''),
        ('i-0123456789abcdef0', 'critical', 'imds-endpoint-disabled'),
    ]


@pytest.mark.parametrize(
    ('observed', 'statuses'),
    [
        pytest.param(HEALTHY, (0, 0, 0), id='healthy'),
        pytest.param(UNSEEN, (0, 0, 3), id='unknown'),
        pytest.param(MILD, (0, 1, 1), id='a warning'),
        pytest.param(DISABLED, (2, 2, 2), id='critical'),
    ],
)
def test_fail_on_sets_from_which_status_on_the_run_fails(saved, capsys, observed, statuses):
    file = saved(observed, expected=Expectations(min_hop_limit=3) if observed is MILD else Expectations())
    ended = tuple(run(['judge', file, '--fail-on', status]) for status in ('critical', 'warning', 'unknown'))
    assert ended == statuses


@pytest.mark.parametrize(
    'observed',
    [pytest.param([DISABLED], id='one host'), pytest.param([HEALTHY, DISABLED], id='several hosts')],
)
def test_q_shows_the_first_line_only(saved, capsys, observed):
    file = saved(*observed)
    run(['judge', file])
    first, *_ = capsys.readouterr().out.splitlines()
    run(['judge', '-q', file])
    assert capsys.readouterr().out == f'{first}\n'


def test_only_judges_what_is_named(saved, capsys):
    chosen = ['--only', 'imds-throttled', '--only', 'imds-endpoint-disabled']
    assert run(['judge', '--json', saved(HEALTHY), *chosen]) == 0
    assert [f['id'] for f in printed(capsys)['reports'][0]['findings']] == ['imds-endpoint-disabled', 'imds-throttled']


def test_only_what_does_not_apply_is_not_judged_and_that_is_no_success(saved, capsys):
    assert run(['judge', saved(HEALTHY), '--only', 'imds-hop-limit-above-policy']) == 3
    assert capsys.readouterr().out.startswith(
        'UNKNOWN i-0123456789abcdef0: nothing was judged: max_hop_limit is not set\n'
    )


@pytest.mark.parametrize(
    'arguments',
    [
        pytest.param(['-v', '-q'], id='v and q'),
        pytest.param(['--json', '-q'], id='JSON and q'),
        pytest.param(['--csv', '--json'], id='two formats'),
    ],
)
def test_options_that_contradict_each_other_are_refused(saved, capsys, arguments):
    assert run(['judge', saved(HEALTHY), *arguments]) == ExitStatus.USAGE


def test_list_names_every_diagnosis_once_with_its_scope(capsys, monkeypatch):
    monkeypatch.setenv('COLUMNS', '300')
    assert run(['list']) == 0
    rows = [line.split(maxsplit=4) for line in capsys.readouterr().out.splitlines()]
    assert rows == [[d.severity.word, d.scope, d.id, d.service_check, d.title] for d in DIAGNOSES]


def test_list_is_there_for_programs_too(capsys):
    assert run(['list', '--json']) == 0
    assert printed(capsys)['diagnoses'] == [
        {
            'id': d.id,
            'title': d.title,
            'scope': d.scope,
            'severity': d.severity.word,
            'service_check': d.service_check,
        }
        for d in DIAGNOSES
    ]


@pytest.mark.parametrize('diagnosis', DIAGNOSES, ids=lambda d: d.id)
def test_explain_shows_the_generic_fix_of_every_diagnosis(diagnosis, capsys):
    remedy = generic_fix(diagnosis)
    assert run(['explain', diagnosis.id]) == 0
    shown = capsys.readouterr().out
    assert f'fix {" ".join(remedy.summary.split()) if remedy else ""}' in ' '.join(shown.split()) or remedy is None
    choices, then = (remedy.choices, remedy.then) if remedy else ((), ())
    commands = [*(c for choice in choices for c in choice.commands), *(c for step in then for c in step.commands)]
    assert [line for c in commands for line in c.text.splitlines() if f'{line}\n' not in shown] == []
    assert run(['explain', '--json', diagnosis.id]) == 0
    assert printed(capsys)['diagnosis']['remedy'] == (remedy and remedy_document(remedy))


@pytest.mark.parametrize('diagnosis', DIAGNOSES, ids=lambda d: d.id)
def test_explain_tells_what_the_catalogue_holds(diagnosis, capsys):
    assert run(['explain', diagnosis.id]) == 0
    words = ' '.join(capsys.readouterr().out.split())
    assert words.startswith(f'{diagnosis.id} fault {diagnosis.title} tests ')
    assert f'severity {diagnosis.severity.word} service check aws_diagnostics.{diagnosis.service_check} ' in words
    assert f'explained by {", ".join(diagnosis.after) or "no other diagnosis"} explains ' in words
    assert words.endswith(f'docs {diagnosis.docs}')
    assert f'scope {diagnosis.scope} severity' in words
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
            "there is no diagnosis 'zzz': 'aws-diagnostics list' shows all",
            id='nothing like an id',
        ),
        pytest.param(['chekc'], "No such command 'chekc'", id='a misspelt command'),
        pytest.param(['check', '--confg', 'x'], "No such option '--confg'", id='a misspelt option'),
        pytest.param(['check', '--config', '/no/such'], "'--config': File '/no/such' does not exist.", id='no file'),
        pytest.param(['check', '--config', '/'], "'--config': File '/' is a directory.", id='a directory'),
        pytest.param(['judge', '/no/such'], "'FACTS...': Path '/no/such' does not exist.", id='no facts'),
        pytest.param(['judge'], "Missing argument 'FACTS...'.", id='no argument'),
        pytest.param(['judge', '/', '--only', 'imds'], "there is no diagnosis 'imds'", id='no diagnosis of that id'),
        pytest.param(['check', '--wait-ok', '2d'], "'2d' is not allowed, it must be like 30s, 5m or 1h", id='no time'),
        pytest.param(['check', '--json', '--save-facts', '-'], 'all are stdout', id='two documents on stdout'),
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
        pytest.param(['metrics'], 'output closed.\n\nError: a command is missing\n', id='a group without its command'),
    ],
)
def test_wrong_usage_ends_with_64(arguments, message, capsys):
    assert run(arguments) == ExitStatus.USAGE
    captured = capsys.readouterr()
    assert (captured.out, message in captured.err) == ('', True), captured.err


@pytest.mark.parametrize(
    ('content', 'arguments', 'status', 'message'),
    [
        pytest.param(
            'instances: 5',
            ['check', '--config'],
            ExitStatus.CONFIGURATION,
            'instances must be a list with',
            id='conf.yaml',
        ),
        pytest.param('{}', ['judge'], ExitStatus.DAMAGED_FACTS, 'is not a file of saved facts', id='facts'),
        pytest.param(
            '[]', ['check', '--agent-config'], ExitStatus.CONFIGURATION, 'must hold a mapping, not', id='datadog.yaml'
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
    assert '0 ok: judged and fine, or known not to be EC2. 1 warning, 2 critical, 3 unknown' in words
    assert all(f'{status:d} ' in words for status in ExitStatus)


def test_no_exit_status_is_mistaken_for_a_verdict():
    assert not set(ExitStatus) & set(Status)


def test_facts_of_an_account_are_not_judged_by_what_is_expected_of_a_host(saved, conf, capsys):
    config = conf({})
    assert run(['judge', saved(account_facts()), '--config', config]) == ExitStatus.CONFIGURATION
    assert capsys.readouterr().err == f'Error: --config {config}: what was saved as number 1 is of an account\n'
