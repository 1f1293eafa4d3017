"""What each verdict of `metrics reconcile` is called in a sentence, and what to do then."""

from ...rules.reconciling import Verdict

WORDS = {
    Verdict.EQUAL: 'both sides have the same values',
    Verdict.PER_SECOND: "Datadog has CloudWatch's {statistic} for each second: divided by 60",
    Verdict.PER_PERIOD: "Datadog has CloudWatch's {statistic} divided by {factor:g}",
    Verdict.OTHER_STATISTIC: 'Datadog has another statistic than {expected}: {statistic}{divided}',
    Verdict.OTHER_DIMENSIONS: 'Datadog combines other series than the one of these dimensions',
    Verdict.OTHER_SCOPE: 'a tag makes the difference: {words}',
    Verdict.SHIFTED: 'the same values, {shift}',
    Verdict.FIVE_MINUTE_SOURCE: 'the values in Datadog are those of five minutes: {words}',
    Verdict.DOUBLED: '{words}, {when}',
    Verdict.SPARSE: 'the sides agree where both have values, which is in few minutes',
    Verdict.NO_OVERLAP: 'there is nothing to compare: {missing}',
    Verdict.INCOMPARABLE: 'the sides cannot be compared: {missing}',
    Verdict.UNKNOWN: 'no verdict: {missing}',
}
REMEDIES = {
    Verdict.PER_SECOND: (
        'nothing is wrong: Datadog stores this metric as a rate; the query above shows the sum of each minute'
    ),
    Verdict.PER_PERIOD: 'nothing is wrong: multiply by the seconds of the period, as the query above does',
    Verdict.OTHER_STATISTIC: 'compare with this statistic in CloudWatch, or take the name in Datadog that says yours',
    Verdict.OTHER_DIMENSIONS: (
        'ask Datadog for the series of one set of dimensions, as the query above does; do not add up sets that overlap'
    ),
    Verdict.OTHER_SCOPE: 'change the scope of the query in Datadog, as in the query above',
    Verdict.SHIFTED: 'allow for the shift where single minutes are compared; a monitor needs an evaluation delay',
    Verdict.FIVE_MINUTE_SOURCE: (
        'compare with a Period of 300 s and a roll-up of 300 s; for values of a minute turn on detailed monitoring '
        'where the service has it'
    ),
    Verdict.DOUBLED: (
        'wait, and do not change the configuration, if a metric stream was started in these minutes: Datadog stops '
        'polling the namespace by itself; otherwise look for a second integration of the same account'
    ),
    Verdict.SPARSE: 'nothing is missing: compare with a Period of 300 s, or only where CloudWatch has values',
    Verdict.NO_OVERLAP: (
        'ask why the metric is missing: aws-diagnostics metrics why, with the same name, dimensions and region'
    ),
}
"""What to do; without an entry there is nothing, or nobody knows."""
