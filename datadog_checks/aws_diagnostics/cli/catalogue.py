"""`list` and `explain`: the catalogue of diagnoses."""

import difflib
import time
from collections.abc import Iterator

import click
from click.shell_completion import CompletionItem

from ..diagnoses import DIAGNOSES
from ..diagnoses.judging import generic_remedy
from ..findings import Diagnosis
from ..remedies import Remedy
from . import page
from .codec import Json
from .document import printed, remedy_document
from .options import colour_option, diagnosis_ids, json_option
from .page import BLANK, Line, Wrap
from .report import STYLES, fix_steps, summary

LABEL = 13


@click.command(name='list')
@json_option
@colour_option
def list_(as_json: bool, colour: bool) -> int:
    """The catalogue: severity, scope, id, service check and title of every diagnosis."""
    if as_json:
        click.echo(printed('list', time.time(), {'diagnoses': [_listed(d) for d in DIAGNOSES]}))
    else:
        page.write(page.stdout(colour), table())
    return 0


def _completed(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(id) for id in diagnosis_ids() if id.startswith(incomplete)]


@click.command()
@click.argument('id', metavar='ID', shell_complete=_completed)
@json_option
@colour_option
def explain(id: str, as_json: bool, colour: bool) -> int:
    """What a diagnosis tests, what harm the fault does, what explains it, and how to fix it."""
    diagnosis = _found(id)
    if as_json:
        more: dict[str, Json] = {
            'tests': diagnosis.tests,
            'harm': diagnosis.harm,
            'docs': diagnosis.docs,
            'explained_by': list(diagnosis.after),
            'explains': list(_explains(diagnosis)),
            'remedy': remedy_document(fix) if (fix := generic_fix(diagnosis)) else None,
        }
        click.echo(printed('explain', time.time(), {'diagnosis': {**_listed(diagnosis), **more}}))
    else:
        page.write(page.stdout(colour), explanation(diagnosis))
    return 0


def _listed(d: Diagnosis) -> dict[str, Json]:
    return {
        'id': d.id,
        'title': d.title,
        'scope': str(d.scope),
        'severity': d.severity.word,
        'service_check': d.service_check,
    }


def table() -> Iterator[Line]:
    """Severity and scope are words, so that nothing rests on colour. In a pipe each diagnosis is one line."""
    ids = max(len(d.id) for d in DIAGNOSES)
    checks = max(len(d.service_check) for d in DIAGNOSES)
    for d in DIAGNOSES:
        lead = f'{d.severity.word:8}  {d.scope:7}  {d.id:{ids}}  {d.service_check:{checks}}  '
        yield Line(d.title, lead, STYLES[d.severity], Wrap.ON_A_TERMINAL)


def _found(id: str) -> Diagnosis:
    catalogue = {d.id: d for d in DIAGNOSES}
    if id in catalogue:
        return catalogue[id]
    near = difflib.get_close_matches(id, catalogue, n=3, cutoff=0.5)
    hint = f'did you mean {" or ".join(near)}?' if near else "'aws-diagnostics list' shows all"
    raise click.BadArgumentUsage(f'there is no diagnosis {id!r}: {hint}')


def _explains(diagnosis: Diagnosis) -> tuple[str, ...]:
    return tuple(d.id for d in DIAGNOSES if diagnosis.id in d.after)


def explanation(diagnosis: Diagnosis) -> Iterator[Line]:
    """The fix is generic: variables take the place of what only a run on the host or account knows."""
    yield Line('', diagnosis.id, 'bold')
    yield BLANK
    yield Line(diagnosis.title, _label('fault'))
    yield Line(diagnosis.tests, _label('tests'))
    yield Line(diagnosis.harm, _label('harm'))
    yield Line(str(diagnosis.scope), _label('scope'))
    yield Line(diagnosis.severity.word, _label('severity'), STYLES[diagnosis.severity])
    yield Line(f'aws_diagnostics.{diagnosis.service_check}', _label('service check'))
    yield Line(', '.join(diagnosis.after) or 'no other diagnosis', _label('explained by'))
    yield Line(', '.join(_explains(diagnosis)) or 'no other diagnosis', _label('explains'))
    remedy = generic_fix(diagnosis)
    if remedy is not None:
        yield Line(summary(remedy), _label('fix'))
        yield from fix_steps(remedy.choices, remedy.then, ' ' * len(_label('')))
    yield Line(diagnosis.docs, _label('docs'), wrap=Wrap.NEVER)


def generic_fix(diagnosis: Diagnosis) -> Remedy | None:
    """None where the remedy has a defect, which must not hide what the diagnosis tests."""
    try:
        return generic_remedy(diagnosis)
    except Exception:  # noqa: BLE001
        return None


def _label(word: str) -> str:
    return word.rjust(LABEL) + '  '
