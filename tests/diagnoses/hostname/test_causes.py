"""What explains a wrong name: a cause changes the remedy that is shown, never the verdict."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose, hostname
from datadog_checks.aws_diagnostics.diagnoses.hostname.wrong_name import CAUSES_OF_A_WRONG_NAME
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, HostnameFile, HostnameProvider, observed
from datadog_checks.aws_diagnostics.findings import Finding
from datadog_checks.aws_diagnostics.remedies import Step
from tests.builders import OTHER_INSTANCE_ID, agent, answered, configuration, expecting, facts, hostname_file, imds
from tests.diagnoses.imds.conversations import disabled
from tests.diagnoses.remedy_parts import RESTART_POD

from .situations import CUSTOM_NAME, DEFAULT_NAME, IMDS, LOST, NOT_SENT, PATHS, PLACES, situated
from .test_agent_words import NOT_ASKED, OFF, TIMEOUT

SERVICE_CHECKS = {'hostname_provider', 'hostname'}


def finding(known: Facts, id: str, expected: Expectations = Expectations()) -> Finding:
    return next(found for found in diagnose(DIAGNOSES, known, expected) if found.diagnosis.id == id)


def by_file(file: HostnameFile, provider: str, name: str) -> Facts:
    settings = configuration(hostname_file=file.path)
    return facts(agent=agent(provider=provider, hostname=name, configuration=settings, hostname_file=file))


def by_hand(name: str) -> Facts:
    return facts(agent=agent(provider='configuration', hostname=name, configuration=configuration(hostname=name)))


NO_METADATA = configuration(cloud_provider_metadata=('gcp',), ec2_imdsv2_transition_payload_enabled=False)
NEW = '7.81.3 - transition'


@pytest.mark.parametrize(
    ('known', 'cause'),
    [
        pytest.param(by_hand('web-01'), 'hostname-configured-by-hand', id='set by hand'),
        pytest.param(
            by_hand(OTHER_INSTANCE_ID), 'hostname-of-another-instance', id='set by hand, to the id of another instance'
        ),
        pytest.param(
            by_file(hostname_file('/f', OTHER_INSTANCE_ID), 'hostnameFile', OTHER_INSTANCE_ID),
            'hostname-of-another-instance',
            id='a file of another instance',
        ),
        pytest.param(
            by_file(hostname_file('/f', 'iid-datasource-none'), 'hostnameFile', 'iid-datasource-none'),
            'hostname-not-unique',
            id='a file that many machines have',
        ),
        pytest.param(
            by_file(hostname_file('/f', DEFAULT_NAME), 'hostnameFile', DEFAULT_NAME),
            'hostname-file-unusable',
            id='a file with a name that Datadog does not take as canonical',
        ),
        pytest.param(
            by_file(hostname_file('/f', error='no such file'), 'os', DEFAULT_NAME),
            'hostname-file-unusable',
            id='a file that is not there',
        ),
        pytest.param(
            facts(agent=agent(provider='os', hostname=DEFAULT_NAME)), 'hostname-stale', id='IMDS has come back'
        ),
        pytest.param(
            situated(NEW, 'v2', 'arrives', 'host-custom', 'nitro'), 'hostname-custom-os-name', id='a name of its own'
        ),
        pytest.param(
            situated(NEW, 'none', 'arrives', 'host-custom', 'xen'),
            'hostname-custom-os-name',
            id='a name of its own, and IMDS does not answer either',
        ),
        pytest.param(
            facts(agent=agent(provider='os', hostname=DEFAULT_NAME, configuration=NO_METADATA)),
            'aws-metadata-disabled',
            id='told not to ask',
        ),
        pytest.param(
            situated('7.63.3 -', 'v2', 'arrives', 'host', 'xen'), 'agent-cannot-use-imdsv2', id='speaks only IMDSv1'
        ),
        pytest.param(
            situated(NEW, 'v2', 'lost', 'pod', 'xen'), 'imds-hop-limit-too-low', id='the hop limit is too low'
        ),
        pytest.param(situated(NEW, 'none', 'arrives', 'host', 'xen'), 'imds-unreachable', id='nothing answers'),
        pytest.param(
            situated(NEW, 'v2', 'lost', 'host', 'xen'),
            'imds-behind-gateway',
            id='a gateway before a host loses the token',
        ),
        pytest.param(
            replace(situated(NEW, 'v1+v2', 'lost', 'pod', 'xen'), path=PATHS['lost']),
            'hostname-stale',
            id='the hop limit is too low, but IMDSv1 answers now',
        ),
    ],
)
def test_the_wrong_provider_and_the_wrong_name_have_the_same_cause(known: Facts, cause: str) -> None:
    found = (finding(known, 'hostname-provider-mismatch'), finding(known, 'hostname-not-instance-id'))
    assert [(f.failed, f.explained_by) for f in found] == [(True, cause)] * 2


HOP_LIMIT = 'imds-hop-limit-too-low'
UNREACHABLE = 'imds-unreachable'


def answered_by_google(provider: HostnameProvider) -> Facts:
    """In place of IMDS."""
    refused = answered(403, server='Metadata Server for VM')
    elsewhere = imds(token=refused, metadata=NOT_SENT, control=refused, tokenless=NOT_SENT, instance_id=None)
    return facts(imds=elsewhere, agent=agent(provider=provider, hostname='gke-x.c.example.internal'))


def silent(**differences: Any) -> Facts:
    """IMDS does not answer, and the firmware names nothing."""
    known = situated(NEW, 'none', 'arrives', 'host', 'xen')
    return replace(known, agent=replace(observed(known.agent), **differences))


def speaking_only_v1(known: Facts) -> Facts:
    old = configuration(ec2_imdsv2_transition_payload_enabled=None)
    return replace(known, agent=replace(observed(known.agent), version=(7, 63, 3), configuration=old))


A_FILE = {'configuration': configuration(hostname_file='/f'), 'hostname_file': hostname_file('/f', 'iid-none')}
BROKEN_FILE = {**A_FILE, 'hostname_file': hostname_file('/f', error='no such file')}
BY_HAND = {'provider': HostnameProvider.CONFIGURATION, 'configuration': configuration(hostname='web')}
REQUIRED = Expectations(require_imdsv2=True)


@pytest.mark.parametrize(
    ('known', 'fault', 'cause'),
    [
        pytest.param(silent(), UNREACHABLE, UNREACHABLE, id='it asked, as far as is known'),
        pytest.param(silent(provider_errors={'aws': TIMEOUT}), UNREACHABLE, UNREACHABLE, id='it says that it asked'),
        pytest.param(
            silent(provider_errors={'aws': NOT_ASKED}),
            UNREACHABLE,
            None,
            id='it says that it did not ask',
        ),
        pytest.param(
            silent(provider=HostnameProvider.HOSTNAME_FILE, **A_FILE), UNREACHABLE, None, id='a file ends the search'
        ),
        pytest.param(
            silent(provider=HostnameProvider.HOSTNAME_FILE, **BROKEN_FILE),
            'hostname-file-unusable',
            None,
            id='the file that is broken now gave the name',
        ),
        pytest.param(
            silent(**BROKEN_FILE), 'hostname-file-unusable', 'hostname-file-unusable', id='the file gave no name'
        ),
        pytest.param(
            silent(provider_errors={'aws': OFF}, configuration=NO_METADATA),
            'aws-metadata-disabled',
            'aws-metadata-disabled',
            id='it is told not to ask IMDS, and says so',
        ),
        pytest.param(
            silent(provider_errors={'aws': TIMEOUT}, configuration=NO_METADATA),
            'aws-metadata-disabled',
            UNREACHABLE,
            id='it asked IMDS before it was told not to',
        ),
        pytest.param(silent(**BY_HAND), UNREACHABLE, 'hostname-configured-by-hand', id='a setting ends the search'),
        pytest.param(silent(provider=HostnameProvider.GCE), UNREACHABLE, None, id='GCE ends the search'),
        pytest.param(
            answered_by_google(HostnameProvider.GCE),
            'imds-intercepted',
            'imds-intercepted',
            id='GCE ends the search, and Google answers in place of IMDS',
        ),
        pytest.param(
            answered_by_google(HostnameProvider.AZURE),
            'imds-intercepted',
            'imds-intercepted',
            id='Azure ends it as another cloud does',
        ),
        pytest.param(
            replace(answered_by_google(HostnameProvider.CONFIGURATION), agent=observed(by_hand(CUSTOM_NAME).agent)),
            'imds-intercepted',
            'hostname-configured-by-hand',
            id='a setting ends the search, whatever answers in place of IMDS',
        ),
        pytest.param(
            speaking_only_v1(situated(NEW, 'v2', 'lost', 'pod', 'xen')),
            HOP_LIMIT,
            'agent-cannot-use-imdsv2',
            id='an Agent that speaks only IMDSv1 loses no token',
        ),
        pytest.param(
            situated(NEW, 'v2', 'lost', 'pod', 'xen'), HOP_LIMIT, HOP_LIMIT, id='an Agent that speaks IMDSv2 loses it'
        ),
    ],
)
def test_only_what_can_explain_a_wrong_name_is_named_as_its_cause(known: Facts, fault: str, cause: str | None) -> None:
    assert finding(known, fault).failed
    assert finding(known, 'hostname-provider-mismatch').explained_by == cause


@pytest.mark.parametrize(
    ('known', 'cause'),
    [
        pytest.param(speaking_only_v1(silent()), UNREACHABLE, id='nothing answers'),
        pytest.param(
            replace(speaking_only_v1(silent()), imds=disabled()), 'imds-endpoint-disabled', id='IMDS is switched off'
        ),
        pytest.param(
            speaking_only_v1(situated(NEW, 'v2', 'arrives', 'host', 'xen')), 'agent-cannot-use-imdsv2', id='it answers'
        ),
    ],
)
def test_an_upgrade_is_no_cure_where_imds_does_not_answer(known: Facts, cause: str) -> None:
    assert finding(known, 'agent-cannot-use-imdsv2', REQUIRED).failed
    assert finding(known, 'hostname-provider-mismatch', REQUIRED).explained_by == cause


def test_the_remedy_is_that_of_the_cause() -> None:
    known = situated(NEW, 'v2', 'lost', 'pod', 'xen')
    cause = finding(known, 'imds-hop-limit-too-low').remedy
    shown = finding(known, 'hostname-provider-mismatch').remedy
    assert cause is not None and shown is not None
    assert shown == replace(cause, summary=f'First fix imds-hop-limit-too-low: {cause.summary}')
    assert RESTART_POD in shown.then


def test_a_cause_that_is_disabled_leaves_the_verdict_as_it_is() -> None:
    known = situated(NEW, 'v2', 'arrives', 'host', 'nitro')
    quiet = Expectations(disabled_diagnoses=frozenset({'hostname-stale'}))
    loud, quietly = (finding(known, 'hostname-provider-mismatch', expected) for expected in (Expectations(), quiet))
    assert (loud.verdict, loud.explained_by, quietly.verdict, quietly.explained_by) == (
        quietly.verdict,
        'hostname-stale',
        loud.verdict,
        None,
    )


def test_an_old_agent_behind_a_low_hop_limit_is_told_of_both() -> None:
    known = replace(
        situated('7.63.3 -', 'v1+v2', 'lost', 'pod', 'xen'),
        agent=agent(version=(7, 63, 3), configuration=configuration(ec2_imdsv2_transition_payload_enabled=None)),
    )
    lost = finding(known, 'hostname-lost-when-imdsv2-enforced')
    assert lost.explained_by == 'imds-hop-limit-too-low'
    assert lost.remedy is not None and lost.remedy.then[-2:] == (
        Step('If the Agent is older than 7.64.0, set ec2_prefer_imdsv2 to true or upgrade it too'),
        Step('Disable IMDSv1 only when this diagnosis passes'),
    )


def test_every_cause_is_a_diagnosis_and_comes_before_what_it_explains() -> None:
    order = [diagnosis.id for diagnosis in DIAGNOSES]
    explained = [(order.index(cause), order.index(d.id)) for d in hostname.DIAGNOSES for cause in d.after]
    assert set(CAUSES_OF_A_WRONG_NAME) < set(order)
    assert all(cause < explains for cause, explains in explained)


def test_every_diagnosis_speaks_through_one_of_the_two_service_checks() -> None:
    assert {diagnosis.service_check for diagnosis in hostname.DIAGNOSES} == SERVICE_CHECKS


HEALTHY = {
    'Nitro, both versions of IMDS': facts(imds=IMDS['v1+v2', 'arrives']),
    'the second, IMDSv1-only resolution of the Agent failed': facts(
        agent=agent(provider_errors={'aws': 'Unable to determine hostname from EC2: status code 401'})
    ),
    'a pod that is named by aws': facts(
        host=PLACES['pod'], agent=agent(provider_errors={'fqdn': 'FQDN hostname is not usable'})
    ),
    'a name by hand, as expected': by_hand(CUSTOM_NAME),
    'the instance id from the file of cloud-init': by_file(
        hostname_file('/f', 'i-0123456789abcdef0'), 'hostnameFile', 'i-0123456789abcdef0'
    ),
}


@pytest.mark.parametrize('known', [pytest.param(known, id=situation) for situation, known in HEALTHY.items()])
def test_a_healthy_host_fails_nothing(known: Facts) -> None:
    accepted = expecting('aws', 'configuration')
    assert [found.diagnosis.id for found in diagnose(hostname.DIAGNOSES, known, accepted) if found.failed] == []


def test_the_provider_aws_does_not_prove_that_imds_answers() -> None:
    unreachable = facts(imds=IMDS['none', 'arrives'])
    assert finding(unreachable, 'hostname-provider-mismatch').word == 'ok'
    assert finding(unreachable, 'imds-unreachable').failed


def test_nothing_is_critical_where_someone_chose_the_name() -> None:
    chosen = (by_hand(CUSTOM_NAME), situated(NEW, 'v2', 'arrives', 'host-custom', 'nitro'))
    words = {found.word for known in chosen for found in diagnose(hostname.DIAGNOSES, known)}
    assert words == {'ok', 'warning', 'not_applicable'}


def test_nothing_fails_where_nothing_could_be_observed() -> None:
    silent = imds(token=LOST, metadata=LOST, control=LOST, tokenless=LOST, instance_id=None)
    blind = facts(imds=silent, agent=agent(provider=None, hostname=None, version=None))
    assert [found.diagnosis.id for found in diagnose(hostname.DIAGNOSES, blind) if found.failed] == []
