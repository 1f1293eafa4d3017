"""Findings for a program: the JSON that `report.schema.json` describes."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from ..facts import Facts, NetworkPath, Unobserved
from ..findings import Finding, Scope, worst
from ..remedies import outline
from .codec import Json, encode

SCHEMA_FILE = Path(__file__).with_name('report.schema.json')
NO_PATH = NetworkPath(measured_at=0.0, gateways=None)


def document(facts: Facts, findings: Sequence[Finding]) -> dict[str, Json]:
    """One instance of the configuration."""
    return {
        'schema': 1,
        'scope': str(Scope.HOST if facts.account is None else Scope.ACCOUNT),
        'status': worst(f.status for f in findings).word,
        'instance_id': facts.instance_id,
        'findings': [_finding(f) for f in findings],
        'facts': _facts(facts),
    }


def _finding(finding: Finding) -> Json:
    diagnosis, remedy = finding.diagnosis, finding.remedy
    return {
        'id': diagnosis.id,
        'status': finding.word,
        'severity': diagnosis.severity.word,
        'title': diagnosis.title,
        'evidence': finding.verdict.evidence,
        'explained_by': finding.explained_by,
        'remedy': None if remedy is None else {'summary': remedy.summary, 'steps': list(outline(remedy)[1:])},
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
