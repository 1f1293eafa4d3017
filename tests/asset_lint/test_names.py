"""A name that does not exist is refused, with those that may have been meant."""

import pytest

from tools.asset_lint.names import unknown_names, unknown_service_check
from tools.asset_lint.queries import expression


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
            ["unknown metric 'aws_diagnostics.imds.hop_limits'"],
            id='a metric that is misspelt',
        ),
        pytest.param('avg:system.load.1{*}', ["unknown metric 'system.load.1'"], id='a metric of somebody else'),
        pytest.param(
            'avg:aws_diagnostics.imds.ok{request:token} by {hosts}',
            ["aws_diagnostics.imds.ok has no tag 'request'", "aws_diagnostics.imds.ok has no tag 'hosts'"],
            id='a tag of another metric, and one of none',
        ),
        pytest.param(
            'max:aws_diagnostics.imds_fleet.misnamed{*} by {host}',
            ["aws_diagnostics.imds_fleet.misnamed has no tag 'host'"],
            id='the host of a metric of accounts',
        ),
        pytest.param(
            'max:aws_diagnostics.imdsv2.transition{state:v2_required}',
            ['the tag state:v2_required does not exist'],
            id='a value that is never sent',
        ),
        pytest.param(
            'max:aws_diagnostics.finding{diagnosis:imds-hop-limit-to-low}',
            ['the tag diagnosis:imds-hop-limit-to-low does not exist'],
            id='a diagnosis that is misspelt',
        ),
        pytest.param(
            'max:aws_diagnostics.finding{diagnosis:ims-*}',
            ['the tag diagnosis:ims-* does not exist'],
            id='a wildcard that matches nothing',
        ),
    ],
)
def test_a_name_that_does_not_exist_is_refused(query: str, complaints: list[str]) -> None:
    (selector,) = expression(query).selectors
    assert list(unknown_names(selector)) == complaints


def test_a_service_check_or_a_tag_of_it_that_does_not_exist_is_refused() -> None:
    assert list(unknown_service_check('aws_diagnostics.imds', ('host', 'instance_id'))) == []
    assert list(unknown_service_check('aws_diagnostics.imdsv2')) == ["unknown service check 'aws_diagnostics.imdsv2'"]
    assert list(unknown_service_check('aws_diagnostics.permissions', ('host',))) == [
        "aws_diagnostics.permissions has no tag 'host'"
    ]
