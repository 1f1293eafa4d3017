"""The schema of what `--json` prints, as it is in the documents."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).parents[2] / 'docs' / 'schemas'
SCHEMA: dict[str, Any] = json.loads((SCHEMAS / 'aws-diagnostics.schema.json').read_text(encoding='utf-8'))
METRICS_RECONCILE: dict[str, Any] = json.loads((SCHEMAS / 'metrics-reconcile.schema.json').read_text(encoding='utf-8'))


FORMATS = jsonschema.FormatChecker()


@FORMATS.checks('date-time', raises=ValueError)
def is_time(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


def validate(document: Mapping[str, Any], schema: Mapping[str, Any] = SCHEMA) -> None:
    """Raises jsonschema.ValidationError."""
    for error in validator(json.dumps(schema)).iter_errors(document):
        raise error


@cache
def validator(schema: str) -> jsonschema.Draft202012Validator:
    """To check a schema, and to read it, takes longer than most documents."""
    read = json.loads(schema)
    jsonschema.Draft202012Validator.check_schema(read)
    return jsonschema.Draft202012Validator(read, format_checker=FORMATS)
