"""The trust policy does not demand the external id that Datadog sends, and nothing but that."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.integration.trust_policy_external_id import TRUST_POLICY_EXTERNAL_ID
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import AuthKind, Condition, ExternalId, Form, RoleMissing
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.builders import (
    ACCOUNT_ID,
    DATADOG_PRINCIPAL,
    EXTERNAL_ID,
    OTHER_EXTERNAL_ID,
    ROLE_ARN,
    SECRET,
    account_expectations,
    account_facts,
    condition,
    external_id_condition,
    integration,
    role,
    trust,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .correcting import SET_IT, adding, at, replacing, statement, terraform, then, way
from .trust_policies import OTHER_SECRET

NO_KEY = Unobserved('no application key')
MINE, OTHER = f'sha256:{EXTERNAL_ID.digest}', f'sha256:{OTHER_EXTERNAL_ID.digest}'
HAS = 'statement 1 of the trust policy has StringEquals sts:ExternalId'
RECORD = f'Datadog has {MINE}'
UNDEMANDED = 'statement 1 of the trust policy requires no particular external ID'
AP1 = 'AWS:arn:aws:iam::417141415827:root'
MISSPELLED = external_id_condition(key='aws:ExternalId', values=(MINE,))
BUT_MINE = external_id_condition(operator='StringNotEquals')
SOME = condition('Null', 'sts:ExternalId', 'false')
NOT_EMPTY = external_id_condition(operator='ForAnyValue:StringNotLike', external_ids=(ExternalId.of(''),))
MINE_IF_SENT = external_id_condition(operator='StringLikeIfExists')


def demanding(*ids: ExternalId, of: Any = None, **more: Any) -> Facts:
    """`of` is the integration, where it is not the healthy one."""
    wanted = external_id_condition(external_ids=ids or (EXTERNAL_ID,), **more)
    return account_facts(role=role(trust(conditions=(wanted,))), integration=of or integration())


def under(*conditions: Condition) -> Facts:
    return account_facts(role=role(trust(conditions=conditions)))


def shown(id: ExternalId) -> str:
    return f'sha256:{id.digest}'


def instead_of_it(secret: str, words: str) -> Row:
    wrong = ExternalId.of(secret)
    return Row(
        demanding(wrong),
        f'{HAS} {shown(wrong)}; {RECORD}: the trust policy has {words} in its place',
        near_miss='that of Datadog',
    )


def unknown_and_instead_of_it(secret: str, words: str) -> Row:
    wrong = ExternalId.of(secret)
    return Row(
        demanding(wrong, of=NO_KEY),
        f'{HAS} {shown(wrong)}: {words}, and not an external ID that Datadog generated',
        near_miss='that of Datadog',
    )


PLACEHOLDER = ExternalId.of('<external-id>')
SPACED, CAPITALS = ExternalId.of(f'{SECRET} '), ExternalId.of(SECRET.upper())
PATTERN = ExternalId.of(f'{SECRET[:6]}*')
A_PATTERN = external_id_condition(operator='StringLike', external_ids=(PATTERN,), wildcard=True)
FAILS = {
    'another one': Row(demanding(OTHER_EXTERNAL_ID), f'{HAS} {OTHER}; {RECORD}', near_miss='that of Datadog'),
    'another one than the operator told': Row(
        demanding(OTHER_EXTERNAL_ID, of=NO_KEY),
        f'{HAS} {OTHER}; the configuration of this check has {MINE}',
        account_expectations(external_id=EXTERNAL_ID),
        near_miss='that which the operator told',
    ),
    'that which the operator told, and Datadog has another on record': Row(
        demanding(OTHER_EXTERNAL_ID),
        f'{HAS} {OTHER}; {RECORD}',
        account_expectations(external_id=OTHER_EXTERNAL_ID),
        near_miss='that of Datadog, and the operator told another',
    ),
    'a space behind it': Row(
        demanding(SPACED),
        f'{HAS} {shown(SPACED)}; {RECORD}: they differ by white space around it',
        near_miss='that of Datadog',
    ),
    'a space behind that which Datadog has': Row(
        demanding(EXTERNAL_ID, of=integration(external_id=SPACED)),
        f"{HAS} {MINE}; Datadog has {shown(SPACED)}: they differ by white space around it, which Datadog's has",
        near_miss='that of Datadog',
    ),
    'a space behind it on both sides': Row(
        demanding(SPACED, of=integration(external_id=SPACED)),
        f'Datadog has {shown(SPACED)}, with white space around it, which STS refuses',
        near_miss='that of Datadog',
    ),
    'a space behind it, and nobody told which is right': Row(
        demanding(SPACED, of=NO_KEY),
        f"{HAS} {shown(SPACED)}, with white space around it; Datadog's external ids have none",
        near_miss='that of Datadog',
    ),
    'in capital letters': Row(
        demanding(CAPITALS),
        f'{HAS} {shown(CAPITALS)}; {RECORD}: they differ by case',
        near_miss='in capital letters where case does not count',
    ),
    'a wildcard that is none': Row(
        demanding(PATTERN, wildcard=True),
        f'{HAS} {shown(PATTERN)}; {RECORD}: its * and ? are not wildcards with this operator',
        near_miss='that of Datadog',
    ),
    'a wildcard': Row(
        demanding(PATTERN, wildcard=True, operator='StringLike'),
        Failed(
            f'statement 1 of the trust policy has StringLike sts:ExternalId {shown(PATTERN)}, with a wildcard that '
            'accepts other external ids too',
            Status.WARNING,
        ),
        near_miss='StringLike without a wildcard',
    ),
    'the id of the account': instead_of_it(ACCOUNT_ID, 'the id of this AWS account'),
    'the id of the account, and a space': instead_of_it(f'{ACCOUNT_ID} ', 'the id of this AWS account'),
    'the id of the account with hyphens': instead_of_it('1234-5678-9012', 'the id of an AWS account'),
    'the id of another account': instead_of_it('999999999999', 'the id of an AWS account'),
    "the id of Datadog's account": instead_of_it('417141415827', "the id of Datadog's own AWS account"),
    'the name of the role': instead_of_it('DatadogIntegrationRole', 'the name of the role'),
    'the ARN of the role': instead_of_it(ROLE_ARN, 'an ARN'),
    'nothing': instead_of_it('', 'an empty text'),
    'a space': instead_of_it(' ', 'an empty text'),
    'an application key': instead_of_it('ab' * 20, 'what looks like a key of Datadog (revoke it if it is one)'),
    'a key of this check': Row(
        demanding(replace(OTHER_EXTERNAL_ID, form=Form.KEY)),
        f'{HAS} {OTHER}; {RECORD}: the trust policy has a key of Datadog that this check uses in its place',
        near_miss='that of Datadog',
    ),
    **{
        f'a placeholder: {text}': instead_of_it(text, 'a placeholder')
        for text in (
            *('EXTERNAL_ID', 'ExternalID', '<YOUR_DD_EXTERNAL_ID>', '${EXTERNAL_ID}', '{{ external_id }}', 'xxxxxxxx'),
            *('your-external-id', 'CHANGE_ME', 'TODO', 'null', 'None', 'undefined', 'placeholder', '[external id]'),
        )
    },
    'a placeholder, and nobody told which is right': unknown_and_instead_of_it('YOUR_EXTERNAL_ID', 'a placeholder'),
    'the id of the account, and nobody told which is right': unknown_and_instead_of_it(
        ACCOUNT_ID, 'the id of this AWS account'
    ),
    'one of two': Row(
        demanding(OTHER_EXTERNAL_ID, EXTERNAL_ID),
        Failed(f'{HAS} {OTHER}, {MINE}, so it accepts others than that of this Datadog organization', Status.WARNING),
        near_miss='twice the same',
    ),
    'one of two, of which the other is the id of the account': Row(
        demanding(ExternalId.of(ACCOUNT_ID), EXTERNAL_ID),
        Failed(
            f'{HAS} {shown(ExternalId.of(ACCOUNT_ID))}, {MINE}, so it accepts others than that of this Datadog '
            'organization: the id of this AWS account',
            Status.WARNING,
        ),
        near_miss='twice the same',
    ),
    'one of three, and nobody told which is right': Row(
        demanding(OTHER_EXTERNAL_ID, EXTERNAL_ID, SPACED, of=NO_KEY),
        Failed(
            f'{HAS} {OTHER}, {MINE} and 1 more, so it accepts others than that of this Datadog organization',
            Status.WARNING,
        ),
        near_miss='twice the same',
    ),
    'none': Row(account_facts(role=role(trust(conditions=()))), UNDEMANDED, near_miss='that of Datadog'),
    'none, and nobody told which is right': Row(
        account_facts(role=role(trust(conditions=())), integration=NO_KEY), UNDEMANDED, near_miss='that of Datadog'
    ),
    'only if there is one': Row(
        demanding(operator='StringEqualsIfExists'), UNDEMANDED, near_miss='any of the values that are sent'
    ),
    'all values of those that are sent, perhaps none': Row(
        demanding(operator='ForAllValues:StringEquals'), UNDEMANDED, near_miss='any of the values that are sent'
    ),
    'any, if there is one': Row(
        account_facts(role=role(trust(conditions=(condition('Null', 'sts:ExternalId', 'false'),)))),
        UNDEMANDED,
        near_miss='that of Datadog, asked for twice',
    ),
    'only if there is one, and not an empty one': Row(
        under(external_id_condition(operator='StringNotLike', external_ids=(ExternalId.of(''),)), MINE_IF_SENT),
        UNDEMANDED,
        near_miss='only if there is one, and there is one that is not empty',
    ),
    'any but those of a pattern': Row(
        under(replace(A_PATTERN, operator='ForAnyValue:StringNotLike')), UNDEMANDED, near_miss='that of Datadog'
    ),
    'whatever it is': Row(
        demanding(ExternalId.of('*'), operator='StringLike', wildcard=True),
        UNDEMANDED,
        near_miss='StringLike without a wildcard',
    ),
    'a wildcard if there is one, and there is one': Row(
        under(SOME, replace(MINE_IF_SENT, external_ids=(PATTERN,), wildcard=True)),
        Failed(
            f'statement 1 of the trust policy has StringLikeIfExists sts:ExternalId {shown(PATTERN)} and Null '
            'sts:ExternalId false, with a wildcard that accepts other external ids too',
            Status.WARNING,
        ),
        near_miss='only if there is one, and there is one',
    ),
    'one of two if there is one, and there is one': Row(
        under(SOME, replace(MINE_IF_SENT, external_ids=(OTHER_EXTERNAL_ID, EXTERNAL_ID))),
        Failed(
            f'statement 1 of the trust policy has StringLikeIfExists sts:ExternalId {OTHER}, {MINE} and Null '
            'sts:ExternalId false, so it accepts others than that of this Datadog organization',
            Status.WARNING,
        ),
        near_miss='only if there is one, and there is one',
    ),
    'one of two that another condition leaves, in another case': Row(
        under(
            external_id_condition(
                operator='StringEqualsIgnoreCase', external_ids=(CAPITALS, ExternalId.of(OTHER_SECRET.upper()))
            ),
            external_id_condition(external_ids=(EXTERNAL_ID, ExternalId.of(OTHER_SECRET))),
        ),
        Failed(
            f'statement 1 of the trust policy has StringEqualsIgnoreCase sts:ExternalId {shown(CAPITALS)}, '
            f'{shown(ExternalId.of(OTHER_SECRET.upper()))}, so it accepts others than that of this Datadog '
            'organization',
            Status.WARNING,
        ),
        near_miss='one of two, of which another condition refuses the other',
    ),
    'none may be sent': Row(
        account_facts(role=role(trust(conditions=(condition('Null', 'sts:ExternalId', 'true'),))), integration=NO_KEY),
        'statement 1 of the trust policy has Null sts:ExternalId true; Datadog always sends one',
        near_miss='that of Datadog, asked for twice',
    ),
    'anyone but Datadog': Row(
        demanding(operator='StringNotEquals'),
        f'statement 1 of the trust policy has StringNotEquals sts:ExternalId {MINE}; {RECORD}',
        near_miss='that of Datadog',
    ),
    'a second statement without one': Row(
        account_facts(role=role(trust(), trust(conditions=()))),
        'statement 2 of the trust policy requires no particular external ID',
        near_miss='a second statement without one, for tags alone',
    ),
    'a second statement for every id but that of Datadog': Row(
        account_facts(role=role(trust(), trust(conditions=(BUT_MINE,)))),
        'statement 2 of the trust policy requires no particular external ID',
        near_miss='a second statement for every id but that of Datadog, for tags alone',
    ),
    'under a key that no request has': Row(
        account_facts(role=role(trust(conditions=(MISSPELLED,)))),
        'statement 1 of the trust policy has aws:ExternalId in place of sts:ExternalId: no request has that key, so it '
        'admits nobody',
        near_miss='under a key that no request has, beside a statement with the right one',
    ),
    'a second statement with a wildcard': Row(
        account_facts(role=role(trust(), trust(conditions=(A_PATTERN,)))),
        Failed(
            f'statement 2 of the trust policy has StringLike sts:ExternalId {shown(PATTERN)}, with a wildcard that '
            'accepts other external ids too',
            Status.WARNING,
        ),
        near_miss='a second statement with a wildcard, for tags alone',
    ),
    'another site without one': Row(
        account_facts(role=role(trust(), trust(principals=(AP1,), conditions=()))),
        Failed(
            "statement 2 of the trust policy admits 'arn:aws:iam::417141415827:root' (Datadog's account for "
            'ap1.datadoghq.com) without a particular external id',
            Status.WARNING,
        ),
        near_miss='another site without one, for tags alone',
    ),
}
PASSES = {
    'under a key that no request has, beside a statement with the right one': Row(
        account_facts(role=role(trust(conditions=(MISSPELLED,)), trust())),
        f'statement 2 of the trust policy has StringEquals sts:ExternalId {MINE}; {RECORD}, the same',
    ),
    'another site without one, for tags alone': Row(
        account_facts(role=role(trust(), trust(principals=(AP1,), conditions=(), actions=('sts:TagSession',)))),
        f'{HAS} {MINE}; {RECORD}, the same',
    ),
    'none, and all but that of Datadog are denied': Row(
        account_facts(role=role(trust(conditions=()), trust(effect='Deny', conditions=(BUT_MINE,)))),
        f'statement 2 of the trust policy denies Datadog all but one external id; {RECORD}, the same',
    ),
    'that of Datadog': Row(account_facts(), f'{HAS} {MINE}; {RECORD}, the same'),
    'that of Datadog, and the operator told another': Row(
        account_facts(), f'{HAS} {MINE}; {RECORD}, the same', account_expectations(external_id=OTHER_EXTERNAL_ID)
    ),
    'that which the operator told': Row(
        demanding(of=NO_KEY),
        f'{HAS} {MINE}; the configuration of this check has {MINE}, the same',
        account_expectations(external_id=EXTERNAL_ID),
    ),
    'in capital letters where case does not count': Row(
        demanding(CAPITALS, operator='StringEqualsIgnoreCase'),
        f'statement 1 of the trust policy has StringEqualsIgnoreCase sts:ExternalId {shown(CAPITALS)}; {RECORD}, '
        'the same',
    ),
    'StringLike without a wildcard': Row(
        demanding(operator='StringLike'),
        f'statement 1 of the trust policy has StringLike sts:ExternalId {MINE}; {RECORD}, the same',
    ),
    'any of the values that are sent': Row(
        demanding(operator='ForAnyValue:StringEquals'),
        f'statement 1 of the trust policy has ForAnyValue:StringEquals sts:ExternalId {MINE}; {RECORD}, the same',
    ),
    'the key in another case': Row(demanding(key='STS:EXTERNALID'), f'{HAS} {MINE}; {RECORD}, the same'),
    'twice the same': Row(demanding(EXTERNAL_ID, EXTERNAL_ID), f'{HAS} {MINE}, {MINE}; {RECORD}, the same'),
    'that of Datadog, asked for twice': Row(
        account_facts(
            role=role(trust(conditions=(condition('Null', 'sts:ExternalId', 'false'), external_id_condition())))
        ),
        f'{HAS} {MINE}; {RECORD}, the same',
    ),
    'only if there is one, and there is one that is not empty': Row(
        under(NOT_EMPTY, MINE_IF_SENT),
        f'statement 1 of the trust policy has StringLikeIfExists sts:ExternalId {MINE} and ForAnyValue:StringNotLike '
        f'sts:ExternalId {shown(ExternalId.of(""))}; {RECORD}, the same',
    ),
    'only if there is one, and there is one': Row(
        under(SOME, MINE_IF_SENT),
        f'statement 1 of the trust policy has StringLikeIfExists sts:ExternalId {MINE} and Null sts:ExternalId false; '
        f'{RECORD}, the same',
    ),
    'the right one if there is one, beside the right one': Row(
        under(MINE_IF_SENT, external_id_condition()), f'{HAS} {MINE}; {RECORD}, the same'
    ),
    'all values of those that are sent, and there are some': Row(
        under(SOME, external_id_condition(operator='ForAllValues:StringEquals')),
        f'statement 1 of the trust policy has ForAllValues:StringEquals sts:ExternalId {MINE} and Null sts:ExternalId '
        f'false; {RECORD}, the same',
    ),
    'one of two, of which another condition refuses the other': Row(
        under(
            external_id_condition(external_ids=(OTHER_EXTERNAL_ID, EXTERNAL_ID)),
            external_id_condition(operator='StringNotEquals', external_ids=(OTHER_EXTERNAL_ID,)),
        ),
        f'{HAS} {OTHER}, {MINE}; {RECORD}, the same',
    ),
    'one of two, of which another condition names only the right one': Row(
        under(external_id_condition(external_ids=(OTHER_EXTERNAL_ID, EXTERNAL_ID)), MINE_IF_SENT),
        f'statement 1 of the trust policy has StringLikeIfExists sts:ExternalId {MINE} and StringEquals sts:ExternalId '
        f'{OTHER}, {MINE}; {RECORD}, the same',
    ),
    'a second statement without one, for tags alone': Row(
        account_facts(role=role(trust(), trust(conditions=(), actions=('sts:TagSession',)))),
        f'{HAS} {MINE}; {RECORD}, the same',
    ),
    'a second statement for every id but that of Datadog, for tags alone': Row(
        account_facts(role=role(trust(), trust(conditions=(BUT_MINE,), actions=('sts:TagSession',)))),
        f'{HAS} {MINE}; {RECORD}, the same',
    ),
    'a second statement with a wildcard, for tags alone': Row(
        account_facts(role=role(trust(), trust(conditions=(A_PATTERN,), actions=('sts:TagSession',)))),
        f'{HAS} {MINE}; {RECORD}, the same',
    ),
    'a second statement without one, which refuses Datadog': Row(
        account_facts(role=role(trust(), trust(conditions=(condition('StringEquals', 'aws:SourceVpc', 'vpc-1'),)))),
        f'{HAS} {MINE}; {RECORD}, the same',
    ),
    'a second statement for whoever sends none': Row(
        account_facts(role=role(trust(), trust(conditions=(condition('Null', 'sts:ExternalId', 'true'),)))),
        f'{HAS} {MINE}; {RECORD}, the same',
    ),
    'an asterisk beside it, which is no wildcard here and which STS does not take': Row(
        demanding(EXTERNAL_ID, ExternalId.of('*'), wildcard=True),
        f'{HAS} {MINE}, {shown(ExternalId.of("*"))}; {RECORD}, the same',
    ),
    'a second statement of an old one': Row(
        account_facts(
            role=role(trust(conditions=(external_id_condition(external_ids=(OTHER_EXTERNAL_ID,)),)), trust())
        ),
        f'statement 2 of the trust policy has StringEquals sts:ExternalId {MINE}; {RECORD}, the same',
    ),
}
UNKNOWN = {
    'nobody told which is right': Row(
        demanding(of=NO_KEY), f"{HAS} {MINE}; not known whether it is Datadog's: set app_key or external_id"
    ),
    **{
        f'nobody told which is right, and one that {words}': Row(
            demanding(EXTERNAL_ID, ExternalId.of(text), of=NO_KEY),
            f"{HAS} {MINE}, {shown(ExternalId.of(text))}; not known whether it is Datadog's: set app_key or "
            'external_id',
        )
        for words, text in {
            'is empty is beside it': '',
            'STS does not take for its white space is beside it': f'{SECRET} ',
        }.items()
    },
    'the operator told a placeholder': Row(
        demanding(of=NO_KEY),
        f"{HAS} {MINE}; not known whether it is Datadog's: set app_key or external_id (the one in the configuration is "
        'a placeholder)',
        account_expectations(external_id=PLACEHOLDER),
    ),
    'one without one and one with, both under conditions of which nothing is known': Row(
        account_facts(
            role=role(
                trust(conditions=(condition('ForAllValues:DateLessThan', 'aws:PrincipalOrgPaths', 'o-a/*'),)),
                trust(conditions=(external_id_condition(), condition('Null', 'aws:TokenIssueTime', 'true'))),
            )
        ),
        'not known whether statement 1 of the trust policy admits Datadog without its external id',
    ),
    'a second statement without one, under a condition of which nothing is known': Row(
        account_facts(
            role=role(trust(), trust(conditions=(condition('StringEquals', 'aws:RequestedRegion', 'eu-west-1'),)))
        ),
        'not known whether statement 2 of the trust policy admits Datadog without its external id',
    ),
    'a policy variable': Row(
        demanding(ExternalId.of('${aws:PrincipalTag/id}'), variables=True),
        f"{HAS} {shown(ExternalId.of('${aws:PrincipalTag/id}'))}; not known whether it accepts Datadog's",
    ),
    'any of the values that are sent, if there are any': Row(
        demanding(operator='ForAnyValue:StringEqualsIfExists'),
        f'statement 1 of the trust policy has ForAnyValue:StringEqualsIfExists sts:ExternalId {MINE}; not known '
        'whether a request without an external ID meets it',
    ),
    'a second statement with any of the values that are sent, if there are any': Row(
        account_facts(
            role=role(trust(), trust(conditions=(external_id_condition(operator='ForAnyValue:StringEqualsIfExists'),)))
        ),
        'not known whether statement 2 of the trust policy admits Datadog without its external id',
    ),
    'a policy variable beside that of Datadog': Row(
        demanding(EXTERNAL_ID, ExternalId.of('${aws:userid}'), variables=True),
        f'{HAS} {MINE}, {shown(ExternalId.of("${aws:userid}"))}; not known whether it accepts others than that of this '
        'Datadog organization',
    ),
    'one of two, of which a wildcard may refuse the other': Row(
        under(
            external_id_condition(external_ids=(OTHER_EXTERNAL_ID, EXTERNAL_ID)),
            external_id_condition(operator='StringLike', external_ids=(PATTERN, EXTERNAL_ID), wildcard=True),
        ),
        f'{HAS} {OTHER}, {MINE}; not known whether it accepts others than that of this Datadog organization',
    ),
    'a second statement with a wildcard, under a condition of which nothing is known': Row(
        account_facts(
            role=role(
                trust(), trust(conditions=(A_PATTERN, condition('StringEquals', 'aws:RequestedRegion', 'eu-west-1')))
            )
        ),
        'not known whether statement 2 of the trust policy admits Datadog without its external id',
    ),
    'a wildcard beside one without': Row(
        under(
            external_id_condition(operator='StringLike', external_ids=(PATTERN,), wildcard=True),
            external_id_condition(),
        ),
        f"{HAS} {MINE}; not known whether it accepts Datadog's",
    ),
    'an operator for numbers': Row(
        demanding(operator='NumericEquals'),
        f'statement 1 of the trust policy has NumericEquals sts:ExternalId {MINE}; not known whether it accepts '
        "Datadog's",
    ),
    'Datadog has none on record': Row(
        demanding(of=integration(external_id=None)),
        f"{HAS} {MINE}; not known whether it is Datadog's: set app_key or external_id",
    ),
    'we may not look': Row(
        account_facts(role=Unobserved('missing permission iam:GetRole')), 'missing permission iam:GetRole'
    ),
}
NOT_APPLICABLE = {
    'there is no role': Row(account_facts(role=RoleMissing('x')), "there is no role 'x'"),
    'Datadog uses access keys': Row(
        account_facts(integration=integration(auth=AuthKind.ACCESS_KEYS)),
        'Datadog uses access keys for this account, not a role',
    ),
    'the role is for a service of AWS': Row(
        account_facts(role=role(trust(principals=('Service:ec2.amazonaws.com',), conditions=()))),
        'no statement of the trust policy is meant for Datadog',
    ),
}
test_verdict = verdict_test(TRUST_POLICY_EXTERNAL_ID, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

REVOKE = Step('Revoke the key of Datadog that is in the trust policy, and give a new one to whoever uses it')
DEMAND = "Demand exactly the external ID that Datadog's AWS integration page shows for this account"
ID = r"""{\"sts:ExternalId\": '${EXTERNAL_ID:?}'}"""
VALUE = rf"""{{\"StringEquals\": merge(Statement[0].Condition.\"StringEquals\", {ID})}}"""
CORRECTED = way(
    f'Accept only the right external ID in statement 1: whoever uses another one loses access; {SET_IT}',
    at(0, f'merge(Statement[0], {{Condition: merge(Statement[0].Condition, {VALUE})}})'),
)
ONE = rf"""{{\"StringEquals\": {ID}}}"""
BOTH = (DATADOG_PRINCIPAL, f'AWS:{ACCOUNT_ID}')
CORRECT_OURS = Choice(
    "If the external ID of the trust policy is the one that Datadog's AWS integration page shows, change nothing in "
    'AWS: correct external_id in the configuration of this check'
)
LEAVE = Choice(
    'If the other external IDs are of Datadog organizations of yours that collect this account too, change nothing '
    'there; in the configuration of this check, turn this diagnosis off',
    (Command('instances:\n  - disabled_diagnoses: [trust-policy-external-id]', Language.YAML),),
    'the external ID to changes that nobody notices',
    Step('Remove the entry again'),
)
test_remedy = remedy_test(
    TRUST_POLICY_EXTERNAL_ID,
    {
        'another one': (
            demanding(OTHER_EXTERNAL_ID),
            account_expectations(),
            Remedy(DEMAND, (adding(), CORRECTED), then(terraform())),
        ),
        'another one than the operator told, who may be wrong': (
            demanding(OTHER_EXTERNAL_ID, of=NO_KEY),
            account_expectations(external_id=EXTERNAL_ID),
            Remedy(DEMAND, (CORRECT_OURS, adding(), CORRECTED), then(terraform())),
        ),
        'a space behind that which Datadog has, which no trust policy can mend': (
            demanding(EXTERNAL_ID, of=integration(external_id=SPACED)),
            account_expectations(),
            Remedy(
                'Correct the external ID at Datadog: STS refuses the white space in it, whatever the trust policy says',
                then=(
                    Step(
                        "On Datadog's AWS integration page, choose this account and enter the external ID of the trust "
                        'policy, without white space; or generate a new one there, and set it in the trust policy'
                    ),
                    then()[-1],
                ),
            ),
        ),
        'one of two, of which the other may be of another organization': (
            demanding(OTHER_EXTERNAL_ID, EXTERNAL_ID),
            account_expectations(),
            Remedy(DEMAND, (LEAVE, CORRECTED), then()),
        ),
        'none': (
            account_facts(role=role(trust(conditions=()))),
            account_expectations(),
            Remedy(
                DEMAND,
                (
                    way(
                        'Demand the external ID in statement 1: whoever uses it without that external ID loses access; '
                        f'{SET_IT}',
                        at(0, f'merge(Statement[0], {{Condition: {ONE}}})'),
                    ),
                ),
                then(),
            ),
        ),
        'none, in a statement that others use too': (
            account_facts(role=role(trust(principals=BOTH, conditions=()))),
            account_expectations(),
            Remedy(
                DEMAND,
                (
                    way(
                        'Move Datadog from statement 1 to a separate statement that requires the external ID; '
                        f'{SET_IT}',
                        at(
                            0,
                            'merge(Statement[0], {Principal: merge(Statement[0].Principal, {AWS: '
                            "Statement[0].Principal.AWS[?@ != 'arn:aws:iam::464622532012:root']})})",
                        ),
                        f'merge(@, {{Statement: [Statement, [{statement()}]][]}})',
                    ),
                ),
                then(terraform()),
            ),
        ),
        'anyone but Datadog': (
            demanding(operator='StringNotEquals'),
            account_expectations(),
            Remedy(DEMAND, (replacing(0),), then(terraform())),
        ),
        'a key of this check, which is no secret any more': (
            demanding(replace(OTHER_EXTERNAL_ID, form=Form.KEY)),
            account_expectations(),
            Remedy(DEMAND, (adding(), CORRECTED), (REVOKE, *then(terraform()))),
        ),
    },
)
