"""An Agent without any hostname."""

import pytest

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_missing import HOSTNAME_MISSING
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Unobserved
from datadog_checks.aws_diagnostics.remedies import Command, Language
from tests.builders import INSTANCE_ID, agent, container, facts, host
from tests.diagnoses.tables import Row, verdict_test
from tests.remedy_rules import faults_of

ALL = 'unable to reliably determine the host name. You can define one in the agent config file or in your hosts file'
REFUSED = 'ip-182-18-195-41.ec2.internal-prod_k8s_test is not RFC1123 compliant'


def nameless(**errors: str) -> Facts:
    known = agent(hostname='', provider=None, provider_errors=errors)
    return facts(agent=known, host=host(container=container(ContainerKind.POD)))


FAILS = {
    'the name of the cluster makes one that the Agent refuses': Row(
        nameless(all=ALL, container=REFUSED, os='OS hostname is not usable'),
        f'the Agent found no hostname. It says: container: {REFUSED}; os: OS hostname is not usable',
        near_miss='named by aws',
    ),
    'the kubelet is out of reach': Row(
        nameless(container="couldn't fetch the host nodename from the kubelet: timeout"),
        "the Agent found no hostname. It says: container: couldn't fetch the host nodename from the kubelet: timeout",
        near_miss='named by aws',
    ),
    'nothing but that nothing was found': Row(
        nameless(all=ALL), f'the Agent found no hostname. It says: all: {ALL}', near_miss='named by aws'
    ),
}
PASSES = {'named by aws': Row(facts(), f"the Agent is named '{INSTANCE_ID}'")}
NOT_YET = 'the Agent has no hostname, and does not say why: it may not have looked for one yet'
UNKNOWN = {
    'it does not say why': Row(nameless(), NOT_YET),
    'a sidecar, whose search ends without a name on purpose': Row(
        nameless(**{"'hostname' configuration/environment": 'hostname is empty'}), NOT_YET
    ),
    'the name is not known': Row(facts(agent=agent(hostname=None)), "the Agent's hostname is not known"),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
test_verdict = verdict_test(HOSTNAME_MISSING, FAILS, PASSES, UNKNOWN, {})


@pytest.mark.parametrize(
    ('error', 'cluster'),
    [
        pytest.param(REFUSED, 'prod-k8s-test', id='a node with a default name'),
        pytest.param(f'{INSTANCE_ID}-Prod_1 is not RFC1123 compliant', 'prod-1', id='a node named by its id'),
        pytest.param('ip-10-0-0-1-a__b is not RFC1123 compliant', 'a-b', id='a node without a domain'),
        pytest.param(f'ValidHostname: {REFUSED}', 'prod-k8s-test', id='with a word before it'),
    ],
)
def test_the_cluster_gets_a_name_that_the_agent_takes(error: str, cluster: str) -> None:
    fix = HOSTNAME_MISSING.remedy(nameless(container=error), Expectations())
    assert fix.choices[0].commands == (Command(f'datadog:\n  clusterName: {cluster}', Language.HELM),)
    assert faults_of(fix) == []


@pytest.mark.parametrize(
    'known',
    [
        pytest.param(nameless(container='timeout'), id='another reason'),
        pytest.param(nameless(container='my_node is not RFC1123 compliant'), id='a name without a cluster'),
        pytest.param(nameless(container='ip-10-0-0-1-1_$(id) is not RFC1123 compliant'), id='a command in the name'),
        pytest.param(nameless(container=f'{INSTANCE_ID}-_1 is not RFC1123 compliant'), id='no letter to begin with'),
        pytest.param(facts(agent=agent(hostname='', provider_errors={'container': REFUSED})), id='no pod'),
        pytest.param(facts(agent=Unobserved('not in an Agent')), id='nothing is known'),
    ],
)
def test_no_other_name_for_the_cluster_is_made_up(known: Facts) -> None:
    fix = HOSTNAME_MISSING.remedy(known, Expectations())
    assert not any('clusterName' in command.text for choice in fix.choices for command in choice.commands)
    assert faults_of(fix) == []


def test_the_ways_that_need_no_other_provider_are_offered_everywhere() -> None:
    by_file, by_aws = generic_remedy(HOSTNAME_MISSING).choices
    assert 'hostname_file: /var/lib/cloud/data/instance-id' in by_file.commands[0].text
    assert by_aws.commands[0].text == 'ec2_prioritize_instance_id_as_hostname: true'
