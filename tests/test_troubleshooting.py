"""What docs/troubleshooting.md says about IMDS's answers is what the diagnoses conclude from them."""

import re
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses import imds as imds_diagnoses
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch.lags import minutes
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Outcome, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.rules.lag import DAILY, EVERY_FIVE_MINUTES, ONE_MINUTE, SEVERAL_HOURS, STREAMED
from tests.builders import answered, container, facts, granted, host, imds, path
from tests.diagnoses.imds.conversations import (
    captive_portal,
    connect_fails,
    disabled,
    no_tokens,
    throttled,
    token_lost,
    v1_works,
    without_token,
)

DOCUMENT = (Path(__file__).parents[1] / 'docs' / 'troubleshooting.md').read_text(encoding='utf-8')
POD = host(container=container(ContainerKind.POD))
LOST = path(gateways=1, reply_lost=True, remaining_ttl=None, hop_limit=None, hop_limit_at_most=1)
OTHERS = Unobserved('no token reply to measure')

SITUATIONS: dict[tuple[str, str], tuple[Facts, ...]] = {
    ('200', '200'): (facts(imds=imds(token=granted(), **v1_works())),),
    ('200', '401'): (facts(imds=imds(token=granted(), tokenless=answered(401))),),
    ('No answer', '401'): (facts(imds=token_lost(tokenless=answered(401)), path=LOST, host=POD),),
    ('No answer', '200'): (facts(imds=token_lost(**v1_works()), path=LOST, host=POD),),
    ('403', '403'): (facts(imds=disabled(), path=OTHERS),),
    ('400, 404, 3xx, or an answer of another server', 'any'): (
        facts(imds=without_token(answered(400), answered(401)), path=OTHERS),
        facts(imds=without_token(answered(404), answered(404)), path=OTHERS),
        facts(imds=without_token(answered(302), answered(302)), path=OTHERS),
        facts(imds=captive_portal(), path=OTHERS),
    ),
    ('404, 405', '200'): (
        facts(imds=no_tokens(), path=OTHERS),
        facts(imds=without_token(answered(405), answered(200), **v1_works()), path=OTHERS),
    ),
    ('429, 503', 'any'): (
        facts(imds=throttled(), path=OTHERS),
        facts(imds=without_token(answered(429), answered(401)), path=OTHERS),
    ),
    ('No connection', 'no connection'): (
        facts(imds=connect_fails(Outcome.SILENT), path=OTHERS),
        facts(imds=connect_fails(Outcome.REFUSED), path=OTHERS),
    ),
}


def test_the_usual_delays_of_metrics_are_those_that_are_judged():
    for expected in (ONE_MINUTE, EVERY_FIVE_MINUTES, STREAMED, DAILY, SEVERAL_HOURS):
        late = minutes(expected.late_after).replace('24 hours', 'a day').replace('48 hours', '2 days')
        assert f'| {expected.usual} | {late} |' in DOCUMENT


def described() -> dict[tuple[str, str], str]:
    """The first table about troubleshooting: (PUT, GET) -> what it is."""
    table = DOCUMENT.partition('| Token (PUT) |')[2].partition('\n\n')[0]
    rows = [[cell.strip() for cell in line.strip('|').split('|')] for line in table.splitlines()[2:]]
    return {(put, get): what for put, get, what, _ in rows}


def concluded(situation: Facts) -> dict[str, Status]:
    findings = diagnose(imds_diagnoses.DIAGNOSES, situation)
    return {f.diagnosis.id: f.status for f in findings if isinstance(f.verdict, Failed)}


def test_every_row_has_its_situations() -> None:
    assert described().keys() == SITUATIONS.keys()


@pytest.mark.parametrize(('answers', 'what'), described().items(), ids=lambda cell: ' | '.join(cell)[:60])
def test_what_fails_is_what_the_row_names(answers: tuple[str, str], what: str) -> None:
    named = set(re.findall(r'`(imds[\w-]+)`', what.replace('imdsv1: disabled', '')))
    if answers == ('No answer', '200'):
        named = {'imds-hop-limit-too-low'}
    assert [set(concluded(situation)) for situation in SITUATIONS[answers]] == [named] * len(SITUATIONS[answers])


def test_a_hop_limit_that_imdsv1_hides_is_a_warning_and_critical_without_it() -> None:
    statuses = [concluded(*SITUATIONS['No answer', get])['imds-hop-limit-too-low'] for get in ('200', '401')]
    assert statuses == [Status.WARNING, Status.CRITICAL]
