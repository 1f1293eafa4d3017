"""Which metric of Datadog is which statistic of which metric of CloudWatch.

The table in data/metric_names.csv is from Datadog's documentation, with the source of each row. A name that is not in
it is derived by a rule, which fits 208 of the 215 names there that CloudWatch has too, and is marked as guessed. What
Datadog says about the account itself counts more than both.
"""

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from ..facts import Unobserved
from ..facts.metrics import (
    AVERAGE,
    MAXIMUM,
    MINIMUM,
    SAMPLE_COUNT,
    SUM,
    MetricName,
    MetricType,
    NameSource,
    PerSecond,
    Previewed,
)
from ..facts.values import CloudWatchMetric, DatadogMetric, MetricNamespace

AWS = 'AWS/'
MOST_ALIKE = 10
SUFFIXES = {
    'average': AVERAGE,
    'maximum': MAXIMUM,
    'max': MAXIMUM,
    'minimum': MINIMUM,
    'min': MINIMUM,
    'sum': SUM,
    'samplecount': SAMPLE_COUNT,
}
"""Of a name of Datadog, beside percentiles; Datadog's guide writes `.max` where its tables have `.maximum`."""
PERCENTILE = re.compile(r'p[0-9]{1,2}(\.[0-9]{1,2})?')


class MetricNames:
    """The table, and the rule for what is not in it."""

    def __init__(self, table: Iterable[MetricName]) -> None:
        self.table = tuple(table)
        self._by_name = {name.datadog: name for name in self.table}

    def of_datadog(self, datadog: str) -> MetricName | None:
        """The one with this name of Datadog; None where the table does not have it."""
        return self._by_name.get(DatadogMetric(datadog)) if DatadogMetric.of(datadog) else None

    def of_cloudwatch(self, namespace: str, metric: str) -> tuple[MetricName, ...]:
        """All statistics of it that Datadog has: those of the table, else one that is guessed."""
        known = tuple(n for n in self.table if (n.namespace, n.metric) == (namespace, metric))
        guess = guessed(namespace, metric)
        return known or ((guess,) if guess else ())

    def nearest(self, datadog: str) -> tuple[str, ...]:
        """A few names of the table that a person may have meant, the most alike first."""
        from difflib import get_close_matches  # only for a name that is wrong

        return tuple(get_close_matches(datadog, [str(name) for name in self._by_name], n=3, cutoff=0.7))


def table_of(text: str) -> Iterator[MetricName]:
    """The rows of data/metric_names.csv."""
    for row in csv.DictReader(text.splitlines()):
        yield MetricName(
            datadog=DatadogMetric(row['datadog_name']),
            namespace=MetricNamespace(row['namespace']),
            metric=row['metric'],
            statistic=row['statistic'],
            type=MetricType(row['type']),
            unit=row['unit'],
            per_second=PerSecond(row['per_second']),
        )


def guessed(namespace: str, metric: str) -> MetricName | None:
    """By the rule, without a statistic: the bare name is the main one, which differs. None where no name results."""
    known = MetricNamespace.of(namespace)
    prefix = f'aws.{namespace[len(AWS) :]}' if namespace.startswith(AWS) else namespace
    # Datadog keeps the case of a metric of a namespace that is not AWS's own.
    last = snake_case(metric) if namespace.startswith(AWS) else metric
    name = DatadogMetric.of(f'{prefix.lower().replace("/", ".")}.{last}')
    if known is None or name is None or CloudWatchMetric.of(metric) is None:
        return None
    return MetricName(name, known, metric, '', source=NameSource.GUESSED)


def main_of(names: Iterable[MetricName]) -> MetricName:
    """Of the names of one metric the bare one, which is of the main statistic, else the shortest that is no percentile.

    Raises ValueError for no names.
    """
    return min(names, key=lambda name: (bool(PERCENTILE.fullmatch(name.statistic)), len(name.datadog)))


def snake_case(metric: str) -> str:
    """As Datadog writes the name of a metric of AWS: HTTPCode_Target_2XX_Count is httpcode_target_2xx."""
    name = metric.replace('%', '')
    if name.startswith('HTTP'):
        name = name.removesuffix('_Count')
    return re.sub(r'(?<=[a-z])(?=[A-Z])|(?<=.)(?=[0-9])', '_', re.sub('[._ ]', '', name)).lower()


def statistic_of(datadog: str) -> str:
    """The one that the end of a name of Datadog says: Maximum for aws.elb.latency.maximum; '' for a bare name."""
    rest, _, last = datadog.rpartition('.')
    if last.isdecimal() and PERCENTILE.fullmatch(f'{rest.rpartition(".")[2]}.{last}'):
        return f'{rest.rpartition(".")[2]}.{last}'
    return last if PERCENTILE.fullmatch(last) else SUFFIXES.get(last, '')


def corrected(
    name: MetricName, previewed: Previewed | Unobserved | None, active: frozenset[str] | Unobserved
) -> MetricName:
    """A guessed name gives way to the one that Datadog says, or to another spelling that is in use."""
    if name.source is not NameSource.GUESSED:
        return name
    if isinstance(previewed, Previewed) and previewed.names:
        own = min((each for each, _ in previewed.names), key=len)
        return replace(name, datadog=own, statistic=statistic_of(own), source=NameSource.PREVIEW)
    other = DatadogMetric.of(_in_snake_case(name))
    if isinstance(active, frozenset) and name.datadog not in active and other in active:
        return replace(name, datadog=other or name.datadog)
    return name


def _in_snake_case(name: MetricName) -> str:
    """Datadog keeps the case of most metrics of namespaces that are not AWS's own, and changes that of some."""
    return f'{name.datadog.rpartition(".")[0]}.{snake_case(name.metric)}'


def alike(name: MetricName, active: frozenset[str] | Unobserved) -> tuple[str, ...] | Unobserved:
    """The same metric, with the statistics that Datadog has of it."""
    if isinstance(active, Unobserved):
        return active
    end = name.datadog.removesuffix(f'.{name.datadog.rpartition(".")[2]}') if statistic_of(name.datadog) else ''
    stems = {stem for stem in (str(name.datadog), end) if stem}
    found = (each for each in active if each in stems or any(each.startswith(f'{stem}.') for stem in stems))
    return tuple(sorted(found, key=lambda each: (each != name.datadog, each))[:MOST_ALIKE])
