"""The JSON for programs is exactly what the schema and the documentation say."""

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given

from datadog_checks.aws_diagnostics.__about__ import __version__
from datadog_checks.aws_diagnostics.cli.document import of_reports
from datadog_checks.aws_diagnostics.cli.document import printed as printed_document
from datadog_checks.aws_diagnostics.cli.judged import judged
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.facts import Facts, NetworkPath, Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Account, RoleMissing
from datadog_checks.aws_diagnostics.facts.values import RoleName
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Scope, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step, shell

from ..account.builders import ACCOUNT_ID, account_facts
from ..builders import INSTANCE_ID, NOW, facts, path
from ..emit.findings import diagnosis, failed, not_applicable, passed, unknown
from .any_facts import REPEATABLE, any_facts
from .schema import SCHEMA, validate
from .seen import seen

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

BEHIND_A_BRIDGE = path(gateways=1, gateway_addresses=('172.17.0.1',), remaining_ttl=1, hop_limit=2)


def whole(observed: Facts, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """As a reader gets it, valid by the schema."""
    document: dict[str, Any] = json.loads(
        printed_document('check', NOW, of_reports([seen(*findings, observed=observed)]))
    )
    validate(document)
    return document


def printed(observed: Facts, findings: Sequence[Finding] = ()) -> dict[str, Any]:
    """The only report."""
    (report,) = whole(observed, findings)['reports']
    only: dict[str, Any] = report
    return only


def test_the_schema_is_a_schema() -> None:
    draft = jsonschema.Draft202012Validator
    assert SCHEMA['$schema'] == draft.META_SCHEMA['$id']
    draft.check_schema(SCHEMA)


@REPEATABLE
@given(any_facts)
def test_any_facts_with_all_findings_fit_the_schema(observed: Facts) -> None:
    measured = replace(observed, path=BEHIND_A_BRIDGE)
    scope = Scope.HOST if measured.account is None else Scope.ACCOUNT
    document = printed(measured, judged(seen(observed=measured).observation).findings)
    assert (document['scope'], len(document['findings'])) == (scope, sum(d.scope is scope for d in DIAGNOSES))


def test_the_document_says_what_printed_it_and_when() -> None:
    document = whole(facts(), [passed()])
    assert {name: value for name, value in document.items() if name != 'reports'} == {
        'schema': 2,
        'tool': 'aws-diagnostics',
        'version': __version__,
        'command': 'check',
        'time': '2026-09-21T14:13:20+00:00',
        'status': 'ok',
    }


def test_a_healthy_account() -> None:
    document = printed(account_facts(), [passed()])
    groups = document['facts']
    assert {name: document[name] for name in ('scope', 'status', 'subject', 'instance_id')} == {
        'scope': 'account',
        'status': 'ok',
        'subject': f'account {ACCOUNT_ID}',
        'instance_id': None,
    }
    assert groups['account']['caller']['account_id'] == ACCOUNT_ID
    assert set(groups['host']) == {'unobserved'}


DESCRIBED: dict[type, dict[str, Any]] = {
    Facts: SCHEMA['$defs']['facts'],
    Platform: SCHEMA['$defs']['facts']['properties']['platform'],
    NetworkPath: SCHEMA['$defs']['path'],
    Account: SCHEMA['$defs']['account'],
}


@pytest.mark.parametrize('group', DESCRIBED, ids=lambda group: group.__name__)
def test_every_fact_of_a_group_that_the_schema_describes_is_in_it(group: 'type[DataclassInstance]') -> None:
    described = set(DESCRIBED[group]['properties']) - {'unobserved'}
    assert described == {field.name for field in fields(group)}


NO_GROUPS = ('api_calls', 'registered')


@pytest.mark.parametrize('group', [field.name for field in fields(Account) if field.name not in NO_GROUPS])
def test_a_group_of_an_account_that_could_not_be_observed_is_its_reason(group: str) -> None:
    observed = account_facts(**{group: Unobserved('missing permission')})
    assert printed(observed)['facts']['account'][group] == {'unobserved': 'missing permission'}


def test_a_role_that_is_missing() -> None:
    observed = account_facts(role=RoleMissing('DatadogIntegrationRole', (RoleName('datadogintegrationrole'),)))
    assert printed(observed)['facts']['account']['role'] == {
        'name': 'DatadogIntegrationRole',
        'similar': ['datadogintegrationrole'],
        'trusting': {'unobserved': 'not listed'},
    }


REMEDY = Remedy(
    'Raise it',
    (
        Choice('By hand', (shell('reboot'),), 'IMDS', Step('Lower it', (Command('x = 1', Language.HCL),))),
        Choice('By itself'),
    ),
    (Step('Wait'),),
)


def test_everything_but_the_facts() -> None:
    cause = Finding(diagnosis('cause'), Failed('the limit is 1', headline='limit is 1'), remedy=REMEDY)
    findings = [cause, failed(severity=Status.WARNING, explained_by='cause'), passed(id='fine'), unknown(id='b')]
    document = printed(facts(), findings)
    about = {'severity': 'critical', 'title': 'Something is wrong', 'docs': 'https://docs.example/'}
    assert {name: value for name, value in document.items() if name not in ('facts', 'findings')} == {
        'scope': 'host',
        'status': 'critical',
        'subject': INSTANCE_ID,
        'verdict': 'limit is 1 (2 findings, 1 cause)',
        'instance_id': INSTANCE_ID,
        'observed_at': '2026-09-21T14:13:20+00:00',
        'saved_at': None,
        'source': None,
        'causes': [{'id': 'cause', 'headline': 'limit is 1', 'status': 'critical', 'explains': ['a-fault']}],
        'not_judged': [{'reason': 'could not look', 'findings': ['b'], 'settled_by': None}],
    }
    assert document['findings'][0] == {
        **about,
        'id': 'cause',
        'status': 'critical',
        'evidence': 'the limit is 1',
        'explained_by': None,
        'remedy': {
            'summary': 'Raise it',
            'choices': [
                {
                    'text': 'By hand',
                    'commands': [{'language': 'shell', 'text': 'reboot'}],
                    'exposes': 'IMDS',
                    'undo': {'text': 'Lower it', 'commands': [{'language': 'hcl', 'text': 'x = 1'}]},
                },
                {'text': 'By itself', 'commands': [], 'exposes': '', 'undo': None},
            ],
            'then': [{'text': 'Wait', 'commands': []}],
        },
    }
    assert document['findings'][2] == {
        **about,
        'id': 'fine',
        'status': 'ok',
        'evidence': 'fine',
        'explained_by': None,
        'remedy': None,
    }
    assert document['findings'][1]['explained_by'] == 'cause'


@pytest.mark.parametrize(
    ('finding', 'word', 'status'),
    [
        (failed(), 'critical', 'critical'),
        (failed(severity=Status.WARNING), 'warning', 'warning'),
        (unknown(), 'unknown', 'unknown'),
        (passed(), 'ok', 'ok'),
        (not_applicable(), 'not_applicable', 'unknown'),
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
        'gateways_back': BEHIND_A_BRIDGE.gateways_back,
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
        'gateways_back': None,
        'unobserved': 'no sockets here',
    }


def test_other_groups_that_could_not_be_observed_are_their_reason() -> None:
    unseen = Unobserved('the deadline was over')
    groups = printed(facts(host=unseen, imds=unseen, agent=unseen))['facts']
    assert [groups[group] for group in ('host', 'imds', 'agent')] == [{'unobserved': 'the deadline was over'}] * 3


@pytest.mark.parametrize(
    'damage',
    [
        pytest.param({'status': 'bad'}, id='a status that does not exist'),
        pytest.param({'instance_id': 5}, id='a number for an instance id'),
        pytest.param({'more': 1}, id='a name that is not described'),
        pytest.param({'findings': [{'id': 'a-fault'}]}, id='a finding without its fields'),
        pytest.param({'facts': {}}, id='no facts'),
        pytest.param({'causes': [{'id': 'a'}]}, id='a cause without its fields'),
    ],
)
def test_the_schema_refuses_what_is_not_described(damage: dict[str, object]) -> None:
    document = whole(facts(), [passed()])
    document['reports'][0] |= damage
    with pytest.raises(jsonschema.ValidationError):
        validate(document)


@pytest.mark.parametrize(
    'damage',
    [
        pytest.param({'schema': 1}, id='another schema'),
        pytest.param({'command': 'fix'}, id='a command that does not exist'),
        pytest.param({'time': 'today'}, id='a time that is none'),
        pytest.param({'reports': []}, id='no report'),
    ],
)
def test_the_schema_refuses_another_envelope(damage: dict[str, object]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        validate(whole(facts(), [passed()]) | damage)


@pytest.mark.parametrize('seconds', [-1e300, -1.0, 1e18, 1e300])
def test_an_absurd_time_in_saved_facts_is_no_end_of_the_run(seconds: float) -> None:
    assert printed(facts(observed_at=seconds))['observed_at'] in (
        '1970-01-01T00:00:00+00:00',
        '9999-12-31T00:00:00+00:00',
    )
