"""Which variables the role aws_diagnostics takes, and which it refuses with what message."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout.ansible_controller import ROLLOUT, failures, inventory

ROLE = ROLLOUT / 'roles' / 'aws_diagnostics'
OPTIONS = yaml.safe_load((ROLE / 'meta' / 'argument_specs.yml').read_text())['argument_specs']['main']['options']
DEFAULTS = yaml.safe_load((ROLE / 'defaults' / 'main.yml').read_text())
PLAYBOOK = [
    {
        'hosts': 'accepted',
        'gather_facts': False,
        'tasks': [{'import_role': {'name': 'aws_diagnostics', 'tasks_from': 'variables.yml'}}],
    },
    {'hosts': 'refused', 'gather_facts': False, 'roles': ['aws_diagnostics']},
]
OURS: dict[str, Any] = {'aws_diagnostics_version': '0.1.0'}
OF_DATADOG: dict[str, Any] = {'init_config': {}, 'instances': [{}]}

ACCEPTED: dict[str, dict[str, Any]] = {
    'a version': OURS,
    'a release candidate': {'aws_diagnostics_version': '0.1.0rc1'},
    'no file where the wheel goes': {
        **OURS,
        'aws_diagnostics_method': 'wheel',
        'aws_diagnostics_single_file': 'nowhere.py',
    },
    'no version where the check goes': {'aws_diagnostics_state': 'absent'},
    'the role of Datadog writes conf.yaml': {
        **OURS,
        'aws_diagnostics_manage_configuration': False,
        'datadog_checks': {'aws_diagnostics': OF_DATADOG},
        'datadog_disable_untracked_checks': True,
    },
    'the role of Datadog spares our conf.yaml': {
        **OURS,
        'datadog_checks': {'ntp': OF_DATADOG},
        'datadog_disable_untracked_checks': True,
        'datadog_additional_checks': ['aws_diagnostics'],
    },
    'the role of Datadog deletes no conf.yaml': {**OURS, 'datadog_disable_untracked_checks': False},
}
REFUSED_VERSION = 'aws_diagnostics_version is {}, allowed is MAJOR.MINOR.PATCH such as 0.1.0'
SPEC = 'Validation of arguments failed:\n'
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    'no version': ({}, REFUSED_VERSION.format('not set')),
    'a version that the Agent cannot read': (
        {'aws_diagnostics_version': '0.1.0.post1'},
        REFUSED_VERSION.format('0.1.0.post1'),
    ),
    'an unknown method': (
        {**OURS, 'aws_diagnostics_method': 'pip'},
        f'{SPEC}value of aws_diagnostics_method must be one of: checks_d, wheel, got: pip',
    ),
    'an unknown state': (
        {**OURS, 'aws_diagnostics_state': 'latest'},
        f'{SPEC}value of aws_diagnostics_state must be one of: present, absent, got: latest',
    ),
    'a file of another version': (
        {**OURS, 'aws_diagnostics_single_file': 'aws_diagnostics-0.1.0rc1.py'},
        'aws_diagnostics_single_file is aws_diagnostics-0.1.0rc1.py, '
        'allowed is what `make checks-d` builds from version 0.1.0',
    ),
    'a file that is not there': (
        {**OURS, 'aws_diagnostics_single_file': 'nowhere.py'},
        'aws_diagnostics_single_file is nowhere.py, allowed is what `make checks-d` builds from version 0.1.0',
    ),
    'no instances': (
        {**OURS, 'aws_diagnostics_instances': []},
        'aws_diagnostics_instances is empty, allowed is a list with at least one mapping of options, such as [{}]',
    ),
    'several mistakes': (
        {'aws_diagnostics_version': '1', 'aws_diagnostics_instances': []},
        f'{REFUSED_VERSION.format("1")}\naws_diagnostics_instances is empty, '
        'allowed is a list with at least one mapping of options, such as [{}]',
    ),
    'a misspelt variable': (
        {**OURS, 'aws_diagnostics_instance': [{}]},
        'aws_diagnostics_instance: no such variable of the role aws_diagnostics, '
        f'allowed are {", ".join(sorted(OPTIONS))}',
    ),
    'two roles write conf.yaml': (
        {**OURS, 'datadog_checks': {'aws_diagnostics': OF_DATADOG}},
        'aws_diagnostics_manage_configuration is true and datadog_checks has aws_diagnostics: two roles would write '
        'conf.yaml; set aws_diagnostics_manage_configuration to false, or take aws_diagnostics out of datadog_checks',
    ),
    'the role of Datadog deletes our conf.yaml': (
        {**OURS, 'datadog_disable_untracked_checks': True, 'datadog_additional_checks': ['ntp']},
        "datadog_disable_untracked_checks is true and datadog_additional_checks lacks aws_diagnostics: Datadog's role "
        'would delete conf.yaml in every run; add aws_diagnostics to datadog_additional_checks',
    ),
}


def hosts(cases: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A host for every case, whose variables are those of the case."""
    local = inventory(*map(name, cases))['canary']['hosts']
    return {'hosts': {name(case): {**local[name(case)], **variables} for case, variables in cases.items()}}


def name(case: str) -> str:
    return re.sub(r'\W', '_', case)


@pytest.fixture(scope='module')
def messages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of one run for all cases."""
    directory = tmp_path_factory.mktemp('ansible')
    refused = {case: variables for case, (variables, _) in REFUSED.items()}
    (directory / 'inventory.yml').write_text(json.dumps({'accepted': hosts(ACCEPTED), 'refused': hosts(refused)}))
    (directory / 'site.yml').write_text(json.dumps(PLAYBOOK))
    (directory / 'files').mkdir()
    for version in ('0.1.0', '0.1.0rc1'):
        (directory / 'files' / f'aws_diagnostics-{version}.py').write_text(f'"""AWS Diagnostics {version}: the check\n')
    return failures(directory, directory / 'site.yml')


@pytest.mark.parametrize('case', ACCEPTED)
def test_variables_that_are_right_are_taken(messages: dict[str, str], case: str) -> None:
    assert messages[name(case)] == ''


@pytest.mark.parametrize('case', REFUSED)
def test_variables_that_are_wrong_are_named_with_their_value_and_what_is_allowed(
    messages: dict[str, str], case: str
) -> None:
    assert messages[name(case)] == REFUSED[case][1]


def test_the_specification_the_defaults_and_the_readme_agree() -> None:
    assert sorted(DEFAULTS) == sorted(OPTIONS)
    specified = {option: spec['default'] for option, spec in OPTIONS.items() if 'default' in spec}
    assert specified == {option: value for option, value in DEFAULTS.items() if '{{' not in str(value)}
    documented = re.findall(r'^\| `(aws_diagnostics_\w+)`', (ROLLOUT / 'README.md').read_text(), re.MULTILINE)
    assert sorted(documented) == sorted(OPTIONS)


def test_a_failure_on_the_canary_keeps_the_others_as_they_are(tmp_path: Path) -> None:
    three = inventory('canary', 'second', 'third')['canary']
    three['hosts']['canary']['aws_diagnostics_version'] = 'newest'
    (tmp_path / 'inventory.yml').write_text(json.dumps({'all': three}))
    assert failures(tmp_path, ROLLOUT / 'site.yml') == {'canary': REFUSED_VERSION.format('newest')}
    plays = [yaml.safe_load((ROLLOUT / name).read_text())[0] for name in ('site.yml', 'with-datadog-role.yml')]
    assert plays[0]['serial'] == plays[1]['serial'] == ['1', '10%', '100%']
