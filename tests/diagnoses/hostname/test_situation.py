"""What IMDS answers to the Agent is not always what it answers to this check."""

from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses.hostname.situation import (
    NOTHING_KNOWN,
    ImdsForTheAgent,
    imds_for_the_agent,
)
from datadog_checks.aws_diagnostics.facts import NotSent, Outcome, ProxySettings, Unobserved
from tests.builders import NOW, answered, configuration, granted, imds, unanswered

NOT_SENT = NotSent('not needed')
SILENT = unanswered(Outcome.SILENT)
LOST = unanswered(Outcome.LOST)
SLOW = {'connect_seconds': 0.1, 'first_byte_seconds': 0.25}


@pytest.mark.parametrize(
    ('differences', 'seen'),
    [
        pytest.param({}, (True, True, False), id='only IMDSv2'),
        pytest.param({'tokenless': answered(200)}, (True, True, True), id='both versions'),
        pytest.param({'tokenless': NOT_SENT, 'tokenless_at': None}, (True, True, None), id='v1 never asked'),
        pytest.param(
            {'token': granted(), 'metadata': answered(403)}, (True, False, False), id='token granted, GET refused'
        ),
        pytest.param(
            {'token': LOST, 'metadata': NOT_SENT, 'control': answered(401), 'tokenless': answered(200)},
            (False, None, True),
            id='token reply lost while v1 answers',
        ),
        pytest.param(
            {'token': answered(503), 'metadata': answered(500), 'tokenless': answered(429)},
            (None, None, None),
            id='throttled: it may answer the next time',
        ),
        pytest.param(
            {'token': answered(403), 'metadata': NOT_SENT, 'control': answered(403), 'tokenless': NOT_SENT},
            (False, None, False),
            id='endpoint switched off',
        ),
        pytest.param(
            {'token': SILENT, 'metadata': NOT_SENT, 'tokenless': answered(200), 'tokenless_at': NOW - 1800},
            (False, None, False),
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
            (False, None, False),
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
            (False, None, True),
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
            (False, None, True),
            id='v1 answered half an hour ago and IMDS answers other requests now',
        ),
        pytest.param(
            {'token': answered(200), 'metadata': NOT_SENT, 'control': answered(200), 'tokenless': answered(200)},
            (True, False, None),
            id='captive portal: the Agent takes any 200 for a token',
        ),
        pytest.param(
            {'token': answered(200, token_granted=True, **SLOW), 'tokenless': answered(200, **SLOW)},
            (False, True, False),
            id='slower than the Agent waits',
        ),
    ],
)
def test_each_request_of_the_agent(differences: dict[str, Any], seen: tuple[bool | None, ...]) -> None:
    assert imds_for_the_agent(imds(**differences), configuration()) == ImdsForTheAgent(*seen)


def test_an_agent_that_waits_longer_gets_the_slow_answer() -> None:
    slow = imds(token=answered(200, token_granted=True, **SLOW))
    patient = configuration(ec2_metadata_timeout=0.35)
    assert imds_for_the_agent(slow, patient) == ImdsForTheAgent(True, True, False)


PROXIED = ProxySettings(http_proxy_configured=True, use_proxy_for_cloud_metadata=True)


@pytest.mark.parametrize(
    ('endpoint', 'proxy', 'known'),
    [
        pytest.param('http://[fd00:ec2::254]', ProxySettings(), False, id='asked over IPv6, which the Agent is not'),
        pytest.param('http://169.254.169.254', PROXIED, False, id='the Agent asks a proxy'),
        pytest.param(
            'http://169.254.169.254',
            ProxySettings(http_proxy_in_environment=True, use_proxy_for_cloud_metadata=True, imds_in_no_proxy=True),
            True,
            id='a proxy, from which IMDS is exempt',
        ),
        pytest.param(
            'http://169.254.169.254',
            ProxySettings(http_proxy_configured=True),
            True,
            id='a proxy, from which the Agent exempts IMDS',
        ),
    ],
)
def test_nothing_is_known_where_the_agent_asks_in_another_way(endpoint: str, proxy: ProxySettings, known: bool) -> None:
    seen = imds_for_the_agent(imds(endpoint=endpoint), configuration(proxy=proxy))
    assert seen == (ImdsForTheAgent(True, True, False) if known else NOTHING_KNOWN)


def test_nothing_is_known_where_imds_was_not_asked() -> None:
    assert imds_for_the_agent(Unobserved('no sockets here'), configuration()) == NOTHING_KNOWN
