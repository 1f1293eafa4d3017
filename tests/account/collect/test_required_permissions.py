"""The list that Datadog publishes, else what was kept of it, else the recorded one; each says its date."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.required_permissions import (
    actions_in,
    read_required_permissions,
    recorded_permissions,
)
from datadog_checks.aws_diagnostics.facts.account import RequiredPermissions
from tests.account.datadog_api import Datadog, datadog_api, plain

PUBLISHED = {'standard': ('ec2:Describe*', 'sns:List*'), 'resource_collection': ('glue:GetDatabases',)}
SITE = 'datadoghq.com'


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def read(datadog: Datadog, directory: Path | None, site: str = SITE) -> RequiredPermissions:
    return read_required_permissions(DatadogApi(datadog.url), site, str(directory) if directory else '')


def published(source: str, as_of: str) -> RequiredPermissions:
    return RequiredPermissions(PUBLISHED['standard'], PUBLISHED['resource_collection'], source, as_of)


def test_the_published_list_is_asked_for_without_keys() -> None:
    with datadog_api(Datadog(permissions=dict(PUBLISHED))) as datadog:
        assert read(datadog, None) == published('api', today())
    assert datadog.keys == [(None, None)] * 2


def test_the_fetched_list_is_kept_privately_and_used_when_datadog_does_not_answer(tmp_path: Path) -> None:
    with datadog_api(Datadog(permissions=dict(PUBLISHED))) as datadog:
        read(datadog, tmp_path / 'run')
        datadog.instead = plain(429, '{}')
        assert read(datadog, tmp_path / 'run') == published('cache', today())
    (kept,) = (tmp_path / 'run').iterdir()
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_the_date_is_that_of_the_fetch_and_not_of_today(tmp_path: Path) -> None:
    kept = tmp_path / f'iam_permissions_{SITE}.json'
    kept.write_text(json.dumps({'as_of': '2026-01-31', **PUBLISHED}))
    with datadog_api(Datadog(instead=plain(500, ''))) as datadog:
        assert read(datadog, tmp_path) == published('cache', '2026-01-31')


def test_each_site_has_a_list_of_its_own(tmp_path: Path) -> None:
    with datadog_api(Datadog(permissions=dict(PUBLISHED))) as datadog:
        read(datadog, tmp_path)
        datadog.instead = plain(500, '')
        assert read(datadog, tmp_path, 'ddog-gov.com') == recorded_permissions()
        assert read(datadog, tmp_path, '../../etc/passwd') == recorded_permissions()
    assert [path.name for path in tmp_path.iterdir()] == [f'iam_permissions_{SITE}.json']


UNUSABLE = [
    pytest.param('', id='empty'),
    pytest.param('{"as_of": "2026-01-31", "standard": ["ec2:Describe*"]', id='half of it'),
    pytest.param('[]', id='a list'),
    pytest.param(json.dumps({'as_of': 'yesterday', **PUBLISHED}), id='without a date'),
    pytest.param(json.dumps({'as_of': '2026-01-31', 'standard': ['ec2:Describe*']}), id='one list is missing'),
    pytest.param(json.dumps({'as_of': '2026-01-31', **PUBLISHED, 'standard': ['<script>']}), id='no actions'),
    pytest.param('"' + 'a' * (1 << 20) + '"', id='endless'),
]


@pytest.mark.parametrize('content', UNUSABLE)
def test_a_file_of_another_form_is_not_used(content: str, tmp_path: Path) -> None:
    (tmp_path / f'iam_permissions_{SITE}.json').write_text(content)
    with datadog_api(Datadog(instead=plain(500, ''))) as datadog:
        assert read(datadog, tmp_path) == recorded_permissions()


def test_a_directory_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('')
    with datadog_api(Datadog(permissions=dict(PUBLISHED))) as datadog:
        assert read(datadog, tmp_path / 'file') == published('api', today())
    assert (tmp_path / 'file').read_text() == ''


NOT_PUBLISHED = [
    pytest.param('{}', id='no data'),
    pytest.param('{"data": {"attributes": {"permissions": []}}}', id='an empty list'),
    pytest.param('{"data": {"attributes": {"permissions": "ec2:Describe*"}}}', id='text'),
    pytest.param('{"data": {"attributes": {"permissions": ["ec2:Describe*", 5]}}}', id='a number among them'),
    pytest.param('{"data": {"attributes": {"permissions": [["ec2:Describe*"]]}}}', id='lists of lists'),
    pytest.param('<html>', id='HTML'),
]


@pytest.mark.parametrize('answer', NOT_PUBLISHED)
def test_an_answer_of_another_shape_is_not_used(answer: str, tmp_path: Path) -> None:
    with datadog_api(Datadog(instead=plain(200, answer))) as datadog:
        assert read(datadog, tmp_path) == recorded_permissions()
    assert list(tmp_path.iterdir()) == []


def test_the_recorded_lists_are_whole() -> None:
    recorded = recorded_permissions()
    assert (recorded.source, recorded.as_of) == ('recorded', '2025-09-17')
    assert (len(recorded.standard), len(recorded.resource_collection)) == (104, 652)
    assert actions_in(list(recorded.standard)) == recorded.standard
    assert actions_in(list(recorded.resource_collection)) == recorded.resource_collection
