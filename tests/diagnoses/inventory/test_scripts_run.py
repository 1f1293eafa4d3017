"""The scripts that remove lingering tags, run by bash with a stand-in for Datadog's API: saved, removed, put back."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.diagnoses.inventory import HOST_AWS_TAGS_LINGERING
from datadog_checks.aws_diagnostics.remedies import Command
from tests.account.builders import account_expectations
from tests.diagnoses.inventory.test_host_aws_tags_lingering import listed, named, tagged

AWS = ['region:eu-west-1', 'instance-type:m5.large']
CURL = f"""#!{sys.executable}
import json, pathlib, sys
*options, url = sys.argv[1:]
value = dict(zip(options, options[1:]))
host, _, source = url.rpartition('/')[2].partition('?')
tags = pathlib.Path(__file__).parent.parent / f'datadog-{{host}}.json'
assert source == 'source=Amazon%20Web%20Services', source
if not tags.exists():
    sys.exit(22)
if value.get('--request') == 'DELETE':
    tags.write_text('[]')
elif value.get('--request') == 'POST':
    tags.write_text(json.dumps(json.loads(pathlib.Path(value['--data'].removeprefix('@')).read_text())['tags']))
else:
    pathlib.Path(value['--output']).write_text(json.dumps({{'tags': json.loads(tags.read_text())}}))
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    stub = tmp_path / 'bin' / 'curl'
    stub.parent.mkdir()
    stub.write_text(CURL)
    stub.chmod(0o755)
    return tmp_path


def run(command: Command, directory: Path) -> None:
    environ = {'PATH': f'{directory / "bin"}:{os.environ["PATH"]}', 'DD_API_KEY': 'a', 'DD_APP_KEY': 'b'}
    subprocess.run(
        ['bash', '-c', command.text], cwd=directory, env=environ, capture_output=True, check=False, timeout=120
    )


def in_datadog(directory: Path) -> dict[str, list[str]]:
    files = sorted(directory.glob('datadog-*.json'))
    return {file.stem.removeprefix('datadog-'): json.loads(file.read_text()) for file in files}


def test_tags_are_removed_only_where_they_were_saved_and_can_be_put_back(directory: Path) -> None:
    facts = listed(tagged(names=named('web-1', 'web-2', 'web-3')), on_record=())
    remedy = HOST_AWS_TAGS_LINGERING.remedy(facts, account_expectations())
    choice = remedy.choices[1]
    assert choice.undo is not None
    (save,), (remove,), (restore,) = choice.commands, remedy.then[0].commands, choice.undo.commands
    for host in ('web-1', 'web-2'):
        (directory / f'datadog-{host}.json').write_text(json.dumps(AWS))
    run(save, directory)
    (directory / 'datadog-web-3.json').write_text(json.dumps(AWS))
    run(remove, directory)
    assert in_datadog(directory) == {'web-1': [], 'web-2': [], 'web-3': AWS}
    run(save, directory)
    assert json.loads((directory / 'aws-tags-of-web-1.json').read_text()) == {'tags': AWS}
    (directory / 'aws-tags-of-web-3.json').unlink()
    run(restore, directory)
    assert in_datadog(directory) == {'web-1': AWS, 'web-2': AWS, 'web-3': AWS}
