"""What Datadog has on record for the account."""

from tests.account.whole_run import make_role, policy, statement
from tests.field_reports.account import AccountReport, account_test
from tests.field_reports.reports import Answer


def a_role_as_it_should_be() -> None:
    make_role(policy(statement()))


REPORTS = (
    AccountReport(
        number=29,
        situation='The feature `role` is on, and nothing else.',
        right='The role is judged, and every diagnosis of a feature that is off does not apply.',
        server='ministack',
        prepare=a_role_as_it_should_be,
        options={'features': ['role']},
        answer=Answer(
            findings={
                'trust-policy-external-id': 'ok',
                'integration-permissions-missing': 'not_applicable',
                'host-duplicated': 'not_applicable',
            },
        ),
    ),
)

test_report = account_test(REPORTS)
