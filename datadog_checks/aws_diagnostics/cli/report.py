"""Findings for a person: the verdict with its cause, then each cause with its evidence, harm and fix."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..facts import Unobserved
from ..facts.account import Caller
from ..findings import Cause, Finding, NotApplicable, Scope, Status, by_reason
from ..remedies import Choice, Command, Language, Remedy, Step
from .judged import Judged, counted_others
from .page import BLANK, Line, Wrap
from .settling import settling

STYLES = {
    Status.CRITICAL: 'bold red',
    Status.WARNING: 'bold yellow',
    Status.UNKNOWN: 'bold magenta',
    Status.OK: 'green',
}
LANGUAGES: Mapping[Language, str] = {
    Language.POWERSHELL: 'PowerShell',
    Language.HCL: 'Terraform',
    Language.YAML: 'YAML',
    Language.HELM: 'Helm values',
    Language.JSON: 'JSON',
}
"""How a language is named before a command; shell goes without saying."""
NO_FIX = Remedy('none is known')
COLUMN = 10
INDENT = ' ' * COLUMN


def report(judged: Judged, *, verbose: bool = False) -> Iterator[Line]:
    """One instance of the configuration."""
    yield verdict(judged.status, judged.subject, judged.sentence)
    if verbose or not judged.causes or judged.saved_at or judged.scope is Scope.ACCOUNT:
        yield from looked_at(judged)
    yield from explained(judged, verbose=verbose)


def explained(judged: Judged, *, verbose: bool = False) -> Iterator[Line]:
    """What follows the first line and the facts about what was looked at."""
    for number, cause in enumerate(judged.causes):
        yield from [BLANK] if number or verbose else []
        yield from _cause(cause, verbose=verbose)
    yield from _not_judged(judged)
    if verbose:
        yield from _others(judged)
    elif judged.causes or judged.not_judged:
        yield from _counts(judged)


def verdict(status: Status, subject: str, sentence: str) -> Line:
    """Enough for a monitoring system that reads the first line only."""
    return Line(f'{subject}: {sentence}', f'{status.name} ', STYLES[status], Wrap.ON_A_TERMINAL)


def looked_at(judged: Judged) -> Iterator[Line]:
    facts = judged.facts
    if judged.saved_at:
        yield Line(f'facts saved {judged.saved_at}{_source(judged.source)}')
    if facts.account is None:
        if facts.platform.ec2 is True:
            yield Line(f'EC2: {facts.platform.evidence}')
        return
    calls = f'{facts.account.api_calls} calls to AWS'
    role = judged.observation.expectations.of_account.assumed_role
    match facts.account.caller:
        case Caller(arn=arn, partition=partition):
            yield Line(f'partition {partition}, looked at as {arn}: {calls}')
            if role and judged.causes:
                yield Line(f'Run the commands of its fixes with credentials of account {role.account_id}.')
        case Unobserved(reason):
            yield Line(f'account not known: {reason}')


def _source(source: str) -> str:
    if source == '-':
        return ' from standard input'
    return f' in {source}' if source else ''


def _cause(cause: Cause, *, verbose: bool) -> Iterator[Line]:
    finding = cause.finding
    yield _heading(finding)
    yield Line(finding.verdict.evidence, _label('evidence'))
    yield Line(finding.diagnosis.harm, _label('harm'))
    yield from _fix(finding.remedy or NO_FIX, everything=verbose)
    if verbose:
        yield Line(finding.diagnosis.docs, _label('docs'), wrap=Wrap.NEVER)
        for effect in cause.explains:
            yield BLANK
            yield from _effect(effect, finding)
    elif cause.explains:
        yield Line(', '.join(f.diagnosis.id for f in cause.explains), 'also explains: ')


def _heading(finding: Finding) -> Line:
    text = f'{finding.diagnosis.title} ({finding.diagnosis.id})'
    return Line(text, f'{finding.status.name} ', STYLES[finding.status])


def _effect(finding: Finding, cause: Finding) -> Iterator[Line]:
    yield _heading(finding)
    yield Line(finding.verdict.evidence, _label('evidence'))
    yield Line(finding.diagnosis.harm, _label('harm'))
    yield Line(f'{cause.diagnosis.title} ({cause.diagnosis.id})', _label('cause'))
    after = finding.diagnosis.once_explained
    yield Line(f'fix the cause{", then" if after else ""}', _label('fix'))
    yield from fix_steps((), after, INDENT)
    yield Line(finding.diagnosis.docs, _label('docs'), wrap=Wrap.NEVER)


def _fix(remedy: Remedy, *, everything: bool) -> Iterator[Line]:
    yield Line(summary(remedy), _label('fix'))
    yield from fix_steps(remedy.choices, remedy.then if everything else _now(remedy), INDENT, undo=everything)


def _now(remedy: Remedy) -> tuple[Step, ...]:
    """Without what is for new instances."""
    return tuple(step for step in remedy.then if not step.for_new_instances)


def summary(remedy: Remedy) -> str:
    return f'{remedy.summary}. Pick one:' if len(remedy.choices) > 1 else remedy.summary


def fix_steps(choices: Sequence[Choice], then: Sequence[Step], indent: str, *, undo: bool = True) -> Iterator[Line]:
    """Alternatives with letters, steps with numbers; every command complete and on lines of its own."""
    for letter, choice in zip('ABCDEFGHIJKLMNOPQRSTUVWXYZ', choices, strict=False):
        lead = f'{indent}{letter}. ' if len(choices) > 1 else indent
        exposes = f' (exposes {choice.exposes})' if choice.exposes else ''
        yield from _step(f'{choice.text}{exposes}', choice.commands, lead)
        if undo and choice.undo is not None:
            yield from _step(f'To undo: {choice.undo.text}', choice.undo.commands, ' ' * len(lead))
    if choices and then:
        yield Line('Then:', indent)
    for number, step in enumerate(then, 1):
        yield from _step(step.text, step.commands, f'{indent}{number}. ' if len(then) > 1 else indent)


def _step(text: str, commands: Sequence[Command], lead: str) -> Iterator[Line]:
    """The language is named where it is not shell: in the text, after it, or on a line of its own."""
    below = ' ' * len(lead)
    named = Language.SHELL
    if commands and commands[0].language is not Language.SHELL:
        named = commands[0].language
        said = LANGUAGES[named].lower() in text.lower()
        yield Line(f'{text}:' if said else f'{text}. {LANGUAGES[named]}:', lead)
    else:
        yield Line(f'{text}:' if commands else text, lead)
    for command in commands:
        if command.language is not named:
            named = command.language
            yield Line(f'{LANGUAGES.get(named, "Shell")}:', below)
        yield from (Line(line, below, wrap=Wrap.NEVER) for line in command.text.splitlines())


def _not_judged(judged: Judged) -> Iterator[Line]:
    """One line for each reason, with what would settle it; what settles several reasons is printed with the first."""
    groups, printed = judged.not_judged, set[str]()
    if groups:
        yield BLANK
    for reason, findings in groups.items():
        hint = settling(reason, findings, judged.facts)
        hint = '' if hint in printed else hint
        printed.add(hint)
        style = STYLES[Status.UNKNOWN]
        yield Line(f'{len(findings)} not judged: {reason}.{f" {hint}." if hint else ""}', 'UNKNOWN ', style)
    if not groups and judged.status is Status.UNKNOWN:
        hint = settling('', judged.findings, judged.facts)
        yield from ([Line(f'{hint}.')] if hint else [])


def _counts(judged: Judged) -> Iterator[Line]:
    others = counted_others(judged.findings)
    if others:
        later = any(step.for_new_instances for c in judged.causes for step in (c.finding.remedy or NO_FIX).then)
        more = ', how to undo a choice, and what to set for new instances' if later else ', and how to undo a choice'
        yield Line(f'{others}; -v shows all{more if judged.causes else ""}')


def _others(judged: Judged) -> Iterator[Line]:
    """Every verdict that is no fault, by name."""
    rest = [f for f in judged.findings if f.applicable and not f.failed]
    if rest:
        yield BLANK
    for finding in sorted(rest, key=lambda f: f.status is Status.OK):
        text = f'{finding.diagnosis.id}: {finding.verdict.evidence}'
        yield Line(text, finding.status.name.ljust(COLUMN), STYLES[finding.status])
    yield from _not_applicable(f for f in judged.findings if isinstance(f.verdict, NotApplicable))


def _not_applicable(findings: Iterable[Finding]) -> Iterator[Line]:
    for reason, group in by_reason(findings).items():
        ids = ', '.join(finding.diagnosis.id for finding in group)
        yield Line(f'{ids}: {reason}', 'N/A'.ljust(COLUMN))


def _label(word: str) -> str:
    return word.rjust(COLUMN - 2) + '  '
