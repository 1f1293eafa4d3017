"""What became of `--write-config`, and what to do next."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ...diagnoses.applying import LIST_RELEASES, upgrade_release
from ...facts.values import AccountId, Partition
from ...remedies import Variable, script, shell
from ...text import counted, listed
from ..codec import Json
from ..files import COMMERCIAL
from ..page import BLANK, Line, Wrap

OPTION = '--write-config'
FOLDER = 'aws_diagnostics.d'
"""The directory of the written files."""


@dataclass(frozen=True, slots=True)
class Written:
    directory: Path
    refused: str = ''
    """Why nothing was written."""
    new: int = 0
    changed: int = 0
    same: int = 0
    not_needed: tuple[Path, ...] = ()
    """Of an earlier run; they are not deleted."""
    left_out: tuple[tuple[str, tuple[AccountId, ...]], ...] = ()
    """Why, and accounts on record that have no file."""
    not_taken_over: tuple[str, ...] = ()
    """Settings of --config."""
    values: tuple[tuple[Partition, Path], ...] = ()
    too_large: tuple[Path, ...] = ()
    """Of `values`, for one ConfigMap."""

    @property
    def document(self) -> Json:
        return {
            'directory': str(self.directory),
            'new': self.new,
            'changed': self.changed,
            'same': self.same,
            'not_needed': [str(path) for path in self.not_needed],
            'left_out': [{'reason': why, 'accounts': [*ids]} for why, ids in self.left_out],
            'not_taken_over': [*self.not_taken_over],
            'reason': self.refused or None,
        }


def report(written: Written) -> Iterator[Line]:
    if written.refused:
        yield Line(f'{OPTION}: nothing is written, as it is not known what is on record: {written.refused}')
        return
    done = f'{written.new} new, {written.changed} changed, {written.same} as before'
    yield Line(f'Files in {written.directory}: {done}. No key is in them.')
    for why, ids in written.left_out:
        yield Line(f'{counted(len(ids), "account")} on record without a file, as {why}: {listed(ids)}', '  - ')
    if written.not_taken_over:
        yield Line(f'not taken over from --config: {listed(written.not_taken_over, 10)}', '  - ')
    for path in written.too_large:
        yield Line(f'{path} is larger than one ConfigMap may be (1 MiB): mount the files in another way', '  - ')
    if written.not_needed:
        yield Line('Files of an earlier run are no longer needed. Read them, then run:')
        yield from (Line(shell('rm', '--', str(path)).text, '  ', wrap=Wrap.NEVER) for path in written.not_needed)
    if written.values:
        yield from _next(written)


def _next(written: Written) -> Iterator[Line]:
    yield BLANK
    yield Line(
        'The role must exist in each account (rollout/stackset). Then, with Helm, from the folder that has rollout/'
    )
    yield Line('(the first command lists RELEASE, NAMESPACE and CHART_VERSION):')
    yield Line(LIST_RELEASES.text, '  ', wrap=Wrap.NEVER)
    for partition, path in written.values:
        if len(written.values) > 1 or partition != COMMERCIAL:
            yield Line(f'in a cluster whose runners have credentials of the partition {partition}:')
        upgrade = upgrade_release('rollout/cluster-checks/values.yaml', str(path))
        yield Line(upgrade.text, '  ', wrap=Wrap.NEVER)
    yield Line('See what runs (the first command lists every DEPLOYMENT; take the Cluster Agent):')
    kubectl = ('kubectl', '--namespace', Variable('NAMESPACE'))
    yield Line(shell(*kubectl, 'get', 'deployments').text, '  ', wrap=Wrap.NEVER)
    asked = script(
        'kubectl --namespace <namespace> exec deployment/<deployment> -- agent clusterchecks',
        namespace=Variable('NAMESPACE'),
        deployment=Variable('DEPLOYMENT'),
    )
    yield Line(asked.text, '  ', wrap=Wrap.NEVER)
    yield Line(f'Without Helm, copy {written.directory / FOLDER} into conf.d of the Cluster Agent, and restart it.')
