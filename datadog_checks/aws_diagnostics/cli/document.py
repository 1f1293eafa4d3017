"""What `--json` prints, as docs/schemas/aws-diagnostics.schema.json describes it."""

import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime

from ..__about__ import __version__
from ..facts import Facts, NetworkPath, Unobserved
from ..findings import Cause, Finding
from ..remedies import Command, Remedy, Step
from ..rules import instance_id_of
from .codec import Json, encode
from .judged import Judged, overall
from .settling import settling

SCHEMA = 2
NO_PATH = NetworkPath(measured_at=0.0, gateways=None)


def printed(command: str, now: float, content: dict[str, Json]) -> str:
    """The document of one run. `now` is in seconds since the epoch."""
    return json.dumps({**about(command), 'time': iso_time(now), **content}, indent=2, allow_nan=False)


def about(command: str) -> dict[str, Json]:
    """What each document begins with."""
    return {'schema': SCHEMA, 'tool': 'aws-diagnostics', 'version': __version__, 'command': command}


def iso_time(seconds: float) -> str:
    """UTC; the nearest time that ISO 8601 has for one that is absurd, as saved facts may hold it."""
    latest = datetime(9999, 12, 31, tzinfo=UTC).timestamp()
    return datetime.fromtimestamp(min(max(seconds, 0.0), latest), UTC).isoformat(timespec='seconds')


def of_reports(reports: Sequence[Judged]) -> dict[str, Json]:
    return {'status': overall(reports).word, 'reports': [document(report) for report in reports]}


def document(judged: Judged) -> dict[str, Json]:
    """One instance of the configuration."""
    return {
        'scope': str(judged.scope),
        'status': judged.status.word,
        'subject': judged.subject,
        'verdict': judged.sentence,
        'instance_id': instance_id_of(judged.facts),
        'observed_at': iso_time(judged.facts.observed_at),
        'saved_at': judged.saved_at or None,
        'source': judged.source or None,
        'causes': [_cause(cause) for cause in judged.causes],
        'not_judged': [
            {'reason': reason, 'findings': _ids(group), 'settled_by': settling(reason, group, judged.facts) or None}
            for reason, group in judged.not_judged.items()
        ],
        'findings': [_finding(f) for f in judged.findings],
        'facts': _facts(judged.facts),
    }


def remedy_document(remedy: Remedy) -> dict[str, Json]:
    return {
        'summary': remedy.summary,
        'choices': [
            {**_step(Step(c.text, c.commands)), 'exposes': c.exposes, 'undo': None if c.undo is None else _step(c.undo)}
            for c in remedy.choices
        ],
        'then': [_step(step) for step in remedy.then],
    }


def _step(step: Step) -> dict[str, Json]:
    return {'text': step.text, 'commands': [_command(command) for command in step.commands]}


def _command(command: Command) -> Json:
    return {'language': str(command.language), 'text': command.text}


def _cause(cause: Cause) -> Json:
    return {
        'id': cause.finding.diagnosis.id,
        'headline': cause.finding.headline,
        'status': cause.status.word,
        'explains': _ids(cause.explains),
    }


def _ids(findings: Sequence[Finding]) -> list[Json]:
    return [finding.diagnosis.id for finding in findings]


def _finding(finding: Finding) -> Json:
    diagnosis = finding.diagnosis
    return {
        'id': diagnosis.id,
        'status': finding.word,
        'severity': diagnosis.severity.word,
        'title': diagnosis.title,
        'evidence': finding.verdict.evidence,
        'explained_by': finding.explained_by,
        'remedy': None if finding.remedy is None else remedy_document(finding.remedy),
        'docs': diagnosis.docs,
    }


def _facts(facts: Facts) -> dict[str, Json]:
    """The names of the path are there even when it was not observed, so that a reader needs no second case."""
    groups: dict[str, Json] = {field.name: encode(getattr(facts, field.name)) for field in fields(facts)}
    if isinstance(facts.path, Unobserved):
        nothing = encode(NO_PATH)
        assert isinstance(nothing, dict)
        groups['path'] = {**nothing, 'measured_at': None, 'unobserved': facts.path.reason}
    return groups
