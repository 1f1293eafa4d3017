"""Metric streams of CloudWatch: what they carry to Datadog beside its polling, or instead of it."""

from dataclasses import dataclass

from .observed import Unobserved


@dataclass(frozen=True, slots=True)
class Selected:
    """A filter of a metric stream."""

    namespace: str
    metrics: tuple[str, ...] = ()
    """() for all metrics of the namespace."""

    def holds(self, namespace: str, metric: str) -> bool:
        return namespace == self.namespace and (not self.metrics or metric in self.metrics)


@dataclass(frozen=True, slots=True)
class StreamContents:
    """cloudwatch:GetMetricStream: what a stream carries. It has filters of one kind at most."""

    include: tuple[Selected, ...] = ()
    exclude: tuple[Selected, ...] = ()
    statistics: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    """(namespace, metric, statistics beyond Sum, SampleCount, Minimum and Maximum)."""
    linked_accounts: bool = False

    def carries(self, namespace: str, metric: str) -> bool:
        if self.include:
            return any(selected.holds(namespace, metric) for selected in self.include)
        return not any(selected.holds(namespace, metric) for selected in self.exclude)


@dataclass(frozen=True, slots=True)
class MetricStream:
    name: str
    running: bool
    output_format: str
    """Datadog takes opentelemetry0.7 only:
    https://docs.datadoghq.com/integrations/guide/aws-cloudwatch-metric-streams-with-kinesis-data-firehose/"""
    contents: StreamContents | Unobserved
    """Asked only of those that run."""

    def carries(self, namespace: str, metric: str) -> bool:
        """Now, as far as it is known."""
        contents = self.contents if self.running else None
        return isinstance(contents, StreamContents) and contents.carries(namespace, metric)
