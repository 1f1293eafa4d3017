"""What Datadog itself says of the account, and what CloudTrail recorded."""

from tests.account.permission_lists import RECORDED
from tests.account.whole_run import allows, make_role, policy, statement
from tests.field_reports.account import AccountReport, account_test
from tests.field_reports.reports import Answer

ERRORS, LACKING, TRUST = 'datadog-reports-errors', 'integration-permissions-missing', 'trust-policy-external-id'
SOURCE = ('DataDog/terraform-provider-datadog#2735',)


def reported(action: str, regions: str = 'every region', seen: str = '14m') -> str:
    return (
        f'Datadog is not authorized to perform action {action} \nAccount affected: 123456789012\n'
        f'Regions affected: {regions} \nError was last seen {seen} ago'
    )


def a_role_that_may_all() -> None:
    make_role(policy(statement()), policy(allows(*RECORDED.standard)))


def a_role_that_may_nothing() -> None:
    make_role(policy(statement()), security_audit=False)


REPORTS = (
    AccountReport(
        number=30,
        situation='Datadog lists an error that is minutes old, and a permission is missing.',
        sources=SOURCE,
        right='What Datadog says is shown, and the missing permission explains it, as far as the role did not change.',
        prepare=a_role_that_may_nothing,
        errors=[reported('cloudwatch:ListMetrics')],
        options={'features': ['role', 'permissions']},
        answer=Answer(
            causes=(LACKING,),
            findings={ERRORS: 'unknown', LACKING: 'critical'},
            says={ERRORS: ('cloudwatch:ListMetrics in every region', 'the role changed since')},
        ),
    ),
    AccountReport(
        number=30,
        variant='the error is new',
        situation='Datadog was refused the role seconds ago, and everything that this check sees is right.',
        sources=SOURCE,
        right='Both sides are told: what passed is not known any more, and where to look is.',
        prepare=a_role_that_may_all,
        errors=[reported('sts:AssumeRole', seen='0s')],
        options={'features': ['role']},
        answer=Answer(
            causes=(ERRORS,),
            exit_status=2,
            findings={ERRORS: 'critical', TRUST: 'unknown'},
            says={TRUST: ('the same', 'but Datadog reports sts:AssumeRole in every region')},
        ),
    ),
    AccountReport(
        number=30,
        variant='an old error',
        situation='The last error that Datadog lists is three days old.',
        sources=SOURCE,
        right='Nothing is wrong now; the error is mentioned with its age.',
        prepare=a_role_that_may_all,
        errors=[reported('sts:AssumeRole', seen='3d')],
        options={'features': ['role', 'permissions']},
        answer=Answer(findings={ERRORS: 'ok', TRUST: 'ok'}, says={ERRORS: ('3 days ago',)}),
    ),
    AccountReport(
        number=30,
        variant='a list of another form',
        situation='Datadog answers with errors that are no texts.',
        sources=SOURCE,
        right='What it reports is not known, and nothing is made up.',
        prepare=a_role_that_may_all,
        errors=[{'action': 'sts:AssumeRole'}],
        options={'features': ['role', 'permissions']},
        answer=Answer(findings={ERRORS: 'unknown', TRUST: 'ok'}),
    ),
)

test_report = account_test(REPORTS)
