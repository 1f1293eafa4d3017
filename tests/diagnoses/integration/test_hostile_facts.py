"""What somebody else has written, into a policy or at Datadog, is one quoted argument of a command, or none."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import DIAGNOSES
from datadog_checks.aws_diagnostics.emit.issues import outline
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.account import Condition, Decision, PolicyKind, RoleMissing
from datadog_checks.aws_diagnostics.remedies import Command, Language
from tests.account.builders import (
    OTHER_EXTERNAL_ID,
    account_expectations,
    account_facts,
    condition,
    external_id_condition,
    integration,
    policy,
    required,
    role,
    simulated,
    simulation,
    statement,
    trust,
)
from tests.remedy_rules import commands_of, simple_commands

HOSTILE = [
    pytest.param('$(touch pwned)', id='a substitution'),
    pytest.param('`touch pwned`', id='a substitution of old'),
    pytest.param("x'; touch pwned; '", id='a single quote'),
    pytest.param('x"; touch pwned; "', id='a double quote'),
    pytest.param('x\ntouch pwned', id='a line of its own'),
    pytest.param('x\nEND\ntouch pwned', id='the end of a here-document'),
    pytest.param('--endpoint-url=http://192.0.2.1', id='an option'),
    pytest.param('\\" $(touch pwned) \\', id='backslashes'),
]


def situations(text: str) -> Iterator[Facts]:
    """Each holds the text wherever facts keep what somebody else has written, and makes diagnoses fail."""
    hostile = (condition(text, text, text), condition('StringNotEquals', f'aws:{text}', text))
    deny = trust(effect='Deny', principals=('*',), conditions=hostile, sid=text)
    own = Condition('StringNotEquals', 'AWS:PRINCIPALACCOUNT', (text,))
    ids = external_id_condition(operator=f'StringLike{text}', external_ids=(OTHER_EXTERNAL_ID,))
    yield account_facts(role=role(deny, trust(principals=(f'AWS:{text}',), actions=(text,), sid=text)))
    yield account_facts(role=role(trust(), trust(effect='Deny', principals=('*',), conditions=(own,))))
    yield account_facts(role=role(trust(actions=(text,), conditions=(*hostile, ids))))
    yield account_facts(role=role(trust(conditions=(ids,))))
    yield account_facts(role=role(trust(conditions=(external_id_condition(key='STS:ExternalId', external_ids=()),))))
    yield account_facts(role=RoleMissing(text), integration=integration(role_name=text))
    yield account_facts(
        integration=integration(role_name=text, regions=(text, 'eu-west-1')),
        policies=(policy(statement(text, effect='Deny', sid=text), name=text, kind=PolicyKind.CUSTOMER),),
        required=required(standard=(text, 'tag:GetResources'), source=text, as_of=text),
        simulation=simulation(
            simulated(text, Decision.EXPLICIT_DENY, allowed_by_organization=False, region=text),
            simulated('ec2:DescribeInstances', region='eu-west-1'),
        ),
    )


def shell_commands(text: str) -> Iterator[Command]:
    for facts in situations(text):
        for finding in diagnose(DIAGNOSES, facts, account_expectations()):
            if finding.remedy is not None:
                assert 'defect in' not in finding.remedy.summary
                assert all(line.isprintable() and len(line) < 4000 for line in outline(finding.remedy))
                yield from (c for c in commands_of(finding.remedy) if c.language is Language.SHELL)


@pytest.mark.parametrize('text', HOSTILE)
def test_it_is_neither_executed_nor_an_option(text: str, tmp_path: Path) -> None:
    commands = {command.text for command in shell_commands(text)}
    assert commands
    assert [command for command in commands if 'StringLike' in command] == [], 'an operator of the document'
    programs = tmp_path / 'programs'
    programs.mkdir()
    for name in ('aws', 'aws-diagnostics', 'curl'):
        (programs / name).write_text('#!/bin/sh\nexit 0\n')
        (programs / name).chmod(0o755)
    variables = dict.fromkeys(('EXTERNAL_ID', 'DATADOG_ACCOUNT_ID', 'ROLE_NAME', 'VERSION_BEFORE'), 'x')
    environment = {'PATH': f'{programs}{os.pathsep}{os.environ["PATH"]}', **variables}
    for command in commands:
        subprocess.run(['bash', '-c', command], cwd=tmp_path, env=environment, check=False, timeout=60)
        options = [word for words in simple_commands(command) for word in words if word.startswith('-')]
        assert [option for option in options if text.startswith('-') and text in option] == []
    assert not (tmp_path / 'pwned').exists()


def test_this_test_would_see_an_execution(tmp_path: Path) -> None:
    subprocess.run(['bash', '-c', 'aws iam get-role --role-name $(touch pwned)'], cwd=tmp_path, check=False, timeout=60)
    assert (tmp_path / 'pwned').exists()
