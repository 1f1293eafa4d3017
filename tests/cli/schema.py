"""The schema of what `--json` prints, as it is in the documents."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import jsonschema

SCHEMAS = Path(__file__).parents[2] / 'docs' / 'schemas'
SCHEMA: dict[str, Any] = json.loads((SCHEMAS / 'aws-diagnostics.schema.json').read_text(encoding='utf-8'))
METRICS_RECONCILE: dict[str, Any] = json.loads((SCHEMAS / 'metrics-reconcile.schema.json').read_text(encoding='utf-8'))


def validate(document: Mapping[str, Any], schema: Mapping[str, Any] = SCHEMA) -> None:
    """Raises jsonschema.ValidationError."""
    formats = jsonschema.FormatChecker()

    @formats.checks('date-time', raises=ValueError)
    def is_time(value: object) -> bool:
        return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None

    jsonschema.validate(document, schema, format_checker=formats)
