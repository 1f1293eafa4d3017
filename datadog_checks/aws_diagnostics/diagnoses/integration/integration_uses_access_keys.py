"""Datadog uses the access keys of an IAM user instead of a role."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import AuthKind, Feature
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Command, Remedy, Step, Variable, shell
from ..account_remedies import run_again, save_record
from ..links import guide
from .role_remedies import create_role
from .trust import sender

SETTINGS = 'datadog-aws-integration.before.json'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    integration = observed(facts.of_account.integration)
    to = sender(facts, expected)
    place = f'{to.site} in the partition {to.partition}'
    if integration.auth is AuthKind.ROLE and to.account is None:
        return Unknown(f'Datadog has a role on record; for {place} it documents access keys, and no account of its own')
    if integration.auth is AuthKind.ROLE:
        return Passed('Datadog uses a role for this account, not access keys')
    if to.account is None:
        return Passed(f'Datadog uses access keys, the way it offers for {place}')
    return Failed('Datadog uses access keys of an IAM user for this account, and they do not expire')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    return Remedy(
        'Give Datadog a role instead of access keys, then disable the keys',
        create_role(facts, expected),
        (
            Step('Give the role what the IAM user may do, by its policies and groups', _policies_of_the_user()),
            Step(
                "Save this account's settings in Datadog, which are lost when the authentication changes",
                (save_record(facts, expected, SETTINGS),),
            ),
            Step(
                "On the AWS integration page in Datadog, change this account to Role Delegation with the role's name, "
                'and restore its other settings from the saved file'
            ),
            run_again(expected),
            Step(
                'When metrics arrive through the role, disable the key; the status Active enables it again',
                (_key('update-access-key', '--status', 'Inactive'),),
            ),
            Step('After a week without problems, delete the key, which cannot be undone', (_key('delete-access-key'),)),
        ),
    )


def _policies_of_the_user() -> tuple[Command, ...]:
    return tuple(
        shell('aws', 'iam', operation, '--user-name', Variable('USER_NAME'))
        for operation in ('list-attached-user-policies', 'list-user-policies', 'list-groups-for-user')
    )


def _key(operation: str, *options: str) -> Command:
    user, key = Variable('USER_NAME'), Variable('ACCESS_KEY_ID')
    return shell('aws', 'iam', operation, '--user-name', user, '--access-key-id', key, *options)


INTEGRATION_USES_ACCESS_KEYS = Diagnosis(
    id='integration-uses-access-keys',
    title='Datadog uses access keys instead of a role',
    scope=Scope.ACCOUNT,
    feature=Feature.ROLE,
    service_check='integration_role',
    severity=Status.WARNING,
    tests=(
        'Asks Datadog how it authenticates to this account. Passes where Datadog offers no role: in China, and in AWS '
        'GovCloud on sites other than the government sites; a role on record is UNKNOWN there.'
    ),
    harm=(
        'Access keys of an IAM user work from everywhere until somebody deletes them. Datadog recommends a role with '
        'an external ID.'
    ),
    docs=guide('iam-permission-errors'),
    judge=judge,
    remedy=remedy,
)
