"""The metrics, service checks, tags, tag values, commands and links that exist.

A query for anything else never returns data, and a text that tells to run or open it helps nobody.
"""

import re
import shlex
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS, SERVICE_CHECKS
from datadog_checks.aws_diagnostics.emit.telemetry import OF_AN_ACCOUNT as ACCOUNT_SERVICE_CHECKS
from tests.asset_lint.sent import ACCOUNT, HOST
from tools.commands import refusal

from .queries import Selector

ROOT = Path(__file__).resolve().parents[2]
PREFIX = 'aws_diagnostics.'
QUOTED = re.compile(r'`([^`]+)`')
AROUND = re.compile(r'^sudo (-u \S+ )?| > \S+$')
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
OF_HOSTS, OF_ACCOUNTS = (frozenset(gauge.name for gauge in gauges) for gauges in (HOST, ACCOUNT))
"""Names of the metrics, without PREFIX, that hosts and that account instances send."""
KNOWN_BEFOREHAND = frozenset(
    {'diagnosis', 'endpoint', 'http_tokens', 'method', 'request', 'scope', 'severity', 'stage', 'state'}
)
"""Tags whose values are all in HOST and ACCOUNT; those of others depend on the fleet."""
KNOWN_METRICS = frozenset({*FOREIGN_METRICS, *(f'{PREFIX}{name}' for name in OF_HOSTS | OF_ACCOUNTS)})
KNOWN_SERVICE_CHECKS = frozenset(f'{PREFIX}{name}' for name in SERVICE_CHECKS)


def unknown_names(selector: Selector) -> Iterator[str]:
    """A complaint for each name in a selector that does not exist. Template variables of dashboards are left alone.

    Of a tag whose values are known beforehand, a wildcard has to match one of them.
    """
    if selector.metric not in KNOWN_METRICS:
        yield f'unknown metric {selector.metric!r}'
        return
    allowed = tags_of(selector.metric)
    for key in dict.fromkeys((*(condition.key for condition in selector.scope), *selector.by)):
        if not key.startswith('$') and key not in allowed:
            yield f'{selector.metric} has no tag {key!r}'
    sent = {tag for gauge in (*HOST, *ACCOUNT) for tag in gauge.tags}
    for wanted in (f'{key}:{value}' for key, value in selector.scope if key in KNOWN_BEFOREHAND):
        if not any(fnmatchcase(tag, wanted) for tag in sent):
            yield f'the tag {wanted} does not exist'


def tags_of(metric: str) -> frozenset[str]:
    """Of a metric that exists."""
    if metric in FOREIGN_METRICS:
        return OF_EVERY_HOST - {'instance_id'}
    name = metric.removeprefix(PREFIX)
    of_hosts, of_accounts = OF_EVERY_HOST if name in OF_HOSTS else (), OF_EVERY_ACCOUNT if name in OF_ACCOUNTS else ()
    own = (tag.partition(':')[0] for gauge in (*HOST, *ACCOUNT) if gauge.name == name for tag in gauge.tags)
    return frozenset((*of_hosts, *of_accounts, *own))


def unknown_service_check(check: str, tags: Iterable[str] = ()) -> Iterator[str]:
    if check not in KNOWN_SERVICE_CHECKS:
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
        if reason := refusal(shlex.split(AROUND.sub('', quoted))):
            yield f'`{quoted}`: {reason}'
