"""Checks of `metrics why` that look at the integration role: may Datadog assume it, and does it let Datadog read?"""

from collections.abc import Iterator

from ....facts import observed
from ....facts.account import Simulated
from ....findings import Failed, NotApplicable, Status, Unknown
from ....rules.metric_sources import SERVICE_ACTIONS
from ....text import listed, lower_first
from ...integration.denials import Denier, denier_of
from ...integration.integration_role_missing import INTEGRATION_ROLE_MISSING
from ...integration.permission_uses import USES
from ...integration.permissions import Entry, compare
from ...integration.role import uses_access_keys, without_role
from ...integration.trust_policy_action_missing import TRUST_POLICY_ACTION_MISSING
from ...integration.trust_policy_explicit_deny import TRUST_POLICY_EXPLICIT_DENY
from ...integration.trust_policy_external_id import TRUST_POLICY_EXTERNAL_ID
from ...integration.trust_policy_wrong_principal import TRUST_POLICY_WRONG_PRINCIPAL
from ...judging import diagnose
from .causes import Answer, MissingCause, Question, fails, fine, not_applicable, unknown

READS_CLOUDWATCH = ('cloudwatch:GetMetricData', 'cloudwatch:ListMetrics')
TAGS = 'tag:GetResources'
OF_THE_ROLE = (
    INTEGRATION_ROLE_MISSING,
    TRUST_POLICY_WRONG_PRINCIPAL,
    TRUST_POLICY_ACTION_MISSING,
    TRUST_POLICY_EXPLICIT_DENY,
    TRUST_POLICY_EXTERNAL_ID,
)
"""The diagnoses that tell whether Datadog can assume its role."""
LONGEST_USE = 80


# Step permission


def account_registered(question: Question) -> Answer | None:
    if question.facts.of_account.registered is False:
        return fails(MissingCause.ACCOUNT_NOT_INTEGRATED, 'Datadog has no integration for this account')
    observed(question.facts.of_account.integration)
    return None


def role_assumable(question: Question) -> Answer:
    facts = question.facts
    found = diagnose(OF_THE_ROLE, facts, question.expected)
    for finding in found:
        if isinstance(finding.verdict, Failed) and finding.status is Status.CRITICAL:
            evidence = f'{lower_first(finding.headline)} ({finding.diagnosis.id}): {finding.verdict.evidence}'
            return fails(MissingCause.ROLE_NOT_ASSUMABLE, evidence)
    reason = next((f.verdict.evidence for f in found if isinstance(f.verdict, Unknown)), '')
    if reason:
        return unknown(reason)
    if all(isinstance(f.verdict, NotApplicable) for f in found):
        evidence = found[0].verdict.evidence
        return not_applicable(evidence) if uses_access_keys(facts) else unknown(evidence)
    return fine('the role exists and trusts Datadog')


def role_may_read(question: Question) -> Answer | None:
    """By the documents of its policies."""
    if without_role(question.facts):
        return None
    entries = compare(READS_CLOUDWATCH, observed(question.facts.of_account.policies))
    lost = [entry for entry in entries if entry.is_lost]
    if lost:
        return fails(MissingCause.PERMISSION_MISSING, f'the policies of the role do not grant {_with_uses(lost)}')
    unsure = [entry for entry in entries if not entry.is_held]
    if unsure:
        return unknown(f'{listed(e.action for e in unsure)}: {unsure[0].grant}')
    return fine(f'the policies of the role grant {" and ".join(READS_CLOUDWATCH)}')


def nothing_denies(question: Question) -> Answer | None:
    """By IAM's simulator; what the organization denies is the last step."""
    for result, denier in _denied(question):
        if denier is not Denier.ORGANIZATION:
            where = f' in {result.region}' if result.region else ''
            return fails(MissingCause.PERMISSION_DENIED, f'{denier} keeps the role from {result.action}{where}')
    return None


def role_may_find_resources(question: Question) -> Answer | None:
    """Datadog documents these permissions for the service; that a metric is missing without them is not said."""
    if without_role(question.facts):
        return None
    needed = (*SERVICE_ACTIONS.get(question.namespace, ()), TAGS)
    lost = [e for e in compare(needed, observed(question.facts.of_account.policies)) if e.is_lost]
    return unknown(f'the role may not {_with_uses(lost)}, which may be why') if lost else None


def _with_uses(lost: list[Entry]) -> str:
    return listed(
        (f'{e.action} ({USES[e.action]})' if e.action in USES else e.action for e in lost), longest=LONGEST_USE
    )


def _denied(question: Question) -> Iterator[tuple[Simulated, Denier]]:
    """What of CloudWatch is denied where the metric is. Raises MissingFact."""
    for result in observed(question.facts.of_account.simulation).results:
        denier = denier_of(result)
        if denier and result.action in READS_CLOUDWATCH and result.region in ('', question.region):
            yield result, denier


# Step scp


def organization_allows(question: Question) -> Answer:
    for result, denier in _denied(question):
        if denier is Denier.ORGANIZATION:
            where = f' in {result.region}' if result.region else ''
            evidence = f"by IAM's simulator {denier} may deny {result.action} for the role{where}"
            return fails(MissingCause.SCP_DENIES, evidence)
    asked = observed(question.facts.of_account.simulation).results
    if not any(r.action in READS_CLOUDWATCH and r.region in ('', question.region) for r in asked):
        return unknown(f"IAM's simulator was not asked about CloudWatch in {question.region}")
    return fine(f"IAM's simulator names no policy of the organization that denies it in {question.region}")
