"""Ways to grant the role what is missing: one advice for all findings about its permissions.

Every way fits into the quota of attached policies, with a place left for SecurityAudit where it is still to be
attached, or begins with a higher quota.
"""

from ...expectations import Expectations
from ...facts import Facts, MissingFact
from ...facts.account import ManagedBy
from ...remedies import Choice, Command, Language, Step, Variable, Word, hcl_string, shell
from ..account_remedies import account_word, iam_arn, managed_by, own_command, role_word
from .permissions import Grant, entries_of, grantable
from .policy_documents import (
    NotGrantable,
    attached_count,
    free_places,
    has_room,
    needs_security_audit,
    placement,
    policy_documents,
)
from .resolve_button import BUTTON, HIGHEST_QUOTA, click, detach_leftovers, exceeds_quota, is_of_a_stack
from .role import partition_of

DIRECTORY = 'policies'
IN_CODE = (ManagedBy.TERRAFORM, ManagedBy.OPENTOFU)


def ways_to_grant(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    """The least harmful first; where code manages the role, its own way first and none that it does not know of."""
    write = () if _own_quota(facts) else (own_policies(expected),)
    code, higher = _code(facts, expected), _higher_quota(facts, expected)
    if managed_by(facts) in IN_CODE:
        return (*code, *write, *higher)
    return (*write, *button(facts, expected), *code, *higher)


def what_follows(facts: Facts, expected: Expectations) -> tuple[Step, ...]:
    """The same for every finding about the permissions of the role."""
    warn = (Step(f'Do not click {BUTTON} before there is room: it would exceed the policy quota and fail halfway'),)
    return (*detach_leftovers(facts, expected), *(warn if exceeds_quota(facts, expected) else ()))


def own_policies(expected: Expectations) -> Choice:
    return Choice(
        'See what is missing, by service; write policies with exactly that, read them, then run the commands that are '
        'printed',
        (
            own_command(expected, 'permissions', '--diff'),
            own_command(expected, 'permissions', '--policy-json', DIRECTORY),
        ),
    )


def button(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    """Only where it can work: in the partition aws, within the quota."""
    try:
        after = click(facts, expected)
    except MissingFact:
        return ()
    if partition_of(facts) != 'aws' or after.attached_then > after.quota:
        return ()
    return (
        Choice(
            f'In Datadog, on the AWS integration page under Issues, click {BUTTON}. Its CloudFormation stack attaches '
            'the whole list and SecurityAudit. It deletes the policies of an earlier click before it creates new ones',
            exposes=_whole_list(facts),
        ),
    )


def _whole_list(facts: Facts) -> str:
    """What granting it exposes: it lifts what the role's own policies limit."""
    limited = sum(entry.grant is Grant.LIMITED for entry in entries_of(facts))
    lifted = f', also the {limited} that policies of the role allow only with a limit' if limited else ''
    return f'every permission that Datadog lists, used or not{lifted}'


def _higher_quota(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    needed = quota_needed(facts, expected)
    if not needed:
        return ()
    if needed > HIGHEST_QUOTA:
        return (merge_policies(),)
    higher = raise_quota(facts, needed, 'then run this check again: more ways to grant the permissions fit then')
    return (merge_policies(), higher) if _own_quota(facts) else (higher,)


def _own_quota(facts: Facts) -> int:
    """That the policies need which the command line would write; 0 where the present one is enough."""
    try:
        return placement(facts, policy_documents(grantable(entries_of(facts)))).quota
    except NotGrantable:
        return 0


def quota_needed(facts: Facts, expected: Expectations) -> int:
    """For our own policies, SecurityAudit and the button; 0 where the present one is enough, or is not known."""
    audit = attached_count(facts) + 1 if needs_security_audit(facts) and free_places(facts) == 0 else 0
    if all(entry.is_held for entry in entries_of(facts)):
        return audit
    return max(audit, _own_quota(facts), _quota_of_the_button(facts, expected))


def _quota_of_the_button(facts: Facts, expected: Expectations) -> int:
    try:
        after = click(facts, expected)
    except MissingFact:
        return 0
    return after.attached_then if after.attached_then > after.quota and partition_of(facts) == 'aws' else 0


def merge_policies() -> Choice:
    return Choice(
        "Merge two of the role's own policies into one, or make one an inline policy: inline policies do not count "
        'against the quota'
    )


def _code(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    """Where all of Datadog's list fits beside what is attached, and no other tool manages the role."""
    if managed_by(facts) not in (None, *IN_CODE) or is_of_a_stack(facts):
        return ()
    try:
        parts = click(facts, expected).parts
    except MissingFact:
        parts = 1
    return (terraform(facts, expected),) if has_room(facts, parts) else ()


def terraform(facts: Facts, expected: Expectations) -> Choice:
    """The names of Datadog's data source and of its attribute: registry.terraform.io/providers/DataDog/datadog."""
    role = hcl_string(role_word(facts, expected))
    return Choice(
        "In Terraform, attach Datadog's list to the role as policies",
        (Command(TERRAFORM.replace('ROLE', role), Language.HCL),),
        exposes=_whole_list(facts),
    )


TERRAFORM = """data "datadog_integration_aws_iam_permissions" "datadog" {}

resource "aws_iam_policy" "datadog" {
  for_each = {
    for number, actions in chunklist(data.datadog_integration_aws_iam_permissions.datadog.iam_permissions, 150) :
    number => actions
  }
  name = "datadog-integration-${each.key}"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = each.value, Resource = "*" }]
  })
}

resource "aws_iam_role_policy_attachment" "datadog" {
  for_each   = aws_iam_policy.datadog
  role       = ROLE
  policy_arn = each.value.arn
}"""
"""150 actions are less than the 6144 characters of a policy, as in Datadog's own templates."""


def apply_policy(facts: Facts, expected: Expectations, name: str, file: str, *, inline: bool) -> tuple[Command, ...]:
    """Create and attach one of our policies, or put it into the role, where it does not count against the quota.

    All inline policies of a role together may have 10,240 characters.
    """
    role, document = role_word(facts, expected), ('--policy-name', name, '--policy-document', f'file://{file}')
    if inline:
        return (shell('aws', 'iam', 'put-role-policy', '--role-name', role, *document),)
    arn = iam_arn(facts, account_word(facts), f':policy/{name}')
    return (
        shell('aws', 'iam', 'create-policy', *document),
        attach_policy(facts, expected, arn),
    )


def attach_policy(facts: Facts, expected: Expectations, arn: Word) -> Command:
    return shell('aws', 'iam', 'attach-role-policy', '--role-name', role_word(facts, expected), '--policy-arn', arn)


def raise_quota(facts: Facts, to: int, then: str = '') -> Choice:
    """The quota "Managed policies attached to an IAM role". IAM's quotas are in one region of each partition."""
    region: Word = {'aws': 'us-east-1', 'aws-us-gov': 'us-gov-west-1', 'aws-cn': 'cn-north-1'}.get(
        partition_of(facts), Variable('AWS_REGION')
    )
    command = shell(
        *('aws', 'service-quotas', 'request-service-quota-increase', '--region', region, '--service-code', 'iam'),
        *('--quota-code', 'L-0DA4ABF3', '--desired-value', str(to)),
    )
    text = f'Raise the quota of managed policies per role to {to} for all roles of this account'
    return Choice(f'{text}; {then}' if then else text, (command,))
