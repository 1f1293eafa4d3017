"""How Datadog and IAM come to the same role: the record is corrected, the role is looked for, or it is created."""

import json

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import RoleMissing
from ...facts.values import RolePath
from ...remedies import Choice, Command, Language, Step, Variable, Word, hcl_string, sequence, shell, write_file
from ...rules.datadog_role import name_for_the_record, path_in_iam
from ...text import one_line
from ..account_remedies import iam_arn, role_word
from .trust import Sender, sender
from .trust_remedies import AFTER, EXTERNAL_ID, SET_IT, datadogs_root

LONGEST_NAME = 128
ON_PAGE = 'on the AWS integration page in Datadog'
TEMPLATE_PAGE = 'https://docs.datadoghq.com/integrations/amazon-web-services/'


def names_of_roles_for_datadog(role: RoleMissing, to: Sender) -> list[str]:
    """As they would be on record: of the roles that trust Datadog, those for this site with its external id; else those
    for this site; else none. A role for another site of Datadog is somebody else's.
    """
    trusting = () if isinstance(role.trusting, Unobserved) else role.trusting
    here = [found for found in trusting if to.account in found.accounts]
    exact = [found for found in here if to.external_id in found.external_ids]
    return [name_for_the_record(found.arn) for found in exact or here]


def correct_the_record(*names: str) -> tuple[Choice, ...]:
    """IAM cannot rename a role; Datadog can be told another name."""
    enter = tuple(
        Choice(f"If '{one_line(name, LONGEST_NAME)}' is the role meant for Datadog, enter exactly that name {ON_PAGE}")
        for name in names
    )
    if len(names) > 1:
        return enter
    block = f'auth_config {{\n  aws_auth_config_role {{\n    role_name = {hcl_string(names[0])}\n  }}\n}}'
    text = 'If Terraform manages the integration, set it in datadog_integration_aws_account'
    return (*enter, Choice(text, (Command(block, Language.HCL),)))


def look_for_it(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    """Where nobody has looked yet: a second role is not what an account needs."""
    account = sender(facts, expected).account
    if account is None:
        return ()
    query = f"Roles[?contains(to_string(AssumeRolePolicyDocument), '{account}')].Arn"
    return (
        Choice(
            f"List the roles that trust Datadog's account; if one is meant for Datadog, enter {ON_PAGE} all that "
            'follows role/ in its ARN',
            (shell('aws', 'iam', 'list-roles', '--query', query, '--output', 'text'),),
        ),
    )


def create_role(facts: Facts, expected: Expectations) -> tuple[Choice, ...]:
    """The ways to create it, the one with all permissions first."""
    name, policy = role_word(facts, expected), iam_arn(facts, 'aws:policy/SecurityAudit')
    document = ('--assume-role-policy-document', f'file://{AFTER}')
    audit = ('--role-name', name, '--policy-arn', policy)
    by_hand = sequence(
        _write_trust_policy(facts, expected),
        shell('aws', 'iam', 'create-role', *_path(facts), '--role-name', name, *document),
        shell('aws', 'iam', 'attach-role-policy', *audit),
    )
    undo = sequence(
        shell('aws', 'iam', 'detach-role-policy', *audit), shell('aws', 'iam', 'delete-role', '--role-name', name)
    )
    return (
        Choice(f"Create the role and its permissions with Datadog's CloudFormation template, see {TEMPLATE_PAGE}"),
        Choice(
            f'Create the role by hand; {SET_IT}; integration-permissions-missing then tells how to grant the rest',
            (by_hand,),
            undo=Step('Delete the role', (undo,)),
        ),
    )


def _path(facts: Facts) -> tuple[Word, ...]:
    """A path on record is part of the ARN that Datadog assumes; IAM takes it apart from the name."""
    role = facts.of_account.role
    path = RolePath.of(path_in_iam(role.name)) if isinstance(role, RoleMissing) else None
    return ('--path', path) if path and path != '/' else ()


def _write_trust_policy(facts: Facts, expected: Expectations) -> Command:
    principal = ''.join(_in_document(part) for part in datadogs_root(facts, expected))
    statement = {
        'Effect': 'Allow',
        'Principal': {'AWS': principal},
        'Action': 'sts:AssumeRole',
        'Condition': {'StringEquals': {'sts:ExternalId': _in_document(EXTERNAL_ID)}},
    }
    return write_file(AFTER, json.dumps({'Version': '2012-10-17', 'Statement': [statement]}, indent=2))


def _in_document(part: str | Variable) -> str:
    return f'${{{part.name}:?}}' if isinstance(part, Variable) else part
