"""The model of the Agent, era by era: the same host, and what each version makes of it.

One row for each version at which something changed, and for the one before. Versions that the sources give only
approximately (7.23, 7.26, 7.37, 7.43) are named so where the model has them.
"""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.diagnoses.hostname.aws_provider import Source
from datadog_checks.aws_diagnostics.diagnoses.hostname.resolution import resolve, without_imdsv1
from datadog_checks.aws_diagnostics.diagnoses.hostname.situation import situation_of
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import (
    Agent,
    ContainerKind,
    Ecs,
    Exchange,
    Facts,
    Outcome,
    ProxySettings,
    UtsNamespace,
    observed,
)
from datadog_checks.aws_diagnostics.findings import Verdict
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import (
    agent,
    answered,
    configuration,
    container,
    facts,
    host,
    hostname_file,
    imds,
    renamed,
    unanswered,
)

from .situations import AGENTS, CUSTOM_NAME, NOT_SENT, SILENT

LOST = unanswered(Outcome.LOST)


def of(version: tuple[int, int, int] | None, **differences: Any) -> Agent:
    """With the settings that this version knows."""
    known = version or (7, 81, 3)
    settings = configuration(
        ec2_prefer_imdsv2=False if known >= (7, 22, 0) else None,
        ec2_imdsv2_transition_payload_enabled=True if known >= (7, 64, 0) else None,
        ec2_prioritize_instance_id_as_hostname=False if known >= (7, 37, 0) else None,
        ec2_use_dmi=True if known >= (7, 41, 0) else None,
        ec2_metadata_timeout=0.3 if known >= (7, 23, 0) else 0.1,
    )
    return agent(version=version, configuration=settings, **differences)


def test_a_name_that_no_version_would_ask_about_is_kept_by_all() -> None:
    for version in ((7, 17, 0), (7, 20, 0), (7, 36, 0), (7, 63, 3), (7, 81, 3)):
        known = facts(agent=renamed(of(version), 'os', CUSTOM_NAME), host=host(os_hostname=CUSTOM_NAME))
        assert resolve(situation_of(known)).provider == 'os'


@pytest.mark.parametrize(
    ('version', 'tokenless', 'source'),
    [
        pytest.param((7, 17, 2), answered(401), Source.OS, id='7.17 speaks only IMDSv1'),
        pytest.param((7, 18, 0), answered(401), Source.IMDSV2, id='7.18 speaks IMDSv2 after a 401'),
        pytest.param((7, 21, 1), answered(401), Source.IMDSV2, id='7.21 still does'),
        pytest.param((7, 21, 1), LOST, Source.OS, id='7.21 ends with a time-out'),
        pytest.param((7, 21, 1), answered(403), Source.OS, id='7.21 ends with a 403'),
        pytest.param((7, 22, 0), answered(401), Source.OS, id='7.22 speaks IMDSv2 only by setting'),
        pytest.param((7, 63, 3), answered(401), Source.OS, id='7.63 still does'),
        pytest.param((7, 64, 0), answered(401), Source.IMDSV2, id='7.64 speaks IMDSv2 first'),
        pytest.param((7, 21, 1), answered(401, first_byte_seconds=0.2), Source.OS, id='7.21 waits 100 ms'),
        pytest.param((7, 64, 0), answered(401, first_byte_seconds=0.2), Source.IMDSV2, id='7.64 does not need it'),
    ],
)
def test_when_imdsv2_is_spoken(version: tuple[int, int, int], tokenless: Exchange, source: Source) -> None:
    known = facts(agent=of(version), imds=imds(tokenless=tokenless))
    assert resolve(situation_of(known)).source is source


@pytest.mark.parametrize(
    ('version', 'provider'),
    [
        pytest.param((7, 17, 2), 'os', id='7.17 loses it'),
        pytest.param((7, 20, 0), 'aws', id='7.20 keeps it, as IMDS answers 401 then'),
        pytest.param((7, 63, 3), 'os', id='7.63 loses it'),
        pytest.param((7, 64, 0), 'aws', id='7.64 keeps it'),
    ],
)
def test_who_keeps_the_name_when_imdsv1_is_disabled(version: tuple[int, int, int], provider: str) -> None:
    today = situation_of(facts(agent=of(version), imds=imds(tokenless=answered(200))))
    assert (resolve(today).provider, resolve(without_imdsv1(today)).provider) == ('aws', provider)


@pytest.mark.parametrize(
    ('version', 'provider'),
    [
        pytest.param((7, 63, 3), 'os', id='7.63 does not ask it'),
        pytest.param((7, 64, 0), 'aws', id='7.64 does'),
    ],
)
def test_the_firmware_names_the_instance_where_imds_is_silent(version: tuple[int, int, int], provider: str) -> None:
    silent = imds(token=SILENT, metadata=NOT_SENT, control=NOT_SENT, tokenless=NOT_SENT, tokenless_at=None)
    assert resolve(situation_of(facts(agent=of(version), imds=silent))).provider == provider


def in_docker(seen: Agent) -> Facts:
    place = host(os_hostname='f00dfeed0123', container=container(ContainerKind.DOCKER), uts_namespace=UtsNamespace.OWN)
    return facts(agent=seen, host=place)


EC2, MANAGED, KIND = Ecs.EC2, Ecs.MANAGED_INSTANCES, ContainerKind
ERAS = [
    pytest.param((7, 42, 0), EC2, KIND.ECS_BRIDGE, True, id='before 7.43 the ECS agent answers on a bridge'),
    pytest.param((7, 42, 0), EC2, KIND.ECS_AWSVPC, None, id='before 7.43, whether it answers is not known'),
    pytest.param((7, 42, 0), EC2, KIND.NONE, None, id='before 7.43, a host with the file of the ECS agent'),
    pytest.param((7, 42, 0), Ecs.NONE, KIND.NONE, False, id='before 7.43, a host without it'),
    pytest.param((7, 43, 0), EC2, KIND.ECS_AWSVPC, True, id='from 7.43 the environment tells'),
    pytest.param((7, 43, 0), EC2, KIND.NONE, True, id='from 7.43 so does the file on a host'),
    pytest.param((7, 43, 0), Ecs.NONE, KIND.ECS_BRIDGE, False, id='a task whose features are turned off'),
    pytest.param((7, 72, 0), MANAGED, KIND.ECS_MANAGED, True, id='before 7.73 as any other task of ECS'),
    pytest.param((7, 73, 0), MANAGED, KIND.ECS_MANAGED, False, id='from 7.73 it does not ask'),
    pytest.param((7, 76, 3), MANAGED, KIND.ECS_MANAGED, False, id='7.76 does not ask'),
    pytest.param((7, 77, 0), MANAGED, KIND.ECS_MANAGED, True, id='from 7.77 it asks'),
    pytest.param(None, MANAGED, KIND.ECS_MANAGED, None, id='the version is not known'),
    pytest.param(None, EC2, KIND.ECS_HOST, True, id='every version takes this for ECS'),
    pytest.param(None, EC2, KIND.ECS_AWSVPC, None, id='not every version takes this for ECS'),
    pytest.param((7, 43, 0), None, KIND.ECS_BRIDGE, True, id='facts of an older version, of a task'),
    pytest.param((7, 43, 0), None, KIND.DOCKER, False, id='facts of an older version, elsewhere'),
]


@pytest.mark.parametrize(('version', 'ecs', 'kind', 'on_ecs'), ERAS)
def test_what_is_ecs_depends_on_the_version(
    version: tuple[int, int, int] | None, ecs: Ecs | None, kind: ContainerKind, on_ecs: bool | None
) -> None:
    known = facts(agent=renamed(of(version, ecs=ecs), 'container', 'node-1'), host=host(container=container(kind)))
    assert situation_of(known).on_ecs is on_ecs


@pytest.mark.parametrize(
    ('version', 'usable'),
    [
        pytest.param((7, 41, 1), None, id='7.41 asks Docker and the kubelet'),
        pytest.param((7, 42, 0), False, id='7.42 compares namespaces'),
        pytest.param(None, None, id='the version is not known'),
    ],
)
def test_the_name_of_a_container_is_that_of_the_host_only_for_an_old_agent(
    version: tuple[int, int, int] | None, usable: bool | None
) -> None:
    assert situation_of(in_docker(renamed(of(version), 'container', 'node-1'))).os_usable is usable


@pytest.mark.parametrize(
    ('version', 'provider'),
    [
        pytest.param((7, 72, 0), 'aws', id='7.72 takes it for ECS on EC2'),
        pytest.param((7, 75, 0), None, id='7.75 finds no name and does not ask'),
        pytest.param((7, 77, 0), 'aws', id='7.77 asks'),
    ],
)
def test_the_daemon_of_managed_instances_finds_a_name(version: tuple[int, int, int], provider: str | None) -> None:
    place = host(
        os_hostname='f00dfeed0123', container=container(ContainerKind.ECS_MANAGED), uts_namespace=UtsNamespace.OWN
    )
    nothing = {'container': 'no container environment detected or none of them detected a valid hostname'}
    seen = of(version, ecs=Ecs.MANAGED_INSTANCES, provider=None, hostname=None, provider_errors=nothing)
    assert resolve(situation_of(facts(agent=seen, host=place))).provider == provider


BEHIND_A_PROXY = ProxySettings(http_proxy_in_environment=True)
HOSTS_OF_AGENTS = {
    'IMDSv1 is off': facts(),
    'IMDSv1 is off, and IMDSv2 is preferred': facts(agent=AGENTS['7.63.3 prefer']),
    'no token arrives': facts(imds=imds(token=LOST, metadata=NOT_SENT, control=answered(401))),
    'a file gives the name': facts(
        agent=agent(
            provider='configuration',
            configuration=configuration(hostname_file='/f'),
            hostname_file=hostname_file('/f', CUSTOM_NAME),
        )
    ),
    'a proxy in the environment': facts(agent=agent(configuration=configuration(proxy=BEHIND_A_PROXY))),
    'a container with a name of its own': facts(
        agent=agent(hostname='f00dfeed0123', provider='os'),
        host=host(container=container(KIND.DOCKER), uts_namespace=UtsNamespace.OWN),
    ),
    'the daemon of ECS Managed Instances': facts(
        agent=agent(ecs=MANAGED, hostname='f00dfeed0123', provider='os'),
        host=host(os_hostname='f00dfeed0123', container=container(KIND.ECS_MANAGED)),
    ),
    'IMDS is slow': facts(imds=imds(token=answered(200, first_byte_seconds=0.2))),
}


@pytest.mark.parametrize('minor', [17, 18, 21, 22, 25, 26, 36, 37, 41, 42, 43, 63, 64, 72, 73, 76, 77])
@pytest.mark.parametrize('known', HOSTS_OF_AGENTS.values(), ids=HOSTS_OF_AGENTS)
def test_agent_6_is_judged_as_agent_7_of_the_same_minor_version(known: Facts, minor: int) -> None:
    def judged(major: int) -> list[tuple[str, type[Verdict], Remedy | None]]:
        seen = replace(known, agent=replace(observed(known.agent), version=(major, minor, 0)))
        findings = diagnose(DIAGNOSES, seen, Expectations(require_imdsv2=True))
        return [(f.diagnosis.id, type(f.verdict), f.remedy) for f in findings]

    assert repr(judged(6)).replace(f'6.{minor}.0', f'7.{minor}.0') == repr(judged(7))
