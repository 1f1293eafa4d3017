"""Remedies of the account scope, run as they are printed against a server, and the account judged again."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.account.aws_account import operator
from tests.account.aws_command import programs
from tests.account.builders import SECRET
from tests.account.datadog_api import Datadog, account, datadog_api
from tests.account.ec2_server import Account, serving
from tests.account.permission_lists import RECORDED
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import DATADOG, ROLE, allows, check, configuration, give_keys, make_role, policy, statement

Report = Mapping[str, Any]
VENDOR = statement(
    Principal={'AWS': 'arn:aws:iam::210987654321:root'}, Condition={'StringEquals': {'sts:ExternalId': 'vendor'}}
)
OTHER_ORGANIZATION = statement(Condition={'StringEquals': {'sts:ExternalId': 'of-another-datadog-organization'}})
EVERYTHING = policy(allows('*'))
COLLECTING = {'resources_config': {'cloud_security_posture_management_collection': False, 'extended_collection': True}}
LOOKING = ('aws-diagnostics check', 'aws cloudformation ')


@dataclass(frozen=True)
class Case:
    situation: str
    diagnosis: str
    choice: str
    """How it begins."""
    prepare: Callable[[], None]
    record: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    trust: tuple[object, ...] = ()
    """The statements of the trust policy afterwards; () where they do not matter."""
    leaves: frozenset[str] = frozenset()
    """What the remedy says is still to be done."""
    edited: Mapping[str, str] = field(default_factory=dict)
    """What a person writes into the copies that the choice makes."""
    undo: bool = False
    """It is taken back as well."""


def trusting(*statements: Mapping[str, Any]) -> Callable[[], None]:
    return lambda: make_role(policy(*map(dict, statements)), EVERYTHING)


def without_security_audit() -> None:
    make_role(
        policy(statement()), policy(allows(*RECORDED.standard, *RECORDED.resource_collection)), security_audit=False
    )


def under_a_boundary() -> None:
    make_role(policy(statement()), EVERYTHING)
    iam = operator()
    arn = iam.create_policy(PolicyName='boundary', PolicyDocument=document(allows('s3:*')))['Policy']['Arn']
    iam.put_role_permissions_boundary(RoleName=ROLE, PermissionsBoundary=arn)


def document(*statements: Mapping[str, Any]) -> str:
    return json.dumps(policy(*map(dict, statements)))


def no_role() -> None:
    """Nothing."""


CORRECT = statement(Condition={'StringEquals': {'sts:ExternalId': SECRET}})
DENY = {'Effect': 'Deny', 'Principal': '*', 'Action': 'sts:AssumeRole'}
CASES = (
    Case(
        'another organization of Datadog and a vendor',
        'trust-policy-external-id',
        'Add a statement',
        trusting(VENDOR, OTHER_ORGANIZATION),
        trust=(VENDOR, OTHER_ORGANIZATION, CORRECT),
        undo=True,
    ),
    Case(
        'everyone is denied',
        'trust-policy-explicit-deny',
        'Except Datadog',
        trusting(statement(), DENY),
        trust=(CORRECT, {**DENY, 'Condition': {'StringNotEquals': {'aws:PrincipalAccount': [DATADOG.split(':')[4]]}}}),
    ),
    Case(
        'no role',
        'integration-role-missing',
        'Create the role by hand',
        no_role,
        trust=(CORRECT,),
        leaves=frozenset({'integration-permissions-missing'}),
        undo=True,
    ),
    Case(
        'SecurityAudit is not attached',
        'security-audit-not-attached',
        'Attach it',
        without_security_audit,
        COLLECTING,
        undo=True,
    ),
    Case(
        'more is allowed within it',
        'permissions-boundary-present',
        'Copy the boundary',
        under_a_boundary,
        edited={'boundary.json': document(allows('*'))},
    ),
    Case('no boundary', 'permissions-boundary-present', 'If your organization', under_a_boundary, undo=True),
)


def lacking(attached: int) -> Callable[[], None]:
    def prepare() -> None:
        granted = RECORDED.standard[:90]
        make_role(policy(statement()), policy(allows(*granted)))
        for number in range(attached - 1):  # and SecurityAudit
            made = operator().create_policy(PolicyName=f'own-{number}', PolicyDocument=document(allows('s3:GetObject')))
            operator().attach_role_policy(RoleName=ROLE, PolicyArn=made['Policy']['Arn'])

    return prepare


LACKING = (
    Case('there is room', 'integration-permissions-missing', 'See what is missing', lacking(2)),
    Case('10 of 10 policies are attached', 'integration-permissions-missing', 'See what is missing', lacking(10)),
)


class Console:
    """A shell of an operator, and the check that this operator runs."""

    def __init__(self, directory: Path, config: Path, programs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._directory, self._config, self._capsys = directory, config, capsys
        self._path = f'{programs}{os.pathsep}{os.environ["PATH"]}'

    def run_all(self, part: Report, variables: Mapping[str, str]) -> None:
        """What changes something, of a choice or a step."""
        for command in part['commands']:
            if command['language'] == 'shell' and not command['text'].startswith(LOOKING):
                self.run(command['text'], variables)

    def edit(self, files: Mapping[str, str]) -> None:
        for name, text in files.items():
            (self._directory / name).write_text(text)

    def run(self, command: str, variables: Mapping[str, str]) -> str:
        environ = {**os.environ, 'PATH': self._path, 'EXTERNAL_ID': SECRET, **variables}
        ran = subprocess.run(
            ['bash', '-c', command],
            cwd=self._directory,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        fine = (0, 1, 2) if command.startswith(('diff ', 'aws-diagnostics ')) else (0,)
        assert ran.returncode in fine, f'{command}\n{ran.stderr}'
        return ran.stdout

    def findings(self) -> dict[str, Report]:
        document = check(self._capsys, self._config)
        return {finding['id']: finding for finding in document['findings']}


@pytest.fixture
def console(
    request: pytest.FixtureRequest,
    moto: str,
    program_server_address: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Any:
    case: Case = request.param
    give_keys(monkeypatch)
    published: dict[str, Sequence[str]] = {
        'standard': RECORDED.standard,
        'resource_collection': RECORDED.resource_collection,
    }
    datadog = Datadog([account(MOTO_ACCOUNT, **case.record)], published)
    with datadog_api(datadog) as api, serving(Account({})) as ec2:
        monkeypatch.setenv('AWS_ENDPOINT_URL_EC2', ec2)
        yield (
            case,
            Console(tmp_path, configuration(tmp_path, api.url), programs(tmp_path, program_server_address), capsys),
        )


def failed(findings: Mapping[str, Report]) -> set[str]:
    return {id for id, finding in findings.items() if finding['status'] in ('warning', 'critical')}


def trust_policy() -> tuple[object, ...]:
    role = operator().get_role(RoleName=ROLE)['Role']
    return tuple(role['AssumeRolePolicyDocument']['Statement'])


@pytest.mark.parametrize('console', [pytest.param(c, id=f'{c.diagnosis}: {c.situation}') for c in CASES], indirect=True)
def test_a_remedy_cures_its_fault_and_nothing_else_changes(console: tuple[Case, Console]) -> None:
    case, shell = console
    case.prepare()
    before = shell.findings()
    assert case.diagnosis in failed(before), before[case.diagnosis]
    remedy = before[case.diagnosis]['remedy']
    choice = next(choice for choice in remedy['choices'] if choice['text'].startswith(case.choice))
    shell.run_all(choice, case.variables)
    shell.edit(case.edited)
    for step in remedy['then']:
        if case.edited or not step['text'].startswith('If you edited'):
            shell.run_all(step, case.variables)
    after = shell.findings()
    assert failed(after) <= failed(before) - {case.diagnosis} | case.leaves
    assert not case.trust or trust_policy() == case.trust
    if case.undo:
        shell.run_all(choice['undo'], case.variables)
        assert failed(shell.findings()) == failed(before)


@pytest.mark.parametrize('console', [pytest.param(case, id=case.situation) for case in LACKING], indirect=True)
def test_the_policies_that_the_command_line_writes_are_applied_as_it_prints(console: tuple[Case, Console]) -> None:
    case, shell = console
    case.prepare()
    before = shell.findings()
    choice = next(c for c in before[case.diagnosis]['remedy']['choices'] if c['text'].startswith(case.choice))
    printed = [shell.run(command['text'], {}) for command in choice['commands']]
    commands = [line for line in printed[-1].splitlines() if line.startswith('aws ')]
    assert commands, printed
    shell.run(' &&\n'.join(commands), {})
    after = shell.findings()
    assert case.diagnosis in failed(before)
    assert failed(after) == failed(before) - {case.diagnosis, 'integration-policy-quota'}
    assert len(operator().list_attached_role_policies(RoleName=ROLE)['AttachedPolicies']) <= 10
