"""What a monitor says of samples, as Datadog evaluates its query: one point in time, for each group."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from operator import add, ge, gt, le, lt, mul, sub, truediv
from statistics import mean

from lark import Token, Tree

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS, Run, gauges, service_checks, tags_of
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.findings import Status
from tools.asset_lint.monitor import Monitor
from tools.asset_lint.names import PREFIX
from tools.asset_lint.queries import MetricMonitor, Selector, parsed, subtrees

Tags = Mapping[str, str]
Group = tuple[str, ...]
AGGREGATES: Mapping[str, Callable[[Iterable[float]], float]] = {'avg': mean, 'max': max, 'min': min, 'sum': sum}
ARITHMETIC: Mapping[str, Callable[[float, float], float]] = {'+': add, '-': sub, '*': mul, '/': truediv}
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {'>': gt, '>=': ge, '<': lt, '<=': le}


@dataclass(frozen=True, slots=True)
class Sample:
    name: str
    value: float
    tags: Tags


def samples(*hosts: Facts) -> tuple[list[Sample], list[Sample]]:
    """(metrics, service checks) that a run sends on each host; `host` is the name under which its Agent reports."""
    metrics, checks = [], []
    for observed in hosts:
        findings = diagnose(DIAGNOSES, observed)
        common = tags_of(observed, (f'host:{getattr(observed.agent, "hostname", "a-host")}',), tuple(IDENTITY_TAGS))
        for gauge in gauges(observed, findings, Run(0.1)):
            metrics.append(Sample(PREFIX + gauge.name, gauge.value, tagged((*common, *gauge.tags))))
        for check in service_checks(observed, findings):
            checks.append(Sample(PREFIX + check.name, check.status, tagged(common)))
    return metrics, checks


def tagged(tags: Sequence[str]) -> Tags:
    return dict(tag.split(':', 1) for tag in tags)


def states(monitor: Monitor, hosts: Sequence[Facts], before: Sequence[Facts] = ()) -> dict[Group, str]:
    """Of each group: alert, warning, ok or, of a service check, unknown. `before` is what a change compares with."""
    metrics, checks = samples(*hosts)
    if not isinstance(monitor.query, MetricMonitor):
        found = [sample for sample in checks if sample.name == monitor.query.check]
        words = {Status.CRITICAL: 'alert'}
        return {_group(s.tags, monitor.by): words.get(Status(int(s.value)), Status(int(s.value)).word) for s in found}
    values, earlier = values_of(monitor, metrics), values_of(monitor, samples(*before)[0])
    if monitor.query.change:
        values = {group: value - earlier[group] for group, value in values.items() if group in earlier}
    return {group: _state(monitor, value) for group, value in values.items()}


def _state(monitor: Monitor, value: float) -> str:
    assert isinstance(monitor.query, MetricMonitor)
    beyond = COMPARISONS[monitor.query.comparator]
    if beyond(value, monitor.query.threshold):
        return 'alert'
    return 'warning' if 'warning' in monitor.thresholds and beyond(value, monitor.thresholds['warning']) else 'ok'


def values_of(monitor: Monitor, sent: Iterable[Sample]) -> dict[Group, float]:
    """Of each group that has samples for every selector of the query."""
    by_selector = [selected(selector, sent) for selector in monitor.selectors]
    groups = set.intersection(*(set(found) for found in by_selector))
    tree = next(child for child in parsed(monitor.definition['query'], 'monitor').children[1:])
    return {group: evaluated(tree, iter([found[group] for found in by_selector])) for group in groups}


def selected(selector: Selector, sent: Iterable[Sample]) -> dict[Group, float]:
    """The aggregate of each group; a sample without the tags of the groups is in none. Alternatives are of one tag."""
    allowed: dict[str, list[str]] = {}
    for condition in selector.scope:
        allowed.setdefault(condition.key, []).append(condition.value)
    groups: dict[Group, list[float]] = {}
    for sample in sent:
        in_scope = all(any(fnmatchcase(sample.tags.get(key, ''), v) for v in vs) for key, vs in allowed.items())
        if sample.name == selector.metric and in_scope and all(tag in sample.tags for tag in selector.by):
            groups.setdefault(_group(sample.tags, selector.by), []).append(sample.value)
    return {group: AGGREGATES[selector.aggregator](found) for group, found in groups.items()}


def _group(tags: Tags, by: Sequence[str]) -> Group:
    return tuple(tags[tag] for tag in by)


def evaluated(node: Tree[Token] | Token, values: Iterator[float]) -> float:
    """Of the tree of an expression; `values` those of its selectors, as they are written. rollup changes nothing."""
    if isinstance(node, Token):
        return float(node)
    if node.data == 'selector':
        return next(values)
    assert not [*subtrees(node, 'call')], 'no function around a selector is evaluated here'
    parts = [part for part in node.children if not (isinstance(part, Tree) and part.data == 'method')]
    match parts:
        case [only]:
            return evaluated(only, values)
        case ['-', operand]:
            return -evaluated(operand, values)
        case [left, Token() as operator, right]:
            first = evaluated(left, values)
            return ARITHMETIC[str(operator)](first, evaluated(right, values))
    raise AssertionError(f'{node.data} is not evaluated here')
