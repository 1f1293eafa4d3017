from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration import INTEGRATION_PERMISSIONS_DENIED
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    AuthKind,
    Decision,
    Integration,
    RoleMissing,
    Simulated,
    Simulation,
)
from datadog_checks.aws_diagnostics.facts.values import Arn
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.account.builders import MINUTE, account_facts, integration, role, simulated, simulation
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import CHANGE_THE_BOUNDARY, WAIT_5_MINUTES, changing_the_boundary, make_it_the_default

S3, EC2, HOSTED_ZONES = 's3:ListAllMyBuckets', 'ec2:DescribeInstances', 'route53:ListHostedZones'
EXPLICIT, IMPLICIT = Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY
BY_ORGANIZATION: dict[str, Any] = {'decision': EXPLICIT, 'allowed_by_organization': False}
BOUNDARY = 'arn:aws:iam::123456789012:policy/limits'
NOT_EVALUATED = 'it does not evaluate resource control, session and VPC endpoint policies'
EARLY = 'the simulation ended early'


def results(*simulated_: Simulated, complete: bool = True, **account: object) -> Facts:
    return account_facts(simulation=simulation(*simulated_, complete=complete), **account)


def in_region(region: str, *denied: str) -> tuple[Simulated, ...]:
    """Three actions, of which the organization denies some."""
    return tuple(
        simulated(action, **(BY_ORGANIZATION if action in denied else {}), region=region)
        for action in (EC2, S3, HOSTED_ZONES)
    )


def collecting(*regions: str) -> Integration:
    return integration(regions=regions)


ONE_REGION_CLOSED = (*in_region('eu-west-1'), *in_region('us-west-1', EC2, S3))
FAILS = {
    'the organization denies S3': Row(
        results(simulated(EC2), simulated(S3, **BY_ORGANIZATION)),
        "IAM's simulator: the organization's policies may deny 1 of 2 (s3:ListAllMyBuckets)",
        near_miss='nothing denies anything',
    ),
    'the organization does not allow S3': Row(
        results(simulated(EC2), simulated(S3, IMPLICIT, allowed_by_organization=False)),
        "IAM's simulator: the organization's policies may deny 1 of 2 (s3:ListAllMyBuckets)",
        near_miss='S3 is not granted',
    ),
    'the organization denies EC2 everywhere: no hosts': Row(
        results(*in_region('eu-west-1', EC2), *in_region('us-west-1', EC2)),
        Failed("IAM's simulator: the organization's policies may deny 2 of 6 (ec2:DescribeInstances)", Status.CRITICAL),
        near_miss='nothing denies anything',
    ),
    'the organization closes one region, but for a global service': Row(
        results(*ONE_REGION_CLOSED),
        "IAM's simulator: the organization's policies may deny 2 of 6 (ec2:DescribeInstances, s3:ListAllMyBuckets); "
        'mostly in us-west-1, not in the other regions',
        near_miss='the closed region is one that the integration leaves out',
    ),
    'the permissions boundary denies S3': Row(
        results(simulated(EC2), simulated(S3, IMPLICIT, allowed_by_boundary=False)),
        "IAM's simulator: the permissions boundary denies 1 of 2 (s3:ListAllMyBuckets)",
        near_miss='the permissions boundary allows S3',
    ),
    'a Deny of which IAM does not say whose it is': Row(
        results(simulated(EC2), simulated(S3, EXPLICIT, allowed_by_organization=None)),
        "IAM's simulator: an explicit Deny refuses 1 of 2 (s3:ListAllMyBuckets)",
        near_miss='S3 is not granted',
    ),
    'three deniers, and the simulation ended early on a role that just changed': Row(
        results(
            simulated('a:One', **BY_ORGANIZATION),
            simulated('b:Two', IMPLICIT, allowed_by_boundary=False),
            simulated('c:Three', EXPLICIT),
            simulated(EC2),
            complete=False,
            role=role(changed_at=NOW - 2 * MINUTE),
        ),
        "IAM's simulator: the organization's policies may deny 1 of 4 (a:One), the permissions boundary denies 1 of 4 "
        f'(b:Two), an explicit Deny refuses 1 of 4 (c:Three); {EARLY}, so there may be more; the role changed 2 '
        'minutes ago, so this may be stale: IAM and Datadog need at least 5 minutes',
        near_miss='nothing denies anything',
    ),
    'more than can be named': Row(
        results(simulated(EC2), *(simulated(f's3:Get{letter}', **BY_ORGANIZATION) for letter in 'EDCBA')),
        "IAM's simulator: the organization's policies may deny 5 of 6 (s3:GetA, s3:GetB, s3:GetC and 2 more)",
        near_miss='nothing denies anything',
    ),
}
PASSES = {
    'nothing denies anything': Row(account_facts(), f"IAM's simulator: no denial in 2 results; {NOT_EVALUATED}"),
    'S3 is not granted': Row(
        results(simulated(EC2), simulated(S3, IMPLICIT)),
        f"IAM's simulator: no denial in 2 results (1 not granted either); {NOT_EVALUATED}",
    ),
    'the permissions boundary allows S3': Row(
        results(simulated(S3, allowed_by_boundary=True)),
        f"IAM's simulator: no denial in 1 result; {NOT_EVALUATED}",
    ),
    'the closed region is one that the integration leaves out': Row(
        results(*ONE_REGION_CLOSED, integration=collecting('eu-west-1')),
        f"IAM's simulator: no denial in 3 results; {NOT_EVALUATED}",
    ),
}
UNKNOWN = {
    'the simulator may not be asked': Row(
        account_facts(simulation=Unobserved('missing permission iam:SimulatePrincipalPolicy (AccessDenied)')),
        'missing permission iam:SimulatePrincipalPolicy (AccessDenied)',
    ),
    'it ended early before anything was denied': Row(
        results(simulated(EC2), complete=False),
        f"IAM's simulator: no denial in 1 result so far; {EARLY}, so there may be more",
    ),
    'nothing was asked': Row(account_facts(simulation=Simulation(())), "IAM's simulator was asked about no action"),
}
NOT_APPLICABLE = {
    'only regions that the integration leaves out were simulated': Row(
        results(*in_region('us-west-1', EC2), integration=collecting('eu-west-1')),
        'no action was simulated in a region that Datadog collects',
    ),
    'there is no role': Row(
        account_facts(role=RoleMissing('DatadogIntegrationRole')), "there is no role 'DatadogIntegrationRole'"
    ),
    'access keys': Row(
        account_facts(integration=integration(auth=AuthKind.ACCESS_KEYS)),
        'Datadog uses access keys for this account, not a role',
    ),
}
REMOVE = 'Remove the denial; no policy that grants the actions overrides it'
ASK = Choice(
    "Ask your organization's administrators to exempt the integration role from the service control policy (condition "
    "ArnNotLike on aws:PrincipalArn). With credentials of the management account, the command lists the account's "
    'policies; those of the organizational units above it can deny too',
    (Command('aws organizations list-policies-for-target --filter SERVICE_CONTROL_POLICY --target-id 123456789012'),),
)
BOUNDED = Step(
    f'Allow the denied actions in the permissions boundary as well. {CHANGE_THE_BOUNDARY}',
    changing_the_boundary(BOUNDARY),
)
REMEDIES = {
    'the organization': (results(simulated(S3, **BY_ORGANIZATION)), Remedy(REMOVE, (ASK,), (WAIT_5_MINUTES,))),
    'the organization, in one region': (
        results(*ONE_REGION_CLOSED),
        Remedy(
            'Exclude the denied regions in Datadog, or have the organization allow them',
            (
                Choice(
                    'In Datadog, on the AWS integration page of this account under General, exclude these regions, '
                    'from which it then collects nothing (us-west-1)'
                ),
                ASK,
            ),
            (WAIT_5_MINUTES,),
        ),
    ),
    'the boundary and a Deny': (
        results(
            simulated(S3, IMPLICIT, allowed_by_boundary=False),
            simulated(EC2, EXPLICIT),
            role=role(boundary=Arn(BOUNDARY)),
        ),
        Remedy(
            REMOVE,
            then=(
                BOUNDED,
                make_it_the_default(BOUNDARY),
                Step(
                    "Look for the Deny first in the role's own policies, then in the organization's and the boundary "
                    f'({EC2})'
                ),
                WAIT_5_MINUTES,
            ),
        ),
    ),
}

test_verdict = verdict_test(INTEGRATION_PERMISSIONS_DENIED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(INTEGRATION_PERMISSIONS_DENIED, REMEDIES)
