"""Fixes that keep what others need, that one paste cannot spoil, and that agree with one another."""

from tests.account.whole_run import allows, make_role, policy, statement
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


def a_vendor() -> None:
    make_role(policy(VENDOR), EVERYTHING)


def a_deputy() -> None:
    make_role(policy(DEPUTY), EVERYTHING)


REPORTS = (
    AccountReport(
        scope='account',
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
        scope='account',
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
        scope='account',
        number=5,
        variant='Datadog and a deputy of ours in one statement',
        situation='One statement without an external ID names Datadog and an account of the operator.',
        right='It moves Datadog to a separate statement that demands the external ID, and leaves the other account.',
        prepare=a_deputy,
        answer=Answer(
            causes=['trust-policy-external-id'],
            fixes={'trust-policy-external-id': Fix(has=['Move Datadog from statement 1 to a separate statement'])},
        ),
    ),
    AccountReport(
        scope='account',
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
        scope='account',
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
)

test_report = account_test(REPORTS)
