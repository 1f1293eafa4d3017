"""The lines of the documents that look at an account, pasted into a shell beside local servers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.ec2_fleet import EKS_NODE, Instance, listed
from tests.account.ec2_server import Account, serving
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import allows, configuration, make_role, policy, statement
from tests.document_blocks import Block, blocks

NEEDED = ('cloudwatch:Get*', 'ec2:Describe*', 'rds:Describe*')
BLOCKS = [block for block in blocks() if block.needs == 'account' and block.executed]


@pytest.fixture
def account_of_the_documents(moto: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with examples/account.yaml, for an account whose role lacks one permission, with one instance that is
    wrong."""
    make_role(policy(statement()), policy(allows(*NEEDED[:2])), security_audit=False)
    region = account(MOTO_ACCOUNT, aws_regions={'include_only': ['us-east-1']})
    fleet = Account({'us-east-1': listed(Instance('required', 1, tags=EKS_NODE))})
    (tmp_path / 'examples').mkdir()
    with (
        datadog_api(Datadog([region], {'standard': NEEDED, 'resource_collection': NEEDED[:1]})) as datadog,
        serving(fleet) as ec2,
    ):
        monkeypatch.setenv('AWS_ENDPOINT_URL_EC2', ec2)
        configuration(tmp_path / 'examples', datadog.url)
        yield tmp_path


def paste(block: Block, folder: Path) -> list[str]:
    """What each command printed. One that finds a fault ends with a status of 1 to 3; every other status raises.

    The keys are typed where the block asks for them, and are in the environment where it does not.
    """
    stop_at_a_defect = 'trap \'status=$?; [ "$status" -le 3 ] || exit "$status"\' ERR\n'
    separated = block.text.replace('aws-diagnostics', 'echo "==="; aws-diagnostics')
    keys = {} if 'read ' in block.text else {'DD_API_KEY': API_KEY, 'DD_APP_KEY': APP_KEY}
    ended = subprocess.run(
        ['bash', '-c', stop_at_a_defect + separated],
        cwd=folder,
        env={**os.environ, **keys, 'PATH': f'{Path(sys.executable).parent}:{os.environ["PATH"]}'},
        input=f'{API_KEY}\n{APP_KEY}\n',
        capture_output=True,
        text=True,
    )
    assert ended.returncode <= 3, ended.stderr
    assert 'Error' not in ended.stderr
    return ended.stdout.split('===\n')[1:]


@pytest.mark.parametrize('block', BLOCKS, ids=str)
def test_a_block_about_an_account_finds_what_is_wrong_with_it(account_of_the_documents: Path, block: Block) -> None:
    printed = dict(zip(_commands(block), paste(block, account_of_the_documents), strict=True))
    expected = {
        'check': 'imds-fleet-hosts-misnamed',
        'permissions': 'rds:Describe*',
        'fleet': 'us-east-1',
        'accounts': '1 on record, none of them wrong by itself; there is no organization',
    }
    for command, text in printed.items():
        assert expected[command] in text, command
    assert 'containers' in (account_of_the_documents / 'fleet.csv').read_text().splitlines()[0]


def _commands(block: Block) -> list[str]:
    return [line.split()[1] for line in block.text.splitlines() if line.startswith('aws-diagnostics')]


def test_there_are_blocks_about_an_account() -> None:
    assert {block.document for block in BLOCKS} == {'docs/account.md', 'docs/imdsv2-transition.md'}
