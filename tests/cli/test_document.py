"""The JSON for programs is exactly what the schema and the documentation say."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given

from datadog_checks.aws_diagnostics.cli.document import SCHEMA_FILE, document
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Account, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import RoleName
from datadog_checks.aws_diagnostics.findings import Finding, Scope, Status

from ..account.builders import ACCOUNT_ID, account_facts
from ..builders import INSTANCE_ID, facts, path
from ..emit.findings import failed, not_applicable, passed, unknown
from .any_facts import any_facts

SCHEMA = json.loads(SCHEMA_FILE.read_text())
BEHIND_A_BRIDGE = path(gateways=1, gateway_addresses=('172.17.0.1',), remaining_ttl=1, hop_limit=2)


def printed(observed: Facts, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """As a reader gets it, valid by the schema."""
    documents = json.loads(json.dumps([document(observed, findings)], allow_nan=False))
    jsonschema.validate(documents, SCHEMA)
    only: dict[str, Any] = documents[0]
    return only


def test_the_schema_is_a_schema() -> None:
    draft = jsonschema.Draft202012Validator
    assert SCHEMA['$schema'] == draft.META_SCHEMA['$id']
    draft.check_schema(SCHEMA)


@given(any_facts)
def test_any_facts_with_all_findings_fit_the_schema(observed: Facts) -> None:
    measured = replace(observed, path=BEHIND_A_BRIDGE)
    scope = Scope.HOST if measured.account is None else Scope.ACCOUNT
    document = printed(measured, diagnose(DIAGNOSES, measured))
    assert (document['scope'], len(document['findings'])) == (scope, sum(d.scope is scope for d in DIAGNOSES))


def test_a_healthy_account() -> None:
    document = printed(account_facts(), [passed()])
    groups = document['facts']
    assert {name: document[name] for name in ('schema', 'scope', 'status', 'instance_id')} == {
        'schema': 1,
        'scope': 'account',
        'status': 'ok',
        'instance_id': None,
    }
    assert groups['account']['caller']['account_id'] == ACCOUNT_ID
    assert set(groups['host']) == {'unobserved'}


@pytest.mark.parametrize('group', [field.name for field in fields(Account) if field.name != 'api_calls'])
def test_a_group_of_an_account_that_could_not_be_observed_is_its_reason(group: str) -> None:
    observed = account_facts(**{group: Unobserved('missing permission')})
    assert printed(observed)['facts']['account'][group] == {'unobserved': 'missing permission'}


def test_a_role_that_is_missing() -> None:
    observed = account_facts(role=RoleMissing('DatadogIntegrationRole', (RoleName('datadogintegrationrole'),)))
    assert printed(observed)['facts']['account']['role'] == {
        'name': 'DatadogIntegrationRole',
        'similar': ['datadogintegrationrole'],
    }


def test_everything_but_the_facts() -> None:
    document = printed(facts(), [failed(severity=Status.WARNING, explained_by='cause'), passed(id='fine')])
    assert {name: value for name, value in document.items() if name != 'facts'} == {
        'schema': 1,
        'scope': 'host',
        'status': 'warning',
        'instance_id': INSTANCE_ID,
        'findings': [
            {
                'id': 'a-fault',
                'status': 'warning',
                'severity': 'critical',
                'title': 'Something is wrong',
                'evidence': 'seen a fault',
                'explained_by': 'cause',
                'remedy': {'summary': 'Raise the hop limit', 'steps': ['first step', 'second step']},
                'docs': 'https://docs.example/',
            },
            {
                'id': 'fine',
                'status': 'ok',
                'severity': 'critical',
                'title': 'Something is wrong',
                'evidence': 'fine',
                'explained_by': None,
                'remedy': None,
                'docs': 'https://docs.example/',
            },
        ],
    }


@pytest.mark.parametrize(
    ('finding', 'word', 'status'),
    [
        (failed(), 'critical', 'critical'),
        (failed(severity=Status.WARNING), 'warning', 'warning'),
        (unknown(), 'unknown', 'unknown'),
        (passed(), 'ok', 'ok'),
        (not_applicable(), 'not_applicable', 'ok'),
    ],
)
def test_the_words_of_a_status(finding: Finding, word: str, status: str) -> None:
    document = printed(facts(), [finding])
    assert (document['findings'][0]['status'], document['status']) == (word, status)


def test_the_path_as_measured() -> None:
    assert printed(facts(path=BEHIND_A_BRIDGE))['facts']['path'] == {
        'measured_at': BEHIND_A_BRIDGE.measured_at,
        'gateways': 1,
        'gateway_addresses': ['172.17.0.1'],
        'confirmed': True,
        'reply_lost': False,
        'remaining_ttl': 1,
        'hop_limit': 2,
        'hop_limit_at_most': None,
        'intercepted': False,
        'certain': True,
        'note': '',
    }


def test_a_path_that_could_not_be_observed_has_the_same_names_and_the_reason() -> None:
    assert printed(facts(path=Unobserved('no sockets here')))['facts']['path'] == {
        'measured_at': None,
        'gateways': None,
        'gateway_addresses': [],
        'confirmed': False,
        'reply_lost': False,
        'remaining_ttl': None,
        'hop_limit': None,
        'hop_limit_at_most': None,
        'intercepted': None,
        'certain': True,
        'note': '',
        'unobserved': 'no sockets here',
    }


def test_other_groups_that_could_not_be_observed_are_their_reason() -> None:
    unseen = Unobserved('the deadline was over')
    groups = printed(facts(host=unseen, imds=unseen, agent=unseen))['facts']
    assert [groups[group] for group in ('host', 'imds', 'agent')] == [{'unobserved': 'the deadline was over'}] * 3


@pytest.mark.parametrize(
    'damage',
    [
        pytest.param({'schema': 2}, id='another schema'),
        pytest.param({'status': 'bad'}, id='a status that does not exist'),
        pytest.param({'instance_id': 5}, id='a number for an instance id'),
        pytest.param({'more': 1}, id='a name that is not described'),
        pytest.param({'findings': [{'id': 'a-fault'}]}, id='a finding without its fields'),
        pytest.param({'facts': {}}, id='no facts'),
    ],
)
def test_the_schema_refuses_what_is_not_described(damage: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate([{**printed(facts(), [passed()]), **damage}], SCHEMA)
