"""The fixes that diagnoses of a host share: each in the form of the place where the Agent runs."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses import hostname, imds
from datadog_checks.aws_diagnostics.diagnoses.agent_remedies import (
    accept,
    agent_setting,
    container_kind,
    in_agent,
    remove_setting,
    restart_agent,
    restart_for_the_name,
)
from datadog_checks.aws_diagnostics.diagnoses.around_imds import name_from_cloud_init, ways_around_the_hop_limit
from datadog_checks.aws_diagnostics.diagnoses.host_remedies import (
    for_new_instances,
    hop_limit,
    modify_metadata_options,
    needed_hop_limit,
    raise_hop_limit,
    raise_on_this_instance,
)
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.diagnoses.which_instance import find_instance, how_to_find_instance
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, HostnameProvider, Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.values import AgentHostname
from datadog_checks.aws_diagnostics.findings import Diagnosis
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Step
from tests import builders
from tests.builders import INSTANCE_ID, agent, container, facts, host, path
from tests.diagnoses import remedy_parts as parts
from tests.remedy_rules import commands_of, faults_of

UNMEASURED = Unobserved('this kernel cannot')
READS, CHANGES = 'describe-instances', 'modify-instance-metadata-options'
ANYWHERE = facts(platform=Platform(True, 'DMI'), host=Unobserved('no'), imds=Unobserved('no'))
DIAGNOSES = (*imds.DIAGNOSES, *hostname.DIAGNOSES)


def within(kind: ContainerKind) -> Facts:
    return facts(host=host(container=container(kind)))


def test_a_command_carries_the_region_and_the_instance_id() -> None:
    assert modify_metadata_options(facts(), '--http-tokens', 'required') == Command(
        f'aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id {INSTANCE_ID} '
        '--http-tokens required'
    )


def test_a_command_stops_at_what_is_not_known() -> None:
    assert modify_metadata_options(ANYWHERE, '--http-tokens', 'required') == Command(
        'aws ec2 modify-instance-metadata-options --region "${AWS_REGION:?}" --instance-id "${INSTANCE_ID:?}" '
        '--http-tokens required'
    )


def test_what_is_not_known_is_looked_up_first() -> None:
    (raising,) = raise_hop_limit(ANYWHERE, Expectations()).choices
    assert [command.text for command in raising.commands[:3]] == [
        'cloud-init query region',
        'hostname -I',
        'aws ec2 describe-instances --region "${AWS_REGION:?}" '
        '--filters "Name=private-ip-address,Values=${PRIVATE_IP:?}" '
        "--query 'Reservations[].Instances[].[InstanceId,VpcId,LaunchTime]' --output text",
    ]
    assert raising.text == (
        f'Raise it on this instance ({parts.REFUSED}); the first two commands, run on the instance, outside any '
        'container, print AWS_REGION and every PRIVATE_IP; the third prints the INSTANCE_ID with that address (the EC2 '
        'console shows it too)'
    )


def test_only_what_is_not_known_is_looked_up() -> None:
    found = {
        'the region': facts(imds=builders.imds(identity=None)),
        'the id': facts(imds=builders.imds(instance_id=builders.OTHER_INSTANCE_ID)),
        'nothing': facts(),
    }
    first_words = {
        what: [command.text.partition(' ')[0] for command in find_instance(known)] for what, known in found.items()
    }
    assert first_words == {
        'the region': ['cloud-init'],
        'the id': ['cloud-init', 'hostname', 'aws'],
        'nothing': [],
    }
    assert how_to_find_instance(found['the region']) == '; the first command, run on it, prints AWS_REGION'
    assert how_to_find_instance(found['nothing']) == ''


def test_an_identity_without_a_region_leaves_the_region_to_the_reader() -> None:
    known = facts(imds=builders.imds(identity=None))
    assert '--region "${AWS_REGION:?}"' in modify_metadata_options(known, '--http-tokens', 'required').text


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
        pytest.param(facts(path=UNMEASURED, host=Unobserved('no')), Expectations(), 2, id='nothing is known'),
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


@pytest.mark.parametrize(
    ('kind', 'around', 'applied'),
    [
        pytest.param(ContainerKind.NONE, (), (), id='host'),
        pytest.param(ContainerKind.ECS_HOST, (), (), id='ECS task in the host network'),
        pytest.param(
            ContainerKind.POD,
            (parts.CLOUD_INIT_IN_A_POD, parts.HOST_NETWORK_OF_A_POD),
            (parts.APPLY_HELM,),
            id='pod',
        ),
        pytest.param(
            ContainerKind.ECS_BRIDGE, (parts.CLOUD_INIT_IN_A_TASK, parts.HOST_NETWORK_OF_A_TASK), (), id='ECS'
        ),
        pytest.param(
            ContainerKind.DOCKER,
            (parts.CLOUD_INIT_IN_DOCKER, parts.HOST_NETWORK_IN_DOCKER),
            (parts.APPLY_COMPOSE,),
            id='Docker',
        ),
    ],
)
def test_the_hop_limit_is_raised_only_after_what_exposes_less(
    kind: ContainerKind, around: tuple[Choice, ...], applied: tuple[Step, ...]
) -> None:
    situation = facts(path=path(gateways=1), host=host(container=container(kind)))
    assert ways_around_the_hop_limit(situation) == around
    fix = raise_hop_limit(situation, Expectations())
    assert fix.choices[:-1] == around
    assert fix.then[: len(applied)] == applied
    assert '--http-put-response-hop-limit 2' in fix.choices[-1].commands[-1].text


AWS_SAYS = """\
#!/bin/sh
echo "$2" >> calls
case "$*" in *HttpPutResponseHopLimit*) echo {limit};; esac
exit {status}
"""


@pytest.mark.parametrize(
    ('limit', 'status', 'calls', 'says'),
    [
        pytest.param('1', 0, [READS, READS, CHANGES], '', id='lower'),
        pytest.param('2', 0, [READS], 'the hop limit is 2, not below 2', id='as high, so the way back is longer'),
        pytest.param('3', 0, [READS], 'the hop limit is 3, not below 2', id='higher, so it would be lowered'),
        pytest.param('None', 0, [READS], 'the hop limit is None, not below 2', id='AWS does not say'),
        pytest.param('', 254, [READS], '', id='AWS does not answer'),
    ],
)
def test_a_hop_limit_that_was_not_measured_is_never_lowered(
    tmp_path: Path, limit: str, status: int, calls: list[str], says: str
) -> None:
    """The script is run, with an `aws` that only says what it was asked."""
    lost = facts(path=path(gateways=1, reply_lost=True, remaining_ttl=None, hop_limit=None, hop_limit_at_most=1))
    (script,) = raise_on_this_instance(lost, 'Raise it', 2).commands
    aws = tmp_path / 'aws'
    aws.write_text(AWS_SAYS.format(limit=limit, status=status))
    aws.chmod(0o755)
    environ = {'PATH': f'{tmp_path}:{os.environ["PATH"]}'}
    ran = subprocess.run(['bash', '-c', script.text], cwd=tmp_path, env=environ, capture_output=True, text=True)
    assert (tmp_path / 'calls').read_text().split() == calls
    assert ran.stdout.strip() == says
    assert (ran.returncode == 0) is (CHANGES in calls)


@pytest.mark.parametrize(
    ('seen', 'needed', 'measured'),
    [
        pytest.param({'hop_limit': 1}, 2, True, id='measured, and lower'),
        pytest.param({'hop_limit': 2}, 2, False, id='measured, and as high'),
        pytest.param({'hop_limit': None, 'hop_limit_at_most': 1}, 2, False, id='only bounded'),
        pytest.param({'hop_limit': None}, 2, False, id='not known'),
    ],
)
def test_aws_is_asked_first_unless_the_hop_limit_was_measured_to_be_lower(
    seen: dict[str, Any], needed: int, measured: bool
) -> None:
    assert raise_on_this_instance(facts(path=path(**seen)), 'Raise it', needed) == parts.raise_hop_limit(
        needed, text='Raise it', measured=measured
    )


@pytest.mark.parametrize(
    ('kind', 'managed', 'new'),
    [
        pytest.param(ContainerKind.NONE, '', (parts.new_hop_limit(2),), id='host'),
        pytest.param(
            ContainerKind.ECS_HOST,
            '',
            (parts.new_hop_limit(2, resources='aws_launch_template'),),
            id='ECS task',
        ),
        pytest.param(ContainerKind.ECS_MANAGED, parts.ON_MANAGED_INSTANCES, (), id='task of Managed Instances'),
        pytest.param(ContainerKind.POD, parts.ON_AUTO_MODE, parts.for_new_nodes(2), id='pod'),
        pytest.param(ContainerKind.DOCKER, '', (parts.new_hop_limit(2),), id='Docker'),
    ],
)
def test_options_are_changed_where_instances_come_from_and_where_aws_refuses_that_it_is_said(
    kind: ContainerKind, managed: str, new: tuple[Step, ...]
) -> None:
    assert for_new_instances(within(kind), hop_limit(2)) == new
    assert raise_on_this_instance(within(kind), 'Raise it', 2) == parts.raise_hop_limit(
        2, text='Raise it', managed=managed
    )


@pytest.mark.parametrize(
    'known',
    [
        pytest.param(
            replace(
                within(ContainerKind.POD),
                agent=agent(
                    provider='hostnameFile',
                    configuration=builders.configuration(hostname_file='/etc/instance-id'),
                    hostname_file=builders.hostname_file('/etc/instance-id', 'iid-datasource-none'),
                ),
            ),
            id='the Agent has its name from a file already',
        ),
        pytest.param(
            facts(
                host=host(container=container(ContainerKind.DOCKER), cloud_init_instance_id=builders.OTHER_INSTANCE_ID)
            ),
            id='it names another instance',
        ),
    ],
)
def test_the_file_of_cloud_init_is_not_offered_where_it_changes_nothing_or_names_another_instance(known: Facts) -> None:
    (host_network,) = ways_around_the_hop_limit(known)
    assert host_network.text.startswith('Run the Agent in the host network')


def test_a_host_reads_the_file_of_cloud_init_where_it_is() -> None:
    assert name_from_cloud_init(facts()) == parts.CLOUD_INIT_ON_A_HOST


@pytest.mark.parametrize(
    ('kind', 'setting'),
    [
        pytest.param(ContainerKind.NONE, Command('ec2_prefer_imdsv2: true', Language.YAML), id='host'),
        pytest.param(
            ContainerKind.POD,
            Command('datadog:\n  env:\n    - name: DD_EC2_PREFER_IMDSV2\n      value: "true"', Language.HELM),
            id='pod',
        ),
        pytest.param(
            ContainerKind.ECS_BRIDGE,
            Command(
                """{
  "containerDefinitions": [
    {
      "name": "datadog-agent",
      "environment": [
        {
          "name": "DD_EC2_PREFER_IMDSV2",
          "value": "true"
        }
      ]
    }
  ]
}""",
                Language.JSON,
            ),
            id='ECS',
        ),
        pytest.param(
            ContainerKind.DOCKER,
            Command('services:\n  datadog-agent:\n    environment:\n      DD_EC2_PREFER_IMDSV2: "true"', Language.YAML),
            id='Docker',
        ),
    ],
)
def test_a_setting_is_given_in_the_form_of_the_place(kind: ContainerKind, setting: Command) -> None:
    assert agent_setting(within(kind), 'ec2_prefer_imdsv2', True) == setting


def test_a_list_is_yaml_in_datadog_yaml_and_words_in_the_environment() -> None:
    in_a_file, in_the_environment = (
        agent_setting(within(kind), 'cloud_provider_metadata', ('aws', 'gcp')).text
        for kind in (ContainerKind.NONE, ContainerKind.DOCKER)
    )
    assert in_a_file == 'cloud_provider_metadata: [aws, gcp]'
    assert in_the_environment.endswith('DD_CLOUD_PROVIDER_METADATA: "aws gcp"')


@pytest.mark.parametrize(
    ('kind', 'step'),
    [
        pytest.param(ContainerKind.NONE, parts.RESTART, id='host'),
        pytest.param(ContainerKind.POD, parts.RESTART_POD, id='pod'),
        pytest.param(ContainerKind.ECS_AWSVPC, parts.RESTART_ECS, id='ECS'),
        pytest.param(
            ContainerKind.ECS_MANAGED,
            Step(
                'Restart the Agent; it resolves its hostname only at startup (a new revision of the daemon task '
                'definition does it: AWS then replaces instances)'
            ),
            id='ECS Managed Instances',
        ),
        pytest.param(ContainerKind.DOCKER, parts.RESTART_DOCKER, id='Docker'),
        pytest.param(
            ContainerKind.OTHER,
            Step('Restart the Agent; it resolves its hostname only at startup (with the tool that runs its container)'),
            id='a container of an unknown kind',
        ),
    ],
)
def test_the_agent_is_restarted_as_it_was_started(kind: ContainerKind, step: Step) -> None:
    assert restart_agent(within(kind)) == step


@pytest.mark.parametrize(
    ('situation', 'restarts'),
    [
        pytest.param(facts(), False, id='the Agent has the name of this instance'),
        pytest.param(facts(agent=agent(hostname='ip-10-0-0-12')), True, id='the Agent has another name'),
        pytest.param(facts(agent=agent(hostname='')), True, id='the Agent has no name'),
        pytest.param(facts(agent=agent(hostname=None)), True, id='the name of the Agent is not known'),
        pytest.param(facts(agent=Unobserved('no Agent')), True, id='the Agent was not asked'),
        pytest.param(
            facts(
                platform=Platform(True, 'DMI'),
                imds=builders.imds(instance_id=None),
                host=host(cloud_init_instance_id=None),
            ),
            True,
            id='the instance is not known',
        ),
    ],
)
def test_an_agent_that_has_its_name_needs_no_restart(situation: Facts, restarts: bool) -> None:
    assert bool(restart_for_the_name(situation)) is restarts


@pytest.mark.parametrize(
    ('kind', 'commands'),
    [
        pytest.param(ContainerKind.NONE, ['sudo -u dd-agent cat /f'], id='host'),
        pytest.param(
            ContainerKind.POD,
            [
                'kubectl get pods --all-namespaces',
                'kubectl exec --namespace "${NAMESPACE:?}" "${AGENT_POD:?}" -c agent -- cat /f',
            ],
            id='pod',
        ),
        pytest.param(ContainerKind.DOCKER, ['docker ps', 'docker exec "${AGENT_CONTAINER:?}" cat /f'], id='Docker'),
        pytest.param(ContainerKind.OTHER, [], id='a container of an unknown kind'),
        pytest.param(ContainerKind.ECS_MANAGED, [], id='ECS Managed Instances, whose hosts nobody enters'),
    ],
)
def test_a_command_runs_where_the_agent_runs(kind: ContainerKind, commands: list[str]) -> None:
    assert [command.text for command in in_agent(within(kind), 'cat', '/f')] == commands


@pytest.mark.parametrize(
    ('kind', 'step'),
    [
        pytest.param(
            ContainerKind.NONE,
            Step(
                'Remove hostname from datadog.yaml, and DD_HOSTNAME from the environment of the Agent',
                (
                    Command(
                        "sudo grep -nsE '^ *(hostname:|DD_HOSTNAME=)' /etc/datadog-agent/datadog.yaml "
                        '/etc/datadog-agent/environment'
                    ),
                ),
            ),
            id='host',
        ),
        pytest.param(
            ContainerKind.POD,
            Step(
                'Remove DD_HOSTNAME from datadog.env and agents.containers.agent.env in the Helm values (the first '
                'command lists every RELEASE and its NAMESPACE); leave an empty list as []',
                (
                    Command('helm list --all-namespaces'),
                    Command('helm get values "${RELEASE:?}" --namespace "${NAMESPACE:?}" | grep -A 1 DD_HOSTNAME'),
                ),
            ),
            id='pod',
        ),
        pytest.param(
            ContainerKind.ECS_HOST,
            Step("Remove DD_HOSTNAME from the Agent's container, in a new revision of the task definition"),
            id='ECS',
        ),
        pytest.param(
            ContainerKind.DOCKER, Step("Remove DD_HOSTNAME from the environment of the Agent's container"), id='Docker'
        ),
    ],
)
def test_a_setting_is_removed_where_it_was_made(kind: ContainerKind, step: Step) -> None:
    assert remove_setting(within(kind), 'hostname') == step


def test_a_name_is_accepted_beside_what_was_accepted_before() -> None:
    expected = Expectations(hostname_providers=(HostnameProvider.AWS, HostnameProvider.OS))
    accepting = accept(expected, provider=HostnameProvider.OS, hostname=AgentHostname('web-1'))
    assert [command.text for command in accepting.commands] == [
        'instances:\n  - expected_hostname_provider: [aws, os]\n    expected_hostname: web-1'
    ]


@pytest.mark.parametrize('diagnosis', DIAGNOSES, ids=lambda d: d.id)
def test_the_catalogue_has_a_fix_with_variables_for_every_diagnosis(diagnosis: Diagnosis) -> None:
    fix = generic_remedy(diagnosis)
    assert faults_of(fix) == []
    assert commands_of(fix), 'a fix that says nothing concrete'
    assert not any(INSTANCE_ID in command.text for command in commands_of(fix))


@pytest.mark.parametrize('kind', ContainerKind)
@pytest.mark.parametrize('diagnosis', DIAGNOSES, ids=lambda d: d.id)
def test_every_fix_keeps_the_rules_in_every_place(diagnosis: Diagnosis, kind: ContainerKind) -> None:
    situation = facts(
        imds=builders.imds(identity=None),
        host=host(container=container(kind)),
        agent=agent(hostname='ip-10-0-0-12', provider='os', version=(7, 60, 0)),
        path=path(gateways=1),
    )
    fix = diagnosis.remedy(situation, Expectations(max_hop_limit=1))
    assert faults_of(fix) == []
    assert any(Language.HELM is command.language for command in commands_of(fix)) <= (kind is ContainerKind.POD)
