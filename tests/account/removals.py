"""A removal of lingering tags, asked of a Datadog on loopback: earlier looks, backups, journals."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.account.datadog_api import Datadog, account
from tests.account.host_lists import OURS, Ask, Printed, asking

AWS = 'Amazon Web Services'
APPLY = ('--apply', '--yes', '--max', '1000')


@dataclass
class World:
    datadog: Datadog
    ask: Ask
    folder: Path

    @property
    def backup(self) -> Path:
        return self.folder / 'tags.jsonl'

    @property
    def journal(self) -> Path:
        return self.folder / 'tags.jsonl.journal'

    def seen(self, hours: float = 4) -> Path:
        """What `hosts lingering-tags --json` printed so long ago, of the hosts as they are."""
        document = self.ask('lingering-tags', '--json').document
        return self.write_seen({**document, 'time': (datetime.now(UTC) - timedelta(hours=hours)).isoformat()})

    def write_seen(self, document: Mapping[str, Any]) -> Path:
        file = self.folder / 'seen.json'
        file.write_text(json.dumps(document))
        return file

    def remove(self, *options: str, seen_in: Path | None = None) -> Printed:
        given = ('--seen-in', str(seen_in)) if seen_in else ()
        return self.ask('remove-lingering-tags', '--backup', str(self.backup), *given, '--json', *options)

    def restore(self, file: Path | None = None) -> Printed:
        return self.ask('remove-lingering-tags', '--restore', str(file or self.backup), '--json')

    def tags(self) -> dict[str, list[str]]:
        """Of the source AWS, by host; without those that have none."""
        rows = self.datadog.hosts
        return {row['name']: row['tags_by_source'][AWS] for row in rows if row['tags_by_source'].get(AWS)}

    @property
    def removed(self) -> list[str]:
        """Hosts of every DELETE that removed something."""
        return self.datadog.about_hosts.removed

    def saved(self) -> dict[str, list[str]]:
        lines = [json.loads(line) for line in self.backup.read_text().splitlines()] if self.backup.exists() else []
        return {line['host']: line['tags'] for line in lines}

    def asked_about(self, method: str) -> list[str]:
        """Paths of the requests with this method."""
        pairs = zip(self.datadog.methods, self.datadog.asked, strict=True)
        return [path for each, path in pairs if each == method]


@contextmanager
def removing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    """An organization of Datadog with one integration, with another account than the hosts of `left`."""
    monkeypatch.setattr('datadog_checks.aws_diagnostics.collect.host_tags.BACKOFF', 0.0)
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    with asking(tmp_path, monkeypatch, capsys) as (datadog, ask):
        datadog.accounts = [account(OURS, aws_regions={'include_only': ['us-east-1']})]
        datadog.reset = 0
        yield World(datadog, ask, tmp_path)


def named(pairs: Sequence[Mapping[str, str]]) -> dict[str, str]:
    return {pair['name']: pair['why'] for pair in pairs}
