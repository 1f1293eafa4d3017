"""No two findings of one run contradict each other, and none names a cause that could not explain it.

The facts are put together from parts that fit and parts that do not: an Agent may say what the host denies.
"""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose, imds
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import (
    Agent,
    ContainerKind,
    Ecs,
    Facts,
    HostnameProvider,
    HostnameSource,
    ProxySettings,
    UtsNamespace,
    observed,
)
from datadog_checks.aws_diagnostics.facts.values import AgentHostname
from datadog_checks.aws_diagnostics.findings import Finding
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import INSTANCE_ID, OTHER_INSTANCE_ID, agent, configuration, container, facts, host, hostname_file

from .hostname.situations import CUSTOM_NAME, DEFAULT_NAME, FIRMWARE, IMDS, NO_NAME, PATHS, PLACES
from .hostname.test_agent_words import FIRST_TWO, NOT_ASKED, OFF, TIMEOUT, UNAUTHORIZED
from .imds.conversations import disabled

IMDS_FAULTS = frozenset(d.id for d in imds.DIAGNOSES)
ENDS_THE_SEARCH = ('configuration', 'hostnameFile', 'fargate', 'gce', 'azure')
OF_AGENT_6 = ((6, 20, 0), (6, 53, 1))
OF_AGENT_7 = ((7, 17, 0), (7, 20, 0), (7, 25, 0), (7, 41, 0), (7, 63, 3), (7, 75, 0), (7, 77, 0), (7, 81, 3))
VERSIONS = (None, *OF_AGENT_6, *OF_AGENT_7)
NAMES = ('', INSTANCE_ID, OTHER_INSTANCE_ID, DEFAULT_NAME, CUSTOM_NAME, 'web-01', f'{INSTANCE_ID}.ec2.internal')
WORDS: tuple[dict[str, str], ...] = (
    {},
    NO_NAME,
    FIRST_TWO,
    *({'aws': error} for error in (NOT_ASKED, TIMEOUT, UNAUTHORIZED, OFF)),
    {'aws': NOT_ASKED, 'container': 'no container environment detected'},
    {'os': 'Skipping OS hostname as a previous provider found a valid hostname', 'fargate': 'not in sidecar mode'},
)
FILES = (
    None,
    hostname_file('/f', INSTANCE_ID),
    hostname_file('/f', 'iid-datasource-none'),
    hostname_file('/f', error='no such file'),
)

booleans = st.booleans()
some_settings = st.fixed_dictionaries(
    {
        'ec2_prefer_imdsv2': st.sampled_from((None, False, True)),
        'ec2_imdsv2_transition_payload_enabled': st.sampled_from((None, False, True)),
        'ec2_prioritize_instance_id_as_hostname': st.sampled_from((None, False, True)),
        'hostname': st.sampled_from(('', 'web-01', 'web_01', DEFAULT_NAME)),
        'hostname_fqdn': booleans,
        'hostname_trust_uts_namespace': booleans,
        'cloud_provider_metadata': st.sampled_from((('aws', 'gcp'), ('gcp',))),
        'proxy': st.builds(ProxySettings, booleans, booleans, booleans, booleans, booleans),
    }
)


@st.composite
def agents(draw: st.DrawFn) -> Agent:
    chosen: dict[str, Any] = draw(some_settings)
    file = draw(st.sampled_from(FILES))
    by_file = {} if file is None else {'hostname_file': file}
    name = draw(st.sampled_from(NAMES))
    return agent(
        hostname=AgentHostname(name) if name else draw(st.sampled_from((AgentHostname(''), None))),
        version=draw(st.sampled_from(VERSIONS)),
        provider=draw(st.sampled_from((None, *HostnameProvider))),
        source=draw(st.sampled_from(HostnameSource)),
        provider_errors=draw(st.sampled_from(WORDS)),
        ecs=draw(st.sampled_from((None, *Ecs))),
        configuration=configuration(**chosen, hostname_file=file.path if file else None),
        **by_file,
    )


@st.composite
def any_host(draw: st.DrawFn) -> Facts:
    place = draw(st.sampled_from((*PLACES.values(), host(container=container(ContainerKind.ECS_MANAGED)))))
    seen = replace(place, dmi=draw(st.sampled_from(tuple(FIRMWARE.values()))))
    if draw(booleans):
        name, own = draw(st.sampled_from(NAMES)), draw(st.sampled_from(UtsNamespace))
        seen = replace(seen, os_hostname=name, uts_namespace=own)
    answers = draw(st.sampled_from((*IMDS.values(), disabled())))
    return facts(host=seen, imds=answers, path=draw(st.sampled_from(tuple(PATHS.values()))), agent=draw(agents()))


any_expectations = st.builds(
    Expectations,
    hostname_providers=st.sampled_from(
        [(HostnameProvider.AWS,), (HostnameProvider.AWS, HostnameProvider.OS), (HostnameProvider.CONFIGURATION,)]
    ),
    require_imdsv2=booleans,
    imdsv1=st.sampled_from(ImdsV1),
)


def found(known: Facts, expected: Expectations) -> dict[str, Finding]:
    return {finding.diagnosis.id: finding for finding in diagnose(DIAGNOSES, known, expected)}


def restarts(remedy: Remedy | None) -> bool:
    """It offers the restart of the Agent as a way to get another name."""
    texts = () if remedy is None else (*(c.text for c in remedy.choices), *(s.text for s in remedy.then))
    return any(text.startswith('Restart the Agent; it resolves its hostname') for text in texts)


def changes_a_setting(remedy: Remedy | None) -> bool:
    """Before that restart, the setting goes that gave the name."""
    return remedy is not None and any(choice.text.startswith('Remove ') for choice in remedy.choices)


EXAMPLES = settings(max_examples=200, deadline=None)


@EXAMPLES
@given(any_host(), any_expectations)
def test_no_two_findings_contradict_each_other(known: Facts, expected: Expectations) -> None:
    now = found(known, expected)
    stale, custom = now['hostname-stale'], now['hostname-custom-os-name']
    mismatch, ready = now['hostname-provider-mismatch'], now['hostname-lost-when-imdsv2-enforced']
    assert not (stale.failed and custom.failed), 'AWS is asked, and is not asked'
    if 'would not change the provider' in stale.verdict.evidence and mismatch.explained_by is None:
        alone = restarts(mismatch.remedy) and not changes_a_setting(mismatch.remedy)
        assert not alone, 'a restart changes nothing, and is the fix'
    if stale.failed and mismatch.failed and mismatch.explained_by in (None, 'hostname-stale'):
        assert restarts(mismatch.remedy), 'a restart helps, and is not offered'
    if now['agent-cannot-use-imdsv2'].failed and observed(known.agent).version is not None:
        assert 'still named by its instance id' not in ready.verdict.evidence, 'it is lost, and is not lost'


@EXAMPLES
@given(any_host(), any_expectations)
def test_no_cause_is_named_that_cannot_explain(known: Facts, expected: Expectations) -> None:
    seen = observed(known.agent)
    said = seen.provider_errors.get('aws', '')
    for finding in found(known, expected).values():
        if finding.diagnosis.id not in ('hostname-provider-mismatch', 'hostname-not-instance-id'):
            continue
        blames_imds = finding.explained_by in {*IMDS_FAULTS, 'agent-cannot-use-imdsv2', 'aws-metadata-disabled'}
        of_another_cloud = finding.explained_by == 'imds-intercepted' and seen.provider in ('gce', 'azure')
        before_aws = seen.provider in ENDS_THE_SEARCH and not of_another_cloud
        assert not (blames_imds and before_aws), 'the search ended before AWS'
        not_asked = seen.provider != 'aws' and said == NOT_ASKED and not of_another_cloud
        assert not (blames_imds and not_asked), 'AWS was not asked'
        assert not (blames_imds and seen.provider == 'aws'), 'AWS gave the name'
