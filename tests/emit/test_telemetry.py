"""Findings and facts become service checks and gauges."""

import pytest

from datadog_checks.aws_diagnostics.emit import Gauge
from datadog_checks.aws_diagnostics.emit.telemetry import (
    LONGEST_MESSAGE,
    OF_A_HOST,
    RunStats,
    ServiceCheck,
    gauges,
    service_checks,
)
from datadog_checks.aws_diagnostics.facts import NotSent, Platform, Unobserved
from datadog_checks.aws_diagnostics.findings import Status
from datadog_checks.aws_diagnostics.remedies import Remedy

from ..builders import NOW, answered, facts, imds, path
from .findings import diagnosis, failed, finding, not_applicable, passed, unknown

ELSEWHERE = facts(platform=Platform(False, "DMI names another vendor: 'QEMU'"))
NOT_KNOWN = facts(platform=Platform(None, 'nothing tells'))

FAULT = 'a-fault: seen a fault. Raise the hop limit. first step'


@pytest.mark.parametrize(
    ('findings', 'status', 'message'),
    [
        pytest.param([], Status.OK, '', id='no diagnosis speaks'),
        pytest.param([passed()], Status.OK, '', id='all is well'),
        pytest.param([not_applicable()], Status.OK, '', id='the question does not arise'),
        pytest.param([unknown()], Status.UNKNOWN, 'a-fault: could not look.', id='could not tell'),
        pytest.param([passed(), unknown()], Status.UNKNOWN, 'a-fault: could not look.', id='one of two could not tell'),
        pytest.param([failed()], Status.CRITICAL, FAULT, id='a fault'),
        pytest.param([failed(severity=Status.WARNING)], Status.WARNING, FAULT, id='a fault that does less harm here'),
        pytest.param([unknown(), failed(severity=Status.WARNING)], Status.WARNING, FAULT, id='a warning beats unknown'),
        pytest.param(
            [failed('explained', explained_by='a-cause', id='b'), failed('the cause', id='a-cause')],
            Status.CRITICAL,
            'a-cause: the cause. Also b. Raise the hop limit. first step',
            id='the cause speaks before what it explains',
        ),
        pytest.param([failed(service_check='hostname')], Status.OK, '', id='a fault of another service check'),
    ],
)
def test_a_service_check_speaks_for_the_worst_of_its_diagnoses(findings, status, message):
    assert service_checks(facts(), findings)[0] == ServiceCheck('imds', status, message)


def test_every_service_check_is_sent_on_ec2():
    assert tuple(c.name for c in service_checks(facts(), [])) == OF_A_HOST


@pytest.mark.parametrize('elsewhere', [ELSEWHERE, NOT_KNOWN], ids=['not EC2', 'not known to be EC2'])
def test_only_the_cost_of_the_run_is_sent_where_this_is_not_known_to_be_ec2(elsewhere):
    findings = [failed(), passed()]
    assert service_checks(elsewhere, findings) == ()
    assert list(gauges(elsewhere, findings, RunStats(0.25))) == [Gauge('run.duration', 0.25)]


def test_a_message_is_cut_at_500_characters():
    long = finding(failed('x' * 600).verdict)
    message = service_checks(facts(), [long])[0].message
    assert len(message) == LONGEST_MESSAGE
    assert message.endswith('x...')


SITE = 'https://docs.internal/'
LINK = f' Documentation: {SITE}diagnoses.html#a-fault'


@pytest.mark.parametrize(
    ('finding', 'message'),
    [
        pytest.param(failed(), FAULT + LINK, id='a fault'),
        pytest.param(unknown(), f'a-fault: could not look.{LINK}', id='could not tell'),
        pytest.param(passed(), '', id='all is well'),
    ],
)
def test_a_message_ends_with_a_link_where_there_is_documentation(finding, message):
    assert service_checks(facts(), [finding], SITE)[0].message == message


@pytest.mark.parametrize(
    ('length', 'ending', 'whole'),
    [
        pytest.param(LONGEST_MESSAGE - len(LINK), f'first step{LINK}', LONGEST_MESSAGE, id='both fit'),
        pytest.param(LONGEST_MESSAGE - len(LINK) + 1, 'first step', LONGEST_MESSAGE - len(LINK) + 1, id='one too many'),
        pytest.param(LONGEST_MESSAGE, 'first step', LONGEST_MESSAGE, id='the text alone fits'),
        pytest.param(LONGEST_MESSAGE + 1, f'...{LINK}', LONGEST_MESSAGE, id='the text has to be cut'),
    ],
)
def test_a_link_is_whole_or_left_out_and_costs_no_text_that_fits_alone(length, ending, whole):
    evidence = 'seen a fault' + 'x' * (length - len(FAULT))
    message = service_checks(facts(), [failed(evidence)], SITE)[0].message
    assert (len(message), message.endswith(ending)) == (whole, True)
    assert LINK.startswith(message[message.find(' Documentation') :]) == (LINK in message)


def of(name: str, sent: list[Gauge]) -> list[Gauge]:
    return [gauge for gauge in sent if gauge.name == name]


def send(*findings, **differences) -> list[Gauge]:
    return list(gauges(facts(**differences), findings, RunStats(0.25)))


@pytest.mark.parametrize(
    ('findings', 'twin'),
    [
        pytest.param([passed()], [Gauge('imds.ok', 1.0)], id='OK is 1'),
        pytest.param([failed()], [Gauge('imds.ok', 0.0)], id='CRITICAL is 0'),
        pytest.param([failed(severity=Status.WARNING)], [Gauge('imds.ok', 0.0)], id='WARNING is 0'),
        pytest.param([unknown()], [], id='UNKNOWN is a gap'),
    ],
)
def test_every_service_check_has_a_gauge_twin(findings, twin):
    assert of('imds.ok', send(*findings)) == twin


def point(value: float, severity: str) -> Gauge:
    return Gauge('finding', value, ('diagnosis:a-fault', f'severity:{severity}', 'scope:host'))


@pytest.mark.parametrize(
    ('findings', 'points'),
    [
        pytest.param([failed()], [point(1.0, 'critical')], id='failed'),
        pytest.param([failed(severity=Status.WARNING)], [point(1.0, 'warning')], id='failed with less harm'),
        pytest.param([passed()], [point(0.0, 'critical')], id='passed'),
        pytest.param([unknown(), not_applicable()], [], id='nothing was judged'),
    ],
)
def test_every_judged_diagnosis_is_one_point(findings, points):
    assert of('finding', send(*findings)) == points


@pytest.mark.parametrize(
    ('make', 'expected'),
    [
        pytest.param(passed, [Gauge('ready_for_imdsv2', 1.0)], id='ready'),
        pytest.param(failed, [Gauge('ready_for_imdsv2', 0.0)], id='not ready'),
        pytest.param(unknown, [], id='not known'),
        pytest.param(not_applicable, [], id='nothing to lose'),
    ],
)
def test_readiness_is_a_gauge_of_its_own(make, expected):
    sent = send(make(id='hostname-lost-when-imdsv2-enforced', service_check='hostname'))
    assert of('ready_for_imdsv2', sent) == expected


IMDSV1_ON = {'imds': imds(tokenless=answered())}


@pytest.mark.parametrize(
    ('make', 'differences', 'states'),
    [
        pytest.param(failed, IMDSV1_ON, ['state:optional'], id='IMDSv1 answers and the name hangs on it'),
        pytest.param(unknown, IMDSV1_ON, ['state:optional'], id='IMDSv1 answers and it is not known what hangs on it'),
        pytest.param(passed, IMDSV1_ON, ['state:ready'], id='IMDSv1 answers and the name does not need it'),
        pytest.param(not_applicable, IMDSV1_ON, ['state:ready'], id='IMDSv1 answers and there is no name to lose'),
        pytest.param(failed, {}, ['state:required'], id='IMDSv1 is off, whatever that does to the name'),
        pytest.param(passed, {'imds': imds(tokenless=NotSent('interval'))}, [], id='IMDSv1 never asked'),
        pytest.param(passed, {'imds': Unobserved('no')}, [], id='IMDS not seen'),
    ],
)
def test_a_host_is_in_one_state_of_the_transition(make, differences, states):
    sent = send(make(id='hostname-lost-when-imdsv2-enforced'), **differences)
    assert [gauge.tags for gauge in of('imdsv2.transition', sent)] == [(state,) for state in states]


def test_a_host_whose_readiness_is_not_judged_is_not_called_ready():
    assert of('imdsv2.transition', send(**IMDSV1_ON)) == [Gauge('imdsv2.transition', 1.0, ('state:optional',))]


def test_a_healthy_host_sends_every_measurement():
    sent = [gauge for gauge in send() if not gauge.name.endswith('.ok')]
    assert sent == [
        Gauge('run.duration', 0.25),
        Gauge('imdsv2.transition', 1.0, ('state:required',)),
        Gauge('imds.latency', 0.001, ('request:token',)),
        Gauge('imds.latency', 0.001, ('request:metadata',)),
        Gauge('imds.imdsv1_enabled', 0.0),
        Gauge('run.imds_requests', 2.0),
        Gauge('run.age', 0.0),
        Gauge('imds.hop_limit', 2.0),
        Gauge('imds.gateways', 0.0),
        Gauge('imds.hop_limit_needed', 1.0),
    ]


@pytest.mark.parametrize(
    ('differences', 'absent'),
    [
        pytest.param(
            {'imds': Unobserved('no')}, {'imds.latency', 'imds.imdsv1_enabled', 'run.age'}, id='IMDS not seen'
        ),
        pytest.param({'imds': imds(tokenless=NotSent('interval'))}, {'imds.imdsv1_enabled'}, id='IMDSv1 never asked'),
        pytest.param({'imds': imds(requests=0)}, {'imds.latency'}, id='a latency measured by an earlier run'),
        pytest.param({'path': Unobserved('no')}, {'imds.hop_limit', 'imds.gateways'}, id='path not seen'),
        pytest.param(
            {'path': path(confirmed=False, hop_limit=None)},
            {'imds.hop_limit', 'imds.gateways', 'imds.hop_limit_needed'},
            id='gateways not confirmed',
        ),
    ],
)
def test_what_was_not_observed_is_not_sent(differences, absent):
    assert absent.isdisjoint(gauge.name for gauge in send(**differences))


def test_an_old_observation_says_how_old_it_is():
    assert of('run.age', send(imds=imds(observed_at=NOW - 90.0))) == [Gauge('run.age', 90.0)]


def test_imdsv1_that_answers_is_a_one():
    assert of('imds.imdsv1_enabled', send(imds=imds(tokenless=answered()))) == [Gauge('imds.imdsv1_enabled', 1.0)]


def test_a_remedy_without_steps_is_its_summary():
    alone = finding(failed().verdict)
    message = service_checks(facts(), [type(alone)(diagnosis(), alone.verdict, None, Remedy('Wait'))])[0].message
    assert message == 'a-fault: seen a fault. Wait.'
