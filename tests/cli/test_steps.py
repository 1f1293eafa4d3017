"""What is to be pasted stands on a line of its own, complete."""

import re

import pytest
from datadog_checks.aws_diagnostics.diagnoses.remedies import agent_setting, raise_hop_limit, restart_agent

from datadog_checks.aws_diagnostics.cli.page import Line
from datadog_checks.aws_diagnostics.cli.steps import divided, numbered
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind

from ..builders import container, facts, host, path

CLI = 'aws ec2 modify-instance-metadata-options --instance-id i-1 --http-endpoint enabled'


@pytest.mark.parametrize(
    ('step', 'words', 'pasted'),
    [
        pytest.param(f'Raise it: {CLI}', 'Raise it:', CLI, id='words and a command'),
        pytest.param(CLI, '', CLI, id='a command alone'),
        pytest.param('In datadog.yaml: a: true', 'In datadog.yaml:', 'a: true', id='a setting'),
        pytest.param('Wait. Helm: a.b: true', 'Wait. Helm:', 'a.b: true', id='a setting for Helm'),
        pytest.param('Set: DD_A=[aws]', 'Set:', 'DD_A=[aws]', id='a variable'),
        pytest.param('Use: {"name": "A"}', 'Use:', '{"name": "A"}', id='JSON'),
        pytest.param('Use: metadata_options { a = 1 }', 'Use:', 'metadata_options { a = 1 }', id='Terraform'),
        pytest.param('Set this:\na: 1\nb: 2', 'Set this:', 'a: 1\nb: 2', id='several lines'),
        pytest.param('Ask this: who may?', 'Ask this: who may?', '', id='words with a colon'),
        pytest.param(f'Two ways: the first: {CLI}', 'Two ways: the first:', CLI, id='words with a colon and a command'),
        pytest.param('Mount it (a file: one). docker run x', 'Mount it (a file: one).', 'docker run x', id='sentences'),
        pytest.param('Mount it and set {"name": "A"}', 'Mount it and set', '{"name": "A"}', id='JSON in a sentence'),
        pytest.param('Restart the Agent', 'Restart the Agent', '', id='words'),
    ],
)
def test_words_and_what_is_to_be_pasted_are_told_apart(step: str, words: str, pasted: str) -> None:
    assert divided(step) == (words, pasted)


def test_each_step_has_its_number_and_each_command_its_line() -> None:
    assert list(numbered([f'Raise it: {CLI}', 'Wait', 'sudo reboot'], '  ')) == [
        Line('Raise it:', '  1. '),
        Line(CLI, '     ', pasted=True),
        Line('Wait', '  2. '),
        Line('sudo reboot', '  3. ', pasted=True),
    ]


@pytest.mark.parametrize('kind', ContainerKind)
def test_no_shared_remedy_hides_a_command_in_its_words(kind: ContainerKind) -> None:
    somewhere = facts(host=host(container=container(kind)), path=path(gateways=1))
    steps = (
        *raise_hop_limit(somewhere, Expectations()).steps,
        agent_setting(somewhere, 'ec2_prefer_imdsv2', 'true'),
        restart_agent(somewhere),
    )
    assert [
        step for step in steps if re.search(r'aws ec2|docker run|kubectl|systemctl|{"|: true', divided(step)[0])
    ] == []
