"""Every symptom of a failing IMDS ends in exactly one failed diagnosis, or in one that could not tell."""

from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses import imds as imds_diagnoses
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import (
    Container,
    ContainerKind,
    Facts,
    Imds,
    NotSent,
    Outcome,
    Unobserved,
)
from datadog_checks.aws_diagnostics.findings import Failed, Unknown
from tests.builders import NOW, answered, facts, granted, host, icmp, imds, path, unanswered
from tests.diagnoses.imds.conversations import (
    LOST,
    as_html,
    broken_proxy,
    captive_portal,
    connect_fails,
    credential_helper,
    disabled,
    disabled_or_proxied,
    kiam,
    kube2iam,
    nginx,
    no_tokens,
    silent_after_connecting,
    throttled,
    token_lost,
    v1_works,
    web_filter,
    without_token,
    without_ttl,
)

UNMEASURED = Unobserved('no token reply to measure')
POD = host(container=Container(ContainerKind.POD, 'KUBERNETES_SERVICE_HOST'))
RESET = unanswered(Outcome.RESET, 'ECONNRESET')
HALF = unanswered(Outcome.INCOMPLETE, 'the answer was still incomplete after 1.80 s')
HTML = unanswered(Outcome.MALFORMED, 'the status line is not HTTP')


def rejected(version: int, type: int, code: int, outcome: Outcome = Outcome.REJECTED) -> Facts:
    sender = '10.0.0.1' if version == 4 else 'fd00::1'
    return facts(imds=connect_fails(outcome, icmp=icmp(version, type, code, sender)), path=UNMEASURED)


def behind(gateways: int, **differences: Any) -> Facts:
    lost = path(gateways=gateways, reply_lost=True, remaining_ttl=None, hop_limit=None, hop_limit_at_most=gateways)
    return facts(**{'imds': token_lost(), 'path': lost, 'host': POD} | differences)


FAILED = {
    'connecting times out: a firewall drops it': (facts(imds=connect_fails(Outcome.SILENT)), 'imds-unreachable'),
    'port unreachable: REJECT': (rejected(4, 3, 3), 'imds-unreachable'),
    'IPv6 port unreachable: REJECT': (rejected(6, 1, 4), 'imds-unreachable'),
    'network administratively prohibited': (rejected(4, 3, 9), 'imds-unreachable'),
    'host administratively prohibited': (rejected(4, 3, 10), 'imds-unreachable'),
    'communication administratively prohibited': (rejected(4, 3, 13), 'imds-unreachable'),
    'IPv6 administratively prohibited': (rejected(6, 1, 1), 'imds-unreachable'),
    'network unreachable at a router': (rejected(4, 3, 0, Outcome.UNREACHABLE), 'imds-unreachable'),
    'host unreachable, from our own address': (
        rejected(4, 3, 1, Outcome.UNREACHABLE),
        'imds-unreachable',
    ),
    'connection refused: nothing listens': (facts(imds=connect_fails(Outcome.REFUSED)), 'imds-unreachable'),
    'no route': (facts(imds=connect_fails(Outcome.NO_ROUTE, 'ENETUNREACH')), 'imds-unreachable'),
    'blackhole route': (facts(imds=connect_fails(Outcome.NO_ROUTE, 'EINVAL')), 'imds-unreachable'),
    'prohibit route': (facts(imds=connect_fails(Outcome.CONNECT_FAILED, 'EACCES')), 'imds-unreachable'),
    'PUT and GET lost: something hangs': (facts(imds=silent_after_connecting()), 'imds-unreachable'),
    'reset after connecting': (facts(imds=without_token(RESET, RESET)), 'imds-unreachable'),
    'reset after connecting, no time for more': (
        facts(imds=without_token(RESET, NotSent(''))),
        'imds-unreachable',
    ),
    'nothing answers now, a GET without a token did an hour ago': (
        facts(imds=connect_fails(Outcome.SILENT, **v1_works(tokenless_at=NOW - 3600))),
        'imds-unreachable',
    ),
    'PUT lost, GET 401, one gateway': (behind(1), 'imds-hop-limit-too-low'),
    'PUT lost, GET 401, two gateways': (behind(2), 'imds-hop-limit-too-low'),
    'PUT lost, GET 401, in a pod whose path was not measured': (behind(1, path=UNMEASURED), 'imds-hop-limit-too-low'),
    'PUT lost, GET 401, no gateway': (behind(0), 'imds-intercepted'),
    'PUT never acknowledged, GET 401': (
        behind(1, imds=without_token(unanswered(Outcome.LOST, acknowledged=False), answered(401))),
        'imds-intercepted',
    ),
    'PUT reset, GET 401, behind a gateway': (behind(1, imds=without_token(RESET, answered(401))), 'imds-intercepted'),
    'PUT lost, GET 404': (facts(imds=without_token(LOST, answered(404))), 'imds-intercepted'),
    'PUT lost, GET 400': (facts(imds=without_token(LOST, answered(400))), 'imds-intercepted'),
    'PUT 403, GET 404': (facts(imds=without_token(answered(403), answered(404))), 'imds-intercepted'),
    'PUT 404, GET 403': (facts(imds=without_token(answered(404), answered(403))), 'imds-intercepted'),
    'PUT 403, GET 403': (facts(imds=disabled()), 'imds-endpoint-disabled'),
    'PUT 403, GET 403, and a GET without a token is not allowed': (
        facts(imds=disabled_or_proxied()),
        'imds-endpoint-disabled',
    ),
    'PUT 403, GET 403, by a server without a name': (facts(imds=web_filter()), 'imds-intercepted'),
    'PUT lost, GET 403, by a server without a name': (
        facts(imds=without_token(LOST, answered(403, server=''))),
        'imds-intercepted',
    ),
    'PUT lost, GET 403': (facts(imds=without_token(LOST, answered(403))), 'imds-endpoint-disabled'),
    'PUT 403, GET 403, from a server with a name of its own': (
        facts(imds=without_token(answered(403, server='squid/6.6'), answered(403, server='squid/6.6'))),
        'imds-intercepted',
    ),
    'PUT 403, GET 401: kube2iam': (facts(imds=kube2iam()), 'imds-intercepted'),
    'PUT 403, GET 200: kube2iam': (facts(imds=without_token(answered(403), answered(200))), 'imds-intercepted'),
    'token granted, GET with it 403: kube2iam': (
        facts(imds=imds(metadata=answered(403), control=answered(403))),
        'imds-intercepted',
    ),
    'token granted, GET with it 404: kiam': (
        facts(imds=imds(metadata=answered(404), control=answered(404))),
        'imds-intercepted',
    ),
    'token granted, GET with it 401': (
        facts(imds=imds(metadata=answered(401), control=answered(401))),
        'imds-intercepted',
    ),
    'PUT 404, GET 404: kiam': (facts(imds=kiam()), 'imds-intercepted'),
    'PUT 404, GET 404, an hour after a GET without a token was answered': (
        facts(imds=kiam(**v1_works(tokenless_at=NOW - 3600))),
        'imds-intercepted',
    ),
    'PUT 404, GET 404, by a web server with a name of its own': (facts(imds=nginx()), 'imds-intercepted'),
    'token granted by a server without a name, GET with it 404: a credential helper': (
        facts(imds=credential_helper()),
        'imds-intercepted',
    ),
    'PUT 404, GET 200': (facts(imds=no_tokens()), 'imdsv2-not-supported'),
    'PUT 405, GET 401': (facts(imds=without_token(answered(405), answered(401))), 'imdsv2-not-supported'),
    'PUT 501, GET without a token 200': (
        facts(imds=without_token(answered(501), answered(404), **v1_works())),
        'imdsv2-not-supported',
    ),
    'PUT 400: the request was altered': (facts(imds=without_token(answered(400), answered(401))), 'imds-intercepted'),
    'PUT 400 by Microsoft-IIS: another cloud': (
        facts(imds=without_token(answered(400, server='Microsoft-IIS/10.0'), answered(400))),
        'imds-intercepted',
    ),
    'PUT 503': (facts(imds=throttled()), 'imds-throttled'),
    'PUT 429, GET 401': (facts(imds=without_token(answered(429), answered(401))), 'imds-throttled'),
    'PUT lost, GET 503': (facts(imds=without_token(LOST, answered(503))), 'imds-throttled'),
    'token granted, GET with it 503': (
        facts(imds=imds(metadata=answered(503), control=answered(503))),
        'imds-throttled',
    ),
    'PUT 503 by a server without a name, GET 401 of EC2': (
        facts(imds=without_token(answered(503, server=''), answered(401))),
        'imds-throttled',
    ),
    'token granted by a server without a name, GET with it 503': (
        facts(imds=imds(token=answered(token_granted=True, server=''), metadata=answered(503, server=''))),
        'imds-throttled',
    ),
    'PUT 503 by a server without a name': (facts(imds=broken_proxy()), 'imds-intercepted'),
    'PUT lost, GET 503 by a server without a name': (
        facts(imds=without_token(LOST, answered(503, server=''))),
        'imds-intercepted',
    ),
    'PUT 503 by a web proxy': (
        facts(imds=without_token(answered(503, server='envoy'), answered(503, server='envoy'))),
        'imds-intercepted',
    ),
    'PUT 502: a gateway error': (facts(imds=without_token(answered(502), answered(502))), 'imds-intercepted'),
    'PUT 302: captive portal': (facts(imds=without_token(answered(302), answered(302))), 'imds-intercepted'),
    'PUT 200 without a token: captive portal': (facts(imds=captive_portal()), 'imds-intercepted'),
    'PUT answered with something that is not HTTP': (facts(imds=without_token(HTML, HTML)), 'imds-intercepted'),
    'token granted, GET answered with something that is not HTTP': (
        facts(imds=imds(metadata=HTML, control=HTML)),
        'imds-intercepted',
    ),
    'PUT 404, GET 200 with a web page': (
        facts(imds=without_token(answered(404), answered(200, content_type='text/html'))),
        'imds-intercepted',
    ),
    'PUT lost, GET 200 with a web page': (
        facts(imds=without_token(LOST, answered(200, content_type='text/html; charset=utf-8'))),
        'imds-intercepted',
    ),
    'PUT lost, GET 200 with a text that is no instance id': (
        behind(1, imds=without_token(LOST, answered(200, content_type='text/plain', instance_id_given=False))),
        'imds-intercepted',
    ),
    'PUT 405, GET 401 of a proxy with a name of its own': (
        facts(imds=without_token(answered(405, server='squid/6.6'), answered(401, server='squid/6.6'))),
        'imds-intercepted',
    ),
    'PUT 403, and a GET without a token gets a text that is no instance id': (
        facts(
            imds=without_token(answered(403), answered(403), **v1_works(tokenless=answered(instance_id_given=False)))
        ),
        'imds-intercepted',
    ),
    'kube2iam, whose GET without a token was answered 50 minutes ago, and all else is as then': (
        facts(imds=disabled(**v1_works(tokenless_at=NOW - 3000, tokenless_holds=True))),
        'imds-intercepted',
    ),
    'a fresh token is not known, each time': (
        facts(imds=imds(metadata=answered(401), control=answered(401), rounds=4)),
        'imds-intercepted',
    ),
    'the answer to the PUT begins and never ends': (
        facts(imds=without_token(HALF, HALF)),
        'imds-slower-than-agent-timeout',
    ),
    'the answer to the PUT begins and never ends, others are answered': (
        facts(imds=without_token(HALF, answered(401))),
        'imds-slower-than-agent-timeout',
    ),
    'all is well, by a proxy on the way': (facts(path=path(intercepted=True)), 'imds-intercepted'),
    'all is well, but for the time to live of the token': (facts(imds=without_ttl()), 'imds-intercepted'),
    'all is well, as text/html': (facts(imds=as_html()), 'imds-intercepted'),
    'all is well, and slow': (
        facts(imds=imds(token=answered(token_granted=True, first_byte_seconds=0.8))),
        'imds-slower-than-agent-timeout',
    ),
}

UNSTEADY: dict[str, Any] = {'rounds': 2, 'steady': False}
COULD_NOT_TELL = {
    'PUT lost, GET 401, behind a gateway: only this run has seen it': behind(1, imds=token_lost(provisional=True)),
    'connecting times out: only this run has seen it': facts(imds=connect_fails(Outcome.SILENT, provisional=True)),
    'reset after connecting: only this run has seen it': facts(imds=without_token(RESET, RESET, provisional=True)),
    'PUT reset once and lost once, GET 401': facts(imds=without_token(RESET, answered(401), **UNSTEADY)),
    'PUT lost once and found no connection once, GET 401': behind(1, imds=token_lost(**UNSTEADY)),
    'PUT 403 once and reset once, GET 401': facts(imds=without_token(answered(403), answered(401), **UNSTEADY)),
    'PUT connected and was lost, GET found no connection': facts(imds=without_token(LOST, unanswered(Outcome.SILENT))),
    'PUT found no connection, GET connected and was lost': facts(imds=without_token(unanswered(Outcome.SILENT), LOST)),
    'the beginning of an answer, once': facts(imds=without_token(HALF, LOST, **UNSTEADY)),
    'PUT 403, GET lost: disabled or a proxy': facts(imds=without_token(answered(403), LOST)),
    'PUT lost, no time for the GET': facts(imds=without_token(LOST, NotSent('the deadline of this run is over'))),
    'PUT not made': facts(imds=without_token(NotSent('the deadline'), NotSent('the deadline'))),
    'PUT lost, GET 500': facts(imds=without_token(LOST, answered(500))),
    'PUT 500': facts(imds=without_token(answered(500), answered(500))),
    'PUT found no connection, GET 401': facts(imds=without_token(unanswered(Outcome.SILENT), answered(401))),
    'token granted, GET lost': facts(imds=imds(metadata=LOST, control=LOST)),
    'PUT lost, GET 401, on a host whose path was not measured': facts(imds=token_lost(), path=UNMEASURED),
    'IMDS not observed': facts(imds=Unobserved('no sockets')),
}


@pytest.mark.parametrize(('situation', 'id'), [pytest.param(*row, id=words) for words, row in FAILED.items()])
def test_every_symptom_fails_exactly_one_diagnosis(situation: Facts, id: str) -> None:
    findings = diagnose(imds_diagnoses.DIAGNOSES, situation)
    assert [f.diagnosis.id for f in findings if isinstance(f.verdict, Failed)] == [id]


@pytest.mark.parametrize('situation', [pytest.param(row, id=words) for words, row in COULD_NOT_TELL.items()])
def test_what_no_single_cause_fits_is_unknown_and_no_alarm(situation: Facts) -> None:
    findings = diagnose(imds_diagnoses.DIAGNOSES, situation)
    verdicts = {type(f.verdict) for f in findings}
    assert Failed not in verdicts
    assert Unknown in verdicts


def test_a_healthy_instance_fails_nothing_and_leaves_nothing_unknown() -> None:
    expected = Expectations(min_hop_limit=2, max_hop_limit=2, require_imdsv2=True)
    findings = diagnose(imds_diagnoses.DIAGNOSES, facts(imds=imds(token=granted())), expected)
    assert [f.diagnosis.id for f in findings if isinstance(f.verdict, Failed | Unknown)] == []


IMDSV1 = {
    'asked now, with metadata': (imds(tokenless=answered()), True),
    'asked now, refused': (imds(tokenless=answered(401)), False),
    'asked now, a web page': (imds(tokenless=answered(content_type='text/html')), None),
    'asked now, a body that is no instance id': (imds(tokenless=answered(instance_id_given=False)), None),
    'asked now, refused by another server': (imds(tokenless=answered(404, server='nginx')), None),
    'asked earlier, and IMDS works': (imds(tokenless=answered(), tokenless_at=NOW - 1800), True),
    'asked earlier, and the token is lost': (token_lost(tokenless=answered(), tokenless_at=NOW - 1800), True),
    'asked earlier, and IMDS throttles': (throttled(tokenless=answered(), tokenless_at=NOW - 1800), True),
    'asked earlier, and a broken proxy answers now': (
        broken_proxy(tokenless=answered(), tokenless_at=NOW - 1800),
        None,
    ),
    'asked earlier, and IMDS is disabled now': (disabled(tokenless=answered(), tokenless_at=NOW - 1800), None),
    'refused earlier, and IMDS is disabled now': (disabled(tokenless=answered(401), tokenless_at=NOW - 1800), None),
    'asked earlier, and a portal answers now': (captive_portal(tokenless=answered(), tokenless_at=NOW - 1800), None),
    'asked earlier, and nothing answers now': (
        connect_fails(Outcome.SILENT, tokenless=answered(), tokenless_at=NOW - 1800),
        None,
    ),
    'asked earlier of a proxy, and all else is as then': (
        disabled(tokenless=answered(), tokenless_at=NOW - 1800, tokenless_holds=True),
        True,
    ),
}


@pytest.mark.parametrize(('observed', 'works'), [pytest.param(*row, id=words) for words, row in IMDSV1.items()])
def test_imdsv1_works_only_as_far_as_imds_itself_says_so_now(observed: Imds, works: bool | None) -> None:
    assert observed.v1_works is works
