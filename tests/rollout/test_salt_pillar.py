"""Which states a pillar makes, and which pillars are refused with what message."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.rollout.environment import program
from tests.rollout.salt_minion import ROLLOUT

RENDERING = Path(__file__).with_name('salt_rendering.py')
DEFAULTS = yaml.safe_load((ROLLOUT / 'aws_diagnostics' / 'defaults.yaml').read_text())
OURS = {'version': '0.1.0'}
CONFIGURED = ['agent', 'conf_d', 'configuration']
WITHOUT_WHEEL = ['example_removed', 'skip_file_removed', 'wheel_removed']
WITH_WHEEL = ['copy_removed', 'file_removed', 'skip_file', 'wheel_copied', 'wheel_installed']

RENDERED: dict[str, tuple[dict[str, Any], list[str]]] = {
    'the file in checks.d, by default': ({'aws_diagnostics': OURS}, [*CONFIGURED, 'file', 'runs', *WITHOUT_WHEEL]),
    'the wheel': ({'aws_diagnostics': {**OURS, 'method': 'wheel'}}, [*CONFIGURED, 'runs', *WITH_WHEEL]),
    'a skip file that is not ours': (
        {'aws_diagnostics': {**OURS, 'method': 'wheel', 'manage_skip_file': False}},
        [*CONFIGURED, 'runs', *(state for state in WITH_WHEEL if state != 'skip_file')],
    ),
    'datadog-formula writes conf.yaml': (
        {'aws_diagnostics': {**OURS, 'manage_configuration': False}, 'datadog': {'checks': {'aws_diagnostics': {}}}},
        ['agent', 'file', 'runs', *WITHOUT_WHEEL],
    ),
    'datadog-formula writes that of other checks': (
        {'aws_diagnostics': OURS, 'datadog': {'checks': {'ntp': {'version': '1.0.0'}}}},
        [*CONFIGURED, 'file', 'runs', *WITHOUT_WHEEL],
    ),
    'removal, which needs no version': (
        {'aws_diagnostics': {'state': 'absent'}},
        [
            'agent',
            'compiled_removed',
            'configuration_removed',
            'file_removed',
            'persistent_cache_removed',
            *WITHOUT_WHEEL,
        ],
    ),
}
REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    'no version': ({}, ['aws_diagnostics:version is "", allowed is MAJOR.MINOR.PATCH such as "0.1.0"']),
    'a version that the Agent cannot read': (
        {'aws_diagnostics': {'version': '0.1.0.post1'}},
        ['aws_diagnostics:version is "0.1.0.post1", allowed is MAJOR.MINOR.PATCH such as "0.1.0"'],
    ),
    'a version that YAML read as a number': (
        {'aws_diagnostics': {'version': 0.1}},
        ['aws_diagnostics:version is 0.1, allowed is MAJOR.MINOR.PATCH such as "0.1.0"'],
    ),
    'a file of another version': (
        {'aws_diagnostics': {**OURS, 'single_file': 'salt://of-another-version.py'}},
        [
            'aws_diagnostics:single_file is "salt://of-another-version.py", '
            'allowed is what `make checks-d` builds from version 0.1.0'
        ],
    ),
    'a file that is not there': (
        {'aws_diagnostics': {**OURS, 'single_file': 'salt://nowhere.py'}},
        [
            'aws_diagnostics:single_file is "salt://nowhere.py", '
            'allowed is what `make checks-d` builds from version 0.1.0'
        ],
    ),
    'several at once': (
        {'aws_diagnostics': {**OURS, 'state': 'gone', 'method': 'pip', 'datadog_formula': 'yes', 'instances': {}}},
        [
            'aws_diagnostics:state is "gone", allowed is present or absent',
            'aws_diagnostics:method is "pip", allowed is checks_d or wheel',
            'aws_diagnostics:datadog_formula is "yes", allowed is true or false',
            'aws_diagnostics:instances is {}, allowed is a list with at least one mapping of options, such as [{}]',
        ],
    ),
    'a misspelt setting': (
        {'aws_diagnostics': {**OURS, 'instance': []}},
        [f'aws_diagnostics:instance is no setting, allowed are {", ".join(sorted(DEFAULTS))}'],
    ),
    'two formulas write conf.yaml': (
        {'aws_diagnostics': OURS, 'datadog': {'checks': {'aws_diagnostics': {}}}},
        [
            'datadog:checks has aws_diagnostics and aws_diagnostics:manage_configuration is true: '
            'two formulas would write conf.yaml; allowed is one'
        ],
    ),
    'datadog-formula installs in every run': (
        {
            'aws_diagnostics': {**OURS, 'manage_configuration': False},
            'datadog': {'checks': {'aws_diagnostics': {'version': '0.1.0'}}},
        },
        [
            'datadog:checks:aws_diagnostics:version is "0.1.0": datadog-formula would look for it in the repository '
            'of Datadog in every run; allowed is aws_diagnostics:version'
        ],
    ),
}
EXPECTED = {
    **{case: sorted([f'aws_diagnostics_{state}', ''] for state in states) for case, (_, states) in RENDERED.items()},
    **{
        case: [[f'aws_diagnostics_pillar_{number}', problem] for number, problem in enumerate(problems, 1)]
        for case, (_, problems) in REFUSED.items()
    },
}


@pytest.fixture(scope='module')
def rendered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """Case -> states, by one process of Salt for all of them."""
    directory, more = tmp_path_factory.mktemp('salt'), tmp_path_factory.mktemp('roots')
    files = more / 'aws_diagnostics' / 'files'
    files.mkdir(parents=True)
    (files / 'aws_diagnostics-0.1.0.py').write_text('"""AWS Diagnostics 0.1.0: the check\n')
    (more / 'of-another-version.py').write_text('"""AWS Diagnostics 0.1.00: the check\n')
    pillars = {case: pillar for case, (pillar, _) in {**RENDERED, **REFUSED}.items()}
    asked = {'directory': str(directory), 'roots': [str(ROLLOUT), str(more)], 'pillars': list(pillars.values())}
    ended = subprocess.run(
        [program('python3'), '-B', RENDERING],
        input=json.dumps(asked),
        env={'HOME': str(directory), 'PATH': '/usr/bin:/bin'},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert ended.returncode == 0, ended.stderr
    return dict(zip(pillars, json.loads(ended.stdout), strict=True))


@pytest.mark.parametrize('case', EXPECTED)
def test_a_pillar_makes_its_states_or_says_what_is_wrong(rendered: dict[str, list[Any]], case: str) -> None:
    assert rendered[case] == EXPECTED[case]


def test_the_readme_and_the_example_know_every_setting() -> None:
    table = re.findall(r'^\| (`.+?) \|', (ROLLOUT / 'README.md').read_text(), re.MULTILINE)
    assert sorted(re.findall(r'`(\w+)`', ' '.join(table))) == sorted(DEFAULTS)
    example = yaml.safe_load((ROLLOUT / 'pillar.example').read_text())['aws_diagnostics']
    assert {**DEFAULTS, **example} == {**DEFAULTS, 'version': '0.1.0'}
