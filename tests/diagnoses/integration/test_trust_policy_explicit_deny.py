"""A Deny of the trust policy hits Datadog, whatever the rest of it allows."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration.trust_policy_explicit_deny import TRUST_POLICY_EXPLICIT_DENY
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, RoleMissing
from datadog_checks.aws_diagnostics.remedies import Choice, Remedy
from tests.account.builders import (
    ACCOUNT_ID,
    DATADOG_PRINCIPAL,
    EXTERNAL_ID,
    OTHER_EXTERNAL_ID,
    account_expectations,
    account_facts,
    condition,
    external_id_condition,
    integration,
    role,
    trust,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import at, replacing, terraform, then, way

DENIES = 'statement 2 of the trust policy denies Datadog: Deny'
MISSES = 'no Deny statement of the trust policy (1) applies to Datadog'
WITHOUT_MFA = condition('BoolIfExists', 'aws:MultiFactorAuthPresent', 'false')
US1 = "'arn:aws:iam::464622532012:root' (Datadog's account for datadoghq.com and others)"


def denying(*principals: str, conditions: Any = (), **more: Any) -> Facts:
    return account_facts(role=role(trust(), trust(effect='Deny', principals=principals, conditions=conditions, **more)))


FAILS = {
    'the account of Datadog': Row(denying(DATADOG_PRINCIPAL), f'{DENIES} {US1}', near_miss='another account'),
    'everyone, under a name': Row(
        denying('*', sid='Nobody'), f"{DENIES} '*' (Sid 'Nobody')", near_miss='everyone, for another action'
    ),
    'everyone without MFA': Row(
        denying('AWS:*', conditions=(WITHOUT_MFA,)),
        f"{DENIES} '*' if BoolIfExists aws:MultiFactorAuthPresent 'false'",
        near_miss='everyone with MFA',
    ),
    'everyone outside of our organization': Row(
        denying('AWS:*', conditions=(condition('StringNotEquals', 'aws:PrincipalOrgID', 'o-abcdefghij'),)),
        f"{DENIES} '*' if StringNotEquals aws:PrincipalOrgID 'o-abcdefghij'",
        near_miss='everyone within our organization',
    ),
    'everyone with another external id, which is that of Datadog': Row(
        denying(
            'AWS:*',
            conditions=(external_id_condition(operator='StringNotEquals', external_ids=(OTHER_EXTERNAL_ID,)),),
        ),
        f"{DENIES} '*' if StringNotEquals sts:ExternalId",
        near_miss='everyone with another external id',
    ),
    'everyone for whom TLS is not TRUE in capital letters': Row(
        denying('*', conditions=(condition('StringNotEquals', 'aws:SecureTransport', 'TRUE'),)),
        f"{DENIES} '*' if StringNotEquals aws:SecureTransport 'TRUE'",
        near_miss='TLS that is not TRUE in capital letters',
    ),
    'everyone from IPv4': Row(
        denying('*', conditions=(condition('NotIpAddress', 'aws:SourceIp', '::/0'),)),
        f"{DENIES} '*' if NotIpAddress aws:SourceIp '::/0'",
        near_miss='every IPv6 address',
    ),
    'everyone but us': Row(
        denying(not_principals=(f'AWS:{ACCOUNT_ID}',)),
        f"{DENIES} everyone but '{ACCOUNT_ID}'",
        near_miss='another account',
    ),
    'everything but another action': Row(
        denying('*', actions=(), not_actions=('sts:TagSession',)),
        f"{DENIES} '*'",
        near_miss='everyone, everything but this action',
    ),
}
PASSES = {
    'no Deny': Row(account_facts(), 'the trust policy has no Deny statement'),
    'another account': Row(denying('AWS:arn:aws:iam::999999999999:root'), MISSES),
    'the account of another site': Row(denying('AWS:arn:aws:iam::417141415827:root'), MISSES),
    'everyone, for another action': Row(denying('*', actions=('sts:TagSession',)), MISSES),
    'everyone, everything but this action': Row(denying('*', actions=(), not_actions=('sts:Assume*',)), MISSES),
    'everyone with MFA': Row(
        denying('*', conditions=(condition('Bool', 'aws:MultiFactorAuthPresent', 'true'),)), MISSES
    ),
    'everyone within our organization': Row(
        denying('*', conditions=(condition('StringEquals', 'aws:PrincipalOrgID', 'o-abcdefghij'),)), MISSES
    ),
    'everyone with another external id': Row(
        denying('*', conditions=(external_id_condition(operator='StringNotEquals', external_ids=(EXTERNAL_ID,)),)),
        MISSES,
    ),
    'everyone but everyone': Row(denying(not_principals=('AWS:*',)), MISSES),
    'TLS that is not TRUE in capital letters': Row(
        denying('*', conditions=(condition('StringEquals', 'aws:SecureTransport', 'TRUE'),)), MISSES
    ),
    'every IPv6 address': Row(denying('*', conditions=(condition('IpAddress', 'aws:SourceIp', '::/0'),)), MISSES),
    'a pattern that is no ARN': Row(denying('*', conditions=(condition('ArnLike', 'aws:PrincipalArn', '*'),)), MISSES),
    'two that miss': Row(
        account_facts(role=role(trust(), *(trust(effect='Deny', principals=(f'AWS:{n * 12}',)) for n in ('8', '9')))),
        'no Deny statement of the trust policy (2) applies to Datadog',
    ),
}
MAY = 'statement 2 of the trust policy may deny Datadog: Deny'
UNKNOWN = {
    'one role of Datadog': Row(
        denying('AWS:arn:aws:iam::464622532012:role/a'),
        f"{MAY} 'arn:aws:iam::464622532012:role/a' (Datadog's account for datadoghq.com and others)",
    ),
    'everyone but somebody of Datadog': Row(denying(not_principals=(DATADOG_PRINCIPAL,)), f'{MAY} everyone but {US1}'),
    'everyone outside of addresses of which nobody knows whose they are': Row(
        denying('*', conditions=(condition('NotIpAddress', 'aws:SourceIp', '3.208.0.0/12'),)),
        f"{MAY} '*' if NotIpAddress aws:SourceIp '3.208.0.0/12'",
    ),
    'everyone for whom a pattern does not hold that is no ARN': Row(
        denying('*', conditions=(condition('ArnNotLike', 'aws:PrincipalArn', '*'),)),
        f"{MAY} '*' if ArnNotLike aws:PrincipalArn '*'",
    ),
    'role sessions without MFA': Row(
        denying('*', conditions=(condition('Bool', 'aws:MultiFactorAuthPresent', 'false'),)),
        f"{MAY} '*' if Bool aws:MultiFactorAuthPresent 'false'",
    ),
    'everyone with a name of which nothing is known': Row(
        denying('*', conditions=(condition('StringLike', 'sts:RoleSessionName', 'a*'),)),
        f"{MAY} '*' if StringLike sts:RoleSessionName 'a*'",
    ),
    'everyone with another external id, where that of Datadog is not known': Row(
        account_facts(
            role=role(
                trust(),
                trust(
                    effect='Deny', principals=('*',), conditions=(external_id_condition(operator='StringNotEquals'),)
                ),
            ),
            integration=Unobserved('no application key'),
        ),
        f"{MAY} '*' if StringNotEquals sts:ExternalId",
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
test_verdict = verdict_test(TRUST_POLICY_EXPLICIT_DENY, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

STOP = 'Stop denying Datadog: no Allow overrides a Deny'
WITHOUT = way('Remove statement 2, which then denies nobody', 'merge(@, {Statement: [Statement[:1], Statement[2:]][]})')
OPENING = replace(WITHOUT, exposes='the role to everybody else whom this denies')


def excepting(condition_: str) -> Choice:
    return way(
        'Except Datadog from statement 2, which still denies everybody else',
        at(1, f'merge(Statement[1], {{Condition: {condition_}}})'),
    )


NOT_DATADOG = r"""{\"StringNotEquals\": {\"aws:PrincipalAccount\": ['464622532012']}}"""
test_remedy = remedy_test(
    TRUST_POLICY_EXPLICIT_DENY,
    {
        'everyone': (
            denying('*'),
            account_expectations(),
            Remedy(STOP, (excepting(NOT_DATADOG), OPENING), then()),
        ),
        'everyone without MFA': (
            denying('*', conditions=(WITHOUT_MFA,)),
            account_expectations(),
            Remedy(STOP, (excepting(f'merge(Statement[1].Condition, {NOT_DATADOG})'), OPENING), then()),
        ),
        'the account of Datadog': (
            denying(DATADOG_PRINCIPAL),
            account_expectations(),
            Remedy(STOP, (WITHOUT,), then()),
        ),
        'the account of Datadog, in the only statement': (
            account_facts(role=role(trust(effect='Deny'))),
            account_expectations(),
            Remedy(STOP, (replacing(0),), then(terraform())),
        ),
    },
)
