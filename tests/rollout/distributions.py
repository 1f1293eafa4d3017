"""What `make wheel` and `make checks-d` leave in dist/, on a host, for the version of this source and the next one."""

from dataclasses import dataclass
from pathlib import Path

from tests.rollout.host import Host


@dataclass(frozen=True)
class Distributions:
    wheel: Path
    single_file: Path


def newer_distributions(newer_wheel: Path, single_file: Path, directory: Path) -> Distributions:
    """A single file that says that it is version 0.2.0."""
    newer = directory / 'aws_diagnostics.py'
    beginning, payload, end = single_file.read_text().partition('\nPAYLOAD = ')
    newer.write_text(beginning.replace('0.1.0', '0.2.0') + payload + end)
    return Distributions(newer_wheel, newer)


def copy_to(host: Host, built: Distributions, dist: str) -> None:
    """Where the README says that they are, below `dist`."""
    host.run('mkdir', '-p', f'{dist}/checks.d')
    host.run('cp', built.wheel, dist)
    host.run('cp', built.single_file, f'{dist}/checks.d/aws_diagnostics.py')
