"""Whatever is in a monitor file, the lint reports it or accepts it, and never crashes."""

from collections.abc import Iterator
from typing import Any

import pytest

from tools.asset_lint.monitors import monitor_complaints

from .mutations import GONE, mutant, put, shipped

ODD: tuple[object, ...] = (GONE, None, True, -1, 7.5, '', 'x', '{{', [], [1], {}, {'a': 1})


def paths(document: dict[str, Any], within: str = '') -> Iterator[str]:
    for key, value in document.items():
        yield f'{within}{key}'
        if isinstance(value, dict):
            yield from paths(value, f'{within}{key}.')


@pytest.mark.parametrize('name', ['token_latency', 'integration_role'])
def test_any_value_in_any_place_is_reported_or_accepted(name: str) -> None:
    every = list(paths(shipped(name)))
    assert len(every) > 20
    for path in every:
        for odd in ODD:
            for complaint in monitor_complaints(mutant(name, put(path, odd))):
                assert ': ' in complaint, (path, odd)


@pytest.mark.parametrize('document', [None, [], 'a monitor', 7, {}], ids=repr)
def test_what_is_no_monitor_at_all_is_refused(document: object) -> None:
    assert monitor_complaints(document) != []
