"""What `make wheel` and `make checks-d` leave in dist/, on a host, for the version of this source and the next one."""

from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

from tests.rollout.environment import ROOT
from tests.rollout.host import Host
from tools import single_file


@dataclass(frozen=True)
class Distributions:
    wheel: Path
    single_file: Path


def newer_distributions(newer_wheel: Path, directory: Path) -> Distributions:
    """The single file made of what is in the wheel."""
    source = directory / 'source'
    with ZipFile(newer_wheel) as archive:
        archive.extractall(source)
    (source / 'LICENSE').write_bytes((ROOT / 'LICENSE').read_bytes())
    return Distributions(newer_wheel, single_file.build(directory / 'checks.d', source))


def copy_to(host: Host, built: Distributions, dist: str) -> None:
    """Where the README says that they are, below `dist`."""
    host.run('mkdir', '-p', f'{dist}/checks.d')
    host.run('cp', built.wheel, dist)
    host.run('cp', built.single_file, f'{dist}/checks.d/aws_diagnostics.py')
