"""Fixes that keep what others need, that one paste cannot spoil, and that agree with one another."""

import json

from tests.account.builders import SECRET
from tests.account.datadog_api import ec2_host, host
from tests.account.permission_lists import RECORDED
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import ROLE, allows, iam, make_role, policy, statement
from tests.field_reports.account import AccountReport, account_test
from tests.field_reports.reports import Answer, Fix

EVERYTHING = policy(allows('*'))
OTHER_ORGANIZATION = statement(Condition={'StringEquals': {'sts:ExternalId': 'of-another-datadog-organization'}})
VENDOR = statement(
    Principal={'AWS': 'arn:aws:iam::210987654321:root'}, Condition={'StringEquals': {'sts:ExternalId': 'of-a-vendor'}}
)
DEPUTY = statement(
    Principal={'AWS': ['arn:aws:iam::464622532012:root', 'arn:aws:iam::123456789012:root']}, Condition=None
)
SET = '${EXTERNAL_ID:?}'
WHOLE_DOCUMENT = '"Version": "2012-10-17"'
"""Of a document that would replace what is there."""


def two_organizations() -> None:
    make_role(policy(VENDOR, OTHER_ORGANIZATION), EVERYTHING)


def two_organizations_in_one_statement() -> None:
    both = {'StringEquals': {'sts:ExternalId': [SECRET, 'of-another-datadog-organization']}}
    make_role(policy(statement(Condition=both)), EVERYTHING)


def a_vendor() -> None:
    make_role(policy(VENDOR), EVERYTHING)


def a_deputy() -> None:
    make_role(policy(DEPUTY), EVERYTHING)


QUICKSTART = 'datadog-aws-integration-resource-collection-permissions-v2-DatadogIntegrationRole'
"""Of the present template of Datadog: one policy for each part of the list for resource collection."""
TWO = ('logs:PutSubscriptionFilter', 's3:PutBucketNotification')
BUTTON = 'click Resolve All AWS Permissions Issues'
COLLECTING = {'resources_config': {'cloud_security_posture_management_collection': False, 'extended_collection': True}}


def of_the_quickstart_stack(*missing: str, others: int = 0) -> None:
    """What Datadog's template attaches but for `missing`, and `others` policies of the account."""
    make_role(policy(statement()), policy(allows(*(a for a in RECORDED.standard if a not in missing))))
    for number in range(4):
        attach(f'{QUICKSTART}-{number + 1}', *RECORDED.resource_collection[number::4])
    for number in range(others):
        attach(f'of-the-account-{number}', 's3:GetObject')


def attach(name: str, *actions: str) -> None:
    made = iam().create_policy(PolicyName=name, PolicyDocument=json.dumps(policy(allows(*actions))))
    iam().attach_role_policy(RoleName=ROLE, PolicyArn=made['Policy']['Arn'])


def complete() -> None:
    of_the_quickstart_stack()


def two_missing_and_a_full_quota() -> None:
    of_the_quickstart_stack(*TWO, others=5)


def ten_of_ten_without_security_audit() -> None:
    listed = policy(allows(*RECORDED.standard, *RECORDED.resource_collection))
    make_role(policy(statement()), listed, security_audit=False)
    for number in range(10):
        attach(f'of-the-account-{number}', 's3:GetObject')


def left_by_an_earlier_click() -> None:
    of_the_quickstart_stack(*TWO)
    attach('datadog-aws-integration-iam-permissions-0a1b2c3d-part1', *RECORDED.standard[:40])


def without_a_list_of_metrics() -> None:
    granted = (action for action in RECORDED.standard if action != 'cloudwatch:List*')
    make_role(policy(statement()), policy(allows(*granted)), security_audit=False)


def without_security_groups() -> None:
    granted = (action for action in RECORDED.standard if action != 'ec2:Describe*')
    hosts = ('ec2:DescribeInstances', 'ec2:DescribeInstanceStatus')
    make_role(policy(statement()), policy(allows(*granted, *hosts)), security_audit=False)


def terraform_manages_it() -> None:
    make_role(policy(statement()), policy(allows('ec2:Describe*')))
    iam().tag_role(RoleName=ROLE, Tags=[{'Key': 'managed-by', 'Value': 'terraform'}])


REPORTS = (
    AccountReport(
        number=5,
        situation='The trust policy has a statement for another Datadog organization and one for another vendor.',
        sources=['DataDog/terraform-provider-datadog#1894'],
        right='The fix adds a statement for this organization, and keeps those of the others as they are.',
        prepare=two_organizations,
        answer=Answer(
            causes=['trust-policy-external-id'],
            fixes={
                'trust-policy-external-id': Fix(
                    has=[
                        'Add a statement for Datadog and leave the others as they are',
                        'statement {',
                        'keep every other',
                    ],
                    lacks=[WHOLE_DOCUMENT, 'data "aws_iam_policy_document"'],
                )
            },
        ),
    ),
    AccountReport(
        number=5,
        variant='only a vendor',
        situation='The trust policy names another vendor, and not Datadog.',
        right='The fix adds a statement for Datadog; that of the vendor is not offered for replacement.',
        prepare=a_vendor,
        answer=Answer(
            causes=['trust-policy-wrong-principal'],
            fixes={
                'trust-policy-wrong-principal': Fix(
                    has=['Add a statement for Datadog'], lacks=['Replace statement', WHOLE_DOCUMENT]
                )
            },
        ),
    ),
    AccountReport(
        number=5,
        variant='Datadog and a deputy of ours in one statement',
        situation='One statement without an external ID names Datadog and an account of the operator.',
        right='It moves Datadog to a separate statement that requires the external ID, and leaves the other account.',
        prepare=a_deputy,
        answer=Answer(
            causes=['trust-policy-external-id'],
            fixes={'trust-policy-external-id': Fix(has=['Move Datadog from statement 1 to a separate statement'])},
        ),
    ),
    AccountReport(
        number=5,
        variant='two organizations in one statement',
        situation='One statement accepts the external IDs of two Datadog organizations.',
        right='Where the other organization is their own too, nothing has to change; the way that removes it says so.',
        prepare=two_organizations_in_one_statement,
        answer=Answer(
            causes=['trust-policy-external-id'],
            findings={'trust-policy-external-id': 'warning'},
            fixes={
                'trust-policy-external-id': Fix(
                    has=['change nothing there', 'whoever uses another one loses access'], lacks=[WHOLE_DOCUMENT]
                )
            },
        ),
    ),
    AccountReport(
        number=6,
        situation='The external ID of the trust policy is wrong, and the fix is pasted as it is printed.',
        right='Without EXTERNAL_ID the command stops before anything is changed; a copy of the document comes first.',
        prepare=two_organizations,
        answer=Answer(
            causes=['trust-policy-external-id'],
            fixes={
                'trust-policy-external-id': Fix(has=[SET, 'trust-policy.before.json', 'Restore the old trust policy'])
            },
            never=["'EXTERNAL_ID'", '"EXTERNAL_ID"', '<EXTERNAL_ID>'],
        ),
    ),
    AccountReport(
        number=6,
        variant='a new role',
        situation='The role does not exist, and the fix that creates it by hand is pasted as it is printed.',
        right='The document of the new role is not written without EXTERNAL_ID.',
        answer=Answer(
            causes=['integration-role-missing'],
            fixes={'integration-role-missing': Fix(has=[SET])},
            never=["'EXTERNAL_ID'", '<EXTERNAL_ID>'],
        ),
    ),
    AccountReport(
        number=7,
        situation="The role of Datadog's quickstart stack lacks two permissions, and 10 of 10 policies are attached.",
        sources=['DataDog/cloudformation-template#342', 'DataDog/terraform-provider-datadog#3201'],
        right='Both findings give one advice: inline policies or a higher quota, and no click before there is room.',
        prepare=two_missing_and_a_full_quota,
        record=COLLECTING,
        answer=Answer(
            causes=['integration-permissions-missing', 'integration-policy-quota'],
            fixes={
                id: Fix(
                    has=['--policy-json', f'Do not {BUTTON} before there is room', '--desired-value 16'],
                    lacks=[f'under Issues, {BUTTON}', 'aws_iam_policy', 'detach-role-policy'],
                )
                for id in ('integration-permissions-missing', 'integration-policy-quota')
            },
        ),
    ),
    AccountReport(
        number=7,
        variant='managed by Terraform',
        situation='A role with a tag of Terraform lacks most permissions.',
        right='The way in Terraform comes first; a click, of which Terraform knows nothing, is not offered.',
        prepare=terraform_manages_it,
        answer=Answer(
            causes=['integration-permissions-missing'],
            fixes={'integration-permissions-missing': Fix(has=['In Terraform'], lacks=[BUTTON])},
        ),
    ),
    AccountReport(
        number=8,
        situation="The role has what Datadog's present quickstart template attaches, in a live stack.",
        right='Its policies are left alone: nothing calls them left over, and nothing detaches them.',
        prepare=complete,
        record=COLLECTING,
        answer=Answer(
            findings={'integration-policy-quota': 'ok', 'integration-permissions-missing': 'ok'},
            never=['left over', 'other templates', 'detach'],
        ),
    ),
    AccountReport(
        number=8,
        variant='an earlier click under another hash',
        situation='Beside them is a policy of an earlier click, whose permissions other policies grant too.',
        right='Only that one is left over, and detaching it costs nothing.',
        prepare=left_by_an_earlier_click,
        record=COLLECTING,
        answer=Answer(
            causes=['integration-permissions-missing', 'integration-policy-quota'],
            says={'integration-policy-quota': ['1 of the attached policies is left over']},
            fixes={
                'integration-policy-quota': Fix(
                    has=['detach-role-policy', 'policy/datadog-aws-integration-iam-permissions-0a1b2c3d-part1'],
                    lacks=[f'--policy-arn arn:aws:iam::123456789012:policy/{QUICKSTART}'],
                )
            },
        ),
    ),
    AccountReport(
        number=10,
        situation='The AWS integration reports an instance, and an Agent reports ip-10-0-0-12 without any instance ID.',
        sources=['DataDog/documentation#14238', 'DataDog/helm-charts#778'],
        right='They may be one host, which would be billed twice: it cannot be ruled out, and is not said to be right.',
        prepare=complete,
        hosts=[ec2_host('i-0123456789abcdef0', MOTO_ACCOUNT), host('ip-10-0-0-12')],
        answer=Answer(
            findings={'host-duplicated': 'unknown'},
            says={
                'host-duplicated': [
                    'cannot be ruled out: 1 EC2 instance appears without an Agent, and 1 Agent (such as ip-10-0-0-12)'
                ]
            },
            never=['does not affect billing', 'no EC2 instance appears twice'],
        ),
    ),
    AccountReport(
        number=10,
        variant='the Agent is on another cloud',
        situation='The AWS integration reports an instance, and an Agent reports a host of Google Cloud.',
        right='They are different hosts: nothing appears twice.',
        prepare=complete,
        hosts=[
            ec2_host('i-0123456789abcdef0', MOTO_ACCOUNT),
            host('web-1', apps=['agent', 'gcp'], sources=['agent', 'gcp']),
        ],
        answer=Answer(findings={'host-duplicated': 'ok'}),
    ),
    AccountReport(
        number=14,
        situation='One permission for CloudWatch is missing, and the two others are granted.',
        right='What this permission gives is named, not everything that CloudWatch gives.',
        prepare=without_a_list_of_metrics,
        answer=Answer(
            causes=['integration-permissions-missing'],
            says={'integration-permissions-missing': ['cloudwatch:List* (finding new CloudWatch metrics)']},
            never=['all CloudWatch metrics and alarms'],
        ),
    ),
    AccountReport(
        number=14,
        variant='an operation of a wildcard',
        situation='EC2 is granted but for the security groups.',
        right='The operation that is missing is named with what it gives; hosts are not said to be lost.',
        prepare=without_security_groups,
        answer=Answer(
            causes=['integration-permissions-missing'],
            says={'integration-permissions-missing': ['ec2:DescribeSecurityGroups (security groups of hosts)']},
            never=['hosts, their tags and status'],
        ),
    ),
    AccountReport(
        number=17,
        situation='SecurityAudit is not attached, and 10 of 10 policies are.',
        right='Room comes first: merge policies, make one inline, or raise the quota. Then it is attached.',
        prepare=ten_of_ten_without_security_audit,
        record=COLLECTING,
        answer=Answer(
            causes=['security-audit-not-attached'],
            fixes={
                'security-audit-not-attached': Fix(has=['once there is room', 'inline policy', '--desired-value 11'])
            },
        ),
    ),
    AccountReport(
        number=17,
        variant='permissions are missing',
        situation='Two permissions are missing, and 10 of 10 policies are attached.',
        right='The missing permissions go into an inline policy, which does not count against the quota.',
        prepare=two_missing_and_a_full_quota,
        record=COLLECTING,
        answer=Answer(
            causes=['integration-permissions-missing', 'integration-policy-quota'],
            fixes={'integration-permissions-missing': Fix(has=['--policy-json'], lacks=['attach-role-policy'])},
        ),
    ),
)

test_report = account_test(REPORTS)
