"""The request that a remedy prints is run by bash, with jq and a recording `curl`: it changes one setting and back."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from datadog_api_client.configuration import Configuration
from datadog_api_client.model_utils import validate_and_convert_types
from datadog_api_client.v2.model.aws_account_update_request import AWSAccountUpdateRequest

from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import (
    METRIC_COLLECTION_DISABLED,
    METRIC_MISSING,
    NAMESPACE_NOT_COLLECTED,
    REGION_NOT_COLLECTED,
)
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.facts.account import FilterKind, MetricNameFilter, TagFilter
from datadog_checks.aws_diagnostics.findings import Diagnosis
from tests.account.builders import ACCOUNT_ID, account_expectations, account_facts, integration
from tests.account.datadog_api import account
from tests.diagnoses.cloudwatch import watched
from tests.diagnoses.cloudwatch.records import active, excluding, filtered, instances, only_regions
from tests.diagnoses.cloudwatch.watched import asked, missing, named

FILTERS = (
    MetricNameFilter('AWS/ELB', FilterKind.EXCLUDE_ONLY, ('aws.elb.latency', 'aws.elb.request_*')),
    MetricNameFilter('AWS/Lambda', FilterKind.INCLUDE_ONLY, ('aws.lambda.errors',)),
)
RECORD = account(
    ACCOUNT_ID,
    aws_regions={'include_only': ['eu-west-1']},
    metrics_config={
        'enabled': False,
        'collect_custom_metrics': False,
        'namespace_filters': {'exclude_only': ['AWS/SQS', 'AWS/RDS']},
        'metric_name_filters': [
            {'namespace': 'AWS/ELB', 'exclude_only': ['aws.elb.latency', 'aws.elb.request_*']},
            {'namespace': 'AWS/Lambda', 'include_only': ['aws.lambda.errors']},
        ],
        'tag_filters': [{'namespace': 'AWS/EC2', 'tags': ['env:prod']}, {'namespace': 'AWS/RDS', 'tags': ['a:b']}],
    },
)
ELB, LAMBDA = RECORD['attributes']['metrics_config']['metric_name_filters']
_, RDS = RECORD['attributes']['metrics_config']['tag_filters']
CURL = """\
#!/bin/sh
url=
for word; do
  if [ "$last" = --output ]; then cp {record} "$word"; exit; fi
  last=$word
done
echo "$last" > {directory}/url
cat > {directory}/body
"""
pytestmark = pytest.mark.skipif(shutil.which('jq') is None, reason='there is no jq')


def ran(facts: Facts, diagnosis: Diagnosis, directory: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """The attributes that the request sends, and those that its way back sends."""
    record, stub = directory / 'record.json', directory / 'bin' / 'curl'
    record.write_text(json.dumps({'data': [RECORD]}))
    stub.parent.mkdir()
    stub.write_text(CURL.format(record=record, directory=directory))
    stub.chmod(0o755)
    _, choice, *_ = diagnosis.remedy(facts, account_expectations()).choices
    assert choice.undo is not None
    change, back = (_sent(command.text, directory) for (command,) in (choice.commands, choice.undo.commands))
    assert (directory / 'aws-integration-before.json').stat().st_mode & 0o077 == 0
    return change, back


def _sent(script: str, directory: Path) -> dict[str, Any]:
    environ = {
        'PATH': f'{directory / "bin"}:{os.environ["PATH"]}',
        'DD_API_KEY': 'a',
        'DD_APP_KEY': 'b',
        'TAG': 'env:dev',
    }
    done = subprocess.run(
        ['bash', '-ec', script], cwd=directory, env=environ, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, '')
    assert (directory / 'url').read_text().strip().endswith(f'/api/v2/integration/aws/accounts/{RECORD["id"]}')
    body = json.loads((directory / 'body').read_text())
    validate_and_convert_types(body, (AWSAccountUpdateRequest,), ['body'], True, True, Configuration())
    attributes: dict[str, Any] = body['data']['attributes']
    return attributes


def on_record(group: str) -> dict[str, Any]:
    return {'aws_account_id': ACCOUNT_ID, group: RECORD['attributes'][group]}


def metrics(**differences: Any) -> dict[str, Any]:
    return {'aws_account_id': ACCOUNT_ID, 'metrics_config': {**RECORD['attributes']['metrics_config'], **differences}}


@pytest.mark.parametrize(
    ('diagnosis', 'facts', 'sent', 'before'),
    [
        pytest.param(
            METRIC_COLLECTION_DISABLED,
            account_facts(integration=integration(metrics_enabled=False)),
            metrics(enabled=True),
            on_record('metrics_config'),
            id='metric collection is enabled, and what else is set stays',
        ),
        pytest.param(
            NAMESPACE_NOT_COLLECTED,
            filtered(excluding('AWS/SQS', 'AWS/RDS'), active('AWS/RDS', 'eu-west-1', 1)),
            metrics(namespace_filters={'exclude_only': ['AWS/SQS']}),
            on_record('metrics_config'),
            id='one namespace is no longer excluded',
        ),
        pytest.param(
            REGION_NOT_COLLECTED,
            only_regions(instances('sa-east-1', 1)),
            {'aws_account_id': ACCOUNT_ID, 'aws_regions': {'include_only': ['eu-west-1', 'sa-east-1']}},
            on_record('aws_regions'),
            id='one more region is included',
        ),
        pytest.param(
            METRIC_MISSING,
            watched.facts(missing(), record={'metric_name_filters': FILTERS}),
            metrics(metric_name_filters=[{'namespace': 'AWS/ELB', 'exclude_only': ['aws.elb.latency']}, LAMBDA]),
            on_record('metrics_config'),
            id='the pattern that leaves a metric out is removed',
        ),
        pytest.param(
            METRIC_MISSING,
            watched.facts(missing(asked('aws.lambda.throttles', {})), record={'metric_name_filters': FILTERS}),
            metrics(
                metric_name_filters=[ELB, {**LAMBDA, 'include_only': ['aws.lambda.errors', 'aws.lambda.throttles']}]
            ),
            on_record('metrics_config'),
            id='a name is added to those that are included',
        ),
        pytest.param(
            METRIC_MISSING,
            watched.facts(
                missing(asked('aws.ec2.network_in', {}), resource_tags=('env:dev',)),
                record={'tag_filters': (TagFilter('AWS/EC2', ('env:prod',)),)},
            ),
            metrics(tag_filters=[{'namespace': 'AWS/EC2', 'tags': ['env:prod', 'env:dev']}, RDS]),
            on_record('metrics_config'),
            id='a tag is added to the filter of its namespace',
        ),
        pytest.param(
            METRIC_MISSING,
            watched.facts(missing(asked(named('Shop', 'Orders'), {}), offered=False)),
            metrics(collect_custom_metrics=True),
            on_record('metrics_config'),
            id='custom metrics are collected',
        ),
    ],
)
def test_a_request_changes_one_setting_and_its_way_back_restores_it(
    diagnosis: Diagnosis, facts: Facts, sent: dict[str, Any], before: dict[str, Any], tmp_path: Path
) -> None:
    assert ran(facts, diagnosis, tmp_path) == (sent, before)
