"""Runs every ddev validator that can fail and, with --prove, shows that each of them does fail on a broken copy.

ddev reports success where it finds nothing to look at, so a green validator means something only beside that proof.
"""

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .defects import DEFECTS, Defect, broken_copy

ROOT = Path(__file__).resolve().parent.parent
CHECK = 'aws_diagnostics'
SECONDS = 120
JOBS = 2

VALIDATORS = (
    'config',
    'dashboards',
    'dep',
    'http',
    'imports',
    'metadata',
    'models',
    'package',
    'readmes',
    'service-checks',
)

LEFT_OUT = {
    'agent-reqs': 'about the releases of the Agent that embed a check',
    'all': 'runs the others, and stops where one of those left out does',
    'ci': 'about the workflows of a repository of many checks',
    'codeowners': 'about a repository of many checks with one owner each',
    'eula': 'the manifest names no EULA',
    'integration-style': 'never fails',
    'jmx-metrics': 'this check reads no JMX',
    'labeler': 'about the pull requests of a repository of many checks',
    'legacy-signature': 'never fails',
    'license-headers': "demands Datadog's own header, and only in Datadog's own repositories",
    'licenses': 'about what the Agent embeds',
    'openmetrics': 'this check reads no OpenMetrics',
    'saved-views': 'the manifest names no saved view',
    'typos': 'its exit status is inverted; `make lint` runs codespell itself',
    'version': "only for Datadog's own repositories",
}


@dataclass(frozen=True, slots=True)
class Result:
    name: str
    complaint: str = ''
    """Empty when everything is as it should be."""


def ddev(*arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, 'ROOT': str(root), 'NO_COLOR': '1', 'COLUMNS': '500'}
    return subprocess.run(
        [ROOT / 'tools' / 'ddev', *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def validate(validator: str, root: Path = ROOT) -> Result:
    done = ddev('validate', validator, CHECK, root=root)
    return Result(validator, done.stdout.strip() or f'exit status {done.returncode}' if done.returncode else '')


def prove(defect: Defect) -> Result:
    """The validator must fail, and for the reason that was planted."""
    with broken_copy(ROOT, defect) as copy:
        done = ddev('validate', defect.validator, CHECK, root=copy)
    name = f'{defect.validator}: {defect.situation}'
    if not done.returncode:
        return Result(name, 'the validator passes')
    if defect.message not in done.stdout:
        return Result(name, f'it fails without saying {defect.message!r}:\n{done.stdout.strip()}')
    return Result(name)


def account_for_all() -> Result:
    """A validator that a new ddev brings along must not be left out in silence."""
    listed = ddev('validate', '--help').stdout.partition('Commands:')[2]
    there = set(re.findall(r'^  ([a-z-]+)', listed, re.MULTILINE))
    unknown = there ^ {*VALIDATORS, *LEFT_OUT}
    return Result('every validator is run or left out for a reason', ', '.join(sorted(unknown)))


def account_for_proofs() -> Result:
    without = set(VALIDATORS) - {defect.validator for defect in DEFECTS}
    return Result('every validator has a proof', ', '.join(sorted(without)))


def run(first: Callable[[], Result], others: Iterable[Callable[[], Result]]) -> int:
    """Prints one line for each job; the exit status. The first runs alone: it prepares what the others share."""
    failed = report(first())
    with ThreadPoolExecutor(JOBS) as pool:
        for result in pool.map(lambda job: job(), others):
            failed |= report(result)
    return 1 if failed else 0


def report(result: Result) -> bool:
    """Whether it failed."""
    print('FAILED' if result.complaint else 'ok    ', result.name, flush=True)
    if result.complaint:
        print(result.complaint)
    return bool(result.complaint)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, prog='python -m tools.validate')
    parser.add_argument('--prove', action='store_true', help='show on broken copies that each validator does fail')
    if parser.parse_args().prove:
        return run(account_for_proofs, [partial(prove, defect) for defect in DEFECTS])
    status = run(account_for_all, [partial(validate, validator) for validator in VALIDATORS])
    for name, reason in LEFT_OUT.items():
        print(f'left out: {name}: {reason}')
    return status


if __name__ == '__main__':
    sys.exit(main())
