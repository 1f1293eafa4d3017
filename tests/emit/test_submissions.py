"""What the Agent is given: service checks, gauges, rows of `agent diagnose`, metadata and events."""

import json
from dataclasses import replace

import pytest
from datadog_checks.base import AgentCheck

from datadog_checks.aws_diagnostics.emit import Emitter, RunStats
from datadog_checks.aws_diagnostics.facts import Platform, Unobserved
from datadog_checks.aws_diagnostics.findings import Status

from ..builders import INSTANCE_ID, NOW, OTHER_INSTANCE_ID, agent, answered, facts, identity, imds, path
from .findings import failed, not_applicable, passed, unknown

RUN = RunStats(0.25)
TAGS = ['team:a', f'instance_id:{INSTANCE_ID}']
RENAMED = facts(agent=agent(hostname='ip-10-0-0-12', provider='os'))


def emit(check, observed=facts(), *findings, has_issues=False):  # noqa: B008
    Emitter(('team:a',), (), has_issues).emit(check, observed, findings, RUN)


def test_a_service_check_carries_its_message_and_tags(check, aggregator):
    emit(check, facts(), failed())
    [sent] = aggregator.service_checks('aws_diagnostics.imds')
    message = 'a-fault: seen a fault. Raise the hop limit. first step'
    assert (sent.status, sent.message, sorted(sent.tags)) == (AgentCheck.CRITICAL, message, sorted(TAGS))


def test_every_sample_carries_the_instance_id(check, aggregator):
    emit(check, facts(), failed(), passed(id='b'))
    samples = [sample for name in aggregator.metric_names for sample in aggregator.metrics(name)]
    assert len(samples) > 10
    assert [s.name for s in samples if f'instance_id:{INSTANCE_ID}' not in s.tags] == []


def test_of_the_imds_of_another_instance_no_sample_and_no_id_is_sent(check, aggregator, datadog_agent):
    foreign = imds(instance_id=OTHER_INSTANCE_ID, identity=identity(OTHER_INSTANCE_ID))
    Emitter((), ('region', 'account_id'), False).emit(check, facts(imds=foreign), (failed(),), RUN)
    sent = [sample for name in aggregator.metric_names for sample in aggregator.metrics(name)]
    assert sorted({sample.name for sample in sent}) == [
        'aws_diagnostics.finding',
        *(f'aws_diagnostics.{name}.ok' for name in ('hop_limit', 'hostname', 'hostname_provider', 'imds')),
        'aws_diagnostics.run.duration',
    ]
    assert {tag.partition(':')[0] for sample in sent for tag in sample.tags} == {'diagnosis', 'severity', 'scope'}
    assert [key for _, key in datadog_agent._metadata if 'imds' in key] == []


def rows(check, *findings, docs_url=''):
    Emitter((), (), False, docs_url=docs_url).send_diagnoses(check, findings)
    return json.loads(check.get_diagnoses())


def test_agent_diagnose_gets_a_row_for_every_finding_that_applies(check):
    found = rows(
        check,
        failed(id='critical'),
        failed(id='warning', severity=Status.WARNING),
        unknown(id='unknown'),
        passed(id='passed'),
        not_applicable(id='not asked'),
    )
    assert [(row['result'], row['name'], row['diagnosis']) for row in found] == [
        (1, 'critical', 'seen a fault'),
        (2, 'warning', 'seen a fault'),
        (2, 'unknown', 'could not look'),
        (0, 'passed', 'fine'),
    ]


def test_a_row_of_agent_diagnose_hands_over_the_fix(check):
    [row] = rows(check, failed())
    assert (row['category'], row['description'], row['remediation']) == (
        'aws_diagnostics.imds',
        'Tests something. It harms.',
        'Raise the hop limit\n1. first step\n2. second step',
    )


def test_a_row_of_agent_diagnose_with_a_fix_links_to_the_documentation(check):
    site = 'https://docs.internal/'
    faulty, unclear = rows(check, failed(), unknown(id='b'), docs_url=site)
    link = f'Documentation: {site}diagnoses.html#a-fault'
    assert faulty['remediation'] == f'Raise the hop limit\n1. first step\n2. second step\n{link}'
    assert unclear['remediation'] is None


@pytest.mark.parametrize(
    ('observed', 'metadata'),
    [
        pytest.param(
            facts(),
            {
                'platform': "EC2: DMI board_vendor is 'Amazon EC2'",
                'imds.version': 'v2',
                'imds.hop_limit': '2',
                'hostname.provider': 'aws',
            },
            id='a healthy host',
        ),
        pytest.param(
            facts(
                imds=imds(token=answered(403), tokenless=answered()),
                path=path(hop_limit=None),
                agent=agent(provider=None),
            ),
            {'platform': "EC2: DMI board_vendor is 'Amazon EC2'", 'imds.version': 'v1'},
            id='IMDSv1 alone',
        ),
        pytest.param(
            facts(
                platform=Platform(False, 'another vendor'),
                imds=Unobserved('no'),
                path=Unobserved('no'),
                agent=Unobserved('no'),
            ),
            {'platform': 'not EC2: another vendor'},
            id='not EC2: it says so and stays quiet',
        ),
    ],
)
def test_agent_status_shows_what_is_in_use(check, datadog_agent, observed, metadata):
    emit(check, observed)
    datadog_agent.assert_metadata('aws_diagnostics:host', metadata)


def test_a_host_that_lost_its_name_is_one_event(check, aggregator):
    emit(check, facts())
    emit(check, RENAMED)
    emit(check, RENAMED)
    [event] = aggregator.events
    assert event == {
        'timestamp': int(NOW),
        'event_type': 'aws_diagnostics.hostname_changed',
        'source_type_name': 'aws_diagnostics',
        'alert_type': 'warning',
        'msg_title': f'The Datadog Agent on {INSTANCE_ID} reports under another name',
        'msg_text': (
            f"Since the last run, the hostname changed from '{INSTANCE_ID}' to 'ip-10-0-0-12', "
            "the hostname provider changed from 'aws' to 'os'."
        ),
        'aggregation_key': f'aws_diagnostics.hostname:{INSTANCE_ID}',
        'tags': TAGS,
    }


def test_the_name_is_remembered_across_a_restart_of_the_agent(check, aggregator):
    emit(check, facts())
    restarted = type(check)('aws_diagnostics', {}, [{}])
    restarted.check_id = check.check_id
    emit(restarted, RENAMED)
    assert len(aggregator.events) == 1


@pytest.mark.needs_base(37, 41)
def test_issues_are_sent_only_where_the_agent_has_them(check, datadog_agent):
    emit(check, facts(), failed(), has_issues=False)
    assert datadog_agent._sent_reported_issues['aws_diagnostics'] == []
    emit(check, facts(), failed(), has_issues=True)
    assert len(datadog_agent._sent_reported_issues['aws_diagnostics']) == 1


def test_nothing_but_the_cost_is_sent_where_this_is_not_ec2(check, aggregator):
    emit(check, replace(facts(), platform=Platform(False, 'another vendor')), not_applicable())
    assert (aggregator.metric_names, aggregator.service_check_names) == (['aws_diagnostics.run.duration'], [])
