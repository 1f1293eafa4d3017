"""What each cause of a missing metric means."""

from collections.abc import Mapping

from .causes import MissingCause, Outcome, Step

_C, _O, _S = MissingCause, Outcome, Step
MEANINGS: Mapping[MissingCause, tuple[Step | None, Outcome, str]] = {
    _C.PRESENT: (None, _O.PRESENT, 'Datadog has values of this scope'),
    _C.OTHER_NAME: (_S.NAME, _O.PRESENT, 'Datadog has the metric under another name'),
    _C.WRONG_TAG_KEY: (_S.NAME, _O.PRESENT, 'Datadog has the metric, without a tag of this key'),
    _C.WRONG_TAG_VALUE: (_S.NAME, _O.PRESENT, 'Datadog has the metric, with another value of this tag'),
    _C.TAG_NOT_INDEXED: (_S.NAME, _O.CONFIGURATION, 'Metrics without Limits drops the tag, so no query can use it'),
    _C.OTHER_LOAD_BALANCER: (_S.NAME, _O.CONFIGURATION, 'The load balancer is of a kind that has another namespace'),
    _C.ACCOUNT_NOT_INTEGRATED: (_S.PERMISSION, _O.CONFIGURATION, 'Datadog has no integration for the account'),
    _C.ROLE_NOT_ASSUMABLE: (_S.PERMISSION, _O.PERMISSION, 'Datadog cannot assume its role'),
    _C.PERMISSION_MISSING: (_S.PERMISSION, _O.PERMISSION, 'The role may not read CloudWatch'),
    _C.PERMISSION_DENIED: (_S.PERMISSION, _O.PERMISSION, 'A Deny or a boundary keeps the role from CloudWatch'),
    _C.GLOBAL_SERVICE: (_S.REGION, _O.CONFIGURATION, 'CloudWatch has the namespace in another region only'),
    _C.REGION_NOT_COLLECTED: (_S.REGION, _O.CONFIGURATION, 'The integration does not include the region'),
    _C.REGION_NOT_ENABLED: (_S.REGION, _O.AWS, 'The account has not opted in to the region'),
    _C.METRICS_DISABLED: (_S.CONFIGURATION, _O.CONFIGURATION, 'Metric collection is disabled'),
    _C.NAMESPACE_EXCLUDED_BY_DEFAULT: (_S.CONFIGURATION, _O.CONFIGURATION, 'Datadog excludes the namespace by default'),
    _C.NAMESPACE_EXCLUDED: (_S.CONFIGURATION, _O.CONFIGURATION, 'The integration does not include the namespace'),
    _C.METRIC_NAME_FILTERED: (_S.CONFIGURATION, _O.CONFIGURATION, 'A filter of metric names leaves it out'),
    _C.TAG_FILTERED: (_S.CONFIGURATION, _O.CONFIGURATION, 'The tags of the resource do not fit the tag filter'),
    _C.CUSTOM_METRICS_OFF: (_S.CONFIGURATION, _O.CONFIGURATION, 'It is a custom metric, and these are not collected'),
    _C.CUSTOM_STATISTIC: (_S.CONFIGURATION, _O.CONFIGURATION, 'Of custom metrics Datadog collects the average only'),
    _C.WRONG_DIMENSION: (_S.EMITS, _O.CONFIGURATION, 'The metric has no such dimension'),
    _C.WRONG_DIMENSION_VALUE: (_S.EMITS, _O.CONFIGURATION, 'CloudWatch has a similar value of the dimension'),
    _C.DIMENSIONS_NOT_PUBLISHED: (_S.EMITS, _O.AWS, 'CloudWatch has these dimensions, but not together'),
    _C.NO_REGISTERED_INSTANCES: (_S.EMITS, _O.EXPECTED, 'The load balancer has no instances'),
    _C.NO_EVENTS: (_S.EMITS, _O.EXPECTED, 'AWS publishes it only when the event happens: it did not'),
    _C.NOT_IN_USE: (_S.EMITS, _O.EXPECTED, 'AWS publishes it only while the resource is used'),
    _C.QUEUE_INACTIVE: (_S.EMITS, _O.EXPECTED, 'AWS publishes it only while the queue is active'),
    _C.RESOURCE_STOPPED: (_S.EMITS, _O.EXPECTED, 'The resource is stopped, and AWS publishes nothing of it'),
    _C.NOT_EMITTED: (_S.EMITS, _O.AWS, 'CloudWatch does not have it'),
    _C.STOPPED: (_S.EMITS, _O.AWS, 'CloudWatch has old values only'),
    _C.NOT_ENABLED_IN_AWS: (_S.ENABLEMENT, _O.CONFIGURATION, 'AWS publishes it only where it is turned on'),
    _C.STREAM_FORMAT: (_S.TIMING, _O.CONFIGURATION, 'The metric stream has a format that Datadog does not take'),
    _C.STREAM_STATISTIC: (_S.TIMING, _O.CONFIGURATION, 'The metric stream does not carry the percentile'),
    _C.STREAM_STOPPED: (_S.TIMING, _O.CONFIGURATION, 'The metric stream that brought it is stopped'),
    _C.RECORD_CHANGED: (_S.TIMING, _O.TIMING, 'The integration was changed less than two polls ago'),
    _C.NEW_METRIC: (_S.TIMING, _O.TIMING, 'The metric is younger than two polls'),
    _C.POLLED_HOURLY: (_S.TIMING, _O.TIMING, 'Nobody queries it, so Datadog polls it once an hour'),
    _C.USUAL_DELAY: (_S.TIMING, _O.TIMING, 'It is as old as polled metrics usually are'),
    _C.PUBLISHED_DAILY: (_S.TIMING, _O.TIMING, 'AWS publishes it rarely, and dated back'),
    _C.SCP_DENIES: (_S.SCP, _O.PERMISSION, 'A policy of the organization denies the calls in the region'),
    _C.NOT_FOUND: (None, _O.UNKNOWN, 'No step fails, or what failed could not be looked at'),
}
"""The step that finds it, the answer, and the cause as a sentence. For each of MissingCause."""
