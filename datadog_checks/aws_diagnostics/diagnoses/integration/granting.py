"""Ways to grant the role what is missing, within its quota of attached policies."""

from ...expectations import Expectations
from ...facts import Facts, MissingFact
from ...facts.account import PolicyQuota
from ...remedies import Choice, Command, Language, Variable, Word, hcl_string, shell
from ..account_remedies import account_word, iam_arn, own_command, role_word
from .resolve_button import BUTTON, attached, click
from .role import partition_of

DIRECTORY = 'policies'


def has_room(facts: Facts, more: int) -> bool:
    """Whether so many more policies can be attached; also where the quota or the policies are not known."""
    account = facts.of_account
    if not isinstance(account.quota, PolicyQuota) or not isinstance(account.policies, tuple):
        return True
    return len(attached(account.policies)) + more <= account.quota.attached_per_role


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
            exposes='every permission that Datadog lists, used or not',
        ),
    )


def terraform(facts: Facts, expected: Expectations) -> Choice:
    """The names of Datadog's data source and of its attribute: registry.terraform.io/providers/DataDog/datadog."""
    role = hcl_string(role_word(facts, expected))
    return Choice(
        "In Terraform, attach Datadog's list to the role as policies",
        (Command(TERRAFORM.replace('ROLE', role), Language.HCL),),
        exposes='every permission that Datadog lists, used or not',
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


def raise_quota(facts: Facts, to: int) -> Choice:
    """The quota "Managed policies attached to an IAM role". IAM's quotas are in one region of each partition."""
    region: Word = {'aws': 'us-east-1', 'aws-us-gov': 'us-gov-west-1', 'aws-cn': 'cn-north-1'}.get(
        partition_of(facts), Variable('AWS_REGION')
    )
    command = shell(
        *('aws', 'service-quotas', 'request-service-quota-increase', '--region', region, '--service-code', 'iam'),
        *('--quota-code', 'L-0DA4ABF3', '--desired-value', str(to)),
    )
    return Choice(f'Raise the quota of managed policies per role to {to} for all roles of this account', (command,))
