"""The role as IAM has it; where there is none of that name, the roles that were perhaps meant."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.denials import CallFailed
from datadog_checks.aws_diagnostics.collect.aws.role import managed_by, read_role
from datadog_checks.aws_diagnostics.collect.aws.session import Client, open_session
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Condition,
    ExternalId,
    LastUsed,
    ManagedBy,
    Role,
    RoleMissing,
    TrustingRole,
    TrustStatement,
)
from datadog_checks.aws_diagnostics.facts.values import AccountId, Arn, RoleName
from tests.account import servers
from tests.account.aws_account import DATADOG, ROLE, SECRET, TRUST, allow, create_policy, create_role, operator
from tests.account.scripted_aws import Answer, error, result, scripted_aws

OF_DATADOG = TrustStatement(
    'Allow',
    (f'AWS:{DATADOG}',),
    ('sts:AssumeRole',),
    conditions=(Condition('StringEquals', 'sts:ExternalId', (), (ExternalId.of(SECRET),)),),
)

OF_SOMEBODY_ELSE = {**TRUST, 'Principal': {'AWS': 'arn:aws:iam::111122223333:root'}}


@pytest.fixture
def iam(moto: str) -> Client:
    return operator()


def test_the_role_is_read_with_its_boundary(iam: Client) -> None:
    boundary = create_policy(iam, 'Boundary', allow('ec2:*'))
    arn = create_role(iam, PermissionsBoundary=boundary)
    iam.tag_role(RoleName=ROLE, Tags=[{'Key': 'managed-by', 'Value': 'terraform'}])
    created = iam.get_role(RoleName=ROLE)['Role']['CreateDate'].timestamp()
    assert read_role(iam, ROLE) == Role(
        RoleName(ROLE),
        Arn(arn),
        (OF_DATADOG,),
        created,
        LastUsed(at=None),
        Arn(boundary),
        changed_at=created,
        managed_by=ManagedBy.TERRAFORM,
    )


TAGS = [
    pytest.param({'managed-by': 'terraform'}, ManagedBy.TERRAFORM, id='a value of Terraform'),
    pytest.param({'Terraform': 'true'}, ManagedBy.TERRAFORM, id='a key of Terraform'),
    pytest.param({'Terraform': 'false', 'team': 'web'}, None, id='not by Terraform'),
    pytest.param({'aws:cloudformation:stack-name': 'datadog'}, ManagedBy.CLOUDFORMATION, id='the tag of a stack'),
    pytest.param({'team': 'web'}, None, id='other tags'),
    pytest.param({}, None, id='no tag'),
]


@pytest.mark.parametrize(('tags', 'tool'), TAGS)
def test_a_tag_may_name_what_manages_the_role(tags: dict[str, str], tool: ManagedBy | None) -> None:
    assert managed_by([{'Key': key, 'Value': value} for key, value in tags.items()]) is tool


@pytest.mark.parametrize('tags', [None, 'terraform', [None, 'terraform'], [{'Key': 7}]])
def test_tags_of_another_shape_name_nothing(tags: object) -> None:
    assert managed_by(tags) is None


MISSING = [
    pytest.param([], ROLE, (), id='no role at all'),
    pytest.param(['Admin', 'datadog-forwarder'], ROLE, (), id='only roles of other people'),
    pytest.param(['datadogintegrationrole'], ROLE, ('datadogintegrationrole',), id='another case'),
    pytest.param(['DatadogAWSIntegrationRole'], ROLE, ('DatadogAWSIntegrationRole',), id='the other documented name'),
    pytest.param([ROLE], 'MyDatadogRole', (ROLE,), id='the documented name instead of a chosen one'),
    pytest.param(
        ['Mydatadogrole', 'MyDatadogRole2'], 'MyDatadogRole', ('Mydatadogrole',), id='near misses are not meant'
    ),
]


@pytest.mark.parametrize(('existing', 'name', 'similar'), MISSING)
def test_a_missing_role_is_reported_with_similar_names(
    existing: list[str], name: str, similar: tuple[str, ...], iam: Client
) -> None:
    for other in existing:
        create_role(iam, other, OF_SOMEBODY_ELSE)
    assert read_role(iam, name) == RoleMissing(name, tuple(map(RoleName, similar)), trusting=())


ON_RECORD = [
    pytest.param('/', f' {ROLE} ', id='white space around it'),
    pytest.param('/', 'Datadog IntegrationRole', id='a space within'),
    pytest.param('/', f'role/{ROLE}', id='role/ before it'),
    pytest.param('/', f'arn:aws:iam::123456789012:role/{ROLE}', id='an ARN'),
    pytest.param('/datadog/', ROLE, id='without its path'),
    pytest.param('/datadog/', f'datadog/{ROLE}', id='with its path'),
    pytest.param('/datadog/eu/', f'wrong/{ROLE}', id='with another path'),
]


@pytest.mark.parametrize(('path', 'recorded'), ON_RECORD)
def test_the_role_that_is_meant_is_read_however_it_is_on_record(path: str, recorded: str, iam: Client) -> None:
    arn = create_role(iam, Path=path)
    found = read_role(iam, recorded)
    assert isinstance(found, Role)
    assert (found.name, found.arn) == (ROLE, arn)


def test_a_missing_role_comes_with_those_that_trust_datadog(iam: Client) -> None:
    """By what they trust, not by their names; a secret that is known is a digest there, too."""
    arn = create_role(iam, 'Monitoring', Path='/vendors/')
    create_role(iam, 'Deploy', OF_SOMEBODY_ELSE)
    create_role(iam, 'Refused', {**TRUST, 'Effect': 'Deny'})
    both = {**TRUST, 'Principal': {'AWS': ['arn:aws:iam::417141415827:root', '464622532012']}, 'Condition': {}}
    other = create_role(iam, 'Elsewhere', both)
    us1, ap1 = AccountId('464622532012'), AccountId('417141415827')
    found = read_role(iam, ROLE, [ExternalId.of(SECRET)])
    assert isinstance(found, RoleMissing) and isinstance(found.trusting, tuple)
    assert sorted(found.trusting, key=lambda role: role.arn) == [
        TrustingRole(Arn(other), (ap1, us1)),
        TrustingRole(Arn(arn), (us1,), (ExternalId.of(SECRET),)),
    ]
    assert SECRET not in repr(found)


def test_control_characters_of_a_name_are_replaced(iam: Client) -> None:
    assert read_role(iam, 'Datadog\x1b[2J') == RoleMissing('Datadog\ufffd[2J', trusting=())


ABSENT = error('NoSuchEntity', 404, 'The role with name X cannot be found.')


def described(document: str, extra: str = '') -> Answer:
    return result(
        'GetRole',
        f'<Role><Path>/</Path><RoleName>{ROLE}</RoleName><RoleId>AROA</RoleId><Arn>arn:aws-cn:iam::123456789012:role/{ROLE}</Arn>'
        f'<CreateDate>2026-01-01T00:00:00Z</CreateDate><AssumeRolePolicyDocument>{document}</AssumeRolePolicyDocument>'
        f'{extra}</Role>',
    )


USED = '<RoleLastUsed><LastUsedDate>2026-02-01T00:00:00Z</LastUsedDate><Region>cn-north-1</Region></RoleLastUsed>'
NOT_A_POLICY = Unobserved('the trust policy is not a policy document: it is a string, not an object')
CREATED, USED_AT = 1767225600.0, 1769904000.0


class TestAnswersThatNoEmulatorGives:
    @pytest.fixture(autouse=True)
    def _environment(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tmp_path, self.monkeypatch = tmp_path, monkeypatch

    def read(self, **answers: Answer) -> Role | RoleMissing:
        with scripted_aws({action: [answer] for action, answer in answers.items()}) as aws:
            servers.use(self.monkeypatch, servers.environment(aws.endpoint, self.tmp_path))
            with open_session(AccountOptions()) as session:
                return read_role(session.client('iam'), ROLE)

    def test_when_and_where_it_was_used_last(self) -> None:
        arn = f'arn:aws-cn:iam::123456789012:role/{ROLE}'
        assert self.read(GetRole=described('%7B', USED)) == Role(
            RoleName(ROLE), Arn(arn), NOT_A_POLICY, CREATED, LastUsed(USED_AT, 'cn-north-1'), changed_at=CREATED
        )

    def test_without_the_permission_to_list_roles_the_documented_names_are_tried(self) -> None:
        assert self.read(GetRole=ABSENT, ListRoles=error('AccessDenied', 403)) == RoleMissing(
            ROLE, trusting=Unobserved('missing permission iam:ListRoles (AccessDenied)')
        )

    @pytest.mark.parametrize(
        ('refused', 'reason'),
        [
            pytest.param(
                error('AccessDenied', 403),
                'missing permission iam:GetRole (AccessDenied)',
                id='our permission is missing',
            ),
            pytest.param(
                error('ExpiredToken', 403),
                'our AWS credentials have expired (ExpiredToken for iam:GetRole)',
                id='our credentials have expired',
            ),
        ],
    )
    def test_a_refusal_does_not_count_as_a_missing_role(self, refused: Answer, reason: str) -> None:
        with pytest.raises(CallFailed) as failure:
            self.read(GetRole=refused)
        assert str(failure.value) == reason
