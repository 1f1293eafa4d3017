"""docs/diagnoses.md: every diagnosis with its fix."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.findings import Diagnosis
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step

from .documents import CHECK

WIDTH = 120
EVERY_DIAGNOSIS_HAS_A_GENERIC_FIX = False
"""False only until each `remedy` accepts facts of which nothing was observed; until then its page says so."""
LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
FENCES = {Language.HELM: 'yaml'}
"""Where the language of a command has no name in Markdown."""
HEADER = """\
# Diagnoses

<!-- Generated from datadog_checks/aws_diagnostics/diagnoses/: edit there, then run `make assets`. -->

Every fault that AWS Diagnostics knows. Causes come before what they explain: where both fail, the fix of the cause is
shown for both. `aws-diagnostics explain ID` prints the same text in a terminal.

A fix on this page is generic. What depends on your host or account is a variable such as `"${INSTANCE_ID:?}"`, which
stops the command until you set it. The check itself prints the fix with the values that it found.
"""


def diagnoses_document(diagnoses: Iterable[Diagnosis] = DIAGNOSES) -> str:
    return '\n'.join([HEADER, *(_section(diagnosis) for diagnosis in diagnoses)])


def _section(diagnosis: Diagnosis) -> str:
    causes = ', '.join(f'[{cause}](#{cause})' for cause in diagnosis.after)
    facts = [
        f'- Severity: {diagnosis.severity.word}',
        f'- Service check: `{CHECK}.{diagnosis.service_check}`',
        f'- Scope: {diagnosis.scope}',
        *([f'- Explained by: {causes}'] if causes else []),
        f'- Reference: <{diagnosis.docs}>',
    ]
    texts = (f'**{diagnosis.title}.** {diagnosis.tests}', diagnosis.harm)
    paragraphs = [f'## {diagnosis.id}', *map(wrapped, texts), '\n'.join(facts), *_fix(diagnosis)]
    return '\n\n'.join(paragraphs) + '\n'


def wrapped(text: str) -> str:
    return textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


def _fix(diagnosis: Diagnosis) -> Sequence[str]:
    try:
        remedy = generic_remedy(diagnosis)
    except Exception:
        if EVERY_DIAGNOSIS_HAS_A_GENERIC_FIX:
            raise
        return ('There is no generic fix yet.',)
    return tuple(remedy_paragraphs(remedy))


def remedy_paragraphs(remedy: Remedy) -> Iterator[str]:
    """Markdown: alternatives with letters, steps with numbers, each command as a block in its language."""
    yield wrapped(f'**Fix:** {remedy.summary}.')
    several = len(remedy.choices) > 1
    if several:
        yield 'Pick one:'
    for letter, choice in zip(LETTERS, remedy.choices, strict=False):
        exposes = f' (exposes {choice.exposes})' if choice.exposes else ''
        yield from _instruction(f'**{letter}.** ' if several else '', choice, exposes)
        if choice.undo is not None:
            yield from _instruction('To undo: ', choice.undo)
    if remedy.choices and remedy.then:
        yield 'Then:'
    for number, step in enumerate(remedy.then, 1):
        yield from _instruction(f'**{number}.** ' if len(remedy.then) > 1 else '', step)


def _instruction(lead: str, step: Step | Choice, exposes: str = '') -> Iterator[str]:
    yield wrapped(f'{lead}{step.text}{exposes}{":" if step.commands else "."}')
    yield from map(_block, step.commands)


def _block(command: Command) -> str:
    return f'```{FENCES.get(command.language, command.language)}\n{command.text}\n```'
