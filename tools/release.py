"""`python -m tools.release`: everything that a release consists of, in dist/, with an SBOM and SHA256SUMS.

The same commit gives the same bytes: the time in the SBOM is that of SOURCE_DATE_EPOCH, else that of the commit. With
DOCS_URL, the monitors and dashboards are among them, with links to the documentation there.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import distribution
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from datadog_checks.aws_diagnostics.__about__ import __version__
from datadog_checks.aws_diagnostics.configuration.rules import docs_url_of
from datadog_checks.aws_diagnostics.diagnoses.links import GUIDE
from datadog_checks.aws_diagnostics.findings import PAGE
from tools import single_file
from tools.asset_lint.monitor import Monitor, read_monitor
from tools.single_file import ROOT, zip_application

NAME = 'datadog-aws-diagnostics'
LICENCE = 'BSD-3-Clause'
SUMS = 'SHA256SUMS'


def release(directory: Path) -> tuple[Path, ...]:
    """Writes the files of a release, and gives them; SHA256SUMS is the last."""
    docs_url = docs_url_of(os.environ.get('DOCS_URL', ''))
    seconds = os.environ.get('SOURCE_DATE_EPOCH') or _printed('git', 'log', '-1', '--format=%ct')
    _printed(
        *(sys.executable, '-m', 'hatchling', 'build', '--target', 'wheel', '--directory', str(directory)),
        SOURCE_DATE_EPOCH=seconds,
    )
    built = (
        directory / f'{NAME.replace("-", "_")}-{__version__}-py3-none-any.whl',
        single_file.build(directory / 'checks.d'),
        single_file.build(directory / 'checks.d' / 'host', host_only=True),
        zip_application.build(directory),
        *linked_assets(directory, docs_url),
    )
    sbom = directory / f'{NAME}-{__version__}.cdx.json'
    sbom.write_text(_sbom(directory, built, datetime.fromtimestamp(int(seconds), UTC)), encoding='utf-8')
    sums = directory / SUMS
    sums.write_text(''.join(f'{_sha256(file)}  {file.relative_to(directory)}\n' for file in (*built, sbom)))
    return (*built, sbom, sums)


def linked_assets(directory: Path, docs_url: str) -> Iterator[Path]:
    """Monitors and dashboards that link to the site at that address, as those of rollout/terraform do; none for ''."""
    shutil.rmtree(directory / 'assets', ignore_errors=True)
    page = f'{docs_url}{PAGE}'
    for path in sorted((ROOT / 'assets').glob('[dm]*/*.json')) if docs_url else ():
        document = json.loads(path.read_text(encoding='utf-8').replace(f'"link": "{GUIDE}"', f'"link": "{page}"'))
        if path.parent.name == 'monitors':
            definition = document['definition']
            definition['message'] += f'\n\n[Documentation]({page}{_section(read_monitor(definition))})'
        file = directory / path.relative_to(ROOT)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + '\n', encoding='utf-8')
        yield file


def _section(monitor: Monitor) -> str:
    """Of the one diagnosis that a monitor watches, or that its alert is about; '' where neither is one."""
    about = ('{{diagnosis.name}}',) if 'diagnosis' in monitor.by else monitor.diagnoses
    return f'#{about[0]}' if len(about) == 1 and '*' not in about[0] else ''


def _printed(*command: str, **environ: str) -> str:
    """Of a program that runs in the repository. Raises CalledProcessError."""
    env = {**os.environ, **environ}
    return subprocess.run(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def _sbom(directory: Path, files: Sequence[Path], made: datetime) -> str:
    """CycloneDX 1.6: the files of this release, and the packages of others inside the ZIP application."""
    product = _component(NAME, __version__, LICENCE, ComponentType.APPLICATION)
    bom = Bom(components=[*_carried(), *(_file(directory, file) for file in files)])
    bom.metadata.component, bom.metadata.timestamp = product, made
    digests = ''.join(map(_sha256, files))
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, f'pkg:pypi/{NAME}@{__version__}#{digests}')
    bom.register_dependency(product, [c for c in bom.components if c.type is ComponentType.LIBRARY])
    return JsonV1Dot6(bom).output_as_string(indent=2) + '\n'


def _carried() -> Iterator[Component]:
    for name in zip_application.CARRIED:
        metadata = distribution(name).metadata
        licence = metadata['License-Expression'] or metadata['License']
        yield _component(name, metadata['Version'], licence, ComponentType.LIBRARY)


def _component(name: str, version: str, licence: str, kind: ComponentType) -> Component:
    purl = PackageURL('pypi', name=name, version=version)
    known = [DisjunctiveLicense(id=licence)]
    return Component(name=name, version=version, type=kind, purl=purl, bom_ref=purl.to_string(), licenses=known)


def _file(directory: Path, file: Path) -> Component:
    name = str(file.relative_to(directory))
    digest = HashType(alg=HashAlgorithm.SHA_256, content=_sha256(file))
    return Component(name=name, version=__version__, type=ComponentType.FILE, bom_ref=name, hashes=[digest])


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == '__main__':
    print(*release(ROOT / 'dist'), sep='\n')
