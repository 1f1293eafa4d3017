"""All findings about the permissions of one role give one advice, which fits into its quota and cures them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import DIAGNOSES
from datadog_checks.aws_diagnostics.diagnoses.integration.permissions import entries_of, grantable
from datadog_checks.aws_diagnostics.diagnoses.integration.policy_documents import (
    MOST_INLINE,
    PolicyDocument,
    placement,
    policy_documents,
)
from datadog_checks.aws_diagnostics.diagnoses.integration.resolve_button import attached
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.account import ManagedBy, Policy, PolicyKind, PolicyQuota
from datadog_checks.aws_diagnostics.facts.values import Arn, Partition, PolicyName
from datadog_checks.aws_diagnostics.findings import Finding
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import (
    ACCOUNT_ID,
    ROLE_NAME,
    account_expectations,
    account_facts,
    caller,
    integration,
    required,
    role,
    security_audit,
    statement,
)
from tests.remedy_rules import commands_of, parts_of

ABOUT_PERMISSIONS = ('integration-permissions-missing', 'integration-policy-quota', 'security-audit-not-attached')
BUTTON = 'click Resolve All AWS Permissions Issues'
STANDARD = tuple(f'service-{n % 5}:Read{n}' for n in range(20))
COLLECTION = tuple(f'collected-{n % 9}:List{"WithALongName" * 6}{n}' for n in range(160))
"""Together two policies of the button, and more characters than inline policies may have."""
EVERYTHING = (*STANDARD, *COLLECTION)
REQUIRED = required(standard=STANDARD, resource_collection=COLLECTION)
FORMER = 'datadog-aws-integration-iam-permissions-0a1b2c3d-part'
QUICKSTART = f'datadog-aws-integration-resource-collection-permissions-v2-{ROLE_NAME}-'


def customer(name: str, *actions: str) -> Policy:
    arn = Arn(f'arn:aws:iam::{ACCOUNT_ID}:policy/{name}')
    return Policy(PolicyName(name), PolicyKind.CUSTOMER, (statement(*actions),), arn=arn)


def in_parts(prefix: str, actions: tuple[str, ...]) -> tuple[Policy, ...]:
    return tuple(customer(f'{prefix}{n + 1}', *actions[n * 90 : n * 90 + 90]) for n in range(-(-len(actions) // 90)))


def any_role(random: Random) -> Facts:
    chosen = random.choice
    own = tuple(customer(f'own-{n}', 's3:GetObject') for n in range(chosen([0, 3, 5, 6, 7, 8, 9, 10, 15])))
    granted = chosen([(), STANDARD[:15], STANDARD, EVERYTHING[:120], EVERYTHING])
    inline = (Policy(PolicyName('inline'), PolicyKind.INLINE, (statement(*granted),)),) if granted else ()
    part_11 = (customer(f'{FORMER}11', 'service-1:*'),)
    left = chosen([(), in_parts(FORMER, EVERYTHING), in_parts(FORMER, granted), part_11])
    stack = chosen([(), in_parts(QUICKSTART, COLLECTION)])
    audit = chosen([(), (security_audit(),)])
    partition = Partition(chosen(['aws', 'aws', 'aws', 'aws-us-gov']))
    return account_facts(
        caller=caller(partition=partition),
        integration=integration(extended_collection=chosen([True, False])),
        required=REQUIRED,
        role=role(managed_by=chosen([None, None, ManagedBy.TERRAFORM, ManagedBy.CLOUDFORMATION])),
        policies=(*inline, *own, *left, *stack, *audit),
        quota=PolicyQuota(chosen([10, 10, 20]), default=chosen([True, False])),
    )


ROLES = [any_role(Random(seed)) for seed in range(50)]
NUMBERS = range(len(ROLES))


@cache
def failed(facts: Facts) -> dict[str, Finding]:
    about = [diagnosis for diagnosis in DIAGNOSES if diagnosis.id in ABOUT_PERMISSIONS]
    return {f.diagnosis.id: f for f in diagnose(about, facts, account_expectations()) if f.failed}


def remedies(facts: Facts) -> list[Remedy]:
    return [finding.remedy for finding in failed(facts).values() if finding.remedy]


def texts(facts: Facts) -> Iterator[str]:
    for remedy in remedies(facts):
        yield from (remedy.summary, *(part.text for part in parts_of(remedy)))


def policies_of(facts: Facts) -> tuple[Policy, ...]:
    policies = facts.of_account.policies
    assert isinstance(policies, tuple)
    return policies


def with_policies(facts: Facts, policies: tuple[Policy, ...]) -> Facts:
    return replace(facts, account=replace(facts.of_account, policies=policies))


@pytest.mark.parametrize('number', NUMBERS)
def test_nobody_is_told_to_click_and_not_to_click(number: int) -> None:
    told = ' '.join(texts(ROLES[number]))
    assert not (BUTTON in told and f'Do not {BUTTON}' in told and told.count(BUTTON) > told.count(f'Do not {BUTTON}'))
    assert len(set(re.findall(r'managed policies per role to (\d+)', told))) <= 1


@pytest.mark.parametrize('number', NUMBERS)
def test_the_policies_that_are_written_fit_beside_security_audit_and_cure_the_role(number: int) -> None:
    facts = ROLES[number]
    if not any('--policy-json' in c.text for remedy in remedies(facts) for c in commands_of(remedy)):
        return
    placed = placement(facts, policy_documents(grantable(entries_of(facts))))
    kept = [p for p in policies_of(facts) if p.arn is None or p.arn not in detached(facts)]
    granted = [as_policy(document, PolicyKind.CUSTOMER) for document in placed.attached]
    inline = [as_policy(document, PolicyKind.INLINE) for document in placed.inline]
    audit = [security_audit()] if 'security-audit-not-attached' in failed(facts) else []
    cured = with_policies(facts, (*kept, *granted, *inline, *audit))
    assert 'integration-permissions-missing' not in failed(cured)
    quota = facts.of_account.quota
    assert isinstance(quota, PolicyQuota)
    assert granted == [] or len(attached(policies_of(cured))) <= quota.attached_per_role
    assert sum(document.characters for document in placed.inline) <= MOST_INLINE


def as_policy(document: PolicyDocument, kind: PolicyKind) -> Policy:
    return Policy(PolicyName(document.name), kind, (statement(*document.actions),))


def detached(facts: Facts) -> set[str]:
    lines = [c.text for remedy in remedies(facts) for part in parts_of(remedy) for c in part.commands]
    return {line.rpartition(' ')[2] for line in lines if ' detach-role-policy ' in line and 'SecurityAudit' not in line}


@pytest.mark.parametrize('number', NUMBERS)
def test_what_is_detached_is_of_an_earlier_click_and_costs_nothing(number: int) -> None:
    facts = ROLES[number]
    gone = detached(facts)
    assert all(f'policy/{FORMER}' in arn for arn in gone)
    after = with_policies(facts, tuple(p for p in policies_of(facts) if p.arn not in gone))
    assert [e.grant for e in entries_of(after) if e.is_held] == [e.grant for e in entries_of(facts) if e.is_held]


@pytest.mark.parametrize('number', NUMBERS)
def test_terraform_attaches_no_more_than_the_quota(number: int) -> None:
    facts = ROLES[number]
    if any('aws_iam_policy' in c.text for remedy in remedies(facts) for c in commands_of(remedy)):
        quota = facts.of_account.quota
        assert isinstance(quota, PolicyQuota)
        audit = 'security-audit-not-attached' in failed(facts)
        assert len(attached(policies_of(facts))) + 2 + audit <= quota.attached_per_role


def test_the_roles_of_these_tests_are_of_every_kind() -> None:
    assert {id for facts in ROLES for id in failed(facts)} == set(ABOUT_PERMISSIONS)
    assert any(detached(facts) for facts in ROLES)
    assert any(BUTTON in text and 'Do not' not in text for facts in ROLES for text in texts(facts))
    assert any('--desired-value' in c.text for facts in ROLES for r in remedies(facts) for c in commands_of(r))


def test_where_no_policy_fits_merging_comes_before_a_higher_quota() -> None:
    inline = Policy(PolicyName('inline'), PolicyKind.INLINE, (statement(*COLLECTION),))
    own = (customer(f'own-{n}', 's3:GetObject') for n in range(9))
    facts = account_facts(
        integration=integration(extended_collection=False),
        required=REQUIRED,
        policies=(inline, *own, security_audit()),
        quota=PolicyQuota(10, default=False),
    )
    for remedy in remedies(facts):
        assert [choice.text.split(' ')[0] for choice in remedy.choices] == ['Merge', 'Raise']
    assert len(remedies(facts)) == 2
