"""The table of metric names that is part of this package."""

from functools import cache
from importlib import resources

from ..rules.metric_names import MetricNames, table_of

PACKAGE = 'datadog_checks.aws_diagnostics'


@cache
def metric_names() -> MetricNames:
    text = (resources.files(PACKAGE) / 'data' / 'metric_names.csv').read_text(encoding='utf-8')
    return MetricNames(table_of(text))
