"""Which series an instance sends: the option `metrics`. Each is a custom metric, which costs money on every host."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from enum import StrEnum

from ..findings import Finding, Passed, Unknown
from .telemetry import Gauge

FINDING = 'finding'


class Metrics(StrEnum):
    MINIMAL = 'minimal'
    """What the monitors read that ship with the check."""
    STANDARD = 'standard'
    """And what the dashboards show."""
    ALL = 'all'


FOR_NO_DASHBOARD = frozenset({'imds.gateways', 'imdsv1.ok', 'run.age', 'run.imds_requests'})
FOR_NO_MONITOR = frozenset(
    {
        'hop_limit.ok',
        'hostname.ok',
        'imds.hop_limit',
        'imds.hop_limit_needed',
        'imdsv2.transition',
        'ready_for_imdsv2',
    }
)
ONLY_IN_ALL = frozenset({('request:metadata',)})
"""Tags of series whose metric has others that are sent."""
LEFT_OUT = {
    Metrics.MINIMAL: FOR_NO_MONITOR | FOR_NO_DASHBOARD,
    Metrics.STANDARD: FOR_NO_DASHBOARD,
    Metrics.ALL: frozenset[str](),
}


def chosen(gauges: Sequence[Gauge], metrics: Metrics, cleared: Collection[str]) -> Iterator[Gauge]:
    """Those that `metrics` asks for. A finding is one while it fails, and once more, with 0, when it no longer does.

    `cleared` are the series of findings that failed before and do not any more, as `failing` names them.
    """
    for gauge in gauges:
        left_out = gauge.name in LEFT_OUT[metrics] or gauge.tags in ONLY_IN_ALL
        passes = gauge.name == FINDING and not gauge.value
        if metrics is Metrics.ALL or not (left_out or passes):
            yield gauge
    sent = {series_of(gauge) for gauge in gauges if gauge.name == FINDING and metrics is Metrics.ALL}
    yield from (Gauge(FINDING, 0.0, tuple(series.split(','))) for series in sorted({*cleared} - sent))


def series_of(gauge: Gauge) -> str:
    """The tags of a finding: `diagnosis:ID,severity:WORD,scope:WORD`."""
    return ','.join(gauge.tags)


def failing(gauges: Iterable[Gauge]) -> frozenset[str]:
    return frozenset(series_of(gauge) for gauge in gauges if gauge.name == FINDING and gauge.value)


def of_verdict(series: Collection[str], findings: Sequence[Finding], verdict: type[Passed] | type[Unknown]) -> set[str]:
    """Those of the series whose diagnosis has such a verdict."""
    if not series:
        return set()
    ids = {f'diagnosis:{f.diagnosis.id}' for f in findings if isinstance(f.verdict, verdict)}
    return {each for each in series if each.partition(',')[0] in ids}
