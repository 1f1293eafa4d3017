"""What a fleet sends over time: points of gauges and runs of service checks, minute by minute, as the check emits them.

A host runs every five minutes, at a minute of its own. Facts are judged and emitted by the check itself, with the
default `metrics: standard`: a finding is 1 while it fails, and once 0 when it no longer does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.emit import Gauge, RunStats, ServiceCheck, tags_of
from datadog_checks.aws_diagnostics.emit.series import Metrics, chosen, failing
from datadog_checks.aws_diagnostics.emit.telemetry import telemetry
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.rules import instance_id_in
from tools.asset_lint.names import PREFIX

Tags = Mapping[str, str]
INTERVAL, ACCOUNT_INTERVAL = 5, 60
"""Minutes between two runs of a host and of an account instance."""
OF_AWS = {'aws_account': '123456789012', 'region': 'eu-west-1', 'instance-type': 'm5.large'}
"""What Datadog's AWS integration adds to a host that it knows by its instance id."""
Telemetry = tuple[tuple[ServiceCheck, ...], tuple[Gauge, ...]]
JUDGED: dict[tuple[int, int], tuple[object, Telemetry]] = {}
Key = tuple[str, tuple[tuple[str, str], ...]]
AGENT = 'datadog.agent.running'


DEFAULT = Expectations()


@dataclass(slots=True)
class Series:
    """The points of one combination of tags: minute -> value. Of a service check, the value is the status."""

    name: str
    tags: Tags
    points: dict[int, float] = field(default_factory=dict)


class Span(NamedTuple):
    """The Agent runs with these facts from one minute until before another."""

    begin: int
    end: int
    facts: Facts
    checked: bool = True
    """Whether the Agent has the check."""
    expected: Expectations = DEFAULT


@dataclass(slots=True)
class Sent:
    metrics: list[Series]
    checks: list[Series]
    selected: dict[tuple[str, int], Any] = field(default_factory=dict)
    """Query and end -> its groups: the same for every reading."""

    def named(self, name: str) -> list[Series]:
        return [series for series in (*self.metrics, *self.checks) if series.name == name]


def judged(facts: Facts, expected: Expectations) -> Telemetry:
    """Facts are judged once for all hosts that have them."""
    key = (id(facts), id(expected))
    if key not in JUDGED:
        JUDGED[key] = (facts, expected), telemetry(facts, diagnose(DIAGNOSES, facts, expected), RunStats(0.25))
    return JUDGED[key][1]


def sent_by(hosts: Iterable[tuple[str, Sequence[Span]]]) -> Sent:
    """`hosts` are the tag `host` (the name that the Agent reports with) or '' for that of the facts, and the spans."""
    metrics: dict[Key, Series] = {}
    checks: dict[Key, Series] = {}
    for number, (called, spans) in enumerate(hosts):
        before: frozenset[str] = frozenset()
        for span in spans:
            tags = _common(span, called or getattr(span.facts.agent, 'hostname', None) or 'a-host')
            interval = INTERVAL if span.facts.account is None else ACCOUNT_INTERVAL
            runs = range(span.begin + (number - span.begin) % interval, span.end, interval)
            _points(metrics, AGENT, tags, dict.fromkeys(range(span.begin, span.end), 1.0))
            if span.checked and runs:
                statuses, gauges = judged(span.facts, span.expected)
                for gauge in chosen(gauges, Metrics.STANDARD, before - failing(gauges)):
                    once = gauge.name == 'finding' and not gauge.value
                    points = dict.fromkeys(runs[:1] if once else runs, gauge.value)
                    _points(metrics, PREFIX + gauge.name, {**tags, **tagged(gauge.tags)}, points)
                for check in statuses:
                    _points(checks, PREFIX + check.name, tags, dict.fromkeys(runs, float(check.status)))
                before = failing(gauges)
    return Sent([*metrics.values()], [*checks.values()])


def _points(found: dict[Key, Series], name: str, tags: Tags, points: Mapping[int, float]) -> None:
    found.setdefault((name, tuple(sorted(tags.items()))), Series(name, tags)).points.update(points)


def _common(span: Span, name: str) -> Tags:
    """Of every sample: its host, what the check adds, and what the AWS integration adds to a host that it knows."""
    own = tagged(tags_of(span.facts, (), ('account_id', 'region')))
    known = instance_id_in(getattr(span.facts.agent, 'hostname', None) or '')
    of_aws = OF_AWS if known and span.facts.account is None else {}
    return {**of_aws, 'host': name, **own}


def tagged(tags: Iterable[str]) -> dict[str, str]:
    return dict(tag.split(':', 1) for tag in tags)
