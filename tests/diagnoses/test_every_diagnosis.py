"""What holds for every diagnosis of the catalogue, whatever the facts are."""

import re
import string
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.emit import SERVICE_CHECKS
from datadog_checks.aws_diagnostics.expectations import ANY_HOSTNAME, Expectations, ImdsV1
from datadog_checks.aws_diagnostics.expectations import INSTANCE_ID as BY_INSTANCE_ID
from datadog_checks.aws_diagnostics.facts import (
    Agent,
    AgentConfiguration,
    Answer,
    ContainerKind,
    Facts,
    Host,
    HostnameFile,
    HostnameProvider,
    HostnameSource,
    IcmpError,
    Neighbour,
    NoAnswer,
    NotSent,
    OperatingSystem,
    Outcome,
    Platform,
    ProxySettings,
    RouteKind,
    Unobserved,
    UtsNamespace,
)
from datadog_checks.aws_diagnostics.facts.values import (
    AgentHostname,
    CloudProvider,
    FilePath,
    ImdsEndpoint,
    InterfaceName,
    IpAddress,
    IpNetwork,
)
from datadog_checks.aws_diagnostics.findings import Diagnosis, NotApplicable, Unknown
from datadog_checks.aws_diagnostics.remedies import Language
from tests import builders
from tests.diagnoses.imds.conversations import (
    captive_portal,
    disabled,
    kiam,
    kube2iam,
    no_tokens,
    throttled,
    token_lost,
)
from tests.remedy_rules import commands_of, parts_of

LONGEST_EVIDENCE = 400
REPEATABLE = settings(
    max_examples=250, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
DEFECT = 'defect in'

REASONS = st.sampled_from(['no permission to look', 'the deadline of this run is over', 'the system has none'])
FROM_THE_NETWORK = st.text(max_size=80)
CLEANED = st.text(st.characters(codec='ascii', exclude_categories=['C']), max_size=300)
"""What the collector of the Agent has cleaned and cut."""
TIMES = st.sampled_from([builders.NOW - age for age in (-5.0, 0.0, 45.0, 250.0, 3600.0, 200000.0)])
NAMES = st.sampled_from(['', builders.INSTANCE_ID, builders.OTHER_INSTANCE_ID, 'ip-10-0-0-12', 'web-1', 'ec2amaz-abc'])
VERSIONS = st.sampled_from([None, (7, 17, 0), (7, 40, 0), (7, 63, 3), (7, 64, 0), (7, 81, 3)])
ICMP = st.builds(
    IcmpError, st.sampled_from([4, 6]), st.integers(0, 16), st.integers(0, 16), st.sampled_from([None, '10.0.0.1'])
)
EXCHANGES = st.one_of(
    st.builds(
        Answer,
        status=st.sampled_from([200, 302, 400, 401, 403, 404, 405, 418, 429, 500, 501, 502, 503]),
        connect_seconds=st.floats(0, 1),
        first_byte_seconds=st.floats(0, 1),
        token_granted=st.booleans(),
        server=st.one_of(st.sampled_from(['', 'EC2ws', 'nginx']), FROM_THE_NETWORK),
        content_type=st.one_of(st.sampled_from(['text/plain', 'text/html']), FROM_THE_NETWORK),
    ),
    st.builds(
        NoAnswer,
        outcome=st.sampled_from(Outcome),
        detail=FROM_THE_NETWORK,
        icmp=st.none() | ICMP,
        acknowledged=st.sampled_from([None, False, True]),
    ),
    st.builds(NotSent, REASONS),
)
CONVERSATIONS = st.builds(
    builders.imds,
    endpoint=st.sampled_from([ImdsEndpoint('http://169.254.169.254'), ImdsEndpoint('http://[fd00:ec2::254]:80')]),
    observed_at=TIMES,
    token=EXCHANGES,
    metadata=EXCHANGES,
    control=EXCHANGES,
    tokenless=EXCHANGES,
    tokenless_at=st.none() | TIMES,
    instance_id=st.sampled_from([None, builders.INSTANCE_ID]),
    identity=st.sampled_from([None, builders.imds().identity]),
)
KNOWN_CONVERSATIONS = st.sampled_from(
    [builders.imds(), disabled(), kube2iam(), kiam(), captive_portal(), no_tokens(), throttled(), token_lost()]
)
HOPS = st.none() | st.integers(1, 64)
PATHS = st.builds(
    builders.path,
    measured_at=TIMES,
    gateways=st.none() | st.integers(0, 9),
    gateway_addresses=st.lists(st.sampled_from([None, '172.17.0.1', 'fd00::1']), max_size=9).map(tuple),
    confirmed=st.booleans(),
    reply_lost=st.booleans(),
    remaining_ttl=HOPS,
    hop_limit=HOPS,
    hop_limit_at_most=HOPS,
    intercepted=st.sampled_from([None, False, True]),
    certain=st.booleans(),
    note=st.just('') | REASONS,
)
ROUTES = st.builds(
    builders.route,
    kind=st.sampled_from(RouteKind),
    device=st.sampled_from([None, InterfaceName('tun0'), InterfaceName('veth1a2b')]),
    device_kind=st.sampled_from(['', 'tun', 'wireguard', 'veth', 'bridge']),
    gateway=st.sampled_from([None, IpAddress('10.0.0.1')]),
    destination=st.sampled_from([None, IpNetwork('0.0.0.0/0'), IpNetwork('169.254.0.0/16')]),
    table=st.sampled_from([None, 52, 254]),
    protocol=st.sampled_from(['', 'boot', 'dhcp', '77']),
    neighbour=st.sampled_from(Neighbour),
    by_user=st.booleans(),
)
HOSTS = st.builds(
    builders.host,
    os_hostname=NAMES,
    dmi=st.builds(Unobserved, REASONS) | st.just(builders.host().dmi),
    cloud_init_instance_id=st.sampled_from([None, builders.INSTANCE_ID]),
    container=st.sampled_from(ContainerKind).map(builders.container),
    uts_namespace=st.sampled_from(UtsNamespace),
    operating_system=st.none() | st.sampled_from(OperatingSystem),
    route=st.builds(Unobserved, REASONS) | ROUTES,
)


def settings_of(kind: type[AgentConfiguration] | type[ProxySettings]) -> dict[str, st.SearchStrategy[Any]]:
    """Any switch may be on, off or, where the version may not know it, None."""
    return {f.name: st.booleans() for f in fields(kind) if f.type in ('bool', bool)} | {
        f.name: st.sampled_from([None, False, True]) for f in fields(kind) if f.type == bool | None
    }


CONFIGURATIONS = st.builds(
    AgentConfiguration,
    hostname=NAMES,
    hostname_file=st.sampled_from([None, FilePath('/etc/instance-id')]),
    ec2_metadata_timeout=st.floats(0.001, 5),
    cloud_provider_metadata=st.lists(st.sampled_from([CloudProvider('aws'), CloudProvider('gcp')]), max_size=2).map(
        tuple
    ),
    proxy=st.builds(ProxySettings, **settings_of(ProxySettings)),
    **settings_of(AgentConfiguration),
)
AGENTS = st.builds(
    Agent,
    hostname=st.none() | NAMES.map(AgentHostname),
    version=VERSIONS,
    configuration=CONFIGURATIONS,
    provider=st.none() | st.sampled_from(HostnameProvider),
    source=st.sampled_from(HostnameSource),
    provider_errors=st.dictionaries(st.sampled_from(['aws', 'all', 'fqdn']), CLEANED, max_size=2),
    hostname_file=st.builds(Unobserved, REASONS)
    | st.builds(HostnameFile, st.just(FilePath('/etc/instance-id')), NAMES, st.just('') | REASONS),
    note=st.just('') | REASONS,
)


def mostly(group: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One time in five it could not be observed."""
    return st.integers(0, 4).flatmap(lambda n: group if n else st.builds(Unobserved, REASONS))


PLATFORMS = st.sampled_from([Platform(True, 'DMI'), Platform(True, 'DMI', builders.INSTANCE_ID)])
FACTS = st.builds(
    Facts,
    observed_at=st.just(builders.NOW),
    platform=PLATFORMS,
    host=mostly(HOSTS),
    imds=mostly(CONVERSATIONS | KNOWN_CONVERSATIONS),
    path=mostly(PATHS),
    agent=mostly(AGENTS),
)
EXPECTATIONS = st.builds(
    Expectations,
    hostname_providers=st.lists(st.sampled_from(HostnameProvider), min_size=1, max_size=2).map(tuple),
    hostname=st.sampled_from([BY_INSTANCE_ID, ANY_HOSTNAME, AgentHostname('web-1')]),
    imdsv1=st.sampled_from(ImdsV1),
    min_hop_limit=HOPS,
    max_hop_limit=HOPS,
    require_imdsv2=st.booleans(),
)


@REPEATABLE
@given(situation=FACTS, expected=EXPECTATIONS)
def test_no_judge_and_no_remedy_raises_whatever_the_facts(situation: Facts, expected: Expectations) -> None:
    for finding in diagnose(DIAGNOSES, situation, expected):
        assert DEFECT not in finding.verdict.evidence, finding.diagnosis.id
        assert DEFECT not in (finding.remedy.summary if finding.remedy else ''), finding.diagnosis.id


def named_by_the_system(**errors: str) -> Facts:
    """The Agent has no name of AWS, and says why the other providers gave none."""
    return builders.facts(agent=builders.agent(hostname='ip-10-0-0-12', provider='os', provider_errors=errors))


@REPEATABLE
@example(
    situation=named_by_the_system(aws='x' * 300, fqdn='y' * 300),
    expected=Expectations((HostnameProvider.AWS, HostnameProvider.FQDN)),
)
@example(situation=named_by_the_system(aws=''), expected=Expectations())
@given(situation=FACTS, expected=EXPECTATIONS)
def test_evidence_is_one_short_line(situation: Facts, expected: Expectations) -> None:
    for finding in diagnose(DIAGNOSES, situation, expected):
        evidence = finding.verdict.evidence
        assert evidence.strip() == evidence != '', finding.diagnosis.id
        assert evidence.isprintable(), finding.diagnosis.id
        assert len(evidence) <= LONGEST_EVIDENCE, f'{finding.diagnosis.id}: {len(evidence)}'


@REPEATABLE
@given(situation=FACTS, expected=EXPECTATIONS)
def test_what_failed_has_a_remedy_of_steps_on_one_line_each(situation: Facts, expected: Expectations) -> None:
    for finding in filter(lambda f: f.failed, diagnose(DIAGNOSES, situation, expected)):
        assert finding.remedy is not None
        assert parts_of(finding.remedy), finding.diagnosis.id
        texts = [finding.remedy.summary, *(part.text for part in parts_of(finding.remedy))]
        assert [text for text in texts if not text.isprintable() or not text] == []


@REPEATABLE
@given(expected=EXPECTATIONS)
def test_nothing_fails_where_nothing_could_be_observed(expected: Expectations) -> None:
    blind = Unobserved('no permission to look')
    nothing = Facts(builders.NOW, Platform(True, 'DMI'), host=blind, imds=blind, path=blind, agent=blind)
    assert {type(f.verdict) for f in diagnose(DIAGNOSES, nothing, expected)} <= {Unknown, NotApplicable}


def test_ids_are_unique() -> None:
    ids = [d.id for d in DIAGNOSES]
    assert sorted(set(ids)) == sorted(ids)


@pytest.mark.parametrize('diagnosis', DIAGNOSES, ids=lambda d: d.id)
def test_a_diagnosis_says_what_it_is(diagnosis: Diagnosis) -> None:
    assert set(diagnosis.id) <= {*string.ascii_lowercase, *string.digits, '-'}
    assert diagnosis.title[0].isupper()
    assert not diagnosis.title.endswith('.')
    assert diagnosis.description.endswith('.')
    assert diagnosis.docs.startswith(('https://docs.datadoghq.com/', 'https://docs.aws.amazon.com/'))
    assert diagnosis.service_check in SERVICE_CHECKS


@pytest.mark.parametrize('diagnosis', DIAGNOSES, ids=lambda d: d.id)
def test_what_explains_a_diagnosis_comes_before_it(diagnosis: Diagnosis) -> None:
    before = [d.id for d in DIAGNOSES[: DIAGNOSES.index(diagnosis)]]
    assert [id for id in diagnosis.after if id not in before] == []


OF_LINUX = re.compile(
    r'\b(systemctl|iptables|ip6tables|nft|ethtool|apt-get|yum|cloud-init|dd-agent|hostname -I|ss --tcp)\b'
    r'|\bip (-6 )?(route|rule|-brief)|/var/lib/cloud|/etc/datadog-agent'
)
POSIX_OF_AN_ACCOUNT = re.compile(r'aws |\{ \[ ! -s ')
"""Commands for whoever has the rights in AWS, wherever that is: the text says that they need a POSIX shell."""

OTHER_MACHINES = st.builds(
    replace,
    HOSTS,
    operating_system=st.sampled_from([OperatingSystem.WINDOWS, OperatingSystem.MACOS]),
    container=st.just(builders.container(ContainerKind.NONE)),
)


@REPEATABLE
@given(situation=FACTS, machine=OTHER_MACHINES, expected=EXPECTATIONS)
def test_a_fix_for_windows_and_macos_has_no_command_of_linux(
    situation: Facts, machine: Host, expected: Expectations
) -> None:
    situation, system = replace(situation, host=machine), machine.operating_system
    for finding in filter(lambda f: f.failed, diagnose(DIAGNOSES, situation, expected)):
        assert finding.remedy is not None
        for command in commands_of(finding.remedy):
            assert not OF_LINUX.search(command.text), f'{finding.diagnosis.id}: {command.text}'
            if system is OperatingSystem.WINDOWS and command.language is Language.SHELL:
                assert POSIX_OF_AN_ACCOUNT.match(command.text), f'{finding.diagnosis.id}: {command.text}'
