"""Repairs of a trust policy: one statement is added, changed or removed, and every other stays as AWS has it.

Facts do not hold the whole document (an external id is a digest), so the commands let AWS's command line change the
present one: `--query` takes JMESPath (https://jmespath.org/specification.html), and what it prints is the new document.
"""

import json
from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Role, TrustStatement
from ...remedies import Choice, Command, Language, Step, Variable, Word, hcl_string, new_file, script, sequence, shell
from ..account_remedies import iam_arn, joined, role_word, run_again, same_change_in_code
from ..links import guide
from .identities import is_datadog, is_everyone, is_in_account
from .trust import Reading, Sender, readings, sender

GUIDE_SECTION = guide('datadog-is-not-authorized-to-perform-stsassumerole')
ERROR_PAGE = 'https://docs.datadoghq.com/integrations/guide/error-datadog-not-authorized-sts-assume-role/'
BEFORE, AFTER = 'trust-policy.before.json', 'trust-policy.json'
EXTERNAL_ID = Variable('EXTERNAL_ID')
SET_IT = (
    "set EXTERNAL_ID to the external ID that Datadog's AWS integration page shows for this account (generate one there "
    'if it shows none)'
)
DATADOGS_ID: tuple[str | Variable, ...] = ("'", EXTERNAL_ID, "'")
DOCUMENT = 'Role.AssumeRolePolicyDocument'
ADD, REPLACE, MOVE = 'Add a statement', 'Replace statement', 'Move Datadog'
WHOLE_STATEMENT = (ADD, REPLACE, MOVE)  # how choices begin that write the whole statement for Datadog

Query = tuple[str | Variable, ...]
"""JMESPath, to be evaluated on the trust policy."""


def statements_of(facts: Facts) -> tuple[TrustStatement, ...]:
    """() where they are not known."""
    role = facts.of_account.role
    return () if not isinstance(role, Role) or isinstance(role.trust, Unobserved) else role.trust


def closest(facts: Facts, expected: Expectations) -> Reading | None:
    """Of the statements that name Datadog or everyone, the one that comes closest to admitting Datadog.

    None where there is none: a statement for somebody else is not ours to change.
    """
    to = sender(facts, expected)
    read = readings(facts, to) if statements_of(facts) else ()
    return next((r for r in read if any(_may_mean_datadog(p, to) for p in r.statement.principals)), None)


def is_only_for_datadog(statement: TrustStatement, to: Sender) -> bool:
    return all(is_datadog(p) or is_in_account(p, to.account) for p in statement.principals)


def _may_mean_datadog(principal: str, to: Sender) -> bool:
    return is_everyone(principal) or is_datadog(principal) or is_in_account(principal, to.account)


# What the statement for Datadog says


def datadogs_root(facts: Facts, expected: Expectations) -> Query:
    return iam_arn(facts, datadogs_account(sender(facts, expected), expected), ':root')


def datadogs_account(to: Sender, expected: Expectations) -> str | Variable:
    """A variable where no site is configured, and where Datadog publishes no account for the site and partition."""
    return to.account if to.account and expected.account else Variable('DATADOG_ACCOUNT_ID')


def statement_for_datadog(facts: Facts, expected: Expectations) -> Query:
    return joined(
        "{Effect: 'Allow', Principal: {AWS: '",
        *datadogs_root(facts, expected),
        "'}, Action: 'sts:AssumeRole', Condition: {StringEquals: {\"sts:ExternalId\": ",
        *DATADOGS_ID,
        '}}}',
    )


# Ways to change the document


def change(facts: Facts, expected: Expectations, text: str, *queries: Query) -> Choice:
    """Each query turns the document into the next one."""
    query: Query = (f'{DOCUMENT} | merge(@, {{Statement: [Statement][]}})',)  # one statement may be without a list
    for changed in queries:
        query = joined(*query, ' | ', *changed)
    command = sequence(_backup(facts, expected), _read(facts, expected, query, AFTER))
    return Choice(text, (command,), undo=restore(facts, expected))


def add_statement(facts: Facts, expected: Expectations) -> Choice:
    text = f'{ADD} for Datadog and leave the others as they are; {SET_IT}'
    return change(facts, expected, text, with_statement_for_datadog(facts, expected))


def replace_statement(facts: Facts, expected: Expectations, position: int) -> Choice:
    text = f'{REPLACE} {position + 1}: whoever else uses it, such as another Datadog organization, loses access'
    return change(facts, expected, f'{text}; {SET_IT}', at(position, statement_for_datadog(facts, expected)))


def with_statement_for_datadog(facts: Facts, expected: Expectations) -> Query:
    return joined('merge(@, {Statement: [Statement, [', *statement_for_datadog(facts, expected), ']][]})')


def at(position: int, instead: Query = ()) -> Query:
    """The document with another statement at this position, or with none; `Statement[position]` is the old one."""
    middle = ('[', *instead, '], ') if instead else ()
    before, after = f'Statement[:{position}]', f'Statement[{position + 1}:]'
    return joined(f'merge(@, {{Statement: [{before}, ', *middle, f'{after}][]}})')


def with_element(position: int, element: str, value: Query) -> Query:
    """The document with another value of one element of one statement."""
    return at(position, joined(f'merge(Statement[{position}], {{{element}: ', *value, '})'))


def with_condition(position: int, statement: TrustStatement, operator: str, key: str, value: Query) -> Query:
    """The document with a condition of that statement set, or added, and the other conditions kept."""
    present, name = f'Statement[{position}].Condition', json.dumps(operator)
    conditions = joined(f'{{{json.dumps(key)}: ', *value, '}')
    if any(c.operator == operator for c in statement.conditions):
        conditions = joined(f'merge({present}.{name}, ', *conditions, ')')
    conditions = joined(f'{{{name}: ', *conditions, '}')
    if statement.conditions:
        conditions = joined(f'merge({present}, ', *conditions, ')')
    return with_element(position, 'Condition', conditions)


def edit_by_hand(facts: Facts, expected: Expectations, text: str) -> Choice:
    """Where it is not known which statement is meant."""
    copy = sequence(_backup(facts, expected), shell('cp', BEFORE, AFTER))
    return Choice(f'Copy the trust policy and, in {AFTER}, {text}', (copy,), undo=restore(facts, expected))


def _backup(facts: Facts, expected: Expectations) -> Command:
    """Refuses to overwrite an earlier backup."""
    return sequence(new_file(BEFORE), _read(facts, expected, DOCUMENT, BEFORE))


def _read(facts: Facts, expected: Expectations, query: Word, file: str) -> Command:
    role = role_word(facts, expected)
    return script(f'aws iam get-role --role-name <role> --output json --query <query> > {file}', role=role, query=query)


def restore(facts: Facts, expected: Expectations) -> Step:
    return Step('Restore the old trust policy', (_update(facts, expected, BEFORE),))


def _update(facts: Facts, expected: Expectations, file: str) -> Command:
    role = role_word(facts, expected)
    return shell('aws', 'iam', 'update-assume-role-policy', '--role-name', role, '--policy-document', f'file://{file}')


# What follows, whichever way was picked


def apply_it(facts: Facts, expected: Expectations, choices: Sequence[Choice] = ()) -> tuple[Step, ...]:
    """`choices`: the ways to the new document, of which some write the whole statement for Datadog."""
    whole = any(choice.text.startswith(WHOLE_STATEMENT) for choice in choices)
    return (
        Step('Compare both files: only what you meant to change may differ', (shell('diff', BEFORE, AFTER),)),
        Step('Apply the new trust policy', (_update(facts, expected, AFTER),)),
        same_change_in_code(facts, expected),
        *((_in_terraform(facts, expected),) if whole else ()),
        run_again(expected),
    )


def _in_terraform(facts: Facts, expected: Expectations) -> Step:
    return Step(
        "In Terraform, this is the statement for Datadog in the role's aws_iam_policy_document; add it, or put it in "
        'place of the one that you replaced, and keep every other',
        (statement_in_terraform(facts, expected),),
    )


def statement_in_terraform(facts: Facts, expected: Expectations) -> Command:
    return Command(
        'statement {\n'
        '  actions = ["sts:AssumeRole"]\n'
        '  principals {\n'
        '    type        = "AWS"\n'
        f'    identifiers = [{hcl_string(datadogs_root(facts, expected))}]\n'
        '  }\n'
        '  condition {\n'
        '    test     = "StringEquals"\n'
        '    variable = "sts:ExternalId"\n'
        f'    values   = [{hcl_string(EXTERNAL_ID)}]\n'
        '  }\n'
        '}',
        Language.HCL,
    )
