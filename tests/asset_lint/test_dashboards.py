"""Nothing is wrong with the shipped dashboards, as far as that can be told without Datadog."""

import re

import pytest

from tests.asset_lint.dashboards import SHIPPED, note
from tools.asset_lint.dashboards import Document, dashboard_complaints
from tools.asset_lint.names import ROOT


def test_these_dashboards_are_shipped() -> None:
    assert {name: dashboard['title'] for name, dashboard in SHIPPED.items()} == {
        'fleet': 'AWS Diagnostics: fleet',
        'integration': 'AWS Diagnostics: integration',
    }


@pytest.mark.parametrize('dashboard', SHIPPED.values(), ids=SHIPPED)
def test_nothing_is_wrong_with_a_shipped_dashboard(dashboard: Document) -> None:
    assert dashboard_complaints(dashboard) == []


def test_the_steps_to_imdsv2_are_those_of_the_document() -> None:
    document = (ROOT / 'docs' / 'imdsv2-transition.md').read_text(encoding='utf-8')
    steps = re.findall(r'^(\d)\. \*\*(.+?)\.?\*\*', note(SHIPPED['fleet'], 'About', 1)['content'], re.MULTILINE)
    assert steps == re.findall(r'^## Step (\d): (.+)$', document, re.MULTILINE)
    assert len(steps) == 6
