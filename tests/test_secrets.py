"""A token appears nowhere: not in a log, a message, a sample, a tag, an event, on the screen or in a file."""

import http.client
import io
import logging
import re
import sys
import tempfile
from pathlib import Path

import pytest

from tests.agent_process import run_check
from tests.simulator import Topology, World, namespaces_available

pytestmark = pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')

TOKEN = re.compile(r'[A-Za-z0-9+/]{50,}={0,2}')
"""The simulator's tokens are 40 random bytes in base64, as long as those of EC2."""
REPOSITORY = Path(__file__).parents[1]


def granted_token() -> str:
    connection = http.client.HTTPConnection('169.254.169.254', timeout=2)
    connection.request('PUT', '/latest/api/token', headers={'X-aws-ec2-metadata-token-ttl-seconds': '60'})
    return connection.getresponse().read().decode()


def everything_that_a_run_emits() -> str:
    """Two runs, with every logger at its most talkative."""
    logged = io.StringIO()
    logging.basicConfig(stream=logged, level=1, force=True)
    submitted = run_check({'path_probe_interval': 0, 'identity_tags': ['region']}, runs=2)
    return logged.getvalue() + repr(submitted)


def test_a_token_would_be_recognised():
    with World() as world:
        assert TOKEN.fullmatch(world.run(granted_token))


@pytest.mark.parametrize('hop_limit', [1, 2], ids=['the token reply is lost', 'the token is granted'])
def test_no_token_leaves_the_check(hop_limit):
    with World(Topology.CONTAINER, tokens='optional', hop_limit=hop_limit) as world:
        emitted = world.run(everything_that_a_run_emits)
    assert 'i-0123456789abcdef0' in emitted
    assert TOKEN.findall(emitted) == []


def test_no_token_reaches_the_screen_or_a_file():
    with World(tokens='required') as world, tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o777)
        facts = Path(directory, 'facts.json')
        command = [sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'check', '--save-facts', str(facts)]
        seen = [world.command([*command, *more], cwd=REPOSITORY) for more in ([], ['--json'])]
        printed = [text for ended in seen for text in (ended.stdout, ended.stderr)]
        saved = facts.read_text()
    assert 'i-0123456789abcdef0' in saved
    assert [TOKEN.findall(text) for text in (*printed, saved)] == [[], [], [], [], []]
