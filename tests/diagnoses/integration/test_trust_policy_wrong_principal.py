"""The trust policy names another principal than the AWS account of this Datadog site, or everyone."""

from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration.trust_policy_wrong_principal import (
    TRUST_POLICY_WRONG_PRINCIPAL,
)
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, Condition, ExternalId, RoleMissing
from datadog_checks.aws_diagnostics.findings import Failed, Passed
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import (
    ACCOUNT_ID,
    DATADOG_PRINCIPAL,
    MINUTE,
    account_expectations,
    account_facts,
    caller,
    condition,
    external_id_condition,
    integration,
    role,
    trust,
)
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import adding, at, replacing, terraform, then, way

US1 = 'the site datadoghq.com in the partition aws'
COMES = f'Datadog calls from arn:aws:iam::464622532012:root for {US1}'
INCLUDED = f"the trust policy names everyone under conditions, and so 464622532012, Datadog's account for {US1}"
RIGHT = f"the trust policy names 464622532012, Datadog's account for {US1}"
EVERYONE = f'statement 1 of the trust policy admits every AWS account: {COMES}'
SENDING_IT = f'statement 1 of the trust policy admits every AWS account that sends its external ID: {COMES}'
STALE = 'so this may be stale: IAM and Datadog need at least 5 minutes'


def trusting(*principals: str, **more: Any) -> Facts:
    return account_facts(role=role(trust(principals=principals, **more)))


SOME_DENIED: dict[str, dict[str, Any]] = {
    'whoever has no MFA': {
        'principals': ('*',),
        'conditions': (condition('BoolIfExists', 'aws:MultiFactorAuthPresent', 'false'),),
    },
    'one account': {'principals': ('AWS:999999999999',), 'conditions': ()},
}
ALL_OTHERS_DENIED: dict[str, dict[str, Any]] = {
    'whoever is of another account': {
        'principals': ('*',),
        'conditions': (condition('StringNotEquals', 'aws:PrincipalAccount', '464622532012'),),
    },
    'everyone but the account of Datadog': {
        'principals': (),
        'not_principals': (DATADOG_PRINCIPAL,),
        'conditions': (),
    },
}
FAILS = {
    'the account of another site': Row(
        trusting('AWS:arn:aws:iam::382742775718:root'),
        "the trust policy admits 'arn:aws:iam::382742775718:root' (Datadog's account for us2.ddog-gov.com); " + COMES,
        near_miss='the account of this site',
    ),
    'this site is another one': Row(
        account_facts(),
        "the trust policy admits 'arn:aws:iam::464622532012:root' (Datadog's account for datadoghq.com and others); "
        'Datadog calls from arn:aws:iam::417141415827:root for the site ap1.datadoghq.com in the partition aws',
        account_expectations(site='ap1.datadoghq.com'),
        near_miss='the account of this site',
    ),
    'somebody else': Row(
        trusting('AWS:999999999999'),
        f"the trust policy admits '999999999999'; {COMES}",
        near_miss='the account by its twelve digits',
    ),
    'the right account of another partition': Row(
        trusting('AWS:arn:aws-us-gov:iam::464622532012:root'),
        "the trust policy admits 'arn:aws-us-gov:iam::464622532012:root', in the partition aws-us-gov "
        f'instead of aws; {COMES}',
        near_miss='the account of this site',
    ),
    'one role of the account': Row(
        trusting('AWS:arn:aws:iam::464622532012:role/crawler'),
        f"the trust policy admits only 'arn:aws:iam::464622532012:role/crawler' instead of the whole account; {COMES}",
        near_miss='the account of this site',
    ),
    'a user that was deleted': Row(
        trusting('AWS:AIDAQ3EGTTQ6EXAMPLEID'),
        "the trust policy admits 'AIDAQ3EGTTQ6EXAMPLEID' (a deleted user); " + COMES,
        near_miss='the account of this site',
    ),
    'nobody': Row(
        account_facts(role=role(trust=())), f'the trust policy admits nobody; {COMES}', near_miss='among others'
    ),
    'the account is only denied': Row(
        account_facts(role=role(trust(effect='Deny'))),
        f'the trust policy admits nobody; {COMES}',
        near_miss='the account of this site',
    ),
    'five services': Row(
        trusting(*(f'Service:{n}.amazonaws.com' for n in 'abcde')),
        f"the trust policy admits 'Service:a.amazonaws.com', 'Service:b.amazonaws.com', 3 more; {COMES}",
        near_miss='among others',
    ),
    'everyone who knows the external id': Row(
        trusting('AWS:*'), SENDING_IT, near_miss='everyone, but only of the account of Datadog'
    ),
    'everyone in a form without a type': Row(trusting('*'), SENDING_IT, near_miss='everyone for another action'),
    'everyone who knows the external id, which is compared if there is one, and there is one': Row(
        trusting(
            '*',
            conditions=(
                condition('Null', 'sts:ExternalId', 'false'),
                external_id_condition(operator='StringEqualsIfExists'),
            ),
        ),
        SENDING_IT,
        near_miss='everyone who brings the external id and brings none',
    ),
    'everyone who sends whatever external id': Row(
        trusting(
            '*',
            conditions=(
                external_id_condition(operator='StringLike', external_ids=(ExternalId.of('*'),), wildcard=True),
            ),
        ),
        EVERYONE,
        near_miss='everyone who brings the external id and brings none',
    ),
    'everyone who passes another tag than that': Row(
        trusting(
            '*',
            conditions=(
                external_id_condition(),
                condition('ForAnyValue:StringNotEqualsIfExists', 'aws:TagKeys', 'team', '*'),
            ),
            actions=('sts:AssumeRole', 'sts:TagSession'),
        ),
        SENDING_IT,
        near_miss='everyone, but only of the account of Datadog',
    ),
    'everyone who is no user of that name': Row(
        trusting(
            '*',
            conditions=(
                external_id_condition(),
                condition('ForAnyValue:StringNotLikeIfExists', 'aws:username', 'datadog', 'd*'),
                condition('Null', 'aws:SourceArn', 'true'),
                condition('StringNotLike', 'sts:SourceIdentity', ''),
            ),
        ),
        SENDING_IT,
        near_miss='everyone, but only of the account of Datadog',
    ),
    **{
        f'everyone, {words}': Row(
            trusting('*', conditions=(condition(*written),)),
            EVERYONE,
            near_miss='everyone, but only of the account of Datadog',
        )
        for words, written in {
            'of every organization': ('StringLike', 'aws:PrincipalOrgID', 'o-*'),
            'of every account': ('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:*'),
            'who brings some tag': ('StringEquals', 'aws:PrincipalTag/team', 'a'),
            'with MFA': ('Bool', 'aws:MultiFactorAuthPresent', 'true'),
            'under some name of the session': ('StringLike', 'sts:RoleSessionName', 'a*'),
            'over TLS': ('Bool', 'aws:SecureTransport', 'true'),
            'through a VPC or not': ('Null', 'aws:SourceVpc', 'true', 'false'),
        }.items()
    },
    **{
        f'everyone, {words}': Row(
            trusting('*', conditions=tuple(condition(*each) for each in written)),
            EVERYONE,
            near_miss='everyone, with one of two source identities, and neither of them',
        )
        for words, written in {
            'as a role': (
                ('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:role/*'),
                ('Null', 'aws:username', 'true'),
                ('StringEquals', 'aws:PrincipalType', 'AssumedRole'),
            ),
            'with one of two source identities, and not the other': (
                ('StringEquals', 'sts:SourceIdentity', 'alice', 'bob'),
                ('StringNotLike', 'sts:SourceIdentity', 'a*'),
            ),
            'in a region with a pattern, but one': (
                ('StringLike', 'aws:RequestedRegion', 'eu-*'),
                ('StringNotEquals', 'aws:RequestedRegion', 'eu-west-1'),
            ),
            'who brings some tag, and not that': (
                ('Null', 'aws:PrincipalTag/team', 'false'),
                ('StringNotEquals', 'aws:PrincipalTag/team', 'a'),
            ),
            'through a VPC of which one is refused': (
                ('Null', 'aws:SourceVpc', 'false'),
                ('StringNotEquals', 'aws:SourceVpc', 'vpc-0abc'),
            ),
        }.items()
    },
    **{
        f'everyone, and denied {words}': Row(
            account_facts(role=role(trust(principals=('AWS:*',)), trust(effect='Deny', **denied))),
            SENDING_IT,
            near_miss='everyone, and denied whoever is of another account',
        )
        for words, denied in SOME_DENIED.items()
    },
    'everyone beside Datadog': Row(
        account_facts(role=role(trust(), trust(principals=('AWS:*',)))),
        SENDING_IT.replace('statement 1', 'statement 2'),
        near_miss='among others',
    ),
    'everyone but one': Row(
        account_facts(role=role(trust(principals=(), not_principals=(f'AWS:{ACCOUNT_ID}',)))),
        SENDING_IT,
        near_miss='the account of this site',
    ),
    'changed a moment ago': Row(
        account_facts(role=role(trust(principals=('AWS:999999999999',)), changed_at=NOW - 2 * MINUTE)),
        f"the trust policy admits '999999999999'; {COMES}; the role changed 2 minutes ago, {STALE}",
        near_miss='created a moment ago',
    ),
}
PASSES = {
    'the account of this site': Row(account_facts(), RIGHT),
    'the account by its twelve digits': Row(trusting('AWS:464622532012'), RIGHT),
    'among others': Row(trusting('Service:ec2.amazonaws.com', 'AWS:999999999999', DATADOG_PRINCIPAL), RIGHT),
    'everyone, but only of the account of Datadog': Row(
        trusting('AWS:*', conditions=(condition('StringEquals', 'aws:PrincipalAccount', '464622532012'),)), INCLUDED
    ),
    **{
        f'everyone, {words}': Row(trusting('*', conditions=(condition(*written),)), INCLUDED)
        for words, written in {
            'of the account of Datadog if that is said': (
                'StringEqualsIfExists',
                'aws:PrincipalAccount',
                '464622532012',
            ),
            'with a tag that IAM does not take': ('StringEquals', 'aws:PrincipalTag/team', '*'),
            'of one organization': ('StringLike', 'aws:PrincipalOrgID', 'o-abcdefghij'),
            'of one account': ('ArnLike', 'aws:PrincipalArn', f'arn:aws:iam::{ACCOUNT_ID}:*'),
            'below one organization': ('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-abcdefghij/*'),
            'of one user or role': ('StringLike', 'aws:userid', 'AROAEXAMPLEEXAMPLE00:*'),
            'of a VPC': ('StringEquals', 'aws:SourceVpc', 'vpc-0abc'),
            'on behalf of our account': ('StringEquals', 'aws:SourceAccount', ACCOUNT_ID),
            'under a name that no session has': ('StringEquals', 'sts:RoleSessionName', ''),
            'in a region of another partition': ('StringEquals', 'aws:RequestedRegion', 'cn-north-1'),
            'until a day that is over': ('DateLessThan', 'aws:CurrentTime', '2020-01-01T00:00:00Z'),
        }.items()
    },
    **{
        f'everyone, {words}': Row(trusting('*', conditions=tuple(condition(*each) for each in written)), INCLUDED)
        for words, written in {
            'with one of two source identities, and neither of them': (
                ('StringEquals', 'sts:SourceIdentity', 'alice', '*'),
                ('StringNotLike', 'sts:SourceIdentity', '*', 'alice'),
            ),
            'under a name that two conditions leave to nobody': (
                ('StringLike', 'aws:username', '*'),
                ('Null', 'aws:username', 'true'),
            ),
            'of a VPC, if there is one, and there is one': (
                ('StringEqualsIfExists', 'aws:SourceVpc', 'vpc-0abc'),
                ('Null', 'aws:SourceVpc', 'false'),
            ),
            'as a user and as a role': (
                ('StringEquals', 'aws:PrincipalType', 'AssumedRole'),
                ('Null', 'aws:username', 'false'),
            ),
            'as a user of an identity provider': (
                ('StringEquals', 'aws:PrincipalType', 'User'),
                ('Null', 'aws:FederatedProvider', 'false'),
            ),
            'with the id of a role, as a user': (
                ('StringLike', 'aws:userid', 'AROA*:*'),
                ('StringEquals', 'aws:PrincipalType', 'User'),
            ),
            'as a role that says nothing of MFA': (
                ('StringEqualsIfExists', 'aws:MultiFactorAuthPresent', 'FALSE'),
                ('Null', 'aws:username', 'true'),
            ),
            'with MFA, and without': (
                ('Bool', 'aws:MultiFactorAuthPresent', 'true'),
                ('BoolIfExists', 'aws:MultiFactorAuthPresent', 'false'),
            ),
        }.items()
    },
    **{
        f'everyone, and denied {words}': Row(
            account_facts(role=role(trust(principals=('AWS:*',)), trust(effect='Deny', **denied))), INCLUDED
        )
        for words, denied in ALL_OTHERS_DENIED.items()
    },
    'everyone who brings the external id and brings none': Row(
        trusting('*', conditions=(external_id_condition(), condition('Null', 'sts:ExternalId', 'true'))), INCLUDED
    ),
    'everyone who brings an external id with an asterisk, which STS does not take': Row(
        trusting('*', conditions=(external_id_condition(external_ids=(ExternalId.of('abc*'),)),)), INCLUDED
    ),
    'nobody, written as everyone but everyone': Row(
        account_facts(role=role(trust(), trust(principals=(), not_principals=('AWS:*',)))), RIGHT
    ),
    'everyone for another action': Row(
        account_facts(role=role(trust(), trust(principals=('*',), actions=('sts:TagSession',)))), RIGHT
    ),
    'created a moment ago': Row(
        account_facts(role=role(created_at=NOW - 2 * MINUTE, changed_at=None)),
        f'{RIGHT}; the role changed 2 minutes ago, {STALE}',
    ),
    'changed more than five minutes ago': Row(account_facts(role=role(changed_at=NOW - 301)), RIGHT),
    'in GovCloud, with the zero in front': Row(
        account_facts(
            caller=caller(partition='aws-us-gov'),
            role=role(trust(principals=('AWS:arn:aws-us-gov:iam::065115117704:root',))),
        ),
        "the trust policy names 065115117704, Datadog's account for the site ddog-gov.com in the partition aws-us-gov",
        account_expectations(site='ddog-gov.com'),
    ),
    'the caller is not known, the ARN of the role is': Row(
        account_facts(caller=Unobserved('expired'), integration=Unobserved('no key')), RIGHT
    ),
}
UNKNOWN = {
    'everyone but one, under a condition that only some meet': Row(
        account_facts(
            role=role(
                trust(
                    principals=(),
                    not_principals=('AWS:999999999999',),
                    conditions=(condition('StringEquals', 'aws:PrincipalAccount', '464622532012'),),
                )
            )
        ),
        'the trust policy names only whom it does not admit; not known whether it admits 464622532012, '
        f"Datadog's account for {US1}",
    ),
    'everyone, from addresses of which nobody knows whose they are': Row(
        trusting('*', conditions=(condition('IpAddress', 'aws:SourceIp', '3.208.0.0/12'),)),
        'not known whether statement 1 of the trust policy admits every AWS account',
    ),
    **{
        f'everyone, {words}': Row(
            trusting('*', conditions=(condition(*written),)),
            'not known whether statement 1 of the trust policy admits every AWS account',
        )
        for words, written in {
            'of some organizations': ('StringLike', 'aws:PrincipalOrgID', 'o-a*'),
            'of organizations with ten characters': ('StringLike', 'aws:PrincipalOrgID', 'o-??????????'),
            'of some accounts': ('StringLike', 'aws:PrincipalAccount', '1*'),
            'of roles of some accounts': ('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::1*:role/*'),
            'below some organizations': ('ForAnyValue:StringLike', 'aws:PrincipalOrgPaths', 'o-a*/r-*/*'),
            'with a tag key that is empty': ('ForAnyValue:StringEqualsIfExists', 'aws:TagKeys', ''),
            'of some roles': ('StringLike', 'aws:userid', 'AROAE*:*'),
            'of any of the VPCs that are said, if there are any': (
                'ForAnyValue:StringLikeIfExists',
                'aws:SourceVpc',
                'vpc-0abc',
            ),
            'with MFA as a date': ('DateLessThan', 'aws:MultiFactorAuthPresent', 'FALSE'),
        }.items()
    },
    'everyone, under names that match one pattern and not another': Row(
        trusting(
            '*',
            conditions=(
                condition('StringLike', 'sts:RoleSessionName', 'a*c*'),
                condition('StringNotLike', 'sts:RoleSessionName', 'ac*', 'a?c*'),
            ),
        ),
        'not known whether statement 1 of the trust policy admits every AWS account',
    ),
    'everyone who brings the external id, if a variable names the same': Row(
        trusting(
            '*',
            conditions=(
                external_id_condition(),
                external_id_condition(
                    operator='StringLike', external_ids=(ExternalId.of('${aws:userid}'),), variables=True
                ),
            ),
        ),
        'not known whether statement 1 of the trust policy admits every AWS account',
    ),
    'everyone, with tag keys that are compared as one value': Row(
        trusting('*', conditions=(condition('StringEquals', 'aws:TagKeys', 'team'),)),
        'not known whether statement 1 of the trust policy admits every AWS account',
    ),
    'everyone, of an account that a variable names': Row(
        trusting(
            '*',
            conditions=(
                Condition('StringEquals', 'aws:PrincipalAccount', ('${aws:PrincipalTag/account}',), variables=True),
            ),
        ),
        'not known whether statement 1 of the trust policy admits every AWS account',
    ),
    'everyone, under a key of which nothing is known': Row(
        trusting('*', conditions=(condition('StringEquals', 'aws:Misspelt', 'a'),)),
        'not known whether statement 1 of the trust policy admits every AWS account',
    ),
    'Datadog offers no role in China': Row(
        account_facts(caller=caller(partition='aws-cn')),
        'Datadog publishes no AWS account for the site datadoghq.com in the partition aws-cn: it documents access keys '
        'there',
    ),
    'the document is no policy': Row(
        account_facts(role=role(trust=Unobserved('the trust policy is not JSON'))), 'the trust policy is not JSON'
    ),
    'we may not look': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole')), 'missing permission iam:GetRole'
    ),
}
NOT_APPLICABLE = {
    'there is no role': Row(account_facts(role=RoleMissing('x')), "there is no role 'x'"),
    'Datadog uses access keys': Row(
        account_facts(integration=integration(auth=AuthKind.ACCESS_KEYS)),
        'Datadog uses access keys for this account, not a role',
    ),
}
test_verdict = verdict_test(TRUST_POLICY_WRONG_PRINCIPAL, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

TRUST = "Trust Datadog's account; if the site is wrong, correct datadog_site in the configuration of this check"
GOVERNMENT = 'arn:aws-us-gov:iam::486737091498:root'
NOT_PUBLISHED = 'arn:aws-cn:iam::${DATADOG_ACCOUNT_ID:?}:root'
test_remedy = remedy_test(
    TRUST_POLICY_WRONG_PRINCIPAL,
    {
        'somebody else': (
            trusting('AWS:999999999999'),
            account_expectations(),
            Remedy(TRUST, (adding(),), then(terraform())),
        ),
        'the account of another site': (
            trusting('AWS:arn:aws:iam::417141415827:root'),
            account_expectations(),
            Remedy(TRUST, (adding(), replacing(0)), then(terraform())),
        ),
        'somebody else in GovCloud, beside a service': (
            account_facts(
                caller=caller(partition='aws-us-gov'),
                role=role(trust(principals=('Service:ec2.amazonaws.com',)), trust(principals=('AWS:999999999999',))),
            ),
            account_expectations(site='us2.ddog-gov.com'),
            Remedy(TRUST, (adding(GOVERNMENT),), then(terraform(GOVERNMENT))),
        ),
        'everyone': (
            trusting('*'),
            account_expectations(),
            Remedy(
                TRUST,
                (
                    way(
                        "Name only Datadog's account in statement 1: every other account loses access",
                        at(0, "merge(Statement[0], {Principal: {AWS: 'arn:aws:iam::464622532012:root'}})"),
                    ),
                ),
                then(),
            ),
        ),
        'everyone but one': (
            account_facts(role=role(trust(principals=(), not_principals=(f'AWS:{ACCOUNT_ID}',)))),
            account_expectations(),
            Remedy(TRUST, (replacing(0),), then(terraform())),
        ),
        'everyone, where Datadog offers no role': (
            account_facts(caller=caller(partition='aws-cn'), role=role(trust(principals=('*',)))),
            account_expectations(),
            Remedy(
                TRUST,
                (
                    way(
                        "Name only Datadog's account in statement 1: every other account loses access",
                        at(0, f"merge(Statement[0], {{Principal: {{AWS: '{NOT_PUBLISHED}'}}}})"),
                    ),
                ),
                then(),
            ),
        ),
    },
)


@pytest.mark.parametrize(
    ('site', 'partition', 'account'),
    [
        ('datadoghq.com', 'aws', '464622532012'),
        ('datadoghq.eu', 'aws', '464622532012'),
        ('us3.datadoghq.com', 'aws', '464622532012'),
        ('us5.datadoghq.com', 'aws', '464622532012'),
        ('ap1.datadoghq.com', 'aws', '417141415827'),
        ('ap2.datadoghq.com', 'aws', '412381753143'),
        ('uk1.datadoghq.com', 'aws', '117348461845'),
        ('ddog-gov.com', 'aws', '392588925713'),
        ('ddog-gov.com', 'aws-us-gov', '065115117704'),
        ('us2.ddog-gov.com', 'aws', '382742775718'),
        ('us2.ddog-gov.com', 'aws-us-gov', '486737091498'),
    ],
)
def test_each_site_comes_from_its_account_and_no_other(site: str, partition: str, account: str) -> None:
    def verdict(principal: str) -> type:
        facts = account_facts(
            caller=caller(partition=partition),
            role=role(trust(principals=(principal,), conditions=(external_id_condition(),))),
        )
        (finding,) = diagnose((TRUST_POLICY_WRONG_PRINCIPAL,), facts, account_expectations(site=site))
        return type(finding.verdict)

    assert verdict(f'AWS:arn:{partition}:iam::{account}:root') is Passed
    assert verdict(f'AWS:arn:{partition}:iam::727006795293:root') is Failed
