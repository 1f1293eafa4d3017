"""What the check logs: each probe at DEBUG, a defect of ours once in a run with its traceback, and never a secret."""

import io
import logging
import re
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from datadog_checks.aws_diagnostics.collect import CollectOptions, Ec2, HostCollector
from datadog_checks.aws_diagnostics.collect.agent import DescribedAgent
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.values import ImdsEndpoint
from datadog_checks.aws_diagnostics.findings import Failed, Verdict
from datadog_checks.aws_diagnostics.log import LOG, keep_out_of_the_log
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.agent_process import run_check
from tests.emit.findings import diagnosis
from tests.simulator import Topology, World, namespaces_available

needs_namespaces = pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')
SECRET = 'hunter2-hunter2'
NOBODY = ImdsEndpoint('http://127.0.0.1:1')


@pytest.fixture(autouse=True)
def secret():
    keep_out_of_the_log(SECRET)


def fail_with(text: str) -> None:
    raise LookupError(text)


def logged_lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == LOG.name]


def test_a_secret_is_replaced_in_the_message_and_in_its_arguments(caplog):
    LOG.warning('asked with %s, and with hunter2-hunter2', SECRET)
    assert logged_lines(caplog) == ['asked with ********, and with ********']


def test_a_secret_is_replaced_in_a_traceback_that_keeps_its_lines(caplog):
    try:
        fail_with(f'no such key: {SECRET}')
    except LookupError as e:
        LOG.error('failed', exc_info=e)
    [line] = logged_lines(caplog)
    assert line.startswith('failed\nTraceback (most recent call last):\n')
    assert line.endswith('LookupError: no such key: ********')
    assert 'in fail_with' in line
    assert caplog.records[0].exc_info is None


@pytest.mark.parametrize(
    ('text', 'line'),
    [
        pytest.param('a\0b', 'a\N{REPLACEMENT CHARACTER}b', id='NUL, which the Agent refuses'),
        pytest.param('a\ud800b', 'a\N{REPLACEMENT CHARACTER}b', id='half a surrogate pair, which the Agent refuses'),
        pytest.param('a\x1b[2Jb', 'a\N{REPLACEMENT CHARACTER}[2Jb', id='an escape sequence'),
        pytest.param('100 %s', '100 %s', id='a percent sign'),
    ],
)
def test_a_line_can_be_logged_whatever_it_holds(caplog, text, line):
    LOG.warning('%s', text)
    assert logged_lines(caplog) == [line]


def test_a_line_is_bounded(caplog):
    LOG.warning('%s', 'x' * 1_000_000)
    assert len(logged_lines(caplog)[0]) == 20_000


def test_many_tokens_push_out_no_key(caplog):
    for number in range(1000):
        keep_out_of_the_log(f'token-{number:04}', passing=True)
    LOG.warning('%s token-0999 token-0000', SECRET)
    assert logged_lines(caplog) == ['******** ******** token-0000']


def crashes(*_: object) -> Verdict:
    raise LookupError('a defect of ours')


def fails(*_: object) -> Verdict:
    return Failed('seen a fault')


def no_remedy(facts: Facts, expected: Expectations) -> Remedy:
    raise LookupError('no remedy')


def test_a_defect_in_a_diagnosis_is_logged_once_in_each_run(caplog, aggregator, datadog_agent):
    check = AwsDiagnosticsCheck('aws_diagnostics', {}, [{'ec2': 'always', 'imds_endpoint': 'http://127.0.0.1:1'}])
    check.check_id = 'aws_diagnostics:1f'
    cause = diagnosis('a-cause', judge=fails, remedy=no_remedy)
    explained = diagnosis('explained', judge=fails, remedy=no_remedy, after=('a-cause',))
    check._diagnoses = (diagnosis('crashing', judge=crashes), cause, explained)
    runs = []
    for _ in range(2):
        caplog.clear()
        assert check.run() == ''
        runs.append([line for line in logged_lines(caplog) if 'defect' in line])
    for lines in runs:
        assert [line.partition('\n')[0] for line in lines] == [
            'aws_diagnostics:1f: defect in crashing, please report it',
            'aws_diagnostics:1f: defect in a-cause, please report it',
        ]
        assert all('Traceback (most recent call last):' in line for line in lines)
    assert {record.levelname for record in caplog.records if 'defect' in record.getMessage()} == {'ERROR'}


class BrokenAgent(DescribedAgent):
    def hostname(self) -> str | None:
        raise LookupError('a defect of ours')


def test_a_defect_in_a_collector_is_told_and_costs_its_group_only():
    told: list[tuple[str, str]] = []
    agent = BrokenAgent('', '', {}, {})
    options = CollectOptions(ec2=Ec2.ALWAYS, imds_endpoint=NOBODY, agent_expvar_port=1)
    collector = HostCollector(options, agent, {}, on_defect=lambda what, error: told.append((what, str(error))))
    facts = collector.collect()
    assert told == [('the Agent', 'a defect of ours')]
    assert facts.agent == Unobserved('the Agent could not be observed: LookupError')
    assert not isinstance(facts.imds, Unobserved)


def test_a_defect_in_a_collector_of_which_nobody_is_told_is_logged(caplog):
    HostCollector(CollectOptions(ec2=Ec2.ALWAYS, imds_endpoint=NOBODY), BrokenAgent('', '', {}, {}), {}).collect()
    [line] = [line for line in logged_lines(caplog) if 'defect' in line]
    assert line.startswith('defect in observing the Agent, please report it\nTraceback (most recent call last):')


def lines_of_a_run(level: int) -> list[str]:
    logged = io.StringIO()
    logging.basicConfig(stream=logged, level=level, force=True, format='%(levelname)s %(message)s')
    run_check({})
    return logged.getvalue().splitlines()


@needs_namespaces
def test_every_probe_leaves_one_line_at_debug():
    with World(Topology.CONTAINER, tokens='required', hop_limit=2) as world:
        lines = world.run(lines_of_a_run, logging.DEBUG)
    ours = [line for line in lines if line.startswith('DEBUG ')]
    probes = [
        'host: Host(',
        'IMDS PUT http://169.254.169.254/latest/api/token: Answer(status=200',
        'IMDS GET http://169.254.169.254/latest/meta-data/instance-id: Answer(status=200',
        'IMDS GET http://169.254.169.254/latest/dynamic/instance-identity/document: Answer(status=200',
        'IMDS GET http://169.254.169.254/latest/meta-data/instance-id: Answer(status=401',
        'path to http://169.254.169.254: NetworkPath(',
        'GET /debug/vars from the Agent: ',
    ]
    assert [probe for probe in probes if sum(line.startswith(f'DEBUG {probe}') for line in ours) != 1] == []


@needs_namespaces
def test_a_healthy_run_logs_nothing_above_debug():
    with World(Topology.CONTAINER, tokens='required', hop_limit=2) as world:
        assert world.run(lines_of_a_run, logging.INFO) == []


def test_no_part_of_the_package_logs_past_the_filter_or_changes_another_logger():
    source = Path(__file__).parents[1] / 'datadog_checks' / 'aws_diagnostics'
    other = re.compile(r'getLogger|setLevel|self\.log\b|addFilter|print\(')
    using = {
        str(path.relative_to(source))
        for path in source.glob('**/*.py')
        if other.search(path.read_text(encoding='utf-8')) and path.parts[-2] not in ('cli', 'aws')
    }
    assert using == {'log.py'}
