"""Each way that a remedy offers for a trust policy, applied to it: the fault is gone, and nothing else has changed."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import hcl2
import pytest

from datadog_checks.aws_diagnostics.collect.aws.trust_policy import trust_statements
from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import DIAGNOSES
from datadog_checks.aws_diagnostics.findings import Finding
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language
from tests.account.builders import ACCOUNT_ID, SECRET, account_expectations, account_facts, role

from .repairs import Shell, changed_by
from .trust_policies import (
    ACTION,
    CONDITIONS,
    DATADOG,
    DENY,
    EXTERNAL_ID,
    FOR_EC2,
    MINE,
    OTHER_SECRET,
    PRINCIPAL,
    ROOT,
    TRUST_POLICIES,
    TrustPolicy,
    allow,
    and_also,
    deny,
    external_id,
)

VENDOR = allow('arn:aws:iam::210987654321:root', {'StringEquals': {'sts:ExternalId': "of-a-vendor's"}})
OTHER_ORGANIZATION = external_id('StringEquals', 'of-another-datadog-organization')
Document = dict[str, Any]
PRINCIPALS = (ROOT, DATADOG, [ROOT, f'arn:aws:iam::{ACCOUNT_ID}:root'], '*', 'arn:aws:iam::417141415827:root')
IN_CONDITIONS = (
    MINE,
    None,
    {'StringEquals': {'sts:ExternalId': OTHER_SECRET}},
    {'StringEquals': {'sts:ExternalId': SECRET, 'aws:PrincipalOrgID': 'o-abcdefghij'}},
    {'StringLike': {'sts:ExternalId': '*'}, 'Bool': {'aws:MultiFactorAuthPresent': 'true'}},
    {'StringNotEquals': {'sts:ExternalId': OTHER_SECRET}},
)
ACTIONS = ('sts:AssumeRole', 'sts:TagSession', ['sts:TagSession', 'sts:AssumeRole'])


def failed(document: Document) -> dict[str, Finding]:
    facts = account_facts(role=role(trust=trust_statements(document)))
    findings = diagnose(DIAGNOSES, facts, account_expectations())
    return {f.diagnosis.id: f for f in findings if f.failed and f.diagnosis.id.startswith('trust-policy-')}


def with_neighbours(policy: TrustPolicy) -> Document:
    """Statements for others before and behind those of the policy."""
    return {**policy.document, 'Id': 'kept', 'Statement': [VENDOR, *policy.document['Statement'], FOR_EC2]}


def documents() -> Iterator[tuple[str, Document]]:
    """Those that are described in words, and every combination of what is often wrong."""
    for policy in TRUST_POLICIES:
        yield policy.words, policy.document
        yield f'{policy.words}, with neighbours', with_neighbours(policy)
    for number, (who, condition, action) in enumerate(product(PRINCIPALS, IN_CONDITIONS, ACTIONS)):
        yield f'combination {number}', {'Version': '2012-10-17', 'Statement': [VENDOR, allow(who, condition, action)]}


def is_run(choice: Choice) -> bool:
    return bool(choice.commands) and choice.commands[0].language is Language.SHELL


def ways(document: Document) -> Iterator[tuple[str, Choice]]:
    """Those that a person runs, each with the diagnosis that offers it."""
    for id, finding in failed(document).items():
        assert finding.remedy is not None
        for choice in finding.remedy.choices:
            if is_run(choice) and 'cp trust-policy.before.json' not in choice.commands[0].text:
                yield id, choice


@pytest.mark.parametrize('document', [pytest.param(document, id=words) for words, document in documents()])
def test_every_way_cures_its_fault_and_touches_at_most_one_statement(document: Document) -> None:
    before = failed(document)
    for diagnosis, choice in ways(document):
        repaired = changed_by(choice, document, SECRET)
        assert set(failed(repaired)) <= set(before) - {diagnosis}, choice.text
        assert {key: value for key, value in repaired.items() if key != 'Statement'} == {
            key: value for key, value in document.items() if key != 'Statement'
        }
        touched = [statement for statement in document['Statement'] if statement not in repaired['Statement']]
        assert len(touched) <= 1, choice.text
        assert [s for s in (VENDOR, FOR_EC2) if s in touched] == []


def test_every_faulty_policy_but_one_of_another_site_has_a_way() -> None:
    faulty = {words: document for words, document in documents() if failed(document)}
    another_site = 'none for Datadog of another site and a vendor'
    without = [words for words, document in faulty.items() if not any(ways(document))]
    assert without == [another_site, f'{another_site}, with neighbours']
    assert len(faulty) > 150


@pytest.mark.parametrize('policy', [pytest.param(p, id=p.words) for p in TRUST_POLICIES if p.failed])
def test_the_statement_in_terraform_is_that_of_the_new_document(policy: TrustPolicy) -> None:
    for finding in failed(policy.document).values():
        assert finding.remedy is not None
        shown = [c for step in finding.remedy.then for c in step.commands if c.language is Language.HCL]
        whole = [c for c in finding.remedy.choices if c.text.startswith(('Add a statement', 'Replace', 'Move'))]
        assert len(shown) == bool(whole)
        for choice in whole:
            assert in_json(shown[0]) in changed_by(choice, policy.document, SECRET)['Statement']


def in_json(command: Command) -> Document:
    """A statement of the data source aws_iam_policy_document, as the provider writes it."""
    (block,) = hcl2.loads(f'{command.text}\n')['statement']
    (condition,), (principal,) = block['condition'], block['principals']
    wanted = {plain(condition['variable']): plain(condition['values'][0]).replace('var.external_id', SECRET)}
    return {
        'Effect': 'Allow',
        'Principal': {plain(principal['type']): plain(principal['identifiers'][0])},
        'Action': plain(block['actions'][0]),
        'Condition': {plain(condition['test']): wanted},
    }


def plain(text: str) -> str:
    return text.strip('"').removeprefix('${').removesuffix('}')


def document(*statements: Document) -> Document:
    return {'Version': '2012-10-17', 'Statement': list(statements)}


def first_way(before: Document, diagnosis: str) -> Document:
    remedy = failed(before)[diagnosis].remedy
    assert remedy is not None
    return changed_by(next(filter(is_run, remedy.choices)), before, SECRET)


RIGHT = allow()
UNREPAIRED_BY_OTHERS = [
    pytest.param(document(OTHER_ORGANIZATION), EXTERNAL_ID, [OTHER_ORGANIZATION, RIGHT], id='another organization'),
    pytest.param(document(VENDOR), PRINCIPAL, [VENDOR, RIGHT], id='another vendor'),
    pytest.param(
        document(allow('arn:aws:iam::417141415827:root')),
        PRINCIPAL,
        [allow('arn:aws:iam::417141415827:root'), RIGHT],
        id='an organization on another site',
    ),
    pytest.param(
        document(allow([f'arn:aws:iam::{ACCOUNT_ID}:root', ROOT], condition=None)),
        EXTERNAL_ID,
        [allow([f'arn:aws:iam::{ACCOUNT_ID}:root'], condition=None), RIGHT],
        id='a deputy of ours in the same statement, without an external id',
    ),
    pytest.param(
        document(allow([f'arn:aws:iam::{ACCOUNT_ID}:root', ROOT], {'StringEquals': {'sts:ExternalId': [SECRET, 'x']}})),
        EXTERNAL_ID,
        [allow([f'arn:aws:iam::{ACCOUNT_ID}:root'], {'StringEquals': {'sts:ExternalId': [SECRET, 'x']}}), RIGHT],
        id='a deputy of ours in the same statement, with one of its external ids',
    ),
    pytest.param(
        document(and_also('Bool', 'aws:MultiFactorAuthPresent', 'true')),
        CONDITIONS,
        [and_also('Bool', 'aws:MultiFactorAuthPresent', 'true'), RIGHT],
        id='people with MFA',
    ),
    pytest.param(
        document(allow(action='sts:TagSession')),
        ACTION,
        [allow(action=['sts:TagSession', 'sts:AssumeRole'])],
        id='tags are still passed',
    ),
    pytest.param(
        document(RIGHT, deny('*', {'StringNotEquals': {'aws:PrincipalAccount': ACCOUNT_ID}})),
        DENY,
        [RIGHT, deny('*', {'StringNotEquals': {'aws:PrincipalAccount': [ACCOUNT_ID, '464622532012']}})],
        id='everybody else is still denied',
    ),
    pytest.param(
        document(RIGHT, deny('*', {'BoolIfExists': {'aws:MultiFactorAuthPresent': 'false'}})),
        DENY,
        [
            RIGHT,
            deny(
                '*',
                {
                    'BoolIfExists': {'aws:MultiFactorAuthPresent': 'false'},
                    'StringNotEquals': {'aws:PrincipalAccount': ['464622532012']},
                },
            ),
        ],
        id='everybody else still needs MFA',
    ),
    pytest.param(
        {'Version': '2012-10-17', 'Statement': VENDOR}, PRINCIPAL, [VENDOR, RIGHT], id='one statement without a list'
    ),
]


@pytest.mark.parametrize(('before', 'diagnosis', 'after'), UNREPAIRED_BY_OTHERS)
def test_the_first_way_keeps_what_others_need(before: Document, diagnosis: str, after: list[Document]) -> None:
    assert first_way(before, diagnosis) == {'Version': '2012-10-17', 'Statement': after}


def test_the_commands_back_up_change_apply_and_undo(tmp_path: Path) -> None:
    before = document(VENDOR, OTHER_ORGANIZATION)
    shell, finding = Shell(tmp_path, before), failed(before)[EXTERNAL_ID]
    assert finding.remedy is not None
    choice, apply = finding.remedy.choices[0], finding.remedy.then[1]
    (change,), undo = choice.commands, choice.undo
    assert undo is not None
    assert shell.run(change, EXTERNAL_ID=SECRET) == 0
    assert shell.document == before
    assert shell.run(apply.commands[0]) == 0
    assert shell.document == document(VENDOR, OTHER_ORGANIZATION, RIGHT)
    assert shell.run(undo.commands[0]) == 0
    assert shell.document == before


def test_without_the_external_id_nothing_is_written_that_could_be_applied(tmp_path: Path) -> None:
    before = document(OTHER_ORGANIZATION)
    shell, finding = Shell(tmp_path, before), failed(before)[EXTERNAL_ID]
    assert finding.remedy is not None
    (change,), apply = finding.remedy.choices[0].commands, finding.remedy.then[1].commands[0]
    assert shell.run(change) != 0
    assert shell.run(apply) != 0
    assert shell.document == before


def test_an_earlier_backup_is_never_overwritten(tmp_path: Path) -> None:
    before = document(OTHER_ORGANIZATION)
    shell, finding = Shell(tmp_path, before), failed(before)[EXTERNAL_ID]
    assert finding.remedy is not None
    (change,) = finding.remedy.choices[0].commands
    backup = tmp_path / 'trust-policy.before.json'
    backup.write_text('of yesterday')
    assert shell.run(change, EXTERNAL_ID=SECRET) != 0
    assert backup.read_text() == 'of yesterday'


BUT_A_VENDOR = {
    'Effect': 'Allow',
    'NotPrincipal': {'AWS': 'arn:aws:iam::999999999999:root'},
    'Action': 'sts:AssumeRole',
}
SEVERAL = [
    pytest.param((RIGHT, deny('*'), deny(ROOT)), DENY, id='everyone is denied, and Datadog once more'),
    pytest.param((RIGHT, deny(ROOT), deny(DATADOG)), DENY, id='Datadog is denied twice'),
    pytest.param((deny(ROOT), deny(ROOT)), DENY, id='Datadog is denied twice, and nobody is allowed'),
    pytest.param((allow('*'), deny('*')), DENY, id='everyone is denied what everyone is allowed'),
    pytest.param((allow('*'), VENDOR, allow('*')), PRINCIPAL, id='everyone is allowed twice'),
    pytest.param((allow('*'), {**BUT_A_VENDOR, 'Condition': MINE}), PRINCIPAL, id='everyone, and everyone but one'),
    pytest.param((VENDOR, BUT_A_VENDOR), EXTERNAL_ID, id='everyone but one, without an external id'),
]


@pytest.mark.parametrize(('statements', 'diagnosis'), SEVERAL)
def test_every_way_cures_all_statements_with_the_fault_and_makes_no_other(
    statements: tuple[Document, ...], diagnosis: str
) -> None:
    before = failed(document(*statements))
    remedy = before[diagnosis].remedy
    assert remedy is not None
    assert remedy.choices
    for choice in filter(is_run, remedy.choices):
        after = failed(changed_by(choice, document(*statements), SECRET))
        assert set(after) <= set(before) - {diagnosis}
