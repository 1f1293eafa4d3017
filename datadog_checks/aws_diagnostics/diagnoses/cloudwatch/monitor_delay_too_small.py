"""Monitors that evaluate metrics of CloudWatch before their values have arrived.

Judged by what was measured of a watched metric, and for other metrics by Datadog's recommendation. A delay that the
editor of a monitor shows is not in force before the monitor is saved. Monitors over many hours are left alone: what the
last minutes lack weighs little there.
"""

from collections.abc import Sequence
from typing import NamedTuple

from ...expectations import Expectations
from ...facts import Facts, observed
from ...facts.account import Feature
from ...facts.account.lag import AwsMonitor, Lag
from ...facts.observed import Unobserved
from ...facts.values import DatadogMetric
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Command, Language, Remedy, Step, Variable, new_file, sequence, shell
from ...rules.lag import HOUR, MINUTE
from ...text import clean, counted, listed
from ..account_remedies import curl
from .lags import NOTHING_WATCHED, Measured, again, lag_of, measured_delays

ID = 'monitor-delay-too-small'
RECOMMENDED = 900
"""Seconds: "Evaluation delay" in https://docs.datadoghq.com/monitors/configuration/?tab=thresholdalert."""
DELAY_GUIDE = 'https://docs.datadoghq.com/integrations/guide/cloud-metric-delay/'
LONGEST_ADVISED = 1800
"""Seconds: a longer delay would hide that the crawler is late."""
SHORT_WINDOW = 4 * HOUR
LONGEST_NAME = 40
MOST_TOLD = 2
"""Monitors that evidence describes."""
MONITORS = '/api/v1/monitor'
BEFORE = 'monitor-before.json'
MONITOR_ID = Variable('MONITOR_ID')


class TooSmall(NamedTuple):
    monitor: AwsMonitor
    metric: DatadogMetric
    needed: int
    """Seconds."""
    samples: int
    """0 where nothing was measured, so that it is the recommendation."""
    again: int
    """The same as `needed`, without the worst sample."""


ADVICE = Measured(RECOMMENDED, 0, RECOMMENDED)


def judge(facts: Facts, expected: Expectations) -> Verdict:
    lag = lag_of(facts)
    if not lag.metrics:
        return NOTHING_WATCHED
    if lag.monitors is None:
        return NotApplicable('Datadog was not asked for monitors: it needs both an API key and an application key')
    monitors = observed(lag.monitors)
    found = _too_small(lag)
    if found:
        return Failed(_told(found), headline='' if found[0].samples else RECOMMENDATION_MISSED)
    if not lag.all_monitors:
        return Unknown(f'{counted(len(monitors), "monitor")} looked at, but not all of them could be read')
    if reason := _streams_unknown(lag):
        return Unknown(f'whether metric streams are in use, for which no delay is recommended, is not known: {reason}')
    judged = sum(bool(_wanted(monitor, lag)) for monitor in monitors)
    others = f'; {len(monitors) - judged} more not judged' if judged < len(monitors) else ''
    return Passed(f'none of {counted(judged, "monitor")} on metrics of CloudWatch evaluates them too early{others}')


RECOMMENDATION_MISSED = 'Monitors wait less for metrics of CloudWatch than Datadog recommends'


def _streams_unknown(lag: Lag) -> str:
    """Why it is not known whether what the recommendation is for is in use, where a monitor would be judged by it."""
    reasons = [metric.carried_by.reason for metric in lag.metrics if isinstance(metric.carried_by, Unobserved)]
    known = () if lag.monitors is None or isinstance(lag.monitors, Unobserved) else lag.monitors
    measured = measured_delays(lag)
    others = any(m not in measured for each in known if each.window < SHORT_WINDOW for m in each.metrics)
    return reasons[0] if reasons and others else ''


def _too_small(lag: Lag) -> list[TooSmall]:
    """Those below what was measured first, each monitor once."""
    monitors = () if lag.monitors is None or isinstance(lag.monitors, Unobserved) else lag.monitors
    found = [worst for monitor in monitors if (worst := _worst(monitor, _wanted(monitor, lag)))]
    return sorted(found, key=lambda each: (not each.samples, each.monitor.id))


def _worst(monitor: AwsMonitor, wanted: Sequence[TooSmall]) -> TooSmall | None:
    """For one that waits as long as is recommended, a single slow crawl in a week is no reason to wait longer."""
    waits = monitor.evaluation_delay >= RECOMMENDED
    wrong = [each for each in wanted if monitor.evaluation_delay < (each.again if waits else each.needed)]
    return min(wrong, key=lambda each: (not each.samples, -each.needed), default=None)


def _wanted(monitor: AwsMonitor, lag: Lag) -> list[TooSmall]:
    """What each of its metrics needs. The recommendation is for polling: not for a metric that a stream carries, nor
    where watched metrics are streamed, as other regions may have streams too, or where that is not known."""
    measured = measured_delays(lag)
    streams = any(metric.carried_by for metric in lag.metrics)
    if monitor.window >= SHORT_WINDOW:
        return []
    return [
        TooSmall(monitor, metric, *measured.get(metric, ADVICE))
        for metric in monitor.metrics
        if metric in measured or not (streams or metric in monitor.streamed)
    ]


def _told(found: Sequence[TooSmall]) -> str:
    more = len(found) - MOST_TOLD
    return '; '.join((*map(_one, found[:MOST_TOLD]), *((counted(more, 'more monitor'),) if more > 0 else ())))


def _one(each: TooSmall) -> str:
    monitor = each.monitor
    delay = f'a delay of {monitor.evaluation_delay} s' if monitor.evaluation_delay else 'no evaluation delay'
    why = (
        f'took up to {each.needed} s in {each.samples} samples' if each.samples else f'{RECOMMENDED} s are recommended'
    )
    return f"'{clean(monitor.name, LONGEST_NAME)}' ({monitor.id}) has {delay}, and {each.metric} {why}"


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    lag = facts.of_account.lag
    found = [] if isinstance(lag, Unobserved) else _too_small(lag)
    needed = max((each.needed for each in found), default=RECOMMENDED)
    seconds = min(max(needed, RECOMMENDED), LONGEST_ADVISED)
    ids = listed(str(each.monitor.id) for each in found)
    which = f'{"monitor" if len(found) == 1 else "monitors"} {ids}' if found else 'the monitor'
    word = str(found[0].monitor.id) if len(found) == 1 else MONITOR_ID
    saved, changed = _request(expected, word, seconds)
    later = f'you to alerts that come {seconds // MINUTE} minutes later than the values say'
    return Remedy(
        f'Give {which} an evaluation delay of {seconds} s',
        (
            Choice(
                f'In Datadog, edit the monitor, open its advanced options, set the evaluation delay to {seconds} '
                'seconds, and save it: the value takes effect only when saved',
                exposes=later,
                undo=Step('Set the previous delay in the same place, and save it'),
            ),
            Choice(
                f'With the Datadog API and jq: save the monitor to {BEFORE}, edit its options and send them back',
                (sequence(new_file(BEFORE), saved, changed),),
                exposes=later,
                undo=Step('Send the saved options back', (_put(expected, word, '{options}'),)),
            ),
            Choice(
                'In Terraform, in datadog_monitor',
                (Command(f'evaluation_delay = {seconds}', Language.HCL),),
                exposes=later,
                undo=Step('Apply the previous configuration'),
            ),
        ),
        (again(expected, 'Run the check again'),),
    )


def _request(expected: Expectations, monitor: str | Variable, seconds: int) -> tuple[Command, Command]:
    saved = curl(expected, (f'{MONITORS}/', monitor), '--output', BEFORE)
    return saved, _put(expected, monitor, f'.options.evaluation_delay = {seconds} | {{options}}')


def _put(expected: Expectations, monitor: str | Variable, edit: str) -> Command:
    sent = ('--request', 'PUT', '--header', 'Content-Type: application/json', '--data', '@-')
    return Command(f'{shell("jq", edit, BEFORE).text} |\n  {curl(expected, (f"{MONITORS}/", monitor), *sent).text}')


def _wait_as_recommended(facts: Facts, _: str) -> bool:
    """Then the delay of the metrics is the fault, and not that of the monitors."""
    return all(each.monitor.evaluation_delay >= RECOMMENDED for each in _too_small(lag_of(facts)))


MONITOR_DELAY_TOO_SMALL = Diagnosis(
    id=ID,
    title='Monitors evaluate metrics of CloudWatch before their values arrive',
    scope=Scope.ACCOUNT,
    feature=Feature.METRICS,
    service_check='metric_collection',
    severity=Status.WARNING,
    tests=(
        "Where `watched_metrics` has entries, compares the evaluation delay of all monitors on CloudWatch's metrics "
        'with the delay that was measured of the metric, else with the recommended 900 seconds. Monitors over four '
        'hours or more, of other accounts, that shift time themselves, and queries that cannot be read are left out.'
    ),
    harm='Such a monitor sees the newest minutes without values: it flaps, reports no data, or sees a part of a sum.',
    docs=DELAY_GUIDE,
    judge=judge,
    remedy=remedy,
    after=('cloudwatch-metrics-delayed',),
    can_explain=_wait_as_recommended,
)
