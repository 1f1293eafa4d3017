"""The values of rollout/helm, held against the keys that Datadog's chart knows."""

from pathlib import Path
from typing import Any

import pytest

from tests.rollout.helm.chart_keys import chart_values, unknown_keys
from tests.rollout.helm.releases import VALUES
from tests.rollout.kubernetes import manifest

FILES = sorted(VALUES.glob('values*.yaml'))


@pytest.mark.parametrize('file', [pytest.param(file, id=file.name) for file in FILES])
def test_the_chart_knows_every_key(file: Path) -> None:
    assert unknown_keys(manifest(file), chart_values()) == []


@pytest.mark.parametrize(
    ('given', 'problem'),
    [
        ({'datadog': {'checks_d': {}}}, 'datadog.checks_d is not a key of the chart'),
        ({'agents': {'useHostnetwork': True}}, 'agents.useHostnetwork is not a key of the chart'),
        ({'agents': {'useHostNetwork': 'yes'}}, 'agents.useHostNetwork is str, the chart has bool'),
        ({'agents': {'image': '7.82.3'}}, 'agents.image is str, the chart has dict'),
        ({'agents': {'volumes': {'name': 'x'}}}, 'agents.volumes is dict, the chart has list'),
        (
            {'providers': {'eks': {'useHostnameFromFile': True}}},
            'providers.eks.useHostnameFromFile is not a key of the chart',
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else '',
)
def test_a_key_that_the_chart_would_silently_ignore_is_found(given: dict[str, Any], problem: str) -> None:
    assert unknown_keys(given, chart_values()) == [problem]
