"""What the Agent says about itself corrects the model of it, and is doubted only where both cannot be true."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses.hostname.agent_words import (
    asked_aws,
    asked_for_a_token,
    asked_imds,
    said_of_aws,
    says_sidecar,
    says_system_usable,
)
from datadog_checks.aws_diagnostics.diagnoses.hostname.resolution import Resolution, resolve
from datadog_checks.aws_diagnostics.diagnoses.hostname.situation import ContainerName, situation_of
from datadog_checks.aws_diagnostics.facts import Agent, ContainerKind, Facts, HostnameSource, UtsNamespace
from tests.builders import agent, configuration, container, facts, host

from .situations import CUSTOM_NAME, DEFAULT_NAME

OLD = configuration(ec2_imdsv2_transition_payload_enabled=None)
NOT_ASKED = (
    'not retrieving hostname from AWS: the host is not an ECS instance and other providers already retrieve '
    'non-default hostnames'
)
TIMEOUT = (
    'Unable to determine hostname from EC2: Get "http://169.254.169.254/latest/meta-data/instance-id": context '
    'deadline exceeded (Client.Timeout exceeded while awaiting headers)'
)
TOKEN_TIMEOUT = (
    'Unable to determine hostname from EC2: could not fetch token from IMDSv2: Put "http://169.254.169.254/latest/api/'
    'token": context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
)
UNAUTHORIZED = 'unable to determine hostname from EC2: status code 401 trying to GET http://169.254.169.254/latest/'
FIRMWARE = 'Unable to determine hostname from EC2: board vendor is not AWS'
OFF = 'Unable to determine hostname from EC2: cloud provider is disabled by configuration'
FIRST_TWO = {
    "'hostname' configuration/environment": 'hostname is empty',
    "'hostname_file' configuration/environment": "'hostname_file' configuration is not enabled",
}


def named(provider: str | None = 'os', hostname: str | None = DEFAULT_NAME, aws: str = '', **differences: Any) -> Agent:
    """An Agent with this error of its provider aws."""
    errors = differences.pop('errors', {}) | ({'aws': aws} if aws else {})
    return agent(provider=provider, hostname=hostname, provider_errors=errors, **differences)


@pytest.mark.parametrize(
    ('seen', 'asked'),
    [
        pytest.param(named(aws=TIMEOUT), True, id='it waited for an answer'),
        pytest.param(named(aws=UNAUTHORIZED), True, id='it was refused'),
        pytest.param(named(aws=FIRMWARE), True, id='the firmware gave nothing either'),
        pytest.param(named(aws=OFF), True, id='it wanted to, and is told not to ask'),
        pytest.param(named(aws=NOT_ASKED), False, id='it says that it did not'),
        pytest.param(named(aws=NOT_ASKED.upper()), False, id='it says so in other letters'),
        pytest.param(named('aws', aws=NOT_ASKED), True, id='it has the name from AWS, whatever a second run said'),
        pytest.param(named('aws', source=HostnameSource.INFERRED), None, id='aws is only our conclusion'),
        pytest.param(named(), None, id='it says nothing'),
        pytest.param(named(None, None), None, id='nothing is known of it'),
    ],
)
def test_whether_it_asked_aws(seen: Agent, asked: bool | None) -> None:
    assert asked_aws(seen) is asked


@pytest.mark.parametrize(
    ('seen', 'imds', 'token'),
    [
        pytest.param(named(aws=TIMEOUT), True, False, id='it waited for an answer'),
        pytest.param(named(aws=UNAUTHORIZED), True, False, id='it was refused'),
        pytest.param(named(aws=TOKEN_TIMEOUT), True, True, id='it waited for a token'),
        pytest.param(named(aws=FIRMWARE), False, False, id='it speaks of the firmware'),
        pytest.param(named(aws=OFF), False, False, id='it is told not to ask'),
        pytest.param(named(aws=NOT_ASKED), False, False, id='it says that it did not'),
        pytest.param(named(), False, False, id='it says nothing'),
    ],
)
def test_what_it_asked_imds(seen: Agent, imds: bool, token: bool) -> None:
    assert (asked_imds(seen), asked_for_a_token(seen)) == (imds, token)


@pytest.mark.parametrize(
    ('seen', 'sidecar'),
    [
        pytest.param(named(errors={'fargate': 'agent is not running in sidecar mode'}), False, id='it says no'),
        pytest.param(named(errors={'fargate': 'agent is not on Fargate'}), False, id='an older one says no'),
        pytest.param(named(None, '', errors=FIRST_TWO), True, id='its search ended there'),
        pytest.param(named(None, None, errors=FIRST_TWO), True, id='its search ended there, seen from a terminal'),
        pytest.param(named(None, '', errors=FIRST_TWO | {'gce': 'no'}), None, id='its search went on'),
        pytest.param(named(None, ''), None, id='it says nothing'),
        pytest.param(named('os', errors=FIRST_TWO), None, id='it has a name'),
        pytest.param(named(None, 'web-01', errors=FIRST_TWO), None, id='it has a name of unknown origin'),
    ],
)
def test_whether_it_takes_itself_for_a_sidecar(seen: Agent, sidecar: bool | None) -> None:
    assert says_sidecar(seen) is sidecar


@pytest.mark.parametrize(
    ('seen', 'usable'),
    [
        pytest.param(named('os'), True, id='it is named so'),
        pytest.param(named('fqdn'), True, id='it is named so, fully qualified'),
        pytest.param(named('os', source=HostnameSource.INFERRED), None, id='os is only our conclusion'),
        pytest.param(named('container', errors={'os': 'OS hostname is not usable'}), False, id='it says no'),
        pytest.param(named('aws', errors={'fqdn': 'FQDN hostname is not usable'}), False, id='it says no, of the FQDN'),
        pytest.param(
            named('container', errors={'os': 'Skipping OS hostname as a previous provider found a valid hostname'}),
            True,
            id='it had another name before',
        ),
        pytest.param(named('container'), None, id='it says nothing'),
    ],
)
def test_whether_it_takes_the_name_of_the_system(seen: Agent, usable: bool | None) -> None:
    assert says_system_usable(seen) is usable


SECOND = 'Of its second resolution, which uses IMDSv1 alone, the Agent said: '
FIRST = 'When the Agent started, it said of AWS: '


@pytest.mark.parametrize(
    ('seen', 'sentence'),
    [
        pytest.param(named(aws='no'), f'{SECOND}no', id='the second run writes into the same place'),
        pytest.param(named(aws=FIRMWARE), FIRST + FIRMWARE, id='only the first run looks at the firmware'),
        pytest.param(
            named(aws='no', version=(7, 63, 3), configuration=OLD), f'{FIRST}no', id='before 7.64 there is one run'
        ),
        pytest.param(
            named(aws='no', configuration=configuration(ec2_prefer_imdsv2=True)),
            f'{FIRST}no',
            id='with ec2_prefer_imdsv2 there is one run',
        ),
        pytest.param(
            named(aws='no', configuration=configuration(ec2_imdsv2_transition_payload_enabled=False)),
            f'{FIRST}no',
            id='without the transition there is one run',
        ),
        pytest.param(named(aws='no', version=None), f'{FIRST}no', id='the version is not known'),
        pytest.param(named('aws', aws='no'), '', id='AWS gave the name'),
        pytest.param(named(), '', id='it says nothing'),
    ],
)
def test_of_which_run_it_speaks(seen: Agent, sentence: str) -> None:
    assert said_of_aws(seen) == sentence


def in_docker(seen: Agent, os_hostname: str = DEFAULT_NAME, kind: ContainerKind = ContainerKind.DOCKER) -> Facts:
    """A UTS namespace of its own, so that by the model the name of the system does not count."""
    return facts(
        agent=seen,
        host=host(os_hostname=os_hostname, container=container(kind), uts_namespace=UtsNamespace.OWN),
    )


def test_an_agent_that_took_the_name_of_the_system_would_take_it_again() -> None:
    now = resolve(situation_of(in_docker(named(aws=TIMEOUT))))
    assert (now.provider, now.aws_asked, now.certain) == ('aws', True, True)


def test_an_agent_that_says_nothing_is_taken_by_its_rules() -> None:
    now = resolve(situation_of(in_docker(named('container', 'web-01'))))
    assert (now.provider, now.aws_asked) == ('container', False)


ECS_HOST = ContainerKind.ECS_HOST


@pytest.mark.parametrize(
    ('known', 'on_ecs'),
    [
        pytest.param(in_docker(named(hostname=CUSTOM_NAME, aws=TIMEOUT), CUSTOM_NAME), True, id='it asked in spite of'),
        pytest.param(
            in_docker(named(hostname=CUSTOM_NAME, aws=NOT_ASKED), CUSTOM_NAME, ECS_HOST), False, id='it did not ask'
        ),
        pytest.param(in_docker(named(hostname=CUSTOM_NAME), CUSTOM_NAME, ECS_HOST), True, id='it says nothing, in ECS'),
        pytest.param(in_docker(named(hostname=CUSTOM_NAME), CUSTOM_NAME), False, id='it says nothing, elsewhere'),
        pytest.param(in_docker(named(aws=TIMEOUT)), False, id='it asked for its default name'),
        pytest.param(
            in_docker(named(aws=TIMEOUT), CUSTOM_NAME), False, id='it asked for a name that the system had before'
        ),
        pytest.param(
            in_docker(
                named(
                    hostname=CUSTOM_NAME,
                    aws=TIMEOUT,
                    configuration=configuration(ec2_prioritize_instance_id_as_hostname=True),
                ),
                CUSTOM_NAME,
            ),
            False,
            id='it asked because it is told to',
        ),
    ],
)
def test_what_made_it_ask_is_ecs_where_nothing_else_can_be(known: Facts, on_ecs: bool) -> None:
    assert situation_of(known).on_ecs is on_ecs


def test_words_and_name_that_cannot_both_be_true_leave_everything_open() -> None:
    doubtful = situation_of(facts(agent=named(aws=NOT_ASKED)))
    assert resolve(doubtful) == Resolution(
        None,
        resolve(doubtful).source,
        f"as the Agent says that it did not ask AWS, although '{DEFAULT_NAME}' is a default name of EC2",
        certain=False,
        aws_asked=None,
    )


@pytest.mark.parametrize(
    'seen',
    [
        pytest.param(named(hostname=CUSTOM_NAME, aws=NOT_ASKED), id='a name of its own'),
        pytest.param(named(aws=TIMEOUT), id='it asked'),
        pytest.param(named('aws', aws=NOT_ASKED), id='AWS gave the name'),
        pytest.param(
            named(
                hostname='EC2AMAZ-AB12CD',
                aws=NOT_ASKED,
                configuration=configuration(ec2_use_windows_prefix_detection=True),
            ),
            id='a name that became a default one by a setting since',
        ),
        pytest.param(
            named('configuration', 'web', configuration=configuration(hostname='web')), id='the name that is configured'
        ),
        pytest.param(
            named('configuration', 'web', configuration=configuration(hostname_file='/f')),
            id='the name of a file, as before 7.37',
        ),
        pytest.param(
            named('hostnameFile', 'web', configuration=configuration(hostname_file='/f')), id='the name of a file'
        ),
        pytest.param(named('configuration', 'web', source=HostnameSource.INFERRED), id='only our conclusion'),
        pytest.param(named(aws=TOKEN_TIMEOUT), id='it asks for a token by its settings'),
        pytest.param(named(aws=TOKEN_TIMEOUT, version=None, configuration=OLD), id='the version is not known'),
    ],
)
def test_words_that_fit_are_not_doubted(seen: Agent) -> None:
    assert situation_of(facts(agent=seen)).doubt == ''


def test_what_the_second_run_says_of_the_container_does_not_beat_the_provider() -> None:
    known = in_docker(named('container', errors={'container': 'no container environment detected'}))
    assert situation_of(known).container_name is ContainerName.DEFAULT


def test_an_agent_that_denies_to_be_a_sidecar_is_none() -> None:
    place = host(container=container(ContainerKind.FARGATE))
    deny = {'fargate': 'agent is not running in sidecar mode'}
    assert situation_of(facts(agent=named(errors=deny), host=place)).sidecar is False
    assert situation_of(facts(agent=named(), host=replace(place))).sidecar is True
