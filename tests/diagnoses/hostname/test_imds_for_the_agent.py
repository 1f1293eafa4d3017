"""What IMDS answers to the Agent is not always what it answers to this check."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses.hostname.imds_for_the_agent import (
    NOTHING_KNOWN,
    ImdsForTheAgent,
    imds_for_the_agent,
)
from datadog_checks.aws_diagnostics.facts import NotSent, Outcome, ProxySettings, Unobserved
from tests.builders import NOW, agent, answered, configuration, granted, imds, unanswered

NOT_SENT = NotSent('not needed')
SILENT = unanswered(Outcome.SILENT)
LOST = unanswered(Outcome.LOST)
PAGE = answered(200, content_type='text/html', instance_id_given=False)
SLOW = {'connect_seconds': 0.1, 'first_byte_seconds': 0.25}


@pytest.mark.parametrize(
    ('differences', 'seen'),
    [
        pytest.param({}, (True, True, False, True), id='only IMDSv2'),
        pytest.param({'tokenless': answered(200)}, (True, True, True, False), id='both versions'),
        pytest.param({'tokenless': NOT_SENT, 'tokenless_at': None}, (True, True, None, None), id='v1 never asked'),
        pytest.param(
            {'token': granted(), 'metadata': answered(403)}, (True, False, False, True), id='token granted, GET refused'
        ),
        pytest.param(
            {'token': LOST, 'metadata': NOT_SENT, 'control': answered(401), 'tokenless': answered(200)},
            (False, None, True, False),
            id='token reply lost while v1 answers',
        ),
        pytest.param(
            {'token': answered(503), 'metadata': answered(500), 'tokenless': answered(429)},
            (None, None, None, None),
            id='throttled: it may answer the next time',
        ),
        pytest.param(
            {'token': answered(403), 'metadata': NOT_SENT, 'control': answered(403), 'tokenless': answered(403)},
            (False, None, False, False),
            id='endpoint switched off',
        ),
        pytest.param(
            {'token': answered(403), 'metadata': NOT_SENT, 'control': answered(403), 'tokenless': answered(200)},
            (False, None, True, False),
            id='kube2iam: v1 answers while everything else is refused',
        ),
        pytest.param(
            {'token': answered(403), 'metadata': NOT_SENT, 'control': answered(403), 'tokenless': NOT_SENT},
            (False, None, None, None),
            id='endpoint switched off, or kube2iam: v1 was not asked',
        ),
        pytest.param(
            {
                'token': answered(403),
                'metadata': NOT_SENT,
                'control': answered(403),
                'tokenless': answered(200),
                'tokenless_at': NOW - 1800,
            },
            (False, None, None, None),
            id='endpoint switched off since v1 answered, or kube2iam',
        ),
        pytest.param(
            {'token': SILENT, 'metadata': NOT_SENT, 'tokenless': answered(200), 'tokenless_at': NOW - 1800},
            (False, None, False, False),
            id='nothing connects now, whatever v1 answered half an hour ago',
        ),
        pytest.param(
            {
                'token': LOST,
                'metadata': NOT_SENT,
                'control': LOST,
                'tokenless': answered(200),
                'tokenless_at': NOW - 1800,
            },
            (False, None, False, False),
            id='no GET is answered now, whatever v1 answered half an hour ago',
        ),
        pytest.param(
            {
                'token': LOST,
                'metadata': NOT_SENT,
                'control': LOST,
                'tokenless': answered(200),
                'tokenless_at': NOW - 10,
            },
            (False, None, True, False),
            id='v1 answered in this run, when another GET was not',
        ),
        pytest.param(
            {
                'token': LOST,
                'metadata': NOT_SENT,
                'control': answered(401),
                'tokenless': answered(200),
                'tokenless_at': NOW - 1800,
            },
            (False, None, True, False),
            id='v1 answered half an hour ago and IMDS answers other requests now',
        ),
        pytest.param(
            {'token': answered(200), 'metadata': NOT_SENT, 'control': PAGE, 'tokenless': PAGE},
            (True, False, None, False),
            id='captive portal: the Agent takes any 200 for a token',
        ),
        pytest.param(
            {'token': answered(200), 'metadata': PAGE, 'control': PAGE, 'tokenless': PAGE},
            (True, False, None, False),
            id='captive portal whose text could be a token',
        ),
        pytest.param(
            {'token': answered(200), 'metadata': NOT_SENT, 'control': answered(401)},
            (True, None, None, True),
            id='a text in place of a token, with which nothing was asked',
        ),
        pytest.param(
            {'token': answered(200), 'metadata': answered(instance_id_given=True)},
            (True, True, False, True),
            id='a token without its time to live, which works',
        ),
        pytest.param(
            {'token': LOST, 'metadata': NOT_SENT, 'control': LOST, 'tokenless_at': NOW - 1800},
            (False, None, False, False),
            id='no GET is answered now, although one was refused half an hour ago',
        ),
        pytest.param({'tokenless': answered(401, **SLOW)}, (True, True, False, False), id='refused too late'),
        pytest.param({'tokenless': LOST}, (True, True, False, False), id='v1 is lost'),
        pytest.param(
            {'token': answered(200, token_granted=True, **SLOW), 'tokenless': answered(200, **SLOW)},
            (False, True, False, False),
            id='slower than the Agent waits',
        ),
    ],
)
def test_each_request_of_the_agent(differences: dict[str, Any], seen: tuple[bool | None, ...]) -> None:
    assert imds_for_the_agent(imds(**differences), agent()) == ImdsForTheAgent(*seen)


def test_an_agent_that_waits_longer_gets_the_slow_answer() -> None:
    slow = imds(token=answered(200, token_granted=True, **SLOW))
    patient = agent(configuration=configuration(ec2_metadata_timeout=0.35))
    assert imds_for_the_agent(slow, patient) == ImdsForTheAgent(True, True, False, True)


FORCED = ProxySettings(http_proxy_configured=True, use_proxy_for_cloud_metadata=True)
OF_THE_AGENT = ProxySettings(http_proxy_configured=True)
OF_THE_PROCESS = ProxySettings(http_proxy_in_environment=True)
BEFORE, SINCE = (7, 25, 1), (7, 26, 0)
EXEMPT = ProxySettings(http_proxy_in_environment=True, use_proxy_for_cloud_metadata=True, imds_in_no_proxy=True)


@pytest.mark.parametrize(
    ('version', 'proxy', 'known'),
    [
        pytest.param(SINCE, FORCED, False, id='it is told to use the proxy'),
        pytest.param(None, FORCED, False, id='it is told to use the proxy, in a version that is not known'),
        pytest.param(SINCE, EXEMPT, True, id='IMDS is exempt'),
        pytest.param(SINCE, OF_THE_AGENT, True, id='it exempts IMDS by itself'),
        pytest.param(SINCE, OF_THE_PROCESS, True, id='it exempts IMDS by itself from that of the process too'),
        pytest.param(BEFORE, OF_THE_PROCESS, False, id='before 7.26 it follows the proxy of the process'),
        pytest.param(
            BEFORE, replace(OF_THE_PROCESS, imds_in_environment_no_proxy=True), True, id='before 7.26, NO_PROXY'
        ),
        pytest.param(
            BEFORE, replace(OF_THE_PROCESS, imds_in_no_proxy=True), False, id='before 7.26, proxy.no_proxy is not read'
        ),
        pytest.param(BEFORE, FORCED, True, id='before 7.26 no setting of the Agent matters'),
    ],
)
def test_nothing_is_known_where_the_agent_asks_a_proxy(
    version: tuple[int, int, int] | None, proxy: ProxySettings, known: bool
) -> None:
    seen = imds_for_the_agent(imds(), agent(version=version, configuration=configuration(proxy=proxy)))
    assert seen == (ImdsForTheAgent(True, True, False, True) if known else NOTHING_KNOWN)


def test_nothing_is_known_where_this_check_asks_over_ipv6() -> None:
    assert imds_for_the_agent(imds(endpoint='http://[fd00:ec2::254]'), agent()) == NOTHING_KNOWN


def test_nothing_is_known_where_imds_was_not_asked() -> None:
    assert imds_for_the_agent(Unobserved('no sockets here'), agent()) == NOTHING_KNOWN
