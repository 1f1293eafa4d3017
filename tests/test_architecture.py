"""The house: who knows whom, what the pure middle may use, and where everything about a diagnosis has its place."""

import ast
import json
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.diagnoses import (
    DIAGNOSES,
    cloudwatch,
    hostname,
    imds,
    imds_fleet,
    integration,
    inventory,
    load_balancing,
)
from datadog_checks.aws_diagnostics.emit import SERVICE_CHECKS
from datadog_checks.aws_diagnostics.findings import Diagnosis
from tests.imports import PACKAGE, SOURCE, Import, imports

ROOT = SOURCE.parent.parent
GROUPS = {
    'imds': imds.DIAGNOSES,
    'hostname': hostname.DIAGNOSES,
    'integration': integration.DIAGNOSES,
    'imds_fleet': imds_fleet.DIAGNOSES,
    'cloudwatch': cloudwatch.DIAGNOSES,
    'load_balancing': load_balancing.DIAGNOSES,
    'inventory': inventory.DIAGNOSES,
}

KNOWS: dict[str, set[str]] = {
    '__about__': set(),
    '__init__': {'__about__', 'check'},
    '__main__': {'cli'},
    'text': set(),
    'log': {'text'},
    'facts': {'text'},
    'rules': {'text', 'facts'},
    'expectations': {'facts'},
    'remedies': set(),
    'findings': {'facts', 'expectations', 'remedies'},
    'diagnoses': {'text', 'facts', 'rules', 'expectations', 'findings', 'remedies'},
    'collect': {'__about__', 'text', 'facts', 'rules', 'log'},
    'emit': {'facts', 'rules', 'findings', 'log', 'remedies', 'text'},
    'config_models': set(),
    'configuration': {
        'rules',
        'text',
        'config_models',
        'expectations',
        'facts',
        'findings',
        'collect',
        'diagnoses',
        'emit',
        'log',
    },
    'cli': {
        'rules',
        'text',
        '__about__',
        'facts',
        'expectations',
        'findings',
        'remedies',
        'diagnoses',
        'collect',
        'configuration',
        'emit',
    },
    'check': {
        '__about__',
        'facts',
        'expectations',
        'findings',
        'diagnoses',
        'collect',
        'configuration',
        'emit',
        'log',
        'text',
    },
}
"""Which other parts each part of the package may import."""

PURE = {'text', 'facts', 'rules', 'expectations', 'findings', 'remedies', 'diagnoses'}
PURE_STANDARD_LIBRARY = {
    'ast',
    'bisect',
    'hashlib',
    'collections',
    'csv',
    'dataclasses',
    'datetime',
    'difflib',
    'enum',
    'fnmatch',
    'functools',
    'ipaddress',
    'itertools',
    'json',
    'math',
    'operator',
    're',
    'shlex',
    'statistics',
    'textwrap',
    'types',
    'typing',
}
"""Nothing that could look at the world: time is a fact, and so is the platform."""

DISTRIBUTIONS = {
    'check': {'datadog_checks.base'},
    'cli': {'click', 'rich', 'yaml', 'datadog_checks.base'},
    'collect': {'datadog_checks.base', 'datadog_agent', 'botocore', 'requests', 'urllib3'},
    'config_models': {'datadog_checks.base', 'pydantic', 'typing_extensions'},
    'configuration': {'pydantic', 'yaml'},
    'emit': {'datadog_checks.base'},
}
"""What each part may import from outside the standard library; all of it but click and rich is in every Agent."""

FOREIGN_TO_A_HOST = {'boto3', 'botocore', 'click', 'hashlib', 'requests', 'rich', 'ssl', 'urllib3'}


def outside_the_standard_library(found: Import) -> bool:
    return found.imported_part is None and found.distribution not in sys.stdlib_module_names


def test_every_part_of_the_package_has_its_place() -> None:
    parts = {path.stem for path in SOURCE.iterdir() if path.suffix == '.py' or (path / '__init__.py').is_file()}
    assert parts == set(KNOWS)


def test_a_part_imports_only_the_parts_that_it_may_know() -> None:
    strangers = [
        f'{found}: {found.part} may know only {sorted(KNOWS[found.part])}'
        for found in imports()
        if found.imported_part not in (None, found.part, *KNOWS[found.part])
    ]
    assert strangers == []


@pytest.mark.parametrize(
    ('part', 'other'),
    [
        (part, other)
        for part in ('collect', 'diagnoses', 'emit')
        for other in ('collect', 'diagnoses', 'emit')
        if part != other
    ],
)
def test_the_two_ends_and_the_middle_never_know_each_other(part: str, other: str) -> None:
    assert other not in KNOWS[part]


def test_the_middle_is_pure() -> None:
    impure = [
        f'{found}: pure code computes, it does not look'
        for found in imports()
        if found.part in PURE and found.imported_part is None and found.distribution not in PURE_STANDARD_LIBRARY
    ]
    assert impure == []


def test_the_middle_opens_and_prints_nothing() -> None:
    calls = re.compile(r'\b(open|print|input|exec|eval|__import__)\(')
    found = [
        f'{path.relative_to(SOURCE)}: {match.group()}'
        for part in sorted(PURE)
        for path in [*SOURCE.glob(f'{part}.py'), *SOURCE.glob(f'{part}/**/*.py')]
        for match in calls.finditer(path.read_text(encoding='utf-8'))
    ]
    assert found == []


def test_a_part_uses_no_distribution_but_its_own() -> None:
    foreign = [
        str(found)
        for found in imports()
        if outside_the_standard_library(found) and found.distribution not in DISTRIBUTIONS.get(found.part, set())
    ]
    assert foreign == []


MODULES_OF_A_RUN = """
    import json, sys
    from datadog_checks.base import AgentCheck
    from datadog_checks.base.utils.models import validation

    class NoCheck(AgentCheck):
        def check(self, _):
            pass

    instance = {'ec2': 'never', 'imds_endpoint': 'http://127.0.0.1:1', 'agent_expvar_port': 1}
    NoCheck('no_check', {}, [instance]).run()
    of_the_base = set(sys.modules)
    from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
    error = AwsDiagnosticsCheck('aws_diagnostics', {}, [instance]).run()
    print(json.dumps({'error': error, 'modules': sorted({name.partition('.')[0] for name in sys.modules}
        - {name.partition('.')[0] for name in of_the_base})}))
"""


def python(program: str) -> str:
    """What a program prints in a process of its own."""
    ran = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', textwrap.dedent(program)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return ran.stdout


def test_a_run_on_a_host_loads_nothing_that_an_agent_does_not_need_anyway() -> None:
    result = json.loads(python(MODULES_OF_A_RUN))
    assert result['error'] == ''
    assert sorted(FOREIGN_TO_A_HOST & set(result['modules'])) == []


OURS_IN_A_RUN = """
    import json, sys
    from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
    instance = {'ec2': 'always', 'imds_endpoint': 'http://127.0.0.1:1', 'agent_expvar_port': 1}
    error = AwsDiagnosticsCheck('aws_diagnostics', {}, [instance]).run()
    print(json.dumps({'error': error, 'modules': [name for name in sys.modules if 'aws_diagnostics.' in name]}))
"""
OF_AN_ACCOUNT = re.compile(
    r'facts\.account|emit\.account|configuration\.account'
    r'|collect\.(account|aws|bounded_http|cut_off|datadog_api|integration|inventory|required_permissions)'
    r'|diagnoses\.(cloudwatch|imds_fleet|integration|inventory)'
)


def test_a_host_instance_loads_nothing_of_the_account_scope() -> None:
    result = json.loads(python(OURS_IN_A_RUN))
    assert result['error'] == ''
    assert [name for name in result['modules'] if OF_AN_ACCOUNT.search(name)] == []


HTTP = ('collect/bounded_http', 'collect/cut_off')
ROOM_OF = {'botocore': ('collect/aws/',), 'requests': HTTP, 'urllib3': HTTP}
"""Where the libraries of the account scope may be imported, and only inside functions."""


def test_the_libraries_of_the_account_scope_stay_in_their_rooms() -> None:
    strangers = [
        str(found)
        for found in imports()
        if found.distribution in ROOM_OF and not found.file.startswith(ROOM_OF[found.distribution])
    ]
    assert strangers == []


ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
COMPARES_VERSIONS = 'rules/agent_version.py'


def is_a_version(operand: ast.expr) -> bool:
    named = getattr(operand, 'id', getattr(operand, 'attr', ''))
    return isinstance(operand, ast.Tuple) or named.endswith('version')


def test_versions_of_the_agent_are_compared_by_one_function_alone() -> None:
    """6.N and 7.N are the same code, which a comparison of tuples does not know. Versions that changed something are
    numbers of minor versions, so that mypy refuses to compare one with a version; a tuple or a name is found here."""
    compared = [
        f'{path.relative_to(SOURCE)}:{node.lineno}: {ast.unparse(node)}'
        for path in sorted(SOURCE.rglob('*.py'))
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8')))
        if isinstance(node, ast.Compare) and any(isinstance(op, ORDERS) for op in node.ops)
        if any(map(is_a_version, (node.left, *node.comparators)))
    ]
    assert [found for found in compared if not found.startswith(COMPARES_VERSIONS)] == []


ACCOUNT_MODULES = """
    import json, sys
    from datadog_checks.aws_diagnostics.collect import HostCollector
    from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
    from datadog_checks.aws_diagnostics.cli import main
    import datadog_checks.aws_diagnostics.cli.commands
    print(json.dumps([name for name in sys.modules if name.startswith('datadog_checks.aws_diagnostics.')]))
"""


def test_nothing_of_the_account_scope_is_loaded_before_an_account_instance_asks_for_it() -> None:
    loaded = json.loads(python(ACCOUNT_MODULES))
    of_the_account = re.compile(
        r'(collect\.(aws|account|datadog_api)|diagnoses\.(cloudwatch|imds_fleet|integration|inventory|load_balancing)'
        r'|cli\.(accounts|fleet|hosts|metrics|permissions|redaction))(\.|$)'
    )
    assert [name for name in loaded if of_the_account.search(name)] == []


def test_ids_are_unique_and_name_the_fault_in_words() -> None:
    ids = [diagnosis.id for diagnosis in DIAGNOSES]
    assert sorted(ids) == sorted(set(ids))
    assert [id for id in ids if not re.fullmatch(r'[a-z0-9]+(-[a-z0-9]+)+', id)] == []


def test_causes_are_known_and_come_before_what_they_explain() -> None:
    ids = [diagnosis.id for diagnosis in DIAGNOSES]
    wrong = [
        f'{diagnosis.id}: {cause} in `after` is not the id of a diagnosis that comes earlier in DIAGNOSES'
        for position, diagnosis in enumerate(DIAGNOSES)
        for cause in diagnosis.after
        if cause not in ids[:position]
    ]
    assert wrong == []


def test_a_diagnosis_speaks_through_a_service_check_that_exists() -> None:
    assert {diagnosis.service_check for diagnosis in DIAGNOSES} <= set(SERVICE_CHECKS)


def test_the_catalogue_is_made_of_its_groups() -> None:
    groups = {path.parent.name for path in SOURCE.glob('diagnoses/*/__init__.py')}
    assert groups == set(GROUPS)
    assert [d for group in GROUPS.values() for d in group] == list(DIAGNOSES)


def file_name(diagnosis: Diagnosis) -> str:
    return diagnosis.id.replace('-', '_')


REGISTERED = [pytest.param(group, d, id=d.id) for group, diagnoses in GROUPS.items() for d in diagnoses]


@pytest.mark.parametrize(('group', 'diagnosis'), REGISTERED)
def test_a_diagnosis_has_a_file_a_test_file_and_a_section(group: str, diagnosis: Diagnosis) -> None:
    places = [
        SOURCE / 'diagnoses' / group / f'{file_name(diagnosis)}.py',
        ROOT / 'tests' / 'diagnoses' / group / f'test_{file_name(diagnosis)}.py',
    ]
    missing = [f'{diagnosis.id} needs {place.relative_to(ROOT)}' for place in places if not place.is_file()]
    sections = (ROOT / 'docs' / 'diagnoses.md').read_text(encoding='utf-8').splitlines()
    if f'## {diagnosis.id}' not in sections:
        missing.append(f'{diagnosis.id} needs its section in docs/diagnoses.md: run `make assets`')
    assert missing == []


def defines_a_diagnosis(path: Path) -> bool:
    return (
        re.search(r'^[A-Z0-9_]+(: Diagnosis)? = Diagnosis\($', path.read_text(encoding='utf-8'), re.MULTILINE)
        is not None
    )


@pytest.mark.parametrize('group', GROUPS)
def test_every_file_that_defines_a_diagnosis_is_registered(group: str) -> None:
    registered = {file_name(diagnosis) for diagnosis in GROUPS[group]}
    defined = {path.stem for path in SOURCE.glob(f'diagnoses/{group}/*.py') if defines_a_diagnosis(path)}
    forgotten = [f'add {name} to DIAGNOSES in {PACKAGE}.diagnoses.{group}' for name in sorted(defined - registered)]
    assert forgotten == []
    assert registered == defined
