"""The keys that Datadog's chart knows, of those that rollout/ uses: chart_values.yaml says where they were read."""

from pathlib import Path
from typing import Any

import yaml

CHART_VALUES = Path(__file__).with_name('chart_values.yaml')


def unknown_keys(given: object, known: object, path: str = '') -> list[str]:
    """What the chart does not know, and what has another type than its default. `{}` and nothing take anything."""
    if given is None or known is None or known == {}:
        return []
    if isinstance(known, dict) and isinstance(given, dict):
        return [
            problem
            for key, value in given.items()
            for problem in (
                unknown_keys(value, known[key], f'{path}.{key}'.lstrip('.'))
                if key in known
                else [f'{path}.{key}'.lstrip('.') + ' is not a key of the chart']
            )
        ]
    kind = type(known)
    return [] if isinstance(given, kind) else [f'{path} is {type(given).__name__}, the chart has {kind.__name__}']


def chart_values() -> dict[str, Any]:
    """With the defaults of the chart."""
    known: dict[str, Any] = yaml.safe_load(CHART_VALUES.read_text())['values']
    return known
