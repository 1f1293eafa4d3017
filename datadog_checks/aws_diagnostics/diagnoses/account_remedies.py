"""Words and commands that the remedies of the account scope share.

Requests to Datadog are only shown, for people to paste: this product changes nothing.
"""

from ..expectations import Expectations
from ..facts import Facts
from ..facts.account import Caller, Integration, ManagedBy, Role, RoleMissing
from ..facts.values import AccountId, Checked, DatadogSite, FilePath, RoleName
from ..remedies import Command, Step, Variable, Word, new_file, quoted, sequence, shell
from ..rules.datadog_role import name_in_iam

DEFAULT_CONFIG_FILE = 'conf.yaml'
KEYS = shell(
    '--header', ('DD-API-KEY: ', Variable('DD_API_KEY')), '--header', ('DD-APPLICATION-KEY: ', Variable('DD_APP_KEY'))
).text
INTEGRATIONS = '/api/v2/integration/aws/accounts'


def own_command(expected: Expectations, command: str, *options: Word) -> Command:
    """`aws-diagnostics COMMAND --config FILE OPTIONS`, with the configuration that this run was given."""
    return shell('aws-diagnostics', command, '--config', config_file(expected), *options)


def config_file(expected: Expectations) -> FilePath | str:
    return expected.config_file or DEFAULT_CONFIG_FILE


def role_word(facts: Facts, expected: Expectations) -> RoleName | Variable:
    """The name of Datadog's role: as IAM has it, else as Datadog has it, else as the operator has it."""
    account = facts.of_account
    if isinstance(account.role, Role):
        return account.role.name
    if isinstance(account.role, RoleMissing):
        name = account.role.name
    else:
        name = account.integration.role_name if isinstance(account.integration, Integration) else ''
    known = name or (expected.account.role_name if expected.account else '')
    return RoleName.of(name_in_iam(known)) or Variable('ROLE_NAME')


def account_word(facts: Facts) -> AccountId | Variable:
    role, caller = facts.of_account.role, facts.of_account.caller
    of_the_role = role.arn.account_id if isinstance(role, Role) else None
    of_the_caller = caller.account_id if isinstance(caller, Caller) else None
    return of_the_role or of_the_caller or Variable('ACCOUNT_ID')


def iam_arn(facts: Facts, rest: str | Variable, *more: str | Variable) -> tuple[str | Variable, ...]:
    """One word: `arn:PARTITION:iam::` and what follows, in the partition of the account."""
    account = facts.of_account
    partition: Checked | Variable = Variable('PARTITION')
    if isinstance(account.caller, Caller):
        partition = account.caller.partition
    elif isinstance(account.role, Role):
        partition = account.role.arn.partition_name
    return joined('arn:', partition, ':iam::', rest, *more)


def joined(*parts: str | Variable) -> tuple[str | Variable, ...]:
    """The same word with neighbouring texts as one."""
    word: list[str | Variable] = []
    for part in parts:
        if word and isinstance(part, str) and isinstance(word[-1], str):
            word[-1] = f'{word[-1]}{part}'
        else:
            word.append(part)
    return tuple(word)


def managed_by(facts: Facts) -> ManagedBy | None:
    role = facts.of_account.role
    return role.managed_by if isinstance(role, Role) else None


def same_change_in_code(facts: Facts, expected: Expectations) -> Step:
    """Whatever manages the role has to know of a change, or takes it back."""
    owner = managed_by(facts)
    if owner is not None:
        return Step(f'A tag of the role names {owner}: make the same change there, or a later run of it reverts this')
    find = ('aws', 'cloudformation', 'describe-stack-resources', '--region', Variable('AWS_REGION'))
    return Step(
        'If Terraform or CloudFormation manages the role, make the same change there, or a later run of it reverts '
        'this; in the region of a stack, the command names the stack that has made the role',
        (shell(*find, '--physical-resource-id', role_word(facts, expected)),),
    )


def run_again(expected: Expectations) -> Step:
    """After a change of a role, a policy or a trust policy. Source: Datadog's guide."""
    text = 'Wait 5 minutes, then run the check again; Datadog can show its old errors for some hours'
    return Step(text, (own_command(expected, 'check'),))


def curl(expected: Expectations, path: tuple[str | Variable, ...], *options: Word) -> Command:
    """To the site of the account; a variable stands for a site that is not configured, or not known to be one.

    `path` starts with '/'. The command fails where Datadog does not answer 2xx, so that what it saved is a backup.
    """
    site = DatadogSite.of(expected.account.site) if expected.account else None
    request = shell('curl', '--silent', '--show-error', '--fail', *options).text
    return Command(f'{request} \\\n  {KEYS} \\\n  {quoted(("https://api.", site or Variable("DD_SITE"), *path))}')


def save_record(facts: Facts, expected: Expectations, path: str) -> Command:
    """Datadog's record of the account, with its external id, in a new file that only its owner can read."""
    request = curl(expected, (f'{INTEGRATIONS}?aws_account_id=', account_word(facts)), '--output', path)
    return sequence(new_file(path), Command(f'(umask 077 && {request.text})'))
