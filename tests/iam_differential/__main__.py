"""Random trust policies through our diagnoses and through evaluators of others: `make iam-differential`.

    python -m tests.iam_differential DIRECTORY [DOCUMENTS] [SEED]

DIRECTORY has @cloud-copilot/iam-simulate installed (AGPL: only for development). Printed are false OKs (ours is happy,
and another one refuses Datadog or admits somebody else) and false alarms (ours says that Datadog is refused or that
anybody comes in, and another one contradicts). What another one reads differently from AWS's documentation is counted,
and not held against ours. The exit status is 1 where anything is.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path
from random import Random

from datadog_checks.aws_diagnostics.collect.aws.trust_policy import trust_statements
from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.integration import DIAGNOSES
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Passed, Status, Unknown
from tests.account.builders import account_expectations, account_facts, role

from .callers import Caller, datadog, others
from .documents import Document, random_document
from .others import (
    WRONG_ABOUT,
    Decisions,
    external_ids_in,
    iam_simulate,
    iam_simulate_is_wrong_about,
    ministack,
    ministack_is_wrong_about,
)

OURS = tuple(d for d in DIAGNOSES if d.id.startswith('trust-policy-'))
MOST_SHOWN = 10
BATCH = 500
FEW, MANY = 2, 400
"""Others who try to come in: at first, and before it is said that nobody can."""
EXPOSURES = ('admits every AWS account', 'requires no particular external ID')
"""What these say is that others may come in, not that Datadog may not."""
NOBODY_ELSE = 'false alarm of exposure'
Case = tuple[Document, Sequence[Caller]]
Evaluator = Callable[[Sequence[Case]], list[Decisions]]


def judged(document: Document) -> tuple[Finding, ...]:
    return diagnose(OURS, account_facts(role=role(trust=trust_statements(document))), account_expectations())


def contradiction(findings: Sequence[Finding], case: Case, decisions: Decisions) -> str:
    """'' where there is none."""
    decided = list(zip(case[1], decisions, strict=True))
    admitted = [d for caller, d in decided if caller.expected]
    if all(isinstance(f.verdict, Passed) for f in findings):
        if not all(admitted):
            return 'false OK: Datadog is refused'
        named = {id.lower() for id in external_ids_in(case[0])}
        others = [d for caller, d in decided if not (caller.is_datadog and _is_expected(caller.external_id, named))]
        return 'false OK: somebody else is admitted' if any(others) else ''
    alarms = [f for f in findings if isinstance(f.verdict, Failed)]
    refusing = [f.diagnosis.id for f in alarms if not _says_exposed(f)]
    if refusing and any(admitted):
        return f'false alarm: {", ".join(refusing)}'
    exposing = [f.diagnosis.id for f in alarms if _says_exposed(f)]
    if exposing and all(admitted) and not any(d for caller, d in decided if not caller.expected):
        return f'{NOBODY_ELSE}: {", ".join(exposing)}, and nobody else is admitted'
    return ''


def _is_expected(external_id: str | None, named: Collection[str]) -> bool:
    """Datadog always sends one: what a statement beside the right one admits without it harms nobody."""
    return external_id is None or external_id.lower() in named


def _says_exposed(finding: Finding) -> bool:
    verdict = finding.verdict
    return isinstance(verdict, Failed) and (
        verdict.severity is Status.WARNING or any(words in verdict.evidence for words in EXPOSURES)
    )


class Differences:
    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.shown: list[str] = []

    def add(self, name: str, found: str, findings: Sequence[Finding], case: Case, wrong_about: Sequence[str]) -> None:
        if wrong_about:
            self.counts.update(f'{name} differs from AWS about {why} ({WRONG_ABOUT[why]})' for why in set(wrong_about))
            return
        self.counts[f'{name}: {found.partition(":")[0]}'] += 1
        said = [f'    {f.diagnosis.id}: {f.verdict}' for f in findings]
        self.shown.append('\n'.join([f'{name}: {found}', f'    {json.dumps(case[0])}', *said]))


def run(directory: Path, documents: int, seed: int) -> Differences:
    random, callers, differences = Random(seed), Random(seed), Differences()  # documents are the same whoever calls
    evaluators = (
        ('iam-simulate', lambda cases: iam_simulate(directory, cases), iam_simulate_is_wrong_about),
        ('ministack', ministack, ministack_is_wrong_about),
    )
    for start in range(0, documents, BATCH):
        cases: list[Case] = [
            (random_document(random), (*datadog(callers), *others(callers, FEW)))
            for _ in range(min(BATCH, documents - start))
        ]
        verdicts = [judged(document) for document, _ in cases]
        differences.counts['not known by ours'] += sum(map(_is_silent, verdicts))
        for name, evaluator, wrong_about in evaluators:
            for findings, case, found in contradictions(verdicts, cases, evaluator):
                differences.add(name, found, findings, case, list(wrong_about(case[0])))
    return differences


def contradictions(
    verdicts: Sequence[Sequence[Finding]], cases: Sequence[Case], evaluator: Evaluator
) -> Iterator[tuple[Sequence[Finding], Case, str]]:
    """That nobody else is admitted is said only after many have tried."""
    found = [
        (findings, case, contradiction(findings, case, decisions))
        for findings, case, decisions in zip(verdicts, cases, evaluator(cases), strict=True)
    ]
    exposed = [(document, tuple(others(Random(0), MANY))) for _, (document, _), text in found if NOBODY_ELSE in text]
    tried = iter(evaluator(exposed) if exposed else ())
    for findings, case, text in found:
        if text and not (NOBODY_ELSE in text and any(next(tried))):
            yield findings, case, text


def _is_silent(findings: Sequence[Finding]) -> bool:
    verdicts = [f.verdict for f in findings]
    return any(isinstance(v, Unknown) for v in verdicts) and not any(isinstance(v, Failed) for v in verdicts)


def main(directory: str, documents: str = '10000', seed: str = '1') -> int:
    differences = run(Path(directory), int(documents), int(seed))
    print('\n'.join(differences.shown[:MOST_SHOWN]))
    for what, count in sorted(differences.counts.items()):
        print(f'{count:7} {what}')
    print(f'{len(differences.shown):7} false OKs and false alarms of ours in {documents} documents, seed {seed}')
    return 1 if differences.shown else 0


if __name__ == '__main__':
    sys.exit(main(*sys.argv[1:]))
