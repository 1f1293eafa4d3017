"""How the model reads a situation, and what it does with what is not known. The rest is in test_decision_matrix.py."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses.hostname.aws_provider import Source
from datadog_checks.aws_diagnostics.diagnoses.hostname.resolution import Resolution, resolve
from datadog_checks.aws_diagnostics.diagnoses.hostname.situation import ContainerName, Situation, situation_of
from datadog_checks.aws_diagnostics.facts import (
    Agent,
    ContainerKind,
    Dmi,
    Facts,
    HostnameSource,
    MissingFact,
    Unobserved,
    UtsNamespace,
)
from tests.builders import INSTANCE_ID, agent, configuration, container, facts, host, hostname_file

from .situations import DEFAULT_NAME

HOST = situation_of(facts())
"""Agent 7.81.3 with default settings on a Nitro instance; IMDSv2 answers, IMDSv1 is off."""
POD = replace(HOST, os_usable=False, default_name=False, container_name=ContainerName.DEFAULT)
BROKEN: dict[str, Any] = {'token': False, 'without_token': False, 'firmware_names_instance': False}


def situation(base: Situation = HOST, settings: dict[str, Any] | None = None, **differences: Any) -> Situation:
    return replace(base, configuration=configuration(**settings or {}), **differences)


def on_windows(detection: bool) -> Situation:
    seen = agent(provider='os', configuration=configuration(ec2_use_windows_prefix_detection=detection))
    return situation_of(facts(agent=seen, host=host(os_hostname='EC2AMAZ-AB12CD')))


@pytest.mark.parametrize(
    ('known', 'provider', 'source'),
    [
        pytest.param(situation(settings={'hostname': 'web-01'}), 'configuration', Source.SETTING, id='set by hand'),
        pytest.param(
            situation(settings={'hostname': 'my_host'}), 'aws', Source.IMDSV2, id='set by hand to what is no name'
        ),
        pytest.param(
            situation(settings={'hostname_file': '/f'}, file_usable=True), 'hostnameFile', Source.FILE, id='from a file'
        ),
        pytest.param(
            situation(settings={'hostname_file': '/f'}, file_usable=True, version=(7, 36, 0)),
            'configuration',
            Source.FILE,
            id='from a file, before 7.37',
        ),
        pytest.param(
            situation(settings={'hostname_file': '/f'}, file_usable=True, version=(7, 37, 0)),
            'hostnameFile',
            Source.FILE,
            id='from a file, since 7.37',
        ),
        pytest.param(
            situation(settings={'hostname_file': '/f'}, file_usable=False), 'aws', Source.IMDSV2, id='unusable file'
        ),
        pytest.param(situation(sidecar=True), 'fargate', Source.FARGATE, id='a sidecar'),
        pytest.param(situation(settings={'hostname_fqdn': True}), 'aws', Source.IMDSV2, id='fqdn, IMDS answers'),
        pytest.param(
            situation(settings={'hostname_fqdn': True}, **BROKEN), 'fqdn', Source.FQDN, id='fqdn, IMDS does not answer'
        ),
        pytest.param(
            situation(POD, {'hostname_fqdn': True}, os_usable=True, **BROKEN),
            'container',
            Source.CONTAINER,
            id='the name by the container runtime comes after fqdn, and wins',
        ),
        pytest.param(
            situation(POD, os_usable=True, **BROKEN), 'container', Source.CONTAINER, id='hostNetwork, IMDS is broken'
        ),
        pytest.param(
            situation(POD, container_name=ContainerName.CUSTOM), 'container', Source.CONTAINER, id='custom node name'
        ),
        pytest.param(
            situation(POD, container_name=ContainerName.NOTHING), None, Source.NOWHERE, id='a pod that finds no name'
        ),
        pytest.param(
            situation(POD, os_usable=True, container_name=ContainerName.NOTHING),
            'os',
            Source.OS,
            id='a pod whose own name is taken for that of the host',
        ),
        pytest.param(
            situation(POD, {'ec2_prioritize_instance_id_as_hostname': True}, container_name=ContainerName.NOTHING),
            'aws',
            Source.IMDSV2,
            id='a pod that finds no name, instance id prioritized',
        ),
        pytest.param(
            situation(on_ecs=True, container_name=ContainerName.CUSTOM),
            'aws',
            Source.IMDSV2,
            id='on ECS AWS is always asked',
        ),
        pytest.param(
            situation(settings={'ec2_prioritize_instance_id_as_hostname': True}, default_name=False),
            'aws',
            Source.IMDSV2,
            id='custom name, instance id prioritized',
        ),
        pytest.param(on_windows(False), 'os', Source.OS, id='Windows by default'),
        pytest.param(on_windows(True), 'aws', Source.IMDSV2, id='Windows with prefix detection'),
        pytest.param(
            situation(settings={'cloud_provider_metadata': ('gcp',)}), 'aws', Source.DMI, id='aws metadata disabled'
        ),
        pytest.param(
            situation(settings={'cloud_provider_metadata': ('gcp',)}, firmware_names_instance=False),
            'os',
            Source.OS,
            id='aws metadata disabled, not on Nitro',
        ),
        pytest.param(
            situation(settings={'cloud_provider_metadata': ('gcp',), 'ec2_imdsv2_transition_payload_enabled': False}),
            'os',
            Source.OS,
            id='aws metadata disabled, without the transition',
        ),
        pytest.param(
            situation(settings={'ec2_use_dmi': False}, token=False, without_token=False), 'os', Source.OS, id='no DMI'
        ),
        pytest.param(
            situation(with_token=False, without_token=True, firmware_names_instance=False),
            'os',
            Source.OS,
            id='a token was granted and the GET with it fails: IMDSv1 is not tried',
        ),
        pytest.param(
            situation(settings={'ec2_prefer_imdsv2': True}, version=(7, 21, 0), with_token=False),
            'os',
            Source.OS,
            id='a setting that this version does not know changes nothing',
        ),
    ],
)
def test_the_agent_takes_its_name_from(known: Situation, provider: str | None, source: Source) -> None:
    now = resolve(known)
    assert (now.provider, now.source, now.certain) == (provider, source, True)


def test_what_is_not_known_and_decides_is_named_and_nothing_else() -> None:
    unknown = situation(without_token=None, token=None, with_token=True, firmware_names_instance=False)
    assert resolve(unknown) == Resolution(
        None,
        Source.NOT_KNOWN,
        'without knowing whether IMDSv2 gives the Agent a token and whether IMDSv1 answers',
        certain=False,
        aws_asked=True,
    )


def test_what_is_not_known_and_does_not_decide_leaves_the_result_certain() -> None:
    assert resolve(situation(without_token=None)) == Resolution('aws', Source.IMDSV2, 'IMDSv2 answers', aws_asked=True)


def test_the_provider_can_be_certain_where_its_source_is_not() -> None:
    unknown = situation(token=None, with_token=None, without_token=None)
    assert resolve(unknown) == Resolution(
        'aws', Source.NOT_KNOWN, 'that does not depend on what was not measured', aws_asked=True
    )


def test_whether_aws_is_asked_is_open_where_the_name_of_the_container_is() -> None:
    assert resolve(situation(POD, container_name=None)) == Resolution(
        None,
        Source.NOT_KNOWN,
        'without knowing which name the container runtime gives',
        certain=False,
        aws_asked=None,
    )


def test_an_unknown_version_is_every_version_that_the_model_tells_apart() -> None:
    assert resolve(situation(version=None)).why == "without knowing the Agent's version"
    assert resolve(situation(version=None, without_token=True, token=False)).provider == 'aws'


def in_a_container(seen: Agent, **differences: Any) -> Facts:
    place = {'container': container(ContainerKind.POD), 'os_hostname': 'agent-x7k2p'}
    return facts(agent=seen, host=host(**{**place, 'uts_namespace': UtsNamespace.OWN, **differences}))


WINDOWS = configuration(ec2_use_windows_prefix_detection=True)
NODE = {'provider': 'container', 'hostname': DEFAULT_NAME}
FAILED = {'container': 'no container environment detected or none of them detected a valid hostname'}


@pytest.mark.parametrize(
    ('known', 'name'),
    [
        pytest.param(facts(), ContainerName.NOTHING, id='not in a container'),
        pytest.param(in_a_container(agent(**NODE)), ContainerName.DEFAULT, id='it is the name of the Agent'),
        pytest.param(
            in_a_container(agent(**NODE | {'hostname': 'node-1'})), ContainerName.CUSTOM, id='it is, and no default'
        ),
        pytest.param(
            in_a_container(agent(**NODE, source=HostnameSource.INFERRED)), None, id='inferred only from the name'
        ),
        pytest.param(
            in_a_container(agent(provider_errors=FAILED)), ContainerName.NOTHING, id='the Agent says that it failed'
        ),
        pytest.param(in_a_container(agent()), ContainerName.DEFAULT, id='AWS was asked, so a default name was found'),
        pytest.param(
            in_a_container(agent(), os_hostname='ip-of-a-pod'),
            ContainerName.DEFAULT,
            id='AWS was asked, and not for the name of the system, which is the name of the pod',
        ),
        pytest.param(
            in_a_container(agent(provider='container', hostname='EC2AMAZ-AB12CD', configuration=WINDOWS)),
            ContainerName.DEFAULT,
            id='a Windows name with prefix detection',
        ),
        pytest.param(
            in_a_container(agent(provider='container', hostname='EC2AMAZ-AB12CD')),
            ContainerName.CUSTOM,
            id='a Windows name without prefix detection',
        ),
        pytest.param(
            in_a_container(agent(), uts_namespace=UtsNamespace.HOST, os_hostname=DEFAULT_NAME),
            None,
            id='AWS was asked, but for the name of the system or of the container',
        ),
        pytest.param(
            in_a_container(agent(provider_errors={'gce': 'no'}), container=container(ContainerKind.ECS_BRIDGE)),
            ContainerName.DEFAULT,
            id='on ECS, where nothing failed in the container provider',
        ),
        pytest.param(
            in_a_container(agent(), container=container(ContainerKind.ECS_BRIDGE)), None, id='on ECS, nothing told'
        ),
        pytest.param(
            in_a_container(agent(provider='os', hostname='agent-x7k2p')),
            ContainerName.NOTHING,
            id='os came to its turn',
        ),
        pytest.param(in_a_container(agent(provider=None, hostname=None)), None, id='provider not known'),
    ],
)
def test_the_name_of_the_container_is_concluded_from_what_the_agent_made_of_it(
    known: Facts, name: ContainerName | None
) -> None:
    assert situation_of(known).container_name == name


FILE = configuration(hostname_file='/etc/instance-id')


@pytest.mark.parametrize(
    ('seen', 'usable'),
    [
        pytest.param(agent(), False, id='not set'),
        pytest.param(
            agent(configuration=FILE, hostname_file=hostname_file('/f', INSTANCE_ID)), True, id='holds a name'
        ),
        pytest.param(
            agent(configuration=FILE, hostname_file=hostname_file('/f', error='ENOENT')), False, id='not there'
        ),
        pytest.param(agent(configuration=FILE, hostname_file=hostname_file('/f')), False, id='empty'),
        pytest.param(
            agent(configuration=FILE, hostname_file=hostname_file('/f', error='ENOENT'), provider='hostnameFile'),
            None,
            id='not there, but the Agent has its name from it',
        ),
        pytest.param(
            agent(configuration=FILE, hostname_file=Unobserved('no permission')), None, id='not readable here'
        ),
        pytest.param(
            agent(configuration=FILE, hostname_file=Unobserved('no permission'), provider='hostnameFile'),
            True,
            id='not readable here, but the Agent read it',
        ),
    ],
)
def test_a_hostname_file_is_usable(seen: Agent, usable: bool | None) -> None:
    assert situation_of(facts(agent=seen)).file_usable is usable


@pytest.mark.parametrize(
    ('dmi', 'named'),
    [
        pytest.param(Dmi('Amazon EC2', INSTANCE_ID), True, id='Nitro'),
        pytest.param(Dmi('Amazon EC2', 'Not Specified'), False, id='no instance id'),
        pytest.param(Dmi('Xen', INSTANCE_ID), False, id='another vendor'),
        pytest.param(Dmi(), False, id='empty'),
        pytest.param(Unobserved('no sysfs'), False, id='not there, as on Windows: the Agent reads empty texts'),
    ],
)
def test_the_firmware_names_the_instance(dmi: Dmi | Unobserved, named: bool) -> None:
    assert situation_of(facts(host=host(dmi=dmi))).firmware_names_instance is named


@pytest.mark.parametrize('group', ['agent', 'host'])
def test_there_is_no_situation_without_the_agent_or_the_host(group: str) -> None:
    with pytest.raises(MissingFact, match='no permission'):
        situation_of(facts(**{group: Unobserved('no permission')}))
