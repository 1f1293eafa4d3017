"""A judged instance with the findings that a test gives it."""

from datadog_checks.aws_diagnostics.cli.judged import Judged, Observation
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts
from datadog_checks.aws_diagnostics.findings import Finding

from ..builders import facts


def seen(
    *findings: Finding,
    observed: Facts | None = None,
    expected: Expectations = Expectations(),
    saved_at: str = '',
    source: str = '',
) -> Judged:
    """On a healthy EC2 instance, unless a test says otherwise."""
    return Judged(Observation(observed or facts(), expected), findings, saved_at, source)
