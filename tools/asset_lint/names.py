"""The metrics, service checks, tags, tag values, commands and links that exist.

A query for anything else never returns data, and a text that tells to run or open it helps nobody.
"""

import csv
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS
from datadog_checks.aws_diagnostics.emit.telemetry import OF_AN_ACCOUNT as ACCOUNT_SERVICE_CHECKS
from datadog_checks.aws_diagnostics.findings import Scope, Status
from tools.commands import refusal

from .queries import Condition, Selector

ROOT = Path(__file__).resolve().parents[2]
PREFIX = 'aws_diagnostics.'
QUOTED = re.compile(r'`([^`]+)`')
SUDO = re.compile(r'^sudo (-u \S+ )?')
LINK = re.compile(r'https?://[^\s)>\'"`]+')
GUIDE = 'https://docs.datadoghq.com/integrations/guide/aws-integration-troubleshooting/'
AWS_GUIDE = 'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/'
LINKS = frozenset(
    {GUIDE, f'{AWS_GUIDE}instance-metadata-transition-to-version-2.html', *(diagnosis.docs for diagnosis in DIAGNOSES)}
)
"""The pages and sections that are known to exist: those that the diagnoses link to, and two more."""
FOREIGN_METRICS = {
    'aws.ec2.host_ok': "Datadog's AWS integration: 1 for every instance whose EC2 status it reads",
    'aws.ec2.metadata_no_token': "Datadog's AWS integration: CloudWatch MetadataNoToken, requests by IMDSv1",
    'datadog.agent.running': 'Agent metrics: 1 for every Agent that reports',
    'aws.ec2.metadata_no_token_rejected': "Datadog's AWS integration: CloudWatch MetadataNoTokenRejected",
}
HOST_TAGS = frozenset(
    {'autoscaling_group', 'availability-zone', 'aws_account', 'image', 'instance-type', 'region', 'team'}
)
"""From other sources, on every sample of a host: the tags that Datadog's AWS integration adds to each EC2 host (its
documentation of Amazon EC2), and `team`, which the dashboards ask the operator for.
"""
OF_EVERY_HOST = frozenset({'host', 'instance_id', *IDENTITY_TAGS.values(), *HOST_TAGS})
OF_EVERY_ACCOUNT = frozenset({'aws_account'})
OF_A_TARGET_GROUP = frozenset({'loadbalancer', 'loadbalancername', 'method', 'name', 'region', 'targetgroup'})
TAGS_OF_METRIC: Mapping[str, frozenset[str]] = {
    'cloudwatch.lag': frozenset({'metric', 'stage'}),
    **dict.fromkeys(('elb.healthy_hosts', 'elb.unhealthy_hosts'), OF_A_TARGET_GROUP | {'availability-zone'}),
    **dict.fromkeys(('elb.healthy_hosts_summed', 'elb.inflation', 'elb.unhealthy_hosts_summed'), OF_A_TARGET_GROUP),
    'finding': frozenset({'diagnosis', 'scope', 'severity'}),
    'imds.latency': frozenset({'request'}),
    'imds_fleet.instances': frozenset({'endpoint', 'hop_limit', 'http_tokens', 'region'}),
    'imds_fleet.misnamed': frozenset({'region'}),
    'imdsv2.transition': frozenset({'state'}),
}
"""In addition to those of every sample, as emit/ sends them: a test compares."""
METRICS_OF_ACCOUNTS = frozenset(
    {
        'cloudwatch.lag',
        'run.api_calls',
        'elb.healthy_hosts',
        'elb.healthy_hosts_summed',
        'elb.inflation',
        'elb.unhealthy_hosts',
        'elb.unhealthy_hosts_summed',
        'imds_fleet.instances',
        'imds_fleet.misnamed',
        'inventory.hosts_duplicated',
        'inventory.hosts_with_lingering_tags',
        *(f'{name}.ok' for name in ACCOUNT_SERVICE_CHECKS),
    }
)
METRICS_OF_BOTH = frozenset({'finding', 'run.duration'})
VALUES: Mapping[str, frozenset[str]] = {
    'diagnosis': frozenset(diagnosis.id for diagnosis in DIAGNOSES),
    'endpoint': frozenset({'disabled', 'enabled', 'other'}),
    'http_tokens': frozenset({'optional', 'other', 'required'}),
    'method': frozenset({'describe_instance_health', 'describe_target_health'}),
    'request': frozenset({'metadata', 'token'}),
    'scope': frozenset(Scope),
    'severity': frozenset({Status.CRITICAL.word, Status.WARNING.word}),
    'stage': frozenset({'cloudwatch', 'datadog'}),
    'state': frozenset({'optional', 'ready', 'required'}),
}
"""Of the tags whose values are known beforehand."""


@cache
def metrics(root: Path = ROOT) -> frozenset[str]:
    with (root / 'metadata.csv').open(encoding='utf-8', newline='') as file:
        return frozenset(row['metric_name'] for row in csv.DictReader(file))


@cache
def service_checks(root: Path = ROOT) -> Mapping[str, tuple[str, ...]]:
    """By name, the tags that each can be grouped by."""
    described = json.loads((root / 'assets' / 'service_checks.json').read_text(encoding='utf-8'))
    return {check['check']: tuple(check['groups']) for check in described}


def known_metrics() -> frozenset[str]:
    return metrics() | FOREIGN_METRICS.keys()


def unknown_names(selector: Selector) -> Iterator[str]:
    """A complaint for each name in a selector that does not exist. Template variables of dashboards are left alone."""
    if selector.metric not in known_metrics():
        yield f'unknown metric {selector.metric!r}'
        return
    allowed = tags_of(selector.metric)
    for key in dict.fromkeys((*(condition.key for condition in selector.scope), *selector.by)):
        if not key.startswith('$') and key not in allowed:
            yield f'{selector.metric} has no tag {key!r}'
    yield from unknown_values(selector.scope)


def tags_of(metric: str) -> frozenset[str]:
    """Of a metric that exists."""
    if metric in FOREIGN_METRICS:
        return OF_EVERY_HOST - {'instance_id'}
    name = metric.removeprefix(PREFIX)
    of_hosts = frozenset() if name in METRICS_OF_ACCOUNTS else OF_EVERY_HOST
    of_accounts = OF_EVERY_ACCOUNT if name in METRICS_OF_ACCOUNTS | METRICS_OF_BOTH else frozenset()
    return of_hosts | of_accounts | TAGS_OF_METRIC.get(name, frozenset())


def unknown_values(scope: Iterable[Condition]) -> Iterator[str]:
    """Of tags whose values are known beforehand. A wildcard has to match one of them."""
    for condition in scope:
        known = VALUES.get(condition.key)
        if known is not None and not any(fnmatchcase(value, condition.value) for value in known):
            yield f'the tag {condition.key}:{condition.value} does not exist'


def unknown_service_check(check: str, tags: Iterable[str] = ()) -> Iterator[str]:
    if check not in service_checks():
        yield f'unknown service check {check!r}'
        return
    yield from (f'{check} has no tag {tag!r}' for tag in tags if tag not in tags_of_service_check(check))


def tags_of_service_check(check: str) -> frozenset[str]:
    """Of a service check that exists."""
    of_account = check.removeprefix(PREFIX) in ACCOUNT_SERVICE_CHECKS
    return OF_EVERY_ACCOUNT if of_account else OF_EVERY_HOST


def wrong_instructions(text: str) -> Iterator[str]:
    """One complaint for each link that is not known, and for each command in backticks that its program would refuse.

    Programs that are not known here are accepted.
    """
    yield from (f'unknown link {link}' for link in LINK.findall(text) if link not in LINKS)
    for quoted in QUOTED.findall(text):
        if reason := refusal(shlex.split(SUDO.sub('', quoted))):
            yield f'`{quoted}`: {reason}'
