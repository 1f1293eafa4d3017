"""The statement that is meant for Datadog does not allow sts:AssumeRole."""

from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration.trust_policy_action_missing import (
    TRUST_POLICY_ACTION_MISSING,
)
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, RoleMissing
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_expectations, account_facts, integration, role, trust
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import adding, at, terraform, then, way

ALLOWS = 'statement 1 of the trust policy allows'
LACKS = 'which does not include sts:AssumeRole'


def allowing(*actions: str, **more: Any) -> Facts:
    return account_facts(role=role(trust(actions=actions, **more)))


FAILS = {
    'another way of assuming': Row(
        allowing('sts:AssumeRoleWithWebIdentity'),
        f'{ALLOWS} sts:AssumeRoleWithWebIdentity, {LACKS}',
        near_miss='a wildcard behind it',
    ),
    'tags alone': Row(allowing('sts:TagSession'), f'{ALLOWS} sts:TagSession, {LACKS}', near_miss='tags besides'),
    'four others': Row(
        allowing('sts:A', 'sts:B', 'sts:C', 'sts:D'),
        f'{ALLOWS} sts:A, sts:B, sts:C, 1 more, {LACKS}',
        near_miss='tags besides',
    ),
    'everything but this': Row(
        allowing(not_actions=('sts:assume*',)),
        f'{ALLOWS} everything but sts:assume*, {LACKS}',
        near_miss='everything but something else',
    ),
    'nothing': Row(allowing(), f'{ALLOWS} no action, {LACKS}', near_miss='exactly this'),
    'a name with a space': Row(
        allowing('sts:AssumeRole '), f"{ALLOWS} 'sts:AssumeRole ', {LACKS}", near_miss='exactly this'
    ),
}
PASSES = {
    'exactly this': Row(account_facts(), f'{ALLOWS} sts:AssumeRole'),
    'in another case': Row(allowing('STS:assumerole'), f'{ALLOWS} STS:assumerole'),
    'tags besides': Row(allowing('sts:TagSession', 'sts:AssumeRole'), f'{ALLOWS} sts:TagSession, sts:AssumeRole'),
    'a wildcard behind it': Row(allowing('sts:AssumeRole*'), f'{ALLOWS} sts:AssumeRole*'),
    'every action of STS': Row(allowing('sts:*'), f'{ALLOWS} sts:*'),
    'every action': Row(allowing('*'), f'{ALLOWS} *'),
    'everything but something else': Row(
        allowing(not_actions=('sts:TagSession',)), f'{ALLOWS} everything but sts:TagSession'
    ),
    'a statement of tags, then one of this': Row(
        account_facts(role=role(trust(actions=('sts:TagSession',)), trust())),
        'statement 2 of the trust policy allows sts:AssumeRole',
    ),
}
UNKNOWN = {
    'we may not look': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole')), 'missing permission iam:GetRole'
    ),
    'the document is no policy': Row(
        account_facts(role=role(trust=Unobserved('the trust policy is not JSON'))), 'the trust policy is not JSON'
    ),
}
NOT_APPLICABLE = {
    'there is no role': Row(account_facts(role=RoleMissing('x')), "there is no role 'x'"),
    'Datadog uses access keys': Row(
        account_facts(integration=integration(auth=AuthKind.ACCESS_KEYS)),
        'Datadog uses access keys for this account, not a role',
    ),
    'the role is for a service of AWS': Row(
        account_facts(role=role(trust(principals=('Service:ec2.amazonaws.com',), conditions=()))),
        'no statement of the trust policy is meant for Datadog',
    ),
}
test_verdict = verdict_test(TRUST_POLICY_ACTION_MISSING, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

ALLOW = 'Allow sts:AssumeRole to Datadog'
test_remedy = remedy_test(
    TRUST_POLICY_ACTION_MISSING,
    {
        'tags alone': (
            allowing('sts:TagSession'),
            account_expectations(),
            Remedy(
                ALLOW,
                (
                    way(
                        'Add sts:AssumeRole to the actions of statement 1',
                        at(0, "merge(Statement[0], {Action: [Statement[0].Action, 'sts:AssumeRole'][]})"),
                    ),
                ),
                then(),
            ),
        ),
        'tags alone, without an external id': (
            allowing('sts:TagSession', conditions=()),
            account_expectations(),
            Remedy(ALLOW, (adding(),), then(terraform())),
        ),
        'everything but this': (
            allowing(not_actions=('sts:assume*',)),
            account_expectations(),
            Remedy(ALLOW, (adding(),), then(terraform())),
        ),
    },
)
