"""The rules of test_architecture.py are worth what this reading of imports is worth."""

from pathlib import Path

import pytest

from tests.imports import Import, imports

CASES = [
    pytest.param('check.py', 'import os.path', Import('check.py', 1, 'os.path'), None, id='the standard library'),
    pytest.param(
        'emit/memory.py',
        'from ..facts import Facts',
        Import('emit/memory.py', 1, 'datadog_checks.aws_diagnostics.facts'),
        'facts',
        id='another part by a relative name',
    ),
    pytest.param(
        'emit/__init__.py',
        'from .memory import Memory',
        Import('emit/__init__.py', 1, 'datadog_checks.aws_diagnostics.emit.memory'),
        'emit',
        id='its own part',
    ),
    pytest.param(
        'collect/imds/http.py',
        'def f():\n    from ... import diagnoses',
        Import('collect/imds/http.py', 2, 'datadog_checks.aws_diagnostics.diagnoses'),
        'diagnoses',
        id='a part as a name, inside a function',
    ),
    pytest.param(
        'facts/host.py',
        'from datadog_checks.aws_diagnostics.collect.imds import probe',
        Import('facts/host.py', 1, 'datadog_checks.aws_diagnostics.collect.imds'),
        'collect',
        id='another part by its absolute name',
    ),
    pytest.param(
        'facts/host.py',
        'import datadog_checks.base.log',
        Import('facts/host.py', 1, 'datadog_checks.base.log'),
        None,
        id='the base of all checks is not this package',
    ),
]


@pytest.mark.parametrize(('file', 'source', 'expected', 'part'), CASES)
def test_an_import_is_found_and_attributed(
    tmp_path: Path, file: str, source: str, expected: Import, part: str | None
) -> None:
    path = tmp_path / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(source, encoding='utf-8')
    (found,) = imports(tmp_path)
    assert found == expected
    assert found.imported_part == part
