"""The comparison of a run with the right answer finds each difference."""

from typing import Any

import pytest

from tests.field_reports.reports import Answer, Fix, faults_of

REPORTS = ()

REMEDY = {'summary': 'Raise the hop limit', 'choices': [{'text': 'Helm', 'commands': []}], 'then': []}
FAILED = {'id': 'hop-limit', 'status': 'critical', 'evidence': 'the hop limit is 1', 'remedy': REMEDY}
PASSED = {'id': 'reachable', 'status': 'ok', 'evidence': 'IMDS answers', 'remedy': None}
DOCUMENT: dict[str, Any] = {
    'verdict': 'CRITICAL hop limit',
    'causes': [{'id': 'hop-limit', 'headline': 'hop limit'}],
    'findings': [FAILED, PASSED],
}
RIGHT = Answer(
    causes=['hop-limit'],
    exit_status=2,
    findings={'reachable': 'ok'},
    says={'hop-limit': ['is 1']},
    fixes={'hop-limit': Fix(has=['Helm'], lacks=['restart'])},
    never=['IMDSv1'],
)


def test_the_right_answer_has_no_fault():
    assert faults_of(RIGHT, DOCUMENT, 2) == []


@pytest.mark.parametrize(
    ('wrong', 'fault'),
    [
        pytest.param(Answer(), "the causes are {'hop-limit': 'the hop limit is 1'}, not []", id='another cause'),
        pytest.param(Answer(causes=['hop-limit'], exit_status=0), 'the exit status is 2, not 0', id='another exit'),
        pytest.param(
            Answer(causes=['hop-limit'], findings={'reachable': 'critical'}),
            'reachable is ok, not critical: IMDS answers',
            id='another status',
        ),
        pytest.param(
            Answer(causes=['hop-limit'], says={'hop-limit': ['is 2']}),
            "hop-limit does not say 'is 2': the hop limit is 1",
            id='other evidence',
        ),
        pytest.param(
            Answer(causes=['hop-limit'], fixes={'hop-limit': Fix(has=['Terraform'])}),
            "the remedy of hop-limit lacks 'Terraform':\nRaise the hop limit\nHelm",
            id='a fix without what it must have',
        ),
        pytest.param(
            Answer(causes=['hop-limit'], fixes={'hop-limit': Fix(lacks=['Helm'])}),
            "the remedy of hop-limit has 'Helm':\nRaise the hop limit\nHelm",
            id='a fix with what it must not have',
        ),
        pytest.param(
            Answer(causes=['hop-limit'], never=['answers']), "'answers' stands in the output", id='a forbidden word'
        ),
    ],
)
def test_a_wrong_answer_is_found(wrong: Answer, fault: str):
    assert faults_of(wrong, DOCUMENT, 2) == [fault]
