"""The catalogue of diagnoses, for a person and for a program."""

import difflib
from collections.abc import Iterator

from ..diagnoses import DIAGNOSES
from ..findings import Diagnosis
from .codec import Json
from .page import BLANK, Line
from .report import STYLES


class NotInCatalogue(ValueError):
    """`str()` names the nearest ids."""


def listed() -> list[Json]:
    return [
        {'id': d.id, 'title': d.title, 'severity': d.severity.word, 'service_check': d.service_check} for d in DIAGNOSES
    ]


def table() -> Iterator[Line]:
    """Worst severity in its own words, so that nothing rests on colour. Too wide for a table is still one line each."""
    ids = max(len(d.id) for d in DIAGNOSES)
    checks = max(len(d.service_check) for d in DIAGNOSES)
    for d in DIAGNOSES:
        row = f'{d.id:{ids}}  {d.service_check:{checks}}  {d.title}'
        yield Line(row, d.severity.word.ljust(10), STYLES[d.severity], pasted=True)


def find(id: str) -> Diagnosis:
    """Raises NotInCatalogue."""
    catalogue = {d.id: d for d in DIAGNOSES}
    if id in catalogue:
        return catalogue[id]
    near = difflib.get_close_matches(id, catalogue, n=3, cutoff=0.5)
    hint = f'did you mean {" or ".join(near)}?' if near else "'aws-diagnostics list' names them all"
    raise NotInCatalogue(f'there is no diagnosis {id!r}: {hint}')


def explanation(diagnosis: Diagnosis) -> Iterator[Line]:
    yield Line('', diagnosis.id, 'bold')
    yield BLANK
    yield Line(diagnosis.title, _label('fault'))
    yield Line(diagnosis.tests, _label('tests'))
    yield Line(diagnosis.harm, _label('harm'))
    yield Line(diagnosis.severity.word, _label('severity'), STYLES[diagnosis.severity])
    yield Line(f'aws_diagnostics.{diagnosis.service_check}', _label('service check'))
    yield Line(', '.join(diagnosis.after) or 'no other diagnosis', _label('explained by'))
    yield Line(
        ', '.join(d.id for d in DIAGNOSES if diagnosis.id in d.after) or 'no other diagnosis', _label('explains')
    )
    yield Line(diagnosis.docs, _label('docs'), pasted=True)


def _label(word: str) -> str:
    return word.rjust(13) + '  '
