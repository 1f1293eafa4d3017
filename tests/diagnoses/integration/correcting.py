"""The parts of a remedy that changes a trust policy, as they are printed."""

from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Step

PAGE = 'https://docs.datadoghq.com/integrations/guide/error-datadog-not-authorized-sts-assume-role/'
SET_IT = (
    "set EXTERNAL_ID to the external ID that Datadog's AWS integration page shows for this account (generate one there "
    'if it shows none)'
)
US1 = 'arn:aws:iam::464622532012:root'


def statement(principal: str = US1) -> str:
    """As JMESPath within double quotes of a shell."""
    return (
        f"{{Effect: 'Allow', Principal: {{AWS: '{principal}'}}, Action: 'sts:AssumeRole', Condition: "
        '{StringEquals: {\\"sts:ExternalId\\": \'${EXTERNAL_ID:?}\'}}}'
    )


def not_over(path: str) -> str:
    """A backup of an earlier run is kept."""
    said = f'{path} exists: move it away first, it may be your only backup'
    return f"{{ [ ! -s {path} ] || {{ echo '{said}'; false; }}; }}"


def changing(*queries: str, role: str = 'DatadogIntegrationRole') -> Command:
    """Backs up the trust policy, then writes the changed one."""
    query = ' | '.join(('Role.AssumeRolePolicyDocument', 'merge(@, {Statement: [Statement][]})', *queries))
    mark = '"' if "'" in query else "'"
    return Command(
        f'{not_over("trust-policy.before.json")} &&\n'
        f'aws iam get-role --role-name {role} --output json --query Role.AssumeRolePolicyDocument '
        '> trust-policy.before.json &&\n'
        f'aws iam get-role --role-name {role} --output json --query {mark}{query}{mark} > trust-policy.json'
    )


def update(file: str, role: str = 'DatadogIntegrationRole') -> Command:
    return Command(f'aws iam update-assume-role-policy --role-name {role} --policy-document file://{file}')


UNDO = Step('Restore the old trust policy', (update('trust-policy.before.json'),))


def way(text: str, *queries: str) -> Choice:
    return Choice(text, (changing(*queries),), undo=UNDO)


def adding(principal: str = US1) -> Choice:
    return way(
        f'Add a statement for Datadog and leave the others as they are; {SET_IT}',
        f'merge(@, {{Statement: [Statement, [{statement(principal)}]][]}})',
    )


def replacing(position: int, principal: str = US1) -> Choice:
    """`position` counts from 0, as JMESPath does."""
    return way(
        f'Replace statement {position + 1}: whoever else uses it, such as another Datadog organization, loses access; '
        f'{SET_IT}',
        at(position, statement(principal)),
    )


def at(position: int, instead: str) -> str:
    before, after = f'Statement[:{position}]', f'Statement[{position + 1}:]'
    return f'merge(@, {{Statement: [{before}, [{instead}], {after}][]}})'


def terraform(principal: str = US1) -> Command:
    return Command(
        f"""statement {{
  actions = ["sts:AssumeRole"]
  principals {{
    type        = "AWS"
    identifiers = ["{principal}"]
  }}
  condition {{
    test     = "StringEquals"
    variable = "sts:ExternalId"
    values   = [var.external_id]
  }}
}}""",
        Language.HCL,
    )


RUN_AGAIN = Command('aws-diagnostics check --config conf.yaml')
WAIT = Step(
    'Wait 5 minutes, then run the check again; Datadog can show its old errors for some hours',
    (RUN_AGAIN,),
)


IN_TERRAFORM = (
    "In Terraform, this is the statement for Datadog in the role's aws_iam_policy_document; add it, or put it in place "
    'of the one that you replaced, and keep every other'
)


def same_in_code(role: str = 'DatadogIntegrationRole') -> Step:
    find = 'aws cloudformation describe-stack-resources --region "${AWS_REGION:?}" --physical-resource-id'
    return Step(
        'If Terraform or CloudFormation manages the role, make the same change there, or a later run of it reverts '
        'this; in the region of a stack, the command names the stack that has made the role',
        (Command(f'{find} {role}'),),
    )


def then(*hcl: Command) -> tuple[Step, ...]:
    return (
        Step(
            'Compare both files: only what you meant to change may differ',
            (Command('diff trust-policy.before.json trust-policy.json'),),
        ),
        Step('Apply the new trust policy', (update('trust-policy.json'),)),
        same_in_code(),
        *(Step(IN_TERRAFORM, (statement,)) for statement in hcl),
        WAIT,
    )


CHANGE_THE_BOUNDARY = (
    'Copy the boundary to boundary.json, and allow there the actions that the permission diagnoses name'
)
WRITE_POLICIES = Choice(
    'See what is missing, by service; write policies with exactly that, read them, then run the commands that are '
    'printed',
    (
        Command('aws-diagnostics permissions --config conf.yaml --diff'),
        Command('aws-diagnostics permissions --config conf.yaml --policy-json policies'),
    ),
)


def changing_the_boundary(arn: str) -> tuple[Command]:
    return (
        Command(
            f'{not_over("boundary.before.json")} &&\n'
            f'VERSION_BEFORE="$(aws iam get-policy --policy-arn {arn} --query Policy.DefaultVersionId --output text)" '
            '&&\n'
            f'aws iam get-policy-version --policy-arn {arn} --version-id "$VERSION_BEFORE" --output json '
            '--query PolicyVersion.Document > boundary.before.json &&\n'
            'cp boundary.before.json boundary.json'
        ),
    )


def make_it_the_default(arn: str) -> Step:
    create = f'aws iam create-policy-version --policy-arn {arn} --policy-document file://boundary.json --set-as-default'
    return Step(
        'If you edited boundary.json, make it the default version, for every role with this boundary (where five '
        'versions exist, delete an old one first)',
        (Command(create),),
    )
