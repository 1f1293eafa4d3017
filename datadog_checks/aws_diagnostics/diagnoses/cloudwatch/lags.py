"""What the diagnoses of watched metrics share: which are watched, how one is named, and how several verdicts on single
metrics become one; and how late they have been."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account.lag import Lag, LagSample, MetricLag
from ...facts.metrics import Series, Watched
from ...facts.values import DatadogMetric
from ...findings import Failed, NotApplicable, Passed, Unknown, Verdict
from ...remedies import Step
from ...rules.lag import LEAST_SAMPLES, MINUTE, cadence, settled_samples
from ...text import DAY, clean, counted, listed
from ..account_remedies import own_command

NOTHING_WATCHED = NotApplicable('no metric is watched: watched_metrics is empty')
LONGEST_VALUE = 30
LONGEST_REASON = 120


@dataclass(slots=True)
class Outcomes:
    """Of each metric one, in words."""

    wrong: list[str] = field(default_factory=list)
    right: list[str] = field(default_factory=list)
    quiet: list[str] = field(default_factory=list)
    """Without recent data, which is neither."""
    open: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, lags: Iterable[MetricLag], add: 'Callable[[Outcomes, MetricLag], None]') -> 'Outcomes':
        outcomes = cls()
        for lag in lags:
            add(outcomes, lag)
        return outcomes

    def verdict(self) -> Verdict:
        """One wrong metric fails. What is open counts more than what is right, and what is quiet less."""
        if self.wrong:
            return Failed(several(self.wrong))
        if self.open or not self.right:
            return Unknown(several([*self.open, *self.quiet]))
        quiet = f'; {len(self.quiet)} without recent data' if self.quiet else ''
        return Passed(f'{several(self.right)}{quiet}')


def watched_lags(facts: Facts) -> tuple[MetricLag, ...]:
    """Raises MissingFact."""
    return lag_of(facts).metrics


def lag_of(facts: Facts) -> Lag:
    """Raises MissingFact."""
    return observed(facts.of_account.lag)


def known_lags(facts: Facts) -> tuple[MetricLag, ...]:
    """For a remedy: () where nothing was observed."""
    lag = facts.of_account.lag
    return () if isinstance(lag, Unobserved) else lag.metrics


def named(watched: Watched) -> str:
    """Like `aws.elb.request_count (web, eu-west-1)`: with the values of the dimensions, which say most."""
    values = listed(watched.dimensions.values(), 2, LONGEST_VALUE)
    return f'{watched.name.datadog} ({f"{values}, " if values else ""}{watched.region})'


def several(texts: Sequence[str]) -> str:
    """The first, and how many more there are: each has numbers of its own."""
    more = len(texts) - 1
    return '; and '.join((*texts[:1], *((counted(more, 'more metric'),) if more > 0 else ())))


def why_not(*sides: object) -> str:
    """The first reason for which a side was not observed; '' where all were."""
    return next((clean(side.reason, LONGEST_REASON) for side in sides if isinstance(side, Unobserved)), '')


def minutes(seconds: int) -> str:
    """Like '45 minutes'; from three hours on in hours."""
    if seconds < 3 * 3600:
        return counted(seconds // 60, 'minute')
    return counted(seconds // 3600, 'hour') if seconds < 3 * DAY else counted(seconds // DAY, 'day')


def again(expected: Expectations, when: str) -> Step:
    return Step(when, (own_command(expected, 'check'),))


def namespaces_of(lags: Iterable[MetricLag]) -> list[str]:
    return list(dict.fromkeys(str(lag.watched.name.namespace) for lag in lags))


class Measured(NamedTuple):
    """How old the stamp of a value can be until Datadog has it, in seconds of whole minutes."""

    needed: int
    samples: int
    again: int
    """Without the worst sample."""


def measured_delays(lag: Lag) -> Mapping[DatadogMetric, Measured]:
    """By metric.

    A stamp is the start of an interval, so its length counts too.
    """
    found: dict[DatadogMetric, Measured] = {}
    for metric in lag.metrics:
        samples, name = settled_samples(metric), metric.watched.name.datadog
        if len(samples) < LEAST_SAMPLES or isinstance(metric.cloudwatch, Unobserved):
            continue
        longest, again = (_needed(each.waiting, metric.cloudwatch) for each in _by_waiting(samples)[:2])
        found[name] = max(found.get(name, Measured(0, 0, 0)), Measured(longest, len(samples), again))
    return found


def _by_waiting(samples: Iterable[LagSample]) -> list[LagSample]:
    return sorted(samples, key=lambda sample: -sample.waiting)


def _needed(waited: int, cloudwatch: Series) -> int:
    return -(-(waited + cadence(cloudwatch)) // MINUTE) * MINUTE if waited else 0
