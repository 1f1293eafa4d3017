"""`permissions` in this process, against an IAM and a Datadog that the tests start: what it prints and writes."""

import json
import os
import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from datadog_checks.aws_diagnostics.cli import ExitStatus, run
from datadog_checks.aws_diagnostics.findings import Status
from tests.account import servers
from tests.account.datadog_api import API_KEY, Datadog, datadog_api
from tests.cli.schema import validate

ROLE = 'DatadogIntegrationRole'
REQUIRED = ('cloudwatch:Get*', 'cloudwatch:List*', 'ec2:Describe*', 'tag:GetResources')
TODAY = r'list fetched on \d{4}-\d\d-\d\d'
NOT_KNOWN = (
    '; not known whether resource collection is on: Datadog was not asked: it needs both an API key and an '
    'application key'
)
Conf = Callable[..., str]


@pytest.fixture
def iam(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of an IAM that holds nothing but Datadog's role without policies."""
    for variable in ('DD_API_KEY', 'DD_APP_KEY'):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv('COLUMNS', '400')
    client = boto3.client('iam')
    trust = {'Version': '2012-10-17', 'Statement': []}
    client.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    yield client
    client.close()


@pytest.fixture
def conf(tmp_path: Path) -> Iterator[Conf]:
    """Writes a conf.yaml with one account instance; Datadog requires `REQUIRED`, or what a test says."""
    with datadog_api(
        Datadog(permissions={'standard': REQUIRED, 'resource_collection': ('s3:GetBucketTagging',)})
    ) as api:

        def write(required: tuple[str, ...] = REQUIRED, **account: Any) -> str:
            api.permissions['standard'] = required
            file = tmp_path / 'conf.yaml'
            at_api = {'datadog_api_url': api.url, 'api_key': API_KEY}
            file.write_text(json.dumps({'instances': [{'account': at_api | account}]}))
            return str(file)

        yield write


def grant(iam: Any, *actions: str, effect: str = 'Allow', **more: Any) -> None:
    statement = {'Effect': effect, 'Action': actions, 'Resource': '*'} | more
    document = {'Version': '2012-10-17', 'Statement': [statement]}
    name = f'policy-{len(iam.list_role_policies(RoleName=ROLE)["PolicyNames"])}'
    iam.put_role_policy(RoleName=ROLE, PolicyName=name, PolicyDocument=json.dumps(document))


def without_date(shown: str) -> str:
    """The role was made by the test a moment ago, which the headline says."""
    told = re.sub(r'; the role changed [^;]*: IAM and Datadog need at least 5 minutes', '', shown)
    return re.sub(TODAY, 'list fetched on TODAY', told)


@pytest.mark.parametrize('way', [(), ('--diff',)], ids=['by default', '--diff'])
def test_nothing_missing_ends_with_0(
    iam: Any, conf: Conf, capsys: pytest.CaptureFixture[str], way: tuple[str, ...]
) -> None:
    grant(iam, *REQUIRED)
    assert run(['permissions', *way, '--config', conf()]) == 0
    verdict, *lines = without_date(capsys.readouterr().out).splitlines()
    assert verdict == f'OK account {servers.MOTO_ACCOUNT}: no problem found (1 OK)'
    assert lines == [
        f'{ROLE}: 0 of 4 required permissions are not granted; list fetched on TODAY{NOT_KNOWN}',
        '',
        'Not compared: conditions except on TLS, resources, the permissions boundary and policies of the organization.',
    ]


def test_what_is_missing_is_told_by_service_with_what_it_costs(
    iam: Any, conf: Conf, capsys: pytest.CaptureFixture[str]
) -> None:
    grant(iam, 'cloudwatch:Get*', 'cloudwatch:DescribeAlarms', 'ec2:DescribeInstances', 'tag:*')
    grant(iam, 'tag:*', effect='Deny')
    assert run(['permissions', '--diff', '--config', conf()]) == Status.CRITICAL
    verdict, *lines = without_date(capsys.readouterr().out).splitlines()
    assert verdict == (
        f"CRITICAL account {servers.MOTO_ACCOUNT}: Datadog's integration role is missing 3 of 4 permissions "
        '(1 finding, 1 cause)'
    )
    assert lines == [
        f'{ROLE}: 3 of 4 required permissions are not granted; list fetched on TODAY{NOT_KNOWN}',
        '',
        '          cloudwatch',
        'missing   cloudwatch:List*: finding new CloudWatch metrics',
        '',
        '          ec2',
        'partly    ec2:Describe* (lacks ec2:DescribeInstanceStatus, ec2:DescribeSecurityGroups): the status of hosts, '
        'security groups of hosts',
        '',
        '          tag: the tags of all resources',
        'denied    tag:GetResources',
        '',
        'missing   no policy of the role grants it',
        'denied    a policy of the role denies it, and no other policy can outweigh that',
        'partly    a wildcard of which only some actions are granted; where Datadog documents what it uses, missing '
        'actions are listed',
        'Not compared: conditions except on TLS, resources, the permissions boundary and policies of the organization.',
    ]


STATES = [
    pytest.param((), Status.CRITICAL, id='nothing of a core service is granted'),
    pytest.param(('cloudwatch:*', 'ec2:Describe*'), Status.CRITICAL, id='tags are lost'),
    pytest.param(
        ('cloudwatch:*', 'ec2:DescribeInstances', 'ec2:DescribeInstanceStatus', 'tag:*'), Status.WARNING, id='part'
    ),
    pytest.param(REQUIRED, Status.OK, id='everything is granted'),
]


@pytest.mark.parametrize(('granted', 'status'), STATES)
def test_check_and_permissions_say_the_same_of_the_same_role(
    iam: Any, conf: Conf, capsys: pytest.CaptureFixture[str], granted: tuple[str, ...], status: Status
) -> None:
    if granted:
        grant(iam, *granted)
    config = conf(features=['permissions', 'role'])
    ended = run(['permissions', '--diff', '-q', '--config', config])
    verdict = capsys.readouterr().out
    assert ended == run(['check', '-q', '--config', config, '--only', 'integration-permissions-missing']) == status
    assert capsys.readouterr().out == verdict


def test_json_lists_what_is_not_granted(iam: Any, conf: Conf, capsys: pytest.CaptureFixture[str]) -> None:
    grant(iam, 'cloudwatch:*', 'ec2:DescribeInstances', 'tag:*')
    grant(iam, 'tag:*', effect='Deny')
    ended = run(['permissions', '--diff', '--json', '--config', conf()])
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert (document['command'], Status[document['status'].upper()]) == ('permissions', ended)
    assert document['permissions']['role'] == ROLE
    assert [(row['action'], row['grant']) for row in document['permissions']['not_granted']] == [
        ('ec2:Describe*', 'partly'),
        ('tag:GetResources', 'denied'),
    ]


def test_json_names_the_files_that_were_written(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--json', '--config', conf()])
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert document['policies'] == [str(file) for file in written(tmp_path / 'policies')]


def test_json_of_what_could_not_be_compared_is_valid_too(
    iam: Any, conf: Conf, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(['permissions', '--diff', '--json', '--config', conf(role_name='AnotherRole')]) == Status.UNKNOWN
    document = json.loads(capsys.readouterr().out)
    validate(document)
    assert document['permissions'] is None


def test_what_rests_on_a_condition_is_not_known(iam: Any, conf: Conf, capsys: pytest.CaptureFixture[str]) -> None:
    grant(iam, *REQUIRED, Condition={'IpAddress': {'aws:SourceIp': '192.0.2.0/24'}})
    assert run(['permissions', '--diff', '--config', conf()]) == 3
    verdict, counts, *_ = capsys.readouterr().out.splitlines()
    assert verdict.startswith(f'UNKNOWN account {servers.MOTO_ACCOUNT}: 1 not judged: ')
    assert counts.startswith(f'{ROLE}: 0 of 4 required permissions are not granted, and 4 not certainly')


def test_a_role_that_does_not_exist_is_not_known(iam: Any, conf: Conf, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(['permissions', '--diff', '--config', conf(role_name='AnotherRole')]) == 3
    assert capsys.readouterr().out == (
        f"UNKNOWN account {servers.MOTO_ACCOUNT}: nothing was judged: there is no role 'AnotherRole'\n"
    )


def test_an_aws_out_of_reach_is_not_known_and_nothing_is_written(
    iam: Any, conf: Conf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv('AWS_ENDPOINT_URL', f'http://127.0.0.1:{servers.free_port()}')
    assert run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--config', conf()]) == 3
    assert capsys.readouterr().out.startswith('UNKNOWN the account: 1 not judged: ')
    assert not (tmp_path / 'policies').exists()


def written(directory: Path) -> list[Path]:
    return sorted(directory.iterdir())


def as_iam_counts(file: Path) -> int:
    return len(''.join(file.read_text().split()))


def test_the_policies_that_are_written_close_the_difference_when_the_printed_commands_are_followed(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grant(iam, 'cloudwatch:Get*')
    assert run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--config', conf()]) == Status.CRITICAL
    (file,) = written(tmp_path / 'policies')
    shown = capsys.readouterr().out.splitlines()
    assert shown[2:] == [
        f'          wrote {file}: 3 permissions, {as_iam_counts(file)} of 6144 characters',
        '',
        'Nothing is applied. Read the files, then run:',
        f'aws iam create-policy --policy-name {file.stem} --policy-document file://{file}',
        f'aws iam attach-role-policy --role-name {ROLE} '
        f'--policy-arn arn:aws:iam::{servers.MOTO_ACCOUNT}:policy/{file.stem}',
    ]
    assert iam.list_attached_role_policies(RoleName=ROLE)['AttachedPolicies'] == []
    made = iam.create_policy(PolicyName=file.stem, PolicyDocument=file.read_text())['Policy']
    iam.attach_role_policy(RoleName=ROLE, PolicyArn=made['Arn'])
    assert made['Arn'] == shown[-1].rpartition(' ')[2]
    assert run(['permissions', '--diff', '--config', conf()]) == 0


def test_a_file_is_its_owners_alone_and_a_second_run_replaces_it(iam: Any, conf: Conf, tmp_path: Path) -> None:
    directory = tmp_path / 'policies'
    arguments = ['permissions', '--policy-json', str(directory), '--config', conf()]
    umask = os.umask(0)
    try:
        assert run(arguments) == Status.CRITICAL
        (file,) = written(directory)
        content = file.read_text()
        assert run(arguments) == Status.CRITICAL
    finally:
        os.umask(umask)
    assert written(directory) == [file]
    assert file.read_text() == content
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    'content',
    [
        pytest.param('', id='empty'),
        pytest.param('my notes', id='notes'),
        pytest.param('{"Version": "2012-10-17", "Statement": [{"Sid": "Mine"}]}', id='a policy of someone else'),
        pytest.param('[' * 100_000, id='nested too deeply'),
    ],
)
def test_a_file_of_someone_else_is_never_overwritten(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str
) -> None:
    directory = tmp_path / 'policies'
    arguments = ['permissions', '--policy-json', str(directory), '--config', conf()]
    assert run(arguments) == Status.CRITICAL
    (file,) = written(directory)
    file.write_text(content)
    capsys.readouterr()
    assert run(arguments) == ExitStatus.CANNOT_WRITE
    assert capsys.readouterr().err == (
        f'Error: --policy-json {file}: cannot be written: it exists and is not a policy of this program: remove it or '
        'choose another directory\n'
    )
    assert file.read_text() == content


def test_a_link_is_never_followed(iam: Any, conf: Conf, tmp_path: Path) -> None:
    directory = tmp_path / 'policies'
    arguments = ['permissions', '--policy-json', str(directory), '--config', conf()]
    assert run(arguments) == Status.CRITICAL
    (file,) = written(directory)
    target = file.rename(tmp_path / 'target.json')
    file.symlink_to(target)
    content = target.read_text()
    assert run(arguments) == ExitStatus.CANNOT_WRITE
    assert (file.is_symlink(), target.read_text()) == (True, content)


def test_a_directory_that_cannot_be_made_is_named(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = tmp_path / 'not' / 'there'
    assert run(['permissions', '--policy-json', str(directory), '--config', conf()]) == ExitStatus.CANNOT_WRITE
    assert capsys.readouterr().err == (
        f'Error: --policy-json {directory}: cannot be written: No such file or directory\n'
    )


def test_what_is_denied_is_written_into_no_policy(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grant(iam, '*')
    grant(iam, 'tag:*', effect='Deny')
    assert run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--config', conf()]) == Status.CRITICAL
    assert capsys.readouterr().out.splitlines()[2:] == [
        '          1 of them is denied, which no policy can outweigh: see --diff.',
        '          There is nothing that a policy could grant: no file is written.',
    ]
    assert not (tmp_path / 'policies').exists()


REGIONS = {'StringEquals': {'aws:RequestedRegion': ['us-east-1', 'eu-west-1']}}
OTHER_REGIONS = {'StringNotEquals': REGIONS['StringEquals']}
PLAIN_HTTP = {'Bool': {'aws:SecureTransport': 'false'}}
NO_FILE = '          There is nothing that a policy could grant: no file is written.'


def test_where_all_is_allowed_with_a_limit_nothing_is_missing_and_nothing_is_written(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grant(iam, '*', Condition=REGIONS)
    assert run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--config', conf()]) == Status.UNKNOWN
    assert without_date(capsys.readouterr().out).splitlines()[1:] == [
        f'{ROLE}: 0 of 4 required permissions are not granted, and 4 not certainly; list fetched on TODAY{NOT_KNOWN}',
        '          4 of them are granted only under a condition, on some resources or in part, by policy-0. No file '
        'lifts that limit: see --diff.',
        '          There is nothing else that a policy could grant: no file is written.',
    ]
    assert not (tmp_path / 'policies').exists()


def test_what_is_missing_is_written_and_what_is_allowed_on_some_resources_is_not(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grant(iam, 'cloudwatch:*', 'ec2:*')
    grant(iam, 's3:PutBucketNotification', Resource='arn:aws:s3:::logs-*')
    required = (*REQUIRED, 's3:PutBucketNotification')
    arguments = ['--policy-json', str(tmp_path / 'policies'), '--config', conf(required)]
    assert run(['permissions', *arguments]) == Status.CRITICAL
    (file,) = written(tmp_path / 'policies')
    assert [s['Action'] for s in json.loads(file.read_text())['Statement']] == [['tag:GetResources']]
    assert capsys.readouterr().out.splitlines()[2:4] == [
        '          1 of them is granted only under a condition, on some resources or in part, by policy-1. No file '
        'lifts that limit: see --diff.',
        f'          wrote {file}: 1 permissions, {as_iam_counts(file)} of 6144 characters',
    ]


def test_a_deny_of_what_is_not_sent_over_tls_denies_datadog_nothing(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grant(iam, '*')
    grant(iam, '*', effect='Deny', Condition=PLAIN_HTTP)
    assert run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--config', conf()]) == Status.OK
    assert without_date(capsys.readouterr().out).splitlines()[1:] == [
        f'{ROLE}: 0 of 4 required permissions are not granted; list fetched on TODAY{NOT_KNOWN}',
        NO_FILE,
    ]


def test_a_deny_outside_some_regions_is_not_called_a_denial_of_everything(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    grant(iam, '*')
    grant(iam, '*', effect='Deny', Condition=OTHER_REGIONS)
    assert run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--config', conf()]) == Status.UNKNOWN
    assert without_date(capsys.readouterr().out).splitlines()[1:] == [
        f'{ROLE}: 0 of 4 required permissions are not granted, and 4 not certainly; list fetched on TODAY{NOT_KNOWN}',
        '          4 of them are denied under a condition, on some resources or in part. What that denies, no policy '
        'can outweigh: see --diff.',
        NO_FILE,
    ]


def test_a_list_that_asks_for_a_whole_service_becomes_no_policy(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ['--policy-json', str(tmp_path / 'policies'), '--config', conf((*REQUIRED, 'iam:*'))]
    assert run(['permissions', *arguments]) == ExitStatus.CANNOT_WRITE
    told = without_date(capsys.readouterr().err)
    assert told.startswith('Error: --policy-json: nothing is written: list fetched on TODAY')
    assert told.endswith("'iam:*' is not an action that may be granted unseen\n")
    assert not (tmp_path / 'policies').exists()


def test_policies_that_would_not_fit_beside_the_attached_ones_become_inline_policies(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    document = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 's3:Get*', 'Resource': '*'}]}
    for number in range(10):
        made = iam.create_policy(PolicyName=f'full-{number}', PolicyDocument=json.dumps(document))
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=made['Policy']['Arn'])
    assert run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--config', conf()]) == Status.CRITICAL
    (file,) = written(tmp_path / 'policies')
    told = capsys.readouterr().out.splitlines()
    assert (
        '          The role has 10 attached policies and a quota of 10: no room for all of these. The commands make 1 '
        'of them inline, where a role may have 10240 characters.'
    ) in told
    assert (
        f'aws iam put-role-policy --role-name {ROLE} --policy-name {file.stem} --policy-document file://{file}'
    ) in told


@pytest.mark.parametrize(
    'arguments',
    [
        pytest.param(['--diff', '--policy-json', 'policies'], id='both'),
        pytest.param(['--diff', '--denied-since', '24h'], id='a comparison and the trail'),
    ],
)
def test_at_most_one_of_the_ways_is_chosen(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(['permissions', *arguments]) == ExitStatus.USAGE
    assert (
        'Error: only one of --diff, --policy-json DIR and --denied-since DURATION can be given'
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ('instances', 'count'),
    [
        pytest.param([{}], 0, id='only the host'),
        pytest.param([{'account': {}}, {'account': {}}], 2, id='two accounts'),
    ],
)
def test_a_configuration_has_to_hold_one_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], instances: list[Any], count: int
) -> None:
    file = tmp_path / 'conf.yaml'
    file.write_text(json.dumps({'instances': instances}))
    assert run(['permissions', '--diff', '--config', str(file)]) == ExitStatus.CONFIGURATION
    assert capsys.readouterr().err == (f'Error: --config {file}: holds {count} instances with account, allowed is 1\n')


def test_a_pipe_gets_no_escape_sequence(iam: Any, conf: Conf, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(['permissions', '--diff', '--config', conf()]) == Status.CRITICAL
    assert '\x1b' not in capsys.readouterr().out


def test_keys_and_external_ids_are_shown_nowhere(
    iam: Any, conf: Conf, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = {'api_key': 'c' * 32, 'app_key': 'd' * 40, 'external_id': 'e' * 32}
    run(['permissions', '--diff', '--config', conf(**secrets)])
    run(['permissions', '--policy-json', str(tmp_path / 'policies'), '--config', conf(**secrets)])
    shown = capsys.readouterr()
    kept = ''.join(file.read_text() for file in written(tmp_path / 'policies'))
    assert [s for s in (*secrets.values(), *servers.SECRETS) if s in shown.out + shown.err + kept] == []
