"""Issues of the Agent's health platform are reported once and resolved once."""

import pytest
from datadog_checks.base import AgentCheck

from datadog_checks.aws_diagnostics.emit.issues import Issues
from datadog_checks.aws_diagnostics.emit.outlet import Outlet

from .findings import failed, not_applicable, passed, unknown

pytestmark = pytest.mark.needs_base(37, 41)

ISSUE_ID = 'aws_diagnostics:a-fault'
ISSUE = {
    'id': ISSUE_ID,
    'issue_name': 'a-fault',
    'issue_type': 'aws_diagnostics_imds',
    'title': 'Something is wrong',
    'description': 'seen a fault. Tests something. It harms.',
    'category': 'configuration',
    'location': 'integrations',
    'severity': 3,
    'source': 'aws_diagnostics',
    'extra': None,
    'remediation': {
        'summary': 'Raise the hop limit',
        'steps': [{'order': 1, 'text': 'first step'}, {'order': 2, 'text': 'second step'}],
    },
    'tags': ['diagnosis:a-fault', 'scope:host'],
}


@pytest.fixture
def check(datadog_agent):
    return Outlet(AgentCheck('aws_diagnostics', {}, [{}]), logged=set())


def reported(datadog_agent):
    return datadog_agent._sent_reported_issues['aws_diagnostics']


def resolved(datadog_agent):
    return datadog_agent._sent_resolved_issues


def test_a_fault_is_reported_whole(check, datadog_agent):
    Issues().send(check, [failed()])
    assert (reported(datadog_agent), resolved(datadog_agent)) == ([ISSUE], [])


def test_the_description_of_an_issue_ends_with_a_link_where_there_is_documentation(check, datadog_agent):
    Issues('https://docs.internal/').send(check, [failed()])
    linked = f'{ISSUE["description"]}\nDocumentation: https://docs.internal/diagnoses.html#a-fault'
    assert reported(datadog_agent) == [{**ISSUE, 'description': linked}]


def test_a_fault_that_stays_is_reported_once(check, datadog_agent):
    issues = Issues()
    for _ in range(3):
        issues.send(check, [failed()])
    assert len(reported(datadog_agent)) == 1


def test_a_fault_with_new_evidence_is_reported_again(check, datadog_agent):
    issues = Issues()
    issues.send(check, [failed('one gateway')])
    issues.send(check, [failed('two gateways')])
    assert [issue['description'].partition('.')[0] for issue in reported(datadog_agent)] == [
        'one gateway',
        'two gateways',
    ]


@pytest.mark.parametrize('gone', [passed(), not_applicable()], ids=['repaired', 'the question is gone'])
def test_a_fault_that_is_gone_is_resolved_once(check, datadog_agent, gone):
    issues = Issues()
    issues.send(check, [failed()])
    issues.send(check, [gone])
    issues.send(check, [gone])
    assert resolved(datadog_agent) == [ISSUE_ID]


def test_a_fault_that_comes_back_is_reported_again(check, datadog_agent):
    issues = Issues()
    for finding in (failed(), passed(), failed()):
        issues.send(check, [finding])
    assert len(reported(datadog_agent)) == 2


def test_could_not_tell_neither_reports_nor_resolves(check, datadog_agent):
    issues = Issues()
    issues.send(check, [failed()])
    issues.send(check, [unknown()])
    assert (len(reported(datadog_agent)), resolved(datadog_agent)) == (1, [])


def test_the_first_run_resolves_what_an_earlier_process_may_have_reported(check, datadog_agent):
    Issues().send(check, [passed()])
    assert resolved(datadog_agent) == [ISSUE_ID]
