"""The check in the Python of three Agents, as the Agent's loader finds it: from the wheel, and from a file in checks.d.

The oldest base that an Agent has with Python 3.11 and 3.12, and the newest with 3.13: see requirements/agent-*.txt.
"""

import json
from typing import Any

import pytest

from datadog_checks.aws_diagnostics import __version__
from datadog_checks.aws_diagnostics.collect.required_permissions import recorded_permissions
from tests.packages.agent import Agent
from tests.simulator import Topology, World, namespaces_available

pytestmark = pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')

FOREIGN_TO_AN_AGENT = {'click', 'rich'}
OF_THE_ACCOUNT_SCOPE = {'boto3', 'botocore'}
OK, CRITICAL = 0, 2
ALL_OK = {f'aws_diagnostics.{name}': OK for name in ('hop_limit', 'hostname', 'hostname_provider', 'imds', 'imdsv1')}
HEALTHY = {
    'version': __version__,
    'checks': ['AwsDiagnosticsCheck'],
    'error': '',
    'service_checks': ALL_OK,
    'failed': [],
    'has_models': True,
    'version_of_the_check': __version__,
}


@pytest.fixture(scope='module')
def healthy(agent: Agent) -> dict[str, Any]:
    with World(tokens='required', hop_limit=2) as world:
        return agent.run_check(world, {'identity_tags': ['region']})


def test_a_healthy_host_is_ok_in_every_respect(agent: Agent, healthy: dict[str, Any]):
    assert {key: healthy.get(key) for key in ('module', *HEALTHY)} == {'module': agent.module, **HEALTHY}


def test_a_run_on_a_host_imports_nothing_of_the_account_scope_nor_what_no_agent_embeds(healthy: dict[str, Any]):
    modules = set(healthy['modules'])
    assert 'datadog_checks.aws_diagnostics.collect.imds' in modules
    assert modules & (FOREIGN_TO_AN_AGENT | OF_THE_ACCOUNT_SCOPE) == set()


def test_a_fault_is_found_and_told(agent: Agent):
    files = {**World.EC2_FILES, '/run/.containerenv': ''}
    with World(Topology.CONTAINER, files=files, tokens='required', hop_limit=1) as world:
        told = agent.run_check(world, {})
    assert told['service_checks']['aws_diagnostics.hop_limit'] == CRITICAL
    assert 'diagnosis:imds-hop-limit-too-low' in told['failed']


@pytest.fixture(scope='module')
def told(agent: Agent) -> dict[str, str]:
    """By one process for each Agent: to import the check costs more than what is asked of it."""
    program = PROGRAM.replace('MODULE', agent.module)
    answers: dict[str, str] = json.loads(agent.program(program))
    return answers


PROGRAM = """
import json
from MODULE import AwsDiagnosticsCheck
told = {}
try:
    AwsDiagnosticsCheck('aws_diagnostics', {}, [{'min_hop_limits': 2}])
except Exception as e:
    told['refused'] = str(e)
before, after = (AwsDiagnosticsCheck('aws_diagnostics', {}, [instance]) for instance in ({}, {'ec2': 'never'}))
before.check_id, after.check_id = 'aws_diagnostics:1f', 'aws_diagnostics:2e'
before.write_persistent_cache('naming', 'kept')
told['remembered'] = after.read_persistent_cache('naming')
from datadog_checks.aws_diagnostics.collect.required_permissions import recorded_permissions
AwsDiagnosticsCheck('aws_diagnostics', {}, [{'account': {'regions': ['eu-west-1']}}])
import datadog_checks.aws_diagnostics.collect.aws.session
told['permissions'] = str(recorded_permissions())
print(json.dumps(told))
"""


def test_an_option_that_is_misspelt_is_refused_with_the_same_words(told: dict[str, str]):
    assert told['refused'] == 'min_hop_limits is not known: did you mean min_hop_limit?'


def test_the_account_scope_finds_its_recorded_lists_and_its_libraries(told: dict[str, str]):
    assert told['permissions'] == str(recorded_permissions())


def test_what_is_remembered_outlives_a_change_of_the_configuration_on_every_base(told: dict[str, str]):
    assert told['remembered'] == 'kept'
