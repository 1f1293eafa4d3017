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
from datadog_checks.aws_diagnostics.facts.values import Arn, RegionName
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.builders import MINUTE, account_expectations, account_facts, integration, role, simulated, simulation
from tests.builders import NOW
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import CHANGE_THE_BOUNDARY, WAIT, changing_the_boundary, make_it_the_default, not_over

S3, EC2, HOSTED_ZONES = 's3:ListAllMyBuckets', 'ec2:DescribeInstances', 'route53:ListHostedZones'
EXPLICIT, IMPLICIT = Decision.EXPLICIT_DENY, Decision.IMPLICIT_DENY
BY_ORGANIZATION: dict[str, Any] = {'decision': EXPLICIT, 'allowed_by_organization': False}
BOUNDARY = 'arn:aws:iam::123456789012:policy/limits'
NOT_EVALUATED = 'it does not evaluate resource control, session and VPC endpoint policies'
EARLY = 'the simulation ended early'


def results(
    *simulated_: Simulated,
    complete: bool = True,
    regions: tuple[str, ...] | Unobserved | None = None,
    **account: object,
) -> Facts:
    """Datadog collects the regions that were asked, if nothing else is said."""
    if regions is None:
        regions = tuple(dict.fromkeys(result.region for result in simulated_))
    collected = regions if isinstance(regions, Unobserved) else tuple(map(RegionName, regions))
    return account_facts(simulation=simulation(*simulated_, complete=complete, regions=collected), **account)


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
    'a region is denied, and others were not asked yet': Row(
        results(*ONE_REGION_CLOSED, regions=('eu-west-1', 'us-west-1', 'ap-south-1'), complete=False),
        "IAM's simulator: the organization's policies may deny 2 of 6 (ec2:DescribeInstances, s3:ListAllMyBuckets); "
        'mostly in us-west-1, not in the other regions; not asked yet in 1 of 3 regions (ap-south-1)',
        near_miss='every region that Datadog collects was asked',
    ),
    'more than can be named': Row(
        results(simulated(EC2), *(simulated(f's3:Get{letter}', **BY_ORGANIZATION) for letter in 'EDCBA')),
        "IAM's simulator: the organization's policies may deny 5 of 6 (s3:GetA, s3:GetB, s3:GetC and 2 more)",
        near_miss='nothing denies anything',
    ),
}
PASSES = {
    'nothing denies anything': Row(
        account_facts(), f"IAM's simulator: no denial in 2 results in eu-west-1; {NOT_EVALUATED}"
    ),
    'S3 is not granted': Row(
        results(simulated(EC2), simulated(S3, IMPLICIT)),
        f"IAM's simulator: no denial in 2 results in eu-west-1 (1 not granted either); {NOT_EVALUATED}",
    ),
    'the permissions boundary allows S3': Row(
        results(simulated(S3, allowed_by_boundary=True)),
        f"IAM's simulator: no denial in 1 result in eu-west-1; {NOT_EVALUATED}",
    ),
    'the closed region is one that the integration leaves out': Row(
        results(*ONE_REGION_CLOSED, regions=('eu-west-1',), integration=collecting('eu-west-1')),
        f"IAM's simulator: no denial in 3 results in eu-west-1; {NOT_EVALUATED}",
    ),
    'every region that Datadog collects was asked': Row(
        results(*in_region('eu-west-1'), *in_region('us-west-1')),
        f"IAM's simulator: no denial in 6 results in 2 regions; {NOT_EVALUATED}",
    ),
}
UNKNOWN = {
    'the simulator may not be asked': Row(
        account_facts(simulation=Unobserved('missing permission iam:SimulatePrincipalPolicy (AccessDenied)')),
        'missing permission iam:SimulatePrincipalPolicy (AccessDenied)',
    ),
    'it ended early before anything was denied': Row(
        results(simulated(EC2), complete=False),
        f"IAM's simulator: no denial in 1 result in eu-west-1 so far; {EARLY}, so there may be more",
    ),
    'some regions that Datadog collects were not asked yet': Row(
        results(*in_region('eu-west-1'), regions=('eu-west-1', 'us-west-1', 'ap-south-1'), complete=False),
        "IAM's simulator: no denial in 3 results in eu-west-1 so far; not asked yet in 2 of 3 regions (us-west-1, "
        'ap-south-1)',
    ),
    'which regions Datadog collects is not known': Row(
        results(simulated(EC2), regions=Unobserved('missing permission ec2:DescribeRegions')),
        "IAM's simulator: no denial in 1 result in eu-west-1 so far; not known for other regions: missing permission "
        'ec2:DescribeRegions',
    ),
    'saved by a version that asked three regions at most': Row(
        account_facts(simulation=Simulation((simulated(EC2),))),
        "IAM's simulator: no denial in 1 result in eu-west-1 so far; not known for other regions: not known which "
        'regions Datadog collects',
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
EXCLUDE = 'Exclude the denied regions in Datadog, or have the organization allow them'
NEW_REGIONS = 'a region that AWS opens later is not collected before you select it'
THREE = ('eu-west-1', 'us-west-1', 'ap-south-1')


def excluding(names: str, rest: str = '[]', exposes: str = '') -> tuple[Choice, ...]:
    """On the page, by the API, in Terraform."""
    api, record = 'https://api.datadoghq.com/api/v2/integration/aws/accounts', 'aws-integration-before.json'
    find = f"AWS_CONFIG_ID=$(jq --raw-output --exit-status '.data[0].id' {record})"
    keys = '--header "DD-API-KEY: ${DD_API_KEY:?}" --header "DD-APPLICATION-KEY: ${DD_APP_KEY:?}"'

    def patch(edit: str = '') -> str:
        attributes = f'.data[0].attributes | {{aws_account_id, aws_regions}}{edit}'
        body = f'{attributes} | {{data: {{type: "account", attributes: .}}}}'
        return (
            f"jq '{body}' {record} |\n  curl --silent --show-error --fail --request PATCH "
            f"--header 'Content-Type: application/json' --data @- \\\n  {keys} \\\n  "
            '"' + api.replace('api.datadoghq.com', 'api.${DD_SITE:?}') + '/${AWS_CONFIG_ID:?}"'
        )

    save = (
        f'{not_over(record)} &&\n(umask 077 && curl --silent --show-error --fail --output {record} \\\n  {keys} \\\n  '
        '"https://api.${DD_SITE:?}/api/v2/integration/aws/accounts?aws_account_id=123456789012")'
    )
    return (
        Choice(
            'In Datadog, on the AWS integration page, choose the account, then General, Regions, and deselect those '
            f'that are denied ({names})',
            exposes=exposes,
            undo=Step('Set it back on the same page'),
        ),
        Choice(
            f'With the Datadog API and jq: save the record (it contains the external ID) to {record}, edit it and send '
            'it back',
            (Command(f'{save} &&\n{find} &&\n{patch(" | .aws_regions = {include_only: " + rest + "}")}'),),
            exposes=exposes,
            undo=Step('Send the saved settings back', (Command(f'{find} &&\n{patch()}'),)),
        ),
        Choice(
            'In Terraform, in datadog_integration_aws_account',
            (Command(f'aws_regions {{\n  include_only = {rest}\n}}', Language.HCL),),
            exposes=exposes,
            undo=Step('Apply the previous configuration'),
        ),
    )


BOUNDED = Step(
    f'Allow the denied actions in the permissions boundary as well. {CHANGE_THE_BOUNDARY}',
    changing_the_boundary(BOUNDARY),
)
REMEDIES = {
    'the organization': (results(simulated(S3, **BY_ORGANIZATION)), Remedy(REMOVE, (ASK,), (WAIT,))),
    'the organization, in one region': (
        results(*ONE_REGION_CLOSED),
        Remedy(
            EXCLUDE,
            (*excluding('us-west-1', rest='["eu-west-1"]', exposes=NEW_REGIONS), ASK),
            (WAIT,),
        ),
    ),
    'the organization, in one of three regions on record': (
        results(*ONE_REGION_CLOSED, *in_region('ap-south-1'), integration=collecting(*THREE), regions=THREE),
        Remedy(EXCLUDE, (*excluding('us-west-1', rest='["eu-west-1", "ap-south-1"]'), ASK), (WAIT,)),
    ),
    'the organization, in a region beside others that are not known': (
        results(*ONE_REGION_CLOSED, regions=Unobserved('missing permission ec2:DescribeRegions')),
        Remedy(EXCLUDE, (*excluding('us-west-1', exposes=NEW_REGIONS)[:1], ASK), (WAIT,)),
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
                WAIT,
            ),
        ),
    ),
}

test_verdict = verdict_test(INTEGRATION_PERMISSIONS_DENIED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(INTEGRATION_PERMISSIONS_DENIED, REMEDIES)


def test_a_region_with_the_metrics_of_global_services_is_excluded_last_and_the_loss_is_said() -> None:
    facts = results(*in_region('eu-west-1'), *in_region('us-east-1', S3, EC2))
    remedy = INTEGRATION_PERMISSIONS_DENIED.remedy(facts, account_expectations())
    assert remedy is not None
    first, *exclude = remedy.choices
    assert first.text.startswith("Ask your organization's administrators")
    assert len(exclude) == 3
    assert all('which only us-east-1 has, stay lost' in choice.exposes for choice in exclude)
