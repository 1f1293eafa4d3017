"""The callers for whom trust policies are evaluated: Datadog, its other customers, and strangers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from tests.account.builders import SECRET
from tests.builders import NOW

DATADOG, STRANGER = '464622532012', '888888888888'
OTHER_SECRET = 'f' * len(SECRET)
ORGANIZATION = 'o-dd01234567'
DATADOGS = 'datadog'
"""The name of its user."""


@dataclass(frozen=True)
class Caller:
    name: str
    arn: str
    context: Mapping[str, Any]
    is_datadog: bool
    external_id: str | None

    @property
    def expected(self) -> bool:
        """Datadog, with the right external id."""
        return self.is_datadog and self.external_id == SECRET


def datadog(random: Random) -> tuple[Caller, ...]:
    """As a user and as a role session, with the right external id."""
    return (
        _caller('Datadog, a user', DATADOG, SECRET, random, user=DATADOGS),
        _caller('Datadog, a role session', DATADOG, SECRET, random, user=''),
    )


def others(random: Random, count: int) -> Iterator[Caller]:
    """Another customer of Datadog, and strangers who know the external id and choose what they can choose."""
    for _ in range(count):
        as_user = random.random() < 0.5
        external_id = random.choice((OTHER_SECRET, SECRET.upper(), f'{SECRET[:6]}0', None))
        yield _caller(
            'Datadog with another external id', DATADOG, external_id, random, user=DATADOGS if as_user else ''
        )
        user = random.choice((DATADOGS, 'alice')) if as_user else ''
        stranger = _caller('a stranger', STRANGER, random.choice((SECRET, SECRET, None)), random, user=user)
        yield replace(stranger, context={**stranger.context, **_chosen(random, as_user=as_user)})


CHOSEN: Mapping[str, tuple[str, ...]] = {
    'aws:MultiFactorAuthPresent': ('true', 'false'),
    'aws:PrincipalTag/team': ('a', DATADOG, ''),
    'aws:RequestTag/team': ('a', 'b', ''),
    'aws:TagKeys': ('team', 'cost'),
    'aws:RequestedRegion': ('us-east-1', 'eu-west-1'),
    'aws:FederatedProvider': ('cognito-identity.amazonaws.com', 'accounts.google.com'),
    'aws:MultiFactorAuthAge': ('10', '3600', '7200'),
    'sts:RoleSessionName': ('datadog', 'other'),
    'sts:SourceIdentity': ('alice', 'bob'),
}


def _chosen(random: Random, *, as_user: bool) -> dict[str, Any]:
    chosen = {key: random.choice(values) for key, values in CHOSEN.items() if random.random() < 0.5}
    if as_user:
        chosen.pop('aws:FederatedProvider', None)
    through_a_vpc = {'aws:SourceVpc': 'vpc-0999', 'aws:SourceVpce': 'vpce-0999'} if random.random() < 0.3 else {}
    return {**through_a_vpc, **{k: [value] if k == 'aws:TagKeys' else value for k, value in chosen.items()}}


def _caller(name: str, account: str, external_id: str | None, random: Random, *, user: str) -> Caller:
    """`user` is '' for a role session."""
    organization = ORGANIZATION if account == DATADOG else 'o-str1234567'
    arn = f'arn:aws:iam::{account}:{f"user/{user}" if user else "role/datadog-crawler"}'
    session_arn = f'arn:aws:sts::{account}:assumed-role/datadog-crawler/s1'
    issued = datetime.fromtimestamp(NOW - 600, UTC).strftime('%Y-%m-%dT%H:%M:%SZ')
    number = f'EXAMPLE{account[-1]}'
    as_user = {'aws:username': user, 'aws:userid': f'AIDA{number}'}
    session = {'aws:userid': f'AROA{number}:s1', 'aws:MultiFactorAuthPresent': 'false', 'aws:TokenIssueTime': issued}
    context = {
        'aws:PrincipalAccount': account,
        'aws:PrincipalArn': arn,
        'aws:PrincipalOrgID': organization,
        'aws:PrincipalOrgPaths': [f'{organization}/r-ab12/ou-ab12-11111111/'],
        'aws:PrincipalType': 'User' if user else 'AssumedRole',
        'aws:PrincipalIsAWSService': 'false',
        'aws:ViaAWSService': 'false',
        'aws:SecureTransport': 'true',
        'aws:CurrentTime': datetime.fromtimestamp(NOW, UTC).strftime('%Y-%m-%dT%H:%M:%SZ'),
        'aws:EpochTime': str(int(NOW)),
        'aws:SourceIp': random.choice(('3.215.7.8', '52.4.5.6', '177.1.2.3', '200.10.1.9')),
        'aws:RequestedRegion': random.choice(('us-east-1', 'eu-west-1', 'ap-northeast-1')),
        'aws:UserAgent': 'Boto3/1.34',
        'sts:RoleSessionName': random.choice(('DatadogAWSIntegration', 'datadog')),
        **({} if external_id is None else {'sts:ExternalId': external_id}),
        **(as_user if user else session),
        **random.choice(({}, {'aws:PrincipalTag/team': 'a'}, {'aws:PrincipalTag/team': DATADOG})),
    }
    return Caller(name, arn if user else session_arn, context, account == DATADOG, external_id)
