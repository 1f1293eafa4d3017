"""The commands about hosts, asked of a Datadog on loopback."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from datadog_checks.aws_diagnostics.cli import run
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, datadog_api, ec2_host, plain

OURS, OTHER = '123456789012', '210987654321'


class Printed(NamedTuple):
    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


Ask = Callable[..., Printed]


@contextmanager
def asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Datadog, Ask]]:
    """`ask('lingering-tags', '--json')` runs `aws-diagnostics hosts lingering-tags --json`."""
    monkeypatch.setenv('DD_API_KEY', API_KEY)
    monkeypatch.setenv('DD_APP_KEY', APP_KEY)
    with datadog_api() as datadog:
        config = tmp_path / 'account.yaml'
        config.write_text(f'instances: [{{account: {{datadog_api_url: "{datadog.url}"}}}}]\n')

        def ask(*arguments: str) -> Printed:
            status = run(['hosts', *arguments, '--config', str(config)])
            return Printed(status, *capsys.readouterr())

        yield datadog, ask


def instance_id(number: int) -> str:
    return f'i-{number:017x}'


def left(number: int, account_id: str = OTHER, region: str = 'eu-west-1', **fields: Any) -> dict[str, Any]:
    """A host that an Agent reports; the integration does not any more, and has left its tags."""
    row = {'name': f'web-{number}', 'id': number, 'apps': ['agent'], 'sources': ['agent', 'aws'], 'aliases': []}
    return ec2_host(instance_id(number), account_id, region, **{**row, **fields})


def page(rows: Sequence[Mapping[str, Any]], total: int) -> bytes:
    return plain(200, json.dumps({'host_list': rows, 'total_matching': total, 'total_returned': len(rows)}))
