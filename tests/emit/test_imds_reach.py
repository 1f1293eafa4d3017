"""An account instance does not wait for an IMDS that the host scope found out of reach."""

import pytest
from datadog_checks.base import AgentCheck

from datadog_checks.aws_diagnostics.emit import may_ask_imds
from datadog_checks.aws_diagnostics.emit.imds_reach import remember_imds
from datadog_checks.aws_diagnostics.facts import Outcome, Unobserved

from ..builders import answered, facts, imds, unanswered

SILENT = unanswered(Outcome.SILENT)
REFUSED = {'token': answered(403), 'metadata': answered(403)}


@pytest.fixture
def check(datadog_agent):
    return AgentCheck('aws_diagnostics', {}, [{}])


@pytest.mark.parametrize(
    ('observed', 'asked'),
    [
        pytest.param(imds(), True, id='IMDSv2 works'),
        pytest.param(imds(**REFUSED, tokenless=answered()), True, id='IMDSv1 alone works'),
        pytest.param(imds(**REFUSED, tokenless=answered(403)), False, id='the endpoint is disabled'),
        pytest.param(imds(token=SILENT, metadata=SILENT, tokenless=SILENT), False, id='silence'),
        pytest.param(Unobserved('not asked'), True, id='nothing is known'),
    ],
)
def test_imds_is_asked_for_credentials_only_where_it_answers(check, observed, asked):
    remember_imds(check, facts(imds=observed))
    assert may_ask_imds(check) is asked


def test_an_imds_that_is_repaired_is_asked_again(check):
    remember_imds(check, facts(imds=imds(token=SILENT, metadata=SILENT, tokenless=SILENT)))
    remember_imds(check, facts())
    assert may_ask_imds(check)
