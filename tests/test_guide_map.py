"""docs/guide-map.md covers Datadog's guide: every section, every diagnosis that follows it, with tests that exist."""

import ast
import re
from pathlib import Path
from typing import Any

import click
import pytest

from datadog_checks.aws_diagnostics.cli.program import whole_program
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.diagnoses.links import GUIDE
from tools.documents import ROOT
from tools.pages import file_of_tests, guide_map

HEADINGS = {
    'Overview': 'overview',
    'IAM permission errors': 'iam-permission-errors',
    'Datadog is not authorized to perform sts:AssumeRole': 'datadog-is-not-authorized-to-perform-stsassumerole',
    'Resolve all AWS permissions issues': 'resolve-all-aws-permissions-issues',
    'Data discrepancies': 'data-discrepancies',
    'Discrepancy between your data in CloudWatch and Datadog': (
        'discrepancy-between-your-data-in-cloudwatch-and-datadog'
    ),
    '1. Time aggregation': '1-time-aggregation',
    '2. Space aggregation': '2-space-aggregation',
    '3. Per-dimension metrics': '3-per-dimension-metrics',
    'Reconcile the discrepancy': 'reconcile-the-discrepancy',
    'Metrics': 'metrics',
    'Metrics delayed': 'metrics-delayed',
    'Expected metric delays': 'expected-metric-delays',
    'Missing metrics': 'missing-metrics',
    'Wrong count of aws.elb.healthy_host_count': 'wrong-count-of-awselbhealthy_host_count',
    'Regions': 'regions',
    'Region behavior': 'region-behavior',
    'Datadog UI': 'datadog-ui',
    'Duplicated hosts when installing the Agent': 'duplicated-hosts-when-installing-the-agent',
    'Datadog Agent': 'datadog-agent',
    'EC2 metadata with IMDS v2': 'ec2-metadata-with-imds-v2',
    'EC2 hostname with IMDS': 'ec2-hostname-with-imds',
    'Agent versions before 7.64.0': 'agent-versions-before-7640',
    'Agent version 7.64.0 and after': 'agent-version-7640-and-after',
    'Tags': 'tags',
    'Tag collection and propagation delays': 'tag-collection-and-propagation-delays',
    'Hosts still have AWS tags after removing the Amazon EC2 integration': (
        'hosts-still-have-aws-tags-after-removing-the-amazon-ec2-integration'
    ),
}
"""Of the public page, in its order: those of its first revision, and what DataDog/documentation#35349 added."""
ONLY_HEADINGS = {'Overview', 'Data discrepancies', 'Metrics', 'Regions', 'Datadog UI', 'Datadog Agent', 'Tags'}
SECTIONS = guide_map()
ROWS = [pytest.param(row, id=f'{s["anchor"]}: {row["says"]}') for s in SECTIONS for row in s['rows']]
KNOWN = {diagnosis.id: diagnosis for diagnosis in DIAGNOSES}
NOT_AUTOMATED = 'not automated, because '


def test_every_section_of_the_guide_is_there_in_its_order() -> None:
    assert [(section['title'], section['anchor']) for section in SECTIONS] == list(HEADINGS.items())
    assert {section['title'] for section in SECTIONS if not section['rows']} == ONLY_HEADINGS


@pytest.mark.parametrize(('title', 'anchor'), HEADINGS.items())
def test_an_anchor_is_made_from_its_heading_as_datadogs_pages_make_it(title: str, anchor: str) -> None:
    assert re.sub(r'[^a-z0-9 _-]', '', title.lower()).replace(' ', '-') == anchor


@pytest.mark.parametrize('row', ROWS)
def test_a_row_has_what_automates_it_or_says_why_nothing_does(row: dict[str, Any]) -> None:
    assert set(row) <= {'says', 'diagnoses', 'commands', 'tests', 'note'}
    automated = bool(row.get('diagnoses') or row.get('commands'))
    assert automated is not row.get('note', '').startswith(NOT_AUTOMATED)
    assert not row.get('commands') or row.get('tests'), 'a command is proved by tests that the row names'


@pytest.mark.parametrize('row', ROWS)
def test_what_a_row_names_exists(row: dict[str, Any]) -> None:
    assert [id for id in row.get('diagnoses', ()) if id not in KNOWN] == [], 'no such diagnosis'
    assert [command for command in row.get('commands', ()) if not is_command(command)] == [], 'no such command'
    assert [test for test in row.get('tests', ()) if not is_test(test)] == [], 'no such test'


def is_command(words: str) -> bool:
    command: click.Command | None = whole_program()
    for word in words.split():
        command = command.commands.get(word) if isinstance(command, click.Group) else None
    return command is not None


def is_test(named: str) -> bool:
    """'path', of a file with tests, or 'path::function'."""
    path, _, function = named.partition('::')
    if not (ROOT / path).is_file():
        return False
    body = ast.parse((ROOT / path).read_text(encoding='utf-8')).body
    defined = {node.name for node in body if isinstance(node, ast.FunctionDef)}
    return function in defined if function else Path(path).name.startswith('test_')


def test_every_diagnosis_that_follows_the_guide_is_in_a_row() -> None:
    named = {id for section in SECTIONS for row in section['rows'] for id in row.get('diagnoses', ())}
    assert {d.id for d in DIAGNOSES if d.docs.startswith(GUIDE)} - named == set()


def test_a_diagnosis_links_to_a_section_that_the_guide_has() -> None:
    linked = {d.id: d.docs.removeprefix(f'{GUIDE}#') for d in DIAGNOSES if d.docs.startswith(GUIDE)}
    assert {id: anchor for id, anchor in linked.items() if anchor not in HEADINGS.values()} == {}


@pytest.mark.parametrize('id', KNOWN)
def test_a_diagnosis_has_its_tests_where_the_document_says(id: str) -> None:
    assert (ROOT / file_of_tests(KNOWN[id])).is_file()
