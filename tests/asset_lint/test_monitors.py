"""Which monitors are shipped, and that nothing is wrong with them."""

import pytest
import yaml

from tools.asset_lint.monitor import HOST_INTERVAL, read_monitor
from tools.asset_lint.monitors import monitor_complaints

from .mutations import MONITORS, shipped

NAMES = sorted(path.stem for path in MONITORS.glob('*.json'))

SHIPPED = {
    'cannot_tell': ((), 4),
    'check_silent': ((), 3),
    'cloudwatch_metrics_delayed': (('aws_account',), 4),
    'group_failing': (('aws_account', 'region'), 2),
    'hop_limit_too_low': (('host',), 3),
    'hostname_not_instance_id': ((), 3),
    'hostname_provider': ((), 3),
    'imdsv1_answers': (('aws_account',), 5),
    'imdsv1_back_on': (('aws_account',), 3),
    'imdsv2_unusable': (('host',), 3),
    'host_list_wrong': (('aws_account', 'diagnosis'), 4),
    'instances_misnamed': (('aws_account', 'region'), 3),
    'integration_role': (('aws_account',), 2),
    'many_names_lost': ((), 2),
    'metrics_not_collected': (('aws_account', 'diagnosis'), 4),
    'name_lost_when_imdsv2_enforced': (('aws_account',), 4),
    'permissions': (('aws_account', 'diagnosis'), 4),
    'token_latency': (('host',), 4),
}
"""File -> the tags that a notification is about, and its priority."""


def test_these_monitors_are_shipped() -> None:
    monitors = {name: read_monitor(shipped(name)['definition']) for name in NAMES}
    assert {name: (m.notified_by, m.definition['priority']) for name, m in monitors.items()} == SHIPPED


@pytest.mark.parametrize('name', NAMES)
def test_nothing_is_wrong_with_a_shipped_monitor(name: str) -> None:
    assert monitor_complaints(shipped(name)) == []


def test_a_monitor_that_pages_somebody_covers_more_than_one_host() -> None:
    """A fault of 60,000 hosts is one page per account and region, and 60,000 entries in a queue."""
    urgent = {name for name, (_, priority) in SHIPPED.items() if priority <= 2}
    assert urgent == {'group_failing', 'integration_role', 'many_names_lost'}
    assert all('host' not in SHIPPED[name][0] for name in urgent)


def test_no_monitor_of_hosts_notifies_about_missing_data() -> None:
    """Hosts are scaled in, and regions emptied, every day."""
    monitors = {name: read_monitor(shipped(name)['definition']) for name in NAMES}
    assert [name for name, monitor in monitors.items() if monitor.notifies_of_no_data] == ['integration_role']


def test_hosts_run_the_check_as_often_as_the_example_says() -> None:
    example = MONITORS.parents[1] / 'datadog_checks' / 'aws_diagnostics' / 'data' / 'conf.yaml.example'
    (instance,) = yaml.safe_load(example.read_text(encoding='utf-8'))['instances']
    assert instance['min_collection_interval'] == 60 * HOST_INTERVAL
