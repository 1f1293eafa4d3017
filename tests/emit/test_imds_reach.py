"""An account instance does not wait for an IMDS that the host scope found out of reach."""

import pytest
from datadog_checks.base import AgentCheck

from datadog_checks.aws_diagnostics.emit import Emitter, RunStats
from datadog_checks.aws_diagnostics.facts import Outcome, Unobserved

from ..builders import answered, facts, imds, unanswered

SILENT = unanswered(Outcome.SILENT)
REFUSED = {'token': answered(403), 'metadata': answered(403)}
ALL_SILENT = imds(token=SILENT, metadata=SILENT, tokenless=SILENT)


@pytest.fixture
def check(datadog_agent):
    return AgentCheck('aws_diagnostics', {}, [{}])


def emitter():
    return Emitter((), (), has_issues=False)


def may_ask(check):
    return emitter().may_ask_imds(check)


@pytest.mark.parametrize(
    ('observed', 'asked'),
    [
        pytest.param(imds(), True, id='IMDSv2 works'),
        pytest.param(imds(**REFUSED, tokenless=answered()), True, id='only IMDSv1 works'),
        pytest.param(imds(**REFUSED, tokenless=answered(403)), False, id='the endpoint is disabled'),
        pytest.param(ALL_SILENT, False, id='silence'),
        pytest.param(Unobserved('not asked'), True, id='nothing is known'),
    ],
)
def test_imds_is_asked_for_credentials_only_where_it_answers(check, observed, asked):
    emitter().emit(check, facts(imds=observed), [], RunStats(0.1))
    assert may_ask(check) is asked


def test_an_imds_that_is_repaired_is_asked_again(check):
    host = emitter()
    host.emit(check, facts(imds=ALL_SILENT), [], RunStats(0.1))
    host.emit(check, facts(), [], RunStats(0.1))
    assert may_ask(check)
