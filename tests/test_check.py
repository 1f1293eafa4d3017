"""The whole check, from the network to the Agent, over real sockets."""

import json

import pytest
from datadog_checks.base import AgentCheck

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from tests.agent_process import RunningAgent, diagnose_locally, results, run_check
from tests.builders import INSTANCE_ID
from tests.simulator import Fault, Persona, Topology, World, namespaces_available
from tests.strict_agent import StrictAgent

pytestmark = pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')

OK, WARNING, CRITICAL, UNKNOWN = AgentCheck.OK, AgentCheck.WARNING, AgentCheck.CRITICAL, AgentCheck.UNKNOWN
ALL_OK = dict.fromkeys(('imds', 'hop_limit', 'imdsv1', 'hostname_provider', 'hostname'), OK)
NAMED_BY_THE_OS = RunningAgent(hostname='ip-10-0-0-12', provider='os')
ANOTHER_VENDOR = {'/sys/devices/virtual/dmi/id/board_vendor': 'Google\n'}
IN_A_CONTAINER = {**World.EC2_FILES, '/run/.containerenv': ''}
TOKEN = ('PUT', '/latest/api/token')
INSTANCE_ID_PATH = '/latest/meta-data/instance-id'


def statuses(submitted):
    return {name: status for name, (status, _) in submitted.service_checks.items()}


def test_a_healthy_host_is_ok_in_every_respect():
    with World(tokens='required', hop_limit=2) as world:
        [submitted] = world.run(run_check, {'tags': ['team:a'], 'identity_tags': ['region']})
    assert submitted.error == ''
    assert statuses(submitted) == ALL_OK
    assert submitted.failed == frozenset()
    assert submitted.tags == {'team:a', f'instance_id:{INSTANCE_ID}', 'region:eu-west-1'}
    measured = {name: submitted.gauges[name] for name in ('imds.hop_limit', 'imds.hop_limit_needed')}
    assert measured == {'imds.hop_limit': 2, 'imds.hop_limit_needed': 1}
    assert (submitted.gauges['imds.imdsv1_enabled'], submitted.gauges['ready_for_imdsv2']) == (0, 1)
    assert submitted.metadata == {
        'platform': f"EC2: DMI board_vendor is 'Amazon EC2', board_asset_tag is '{INSTANCE_ID}'",
        'imds.version': 'v2',
        'imds.hop_limit': '2',
        'hostname.provider': 'aws',
    }


MINIMAL = {'imds.ok', 'hostname_provider.ok', 'imds.imdsv1_enabled', 'imds.latency of token', 'run.duration'}
STANDARD = MINIMAL | {
    'hop_limit.ok',
    'hostname.ok',
    'ready_for_imdsv2',
    'imds.hop_limit',
    'imds.hop_limit_needed',
    'imdsv2.transition',
}
EVERYTHING = {'imdsv1.ok', 'imds.gateways', 'imds.latency of metadata', 'run.age', 'run.imds_requests'} | STANDARD


@pytest.mark.parametrize(
    ('options', 'gauges'),
    [
        pytest.param({}, STANDARD, id='by default'),
        pytest.param({'metrics': 'minimal'}, MINIMAL, id='minimal'),
        pytest.param({'metrics': 'all'}, EVERYTHING, id='all'),
    ],
)
def test_a_healthy_host_sends_few_series(options, gauges):
    with World(tokens='required', hop_limit=2) as world:
        [submitted] = world.run(run_check, options)
    passed = list(results(submitted.diagnoses).values()).count(0)
    assert {*submitted.gauges} == gauges
    assert submitted.series == len(gauges) + (passed if gauges is EVERYTHING else 0)


def test_agent_diagnose_shows_the_last_run_and_asks_nothing():
    with World(tokens='required', hop_limit=2) as world:
        [once] = world.run(run_check, {})
        asked = len(world.requests)
        first, again = world.run(run_check, {}, runs=2)
        of_the_steady_run = len(world.requests) - 2 * asked
    of_the_first, *others = (results(run.diagnoses) for run in (once, first, again))
    assert others == [of_the_first] * 2
    assert (len(of_the_first), of_the_steady_run) == (22, 2)


def test_agent_diagnose_looks_at_the_host_where_nothing_ran_and_sends_no_metric():
    with World(Topology.CONTAINER, files=IN_A_CONTAINER, tokens='required', hop_limit=1) as world:
        [ran] = world.run(run_check, {}, NAMED_BY_THE_OS)
        diagnoses, sent = world.run(diagnose_locally, {}, NAMED_BY_THE_OS)
    assert (results(diagnoses), sent) == (results(ran.diagnoses), [])
    assert results(diagnoses)['imds-hop-limit-too-low'] == 1


def test_a_steady_run_costs_one_put_and_one_get():
    with World(tokens='required', hop_limit=2) as world:
        world.run(run_check, {}, runs=1)
        once = len(world.requests)
        _, *steady = world.run(run_check, {'metrics': 'all'}, runs=4)
        asked = [(request.method, request.path, request.token) for request in world.requests[2 * once :]]
    put, get = ('PUT', '/latest/api/token', 'none'), ('GET', INSTANCE_ID_PATH, 'valid')
    assert asked == [put, get] * 3
    assert [run.gauges['run.imds_requests'] for run in steady] == [2, 2, 2]


def test_a_container_behind_a_hop_limit_of_one_loses_its_name():
    with World(Topology.CONTAINER, files=IN_A_CONTAINER, tokens='required', hop_limit=1) as world:
        documented = {'docs_url': 'https://docs.internal'}
        [submitted] = world.run(run_check, documented, RunningAgent(hostname='ip-10-0-0-12', provider='os'))
    status, message = submitted.service_checks['hop_limit']
    assert status == CRITICAL
    assert message.startswith('imds-hop-limit-too-low: ')
    link = 'Documentation: https://docs.internal/diagnoses.html#imds-hop-limit-too-low'
    assert (message.endswith(f' {link}'), json.dumps(f'\n{link}')[1:-1] in submitted.diagnoses) == (True, True)
    assert '172.17.0.1' in message
    assert submitted.gauges['imds.hop_limit_needed'] == 2
    assert submitted.gauges['hop_limit.ok'] == 0
    assert 'imds-hop-limit-too-low' in submitted.failed
    assert '--http-put-response-hop-limit 2' in submitted.diagnoses


def test_imdsv1_that_hides_the_hop_limit_is_a_warning_until_imdsv2_is_required():
    with World(Topology.CONTAINER, files=IN_A_CONTAINER, tokens='optional', hop_limit=1) as world:
        [hidden] = world.run(run_check, {})
        [required] = world.run(run_check, {'require_imdsv2': True})
    assert (statuses(hidden)['hop_limit'], statuses(required)['hop_limit']) == (WARNING, CRITICAL)


@pytest.mark.parametrize(
    ('world', 'agent', 'failed'),
    [
        pytest.param(
            World(endpoint='disabled'),
            RunningAgent(),
            'imds-endpoint-disabled',
            id='IMDS switched off, and DMI saves the name',
        ),
        pytest.param(
            World(Topology.CONTAINER, fault=Fault.REJECT_ADMIN_PROHIBITED),
            NAMED_BY_THE_OS,
            'imds-unreachable',
            id='a firewall rejects',
        ),
        pytest.param(
            World(Topology.CONTAINER, persona=Persona.KUBE2IAM, tokens='optional', hop_limit=2),
            RunningAgent(),
            'imds-intercepted',
            id='kube2iam',
        ),
        pytest.param(World(throttle_every=1), RunningAgent(), 'imds-throttled', id='throttled'),
    ],
)
def test_a_fault_of_imds_is_found_by_its_name(world, agent, failed):
    with world:
        [submitted] = world.run(run_check, {}, agent)
    assert submitted.error == ''
    assert failed in submitted.failed


@pytest.mark.parametrize(
    'world',
    [
        pytest.param(World(Topology.EMPTY), id='nothing there and no sign of EC2'),
        pytest.param(World(files=ANOTHER_VENDOR, persona=Persona.GOOGLE), id="another cloud's firmware"),
        pytest.param(World(files={}, persona=Persona.GOOGLE), id="another cloud's metadata server and no firmware"),
        pytest.param(World(files={}, endpoint='disabled'), id='an anonymous 403'),
        pytest.param(World(Topology.CONTAINER, files={}, fault=Fault.BLACKHOLE), id='silence'),
        pytest.param(World(Topology.CONTAINER, files={}, fault=Fault.REJECT_TCP_RESET), id='a refusal'),
    ],
)
def test_what_is_not_known_to_be_ec2_stays_quiet(world):
    with world:
        [submitted] = world.run(run_check, {}, NAMED_BY_THE_OS)
    assert (submitted.error, submitted.service_checks, set(submitted.gauges)) == ('', {}, {'run.duration'})


def test_where_there_is_no_sign_of_ec2_a_run_is_over_at_once():
    with World(Topology.EMPTY) as world:
        first_runs = [world.run(run_check, {}, NAMED_BY_THE_OS)[0].gauges['run.duration'] for _ in range(5)]
    # The quickest of them, as whatever else this machine does only makes them longer.
    assert min(first_runs) < 0.1


def test_another_vendors_firmware_means_no_request_at_all():
    with World(files=ANOTHER_VENDOR, persona=Persona.GOOGLE) as world:
        world.run(run_check, {}, NAMED_BY_THE_OS)
        assert list(world.requests) == []


def test_one_probe_decides_where_nothing_is_known():
    with World(files={}, persona=Persona.GOOGLE) as world:
        world.run(run_check, {}, NAMED_BY_THE_OS)
        once = len(world.requests)
        world.run(run_check, {}, NAMED_BY_THE_OS, runs=3)
        assert len(world.requests) == 2 * once


def test_an_imds_that_answers_as_ec2_does_makes_it_ec2_without_firmware():
    with World(files={}, tokens='required', hop_limit=2) as world:
        [submitted] = world.run(run_check, {})
    assert submitted.metadata['platform'] == (
        f'EC2: IMDS at http://169.254.169.254 gave a token and the identity document of {INSTANCE_ID}'
    )


def test_ec2_never_asks_nothing_even_on_ec2():
    with World() as world:
        [submitted] = world.run(run_check, {'ec2': 'never'})
        assert list(world.requests) == []
    assert submitted.service_checks == {}


def test_ec2_always_makes_silence_a_fault():
    with World(Topology.CONTAINER, files={}, fault=Fault.BLACKHOLE) as world:
        [submitted] = world.run(run_check, {'ec2': 'always'}, NAMED_BY_THE_OS)
    assert statuses(submitted)['imds'] == CRITICAL


def test_a_silent_imds_leaves_time_to_ask_the_agent_within_the_deadline():
    with World(Topology.CONTAINER, fault=Fault.BLACKHOLE) as world:
        [submitted] = world.run(run_check, {'deadline': 2, 'timeout': 2}, NAMED_BY_THE_OS)
    assert statuses(submitted)['hostname_provider'] == CRITICAL
    assert submitted.gauges['run.duration'] < 2.5


def test_while_it_backs_off_the_last_result_is_reported_with_its_age():
    with World(Topology.CONTAINER, fault=Fault.REJECT_TCP_RESET) as world:
        first, second = world.run(run_check, {'metrics': 'all'}, NAMED_BY_THE_OS, runs=2)
    assert statuses(first) == statuses(second)
    assert second.gauges['run.imds_requests'] == 0
    assert second.gauges['run.age'] > 0


def test_many_runs_leave_no_file_descriptor_open():
    with World(Topology.CONTAINER, files=IN_A_CONTAINER, tokens='optional', hop_limit=1) as world:
        submitted = world.run(run_check, {'max_backoff': 0, 'path_probe_interval': 0}, runs=4)
    assert len({run.file_descriptors for run in submitted}) == 1


def test_ipv6():
    with World(Topology.CONTAINER, files=IN_A_CONTAINER, tokens='required', hop_limit=3) as world:
        [submitted] = world.run(run_check, {'imds_endpoint': 'http://[fd00:ec2::254]'})
    assert statuses(submitted) == ALL_OK
    assert submitted.gauges['imds.hop_limit'] == 3


def test_imdsv1_is_never_asked_when_the_operator_says_so():
    with World(tokens='optional') as world:
        [submitted] = world.run(run_check, {'imdsv1_probe_interval': 0})
        assert [request for request in world.requests if (request.method, request.token) == ('GET', 'none')] == []
    assert 'imds.imdsv1_enabled' not in submitted.gauges


def test_what_is_secret_is_never_asked_for():
    with World(Topology.CONTAINER, files=IN_A_CONTAINER, tokens='optional', hop_limit=1) as world:
        world.run(run_check, {}, runs=2)
        paths = {request.path for request in world.requests}
    assert [path for path in paths if 'security-credentials' in path or 'user-data' in path] == []


def run_with_failing_channels(instance):
    with pytest.MonkeyPatch.context() as monkeypatch:
        StrictAgent(monkeypatch).fail('reading the cache', 'writing the cache', 'reporting an issue', 'event')
        return run_check(instance, runs=2)


@pytest.mark.needs_base(37, 41)
def test_an_agent_whose_cache_and_health_platform_fail_gets_everything_else():
    with World(tokens='required', hop_limit=2) as world:
        submitted = world.run(run_with_failing_channels, {})
    assert [run.error for run in submitted] == ['', '']
    assert [statuses(run) for run in submitted] == [ALL_OK, ALL_OK]


def test_what_is_remembered_outlives_a_change_of_the_configuration_and_a_name(datadog_agent):
    before, after = (AwsDiagnosticsCheck('aws_diagnostics', {}, [instance]) for instance in ({}, {'name': 'a'}))
    before.check_id, after.check_id = 'aws_diagnostics:1f', 'aws_diagnostics:a:2e'
    for check in (before, after):
        while check.check_initializations:
            check.check_initializations.popleft()()
    before.write_persistent_cache('naming', 'kept')
    assert after.read_persistent_cache('naming') == 'kept'
    assert datadog_agent._cache == {'aws_diagnostics:host_naming': 'kept'}


@pytest.mark.needs_base(37, 41)
def test_an_agent_without_issues_gets_none(monkeypatch, datadog_agent):
    monkeypatch.delattr(type(datadog_agent), 'report_issue')
    assert AwsDiagnosticsCheck('aws_diagnostics', {}, [{}])._emitter._issues is None
