"""Commands of this program, and words about the account, in remedies."""

from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses.account_remedies import (
    account_word,
    iam_arn,
    own_command,
    role_word,
    same_change_in_code,
)
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import ManagedBy, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import Arn, FilePath
from datadog_checks.aws_diagnostics.remedies import Command, Step, Variable, quoted
from tests.account.builders import account_expectations, account_facts, integration, role

UNSEEN = Unobserved('no credentials')


def test_a_command_of_this_program_names_the_usual_configuration() -> None:
    expected = Command('aws-diagnostics permissions --config conf.yaml --diff')
    assert own_command(Expectations(), 'permissions', '--diff') == expected


def test_a_command_of_this_program_names_the_configuration_that_was_given() -> None:
    given = Expectations(config_file=FilePath("/etc/my conf's/aws.yaml"))
    assert own_command(given, 'check') == Command("aws-diagnostics check --config '/etc/my conf'\"'\"'s/aws.yaml'")


@pytest.mark.parametrize(
    ('facts', 'expected', 'word'),
    [
        pytest.param(account_facts(), Expectations(), 'DatadogIntegrationRole', id='as IAM has it'),
        pytest.param(
            account_facts(role=UNSEEN, integration=integration(role_name='Recorded')),
            account_expectations(role_name='Told'),
            'Recorded',
            id='as Datadog has it',
        ),
        pytest.param(
            account_facts(role=UNSEEN, integration=UNSEEN),
            account_expectations(role_name='Told'),
            'Told',
            id='as the operator has it',
        ),
        pytest.param(
            account_facts(role=RoleMissing('Recorded ')), account_expectations(), 'Recorded', id='without white space'
        ),
        pytest.param(
            account_facts(role=RoleMissing('datadog/Recorded')),
            account_expectations(),
            'Recorded',
            id='without its path',
        ),
        pytest.param(
            account_facts(role=RoleMissing('--no-verify-ssl')),
            account_expectations(),
            Variable('ROLE_NAME'),
            id='an option is no name',
        ),
        pytest.param(
            account_facts(role=UNSEEN, integration=UNSEEN), Expectations(), Variable('ROLE_NAME'), id='nobody has it'
        ),
    ],
)
def test_the_name_of_the_role(facts: Facts, expected: Expectations, word: Any) -> None:
    assert role_word(facts, expected) == word


@pytest.mark.parametrize(
    ('facts', 'arn'),
    [
        pytest.param(account_facts(), 'arn:aws:iam::123456789012:policy/p', id='known'),
        pytest.param(account_facts(caller=UNSEEN), 'arn:aws:iam::123456789012:policy/p', id='by the role'),
        pytest.param(account_facts(role=UNSEEN), 'arn:aws:iam::123456789012:policy/p', id='by the caller'),
        pytest.param(
            account_facts(caller=UNSEEN, role=UNSEEN),
            '"arn:${PARTITION:?}:iam::${ACCOUNT_ID:?}:policy/p"',
            id='not known',
        ),
        pytest.param(
            account_facts(caller=UNSEEN, role=role(arn=Arn('arn:aws-cn:iam::aws:role/x'))),
            '"arn:aws-cn:iam::${ACCOUNT_ID:?}:policy/p"',
            id='an ARN without an account',
        ),
    ],
)
def test_an_arn_of_the_account(facts: Facts, arn: str) -> None:
    assert quoted(iam_arn(facts, account_word(facts), ':policy/p')) == arn


def test_what_a_tag_names_has_to_know_of_the_change() -> None:
    facts = account_facts(role=role(managed_by=ManagedBy.TERRAFORM))
    text = 'A tag of the role names Terraform: make the same change there, or a later run of it reverts this'
    assert same_change_in_code(facts, Expectations()) == Step(text)


def test_without_a_tag_a_command_finds_the_stack() -> None:
    step = same_change_in_code(account_facts(), Expectations())
    assert [command.text for command in step.commands] == [
        'aws cloudformation describe-stack-resources --region "${AWS_REGION:?}" '
        '--physical-resource-id DatadogIntegrationRole'
    ]
