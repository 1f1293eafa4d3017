"""Why a metric can be missing: the closed set of causes, each with the step that finds it and what it means."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ....expectations import Expectations
from ....facts import Facts, observed
from ....facts.account import Integration, WatchedMetric
from ....text import duration


class Step(StrEnum):
    """The questions in their order, which is that of Datadog's guide."""

    NAME = 'name'
    PERMISSION = 'permission'
    REGION = 'region'
    CONFIGURATION = 'configuration'
    EMITS = 'emits'
    ENABLEMENT = 'enablement'
    TIMING = 'timing'
    SCP = 'scp'


class Outcome(StrEnum):
    """The answer in one word."""

    PRESENT = 'present'
    EXPECTED = 'expected'
    CONFIGURATION = 'configuration'
    PERMISSION = 'permission'
    AWS = 'aws'
    TIMING = 'timing'
    UNKNOWN = 'unknown'

    @property
    def is_fault(self) -> bool:
        return self in (Outcome.CONFIGURATION, Outcome.PERMISSION, Outcome.AWS)


class MissingCause(StrEnum):
    """The ids are stable: programs read them."""

    PRESENT = 'present'
    OTHER_NAME = 'other-name'
    WRONG_TAG_KEY = 'wrong-tag-key'
    WRONG_TAG_VALUE = 'wrong-tag-value'
    TAG_NOT_INDEXED = 'tag-not-indexed'
    OTHER_LOAD_BALANCER = 'other-load-balancer'
    ACCOUNT_NOT_INTEGRATED = 'account-not-integrated'
    ROLE_NOT_ASSUMABLE = 'role-not-assumable'
    PERMISSION_MISSING = 'permission-missing'
    PERMISSION_DENIED = 'permission-denied'
    GLOBAL_SERVICE = 'global-service'
    REGION_NOT_COLLECTED = 'region-not-collected'
    REGION_NOT_ENABLED = 'region-not-enabled'
    METRICS_DISABLED = 'metrics-disabled'
    NAMESPACE_EXCLUDED_BY_DEFAULT = 'namespace-excluded-by-default'
    NAMESPACE_EXCLUDED = 'namespace-excluded'
    METRIC_NAME_FILTERED = 'metric-name-filtered'
    TAG_FILTERED = 'tag-filtered'
    CUSTOM_METRICS_OFF = 'custom-metrics-off'
    CUSTOM_STATISTIC = 'custom-statistic'
    WRONG_DIMENSION = 'wrong-dimension'
    WRONG_DIMENSION_VALUE = 'wrong-dimension-value'
    DIMENSIONS_NOT_PUBLISHED = 'dimensions-not-published'
    NO_REGISTERED_INSTANCES = 'no-registered-instances'
    NO_EVENTS = 'no-events'
    NOT_IN_USE = 'not-in-use'
    QUEUE_INACTIVE = 'queue-inactive'
    RESOURCE_STOPPED = 'resource-stopped'
    NOT_EMITTED = 'not-emitted'
    STOPPED = 'stopped'
    NOT_ENABLED_IN_AWS = 'not-enabled-in-aws'
    STREAM_FORMAT = 'stream-format'
    STREAM_STATISTIC = 'stream-statistic'
    STREAM_STOPPED = 'stream-stopped'
    RECORD_CHANGED = 'record-changed'
    NEW_METRIC = 'new-metric'
    POLLED_HOURLY = 'polled-hourly'
    USUAL_DELAY = 'usual-delay'
    PUBLISHED_DAILY = 'published-daily'
    SCP_DENIES = 'scp-denies'
    NOT_FOUND = 'not-found'


class Result(StrEnum):
    OK = 'ok'
    FAILS = 'fails'
    UNKNOWN = 'unknown'
    NOT_APPLICABLE = 'not applicable'


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one check, or of a step; the evidence quotes what was observed, without a full stop."""

    result: Result
    evidence: str
    cause: MissingCause | None = None
    """Ends the search."""


def fine(evidence: str) -> Answer:
    return Answer(Result.OK, evidence)


def fails(cause: MissingCause, evidence: str) -> Answer:
    return Answer(Result.FAILS, evidence, cause)


def unknown(reason: str) -> Answer:
    return Answer(Result.UNKNOWN, reason)


def not_applicable(why: str) -> Answer:
    return Answer(Result.NOT_APPLICABLE, why)


@dataclass(frozen=True, slots=True)
class Question:
    facts: Facts
    expected: Expectations
    metric: WatchedMetric

    @property
    def record(self) -> Integration:
        """Raises MissingFact."""
        return observed(self.facts.of_account.integration)

    @property
    def region(self) -> str:
        return self.metric.asked.region

    @property
    def namespace(self) -> str:
        return self.metric.asked.name.namespace

    @property
    def shown(self) -> str:
        return f'{self.metric.asked.name.datadog}{{{",".join(self.metric.scope)}}}'

    @property
    def looked_back(self) -> str:
        return duration(self.age(self.metric.asked_from))

    def age(self, time: float) -> float:
        """Seconds from then until the facts were observed."""
        return max(self.facts.observed_at - time, 0.0)


Check: TypeAlias = Callable[[Question], Answer | None]
"""None where there is nothing to say. Raises MissingFact, which is an unknown answer."""
