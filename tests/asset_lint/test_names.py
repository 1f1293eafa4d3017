"""A name that does not exist is refused, with those that may have been meant."""

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from tools.asset_lint.names import FOREIGN_METRICS, metrics, unknown_names, unknown_service_check
from tools.asset_lint.queries import expression

KNOWN = len(metrics()) + len(FOREIGN_METRICS)


@pytest.mark.parametrize(
    'query',
    [
        'avg:aws_diagnostics.imds.ok{*} by {host,instance_id,aws_account,availability-zone,team}',
        'avg:aws_diagnostics.imds.latency{request:token,$team} by {$group}',
        'sum:aws_diagnostics.finding{diagnosis:imds-*,severity:critical} by {diagnosis}',
        'sum:aws_diagnostics.imds_fleet.instances{http_tokens:optional} by {aws_account,region}',
        'sum:aws.ec2.metadata_no_token{*} by {host}',
    ],
)
def test_names_that_exist_are_let_pass(query: str) -> None:
    (selector,) = expression(query).selectors
    assert list(unknown_names(selector)) == []


@pytest.mark.parametrize(
    ('query', 'complaints'),
    [
        pytest.param(
            'avg:aws_diagnostics.imds.hop_limits{*}',
            [
                "unknown metric 'aws_diagnostics.imds.hop_limits', allowed: aws_diagnostics.imds.hop_limit, "
                'aws_diagnostics.imds.hop_limit_needed, aws_diagnostics.hop_limit.ok'
            ],
            id='a metric that is misspelt',
        ),
        pytest.param(
            'avg:system.load.1{*}',
            [f"unknown metric 'system.load.1', allowed: one of the {KNOWN} names of metadata.csv"],
            id='a metric of somebody else',
        ),
        pytest.param(
            'avg:aws_diagnostics.imds.ok{request:token} by {hosts}',
            [
                f'aws_diagnostics.imds.ok has no tag {tag!r}, allowed: autoscaling_group, availability-zone, '
                'aws_account, host, image, instance-type, instance_id, region, team'
                for tag in ('request', 'hosts')
            ],
            id='a tag of another metric, and one of none',
        ),
        pytest.param(
            'max:aws_diagnostics.imds_fleet.misnamed{*} by {host}',
            ["aws_diagnostics.imds_fleet.misnamed has no tag 'host', allowed: aws_account, region"],
            id='a host of a metric of accounts',
        ),
        pytest.param(
            'max:aws_diagnostics.imdsv2.transition{state:v2_required}',
            ["the tag 'state:v2_required' does not exist, allowed: optional, ready, required"],
            id='a value that is never sent',
        ),
        pytest.param(
            'max:aws_diagnostics.finding{diagnosis:imds-hop-limit-to-low}',
            [
                "the tag 'diagnosis:imds-hop-limit-to-low' does not exist, allowed: imds-hop-limit-too-low, "
                'imds-hop-limit-above-policy'
            ],
            id='a diagnosis that is misspelt',
        ),
        pytest.param(
            'max:aws_diagnostics.finding{diagnosis:ims-*}',
            [f"the tag 'diagnosis:ims-*' does not exist, allowed: one of the {len(DIAGNOSES)} names of diagnosis"],
            id='a wildcard that matches nothing',
        ),
    ],
)
def test_a_name_that_does_not_exist_is_refused(query: str, complaints: list[str]) -> None:
    (selector,) = expression(query).selectors
    assert list(unknown_names(selector)) == complaints


def test_a_service_check_that_does_not_exist_is_refused() -> None:
    assert list(unknown_service_check('aws_diagnostics.imds')) == []
    assert list(unknown_service_check('aws_diagnostics.imdsv2')) == [
        "unknown service check 'aws_diagnostics.imdsv2', allowed: aws_diagnostics.hop_limit, aws_diagnostics.hostname, "
        'aws_diagnostics.hostname_provider, aws_diagnostics.imds, aws_diagnostics.imds_fleet, aws_diagnostics.imdsv1, '
        'aws_diagnostics.integration_role, aws_diagnostics.inventory, aws_diagnostics.metric_collection, '
        'aws_diagnostics.permissions'
    ]
