import pytest

from datadog_checks.aws_diagnostics.diagnoses.remedies import (
    agent_setting,
    container_kind,
    modify_metadata_options,
    needed_hop_limit,
    raise_hop_limit,
    region_option,
    restart_agent,
    restart_for_the_name,
    ways_around_the_hop_limit,
)
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Platform, Unobserved
from tests.builders import INSTANCE_ID, agent, container, facts, host, imds, path

UNMEASURED = Unobserved('this kernel cannot')
ANYWHERE = facts(platform=Platform(True, 'DMI'), host=Unobserved('no'), imds=Unobserved('no'))


def within(kind: ContainerKind) -> Facts:
    return facts(host=host(container=container(kind)))


def test_a_command_carries_the_region_and_the_instance_id() -> None:
    assert modify_metadata_options(facts(), '--http-tokens required', '--http-endpoint enabled') == (
        f'aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id {INSTANCE_ID} '
        '--http-tokens required --http-endpoint enabled'
    )


def test_a_command_says_what_to_fill_in_where_the_instance_is_not_known() -> None:
    assert modify_metadata_options(ANYWHERE, '--http-tokens required') == (
        'aws ec2 modify-instance-metadata-options --instance-id INSTANCE_ID --http-tokens required'
    )


def test_without_an_identity_the_region_of_the_operator_applies() -> None:
    assert region_option(facts(imds=imds(identity=None))) == ''


def test_where_the_host_could_not_be_inspected_no_container_is_assumed() -> None:
    assert container_kind(ANYWHERE) is ContainerKind.NONE


@pytest.mark.parametrize(
    ('situation', 'expected', 'needed'),
    [
        pytest.param(facts(), Expectations(), 1, id='on the host'),
        pytest.param(facts(path=path(gateways=2)), Expectations(), 3, id='behind two gateways'),
        pytest.param(facts(path=UNMEASURED), Expectations(), 1, id='on the host, not measured'),
        pytest.param(within(ContainerKind.POD), Expectations(), 1, id='in a pod in the host network'),
        pytest.param(
            facts(path=UNMEASURED, host=host(container=container(ContainerKind.POD))),
            Expectations(),
            2,
            id='in a pod, not measured',
        ),
        pytest.param(
            facts(path=path(gateways=None), host=host(container=container(ContainerKind.DOCKER))),
            Expectations(),
            2,
            id='in a Docker container, gateways not counted',
        ),
        pytest.param(facts(), Expectations(min_hop_limit=3), 3, id='on the host, the operator demands more'),
        pytest.param(
            facts(path=path(gateways=2)), Expectations(min_hop_limit=2), 3, id='the operator demands less than needed'
        ),
    ],
)
def test_the_hop_limit_needed_is_what_was_measured_and_at_least_what_is_demanded(
    situation: Facts, expected: Expectations, needed: int
) -> None:
    assert needed_hop_limit(situation, expected) == needed


@pytest.mark.parametrize('kind', ContainerKind)
def test_only_a_pod_is_told_helm_values(kind: ContainerKind) -> None:
    offered = ' '.join((*ways_around_the_hop_limit(kind), agent_setting(within(kind), 'hostname_fqdn', 'true')))
    assert ('Helm' in offered) is (kind is ContainerKind.POD)


@pytest.mark.parametrize('kind', ContainerKind)
def test_the_hop_limit_is_raised_only_after_what_exposes_less(kind: ContainerKind) -> None:
    situation = facts(path=path(gateways=1), host=host(container=container(kind)))
    steps = raise_hop_limit(situation, Expectations()).steps
    around = ways_around_the_hop_limit(kind)
    assert steps[: len(around)] == around
    assert 'exposes IMDS' in steps[len(around)]
    assert all('exposes' in step for step in around)


@pytest.mark.parametrize(
    ('kind', 'setting'),
    [
        pytest.param(ContainerKind.NONE, 'In datadog.yaml: ec2_prefer_imdsv2: true', id='host'),
        pytest.param(ContainerKind.POD, 'Helm: datadog.env: [{name: DD_EC2_PREFER_IMDSV2, value: "true"}]', id='pod'),
        pytest.param(
            ContainerKind.ECS_BRIDGE,
            'ECS task definition, environment of the Agent: {"name": "DD_EC2_PREFER_IMDSV2", "value": "true"}',
            id='ECS',
        ),
        pytest.param(
            ContainerKind.DOCKER, 'Environment of the Agent container: DD_EC2_PREFER_IMDSV2=true', id='Docker'
        ),
    ],
)
def test_a_setting_is_given_in_the_form_of_the_place(kind: ContainerKind, setting: str) -> None:
    assert agent_setting(within(kind), 'ec2_prefer_imdsv2', 'true') == setting


@pytest.mark.parametrize(
    ('kind', 'command'),
    [
        pytest.param(ContainerKind.NONE, 'sudo systemctl restart datadog-agent', id='host'),
        pytest.param(ContainerKind.POD, 'kubectl rollout restart daemonset/datadog', id='pod'),
        pytest.param(
            ContainerKind.ECS_AWSVPC,
            'aws ecs update-service --force-new-deployment --cluster CLUSTER --service SERVICE',
            id='ECS',
        ),
        pytest.param(ContainerKind.DOCKER, 'docker restart AGENT_CONTAINER', id='Docker'),
    ],
)
def test_the_agent_is_restarted_as_it_was_started(kind: ContainerKind, command: str) -> None:
    assert restart_agent(within(kind)) == f'Restart the Agent: {command}'


@pytest.mark.parametrize(
    ('situation', 'restarts'),
    [
        pytest.param(facts(), False, id='the Agent has the name of this instance'),
        pytest.param(facts(agent=agent(hostname='ip-10-0-0-12')), True, id='the Agent has another name'),
        pytest.param(facts(agent=agent(hostname=None)), True, id='the name of the Agent is not known'),
        pytest.param(facts(agent=Unobserved('no Agent')), True, id='the Agent was not asked'),
        pytest.param(
            facts(platform=Platform(True, 'DMI'), imds=imds(instance_id=None), host=host(cloud_init_instance_id='')),
            True,
            id='the instance is not known',
        ),
    ],
)
def test_an_agent_that_has_its_name_needs_no_restart(situation: Facts, restarts: bool) -> None:
    assert bool(restart_for_the_name(situation)) is restarts
