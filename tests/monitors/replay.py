"""What a monitor notifies of over time, as Datadog's documentation describes it.

Its pages are monitors/configuration, and the options of a monitor in the API reference.

A group that was not seen for 24 hours is new: it is evaluated after `new_group_delay`, and forgotten after 24 hours
without data. Without data a metric monitor does what `on_missing_data` says; a service check monitor keeps its state.
`timeout_h` resolves what has had no data for so long. One evaluation every five minutes stands for one every minute.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from operator import ge, gt, le, lt
from statistics import fmean
from typing import NamedTuple

from datadog_checks.aws_diagnostics.findings import Status
from tests.asset_lint.mutations import shipped
from tools.asset_lint.monitor import Monitor, read_monitor
from tools.asset_lint.queries import MetricMonitor, minutes, parsed

from .evaluation import Group, Query, Reading
from .series import Sent

DAY = 24 * 60
EVERY = 5
REDUCED: Mapping[str, Callable[[Sequence[float]], float]] = {'avg': fmean, 'max': max, 'min': min, 'sum': sum}
BEYOND = {'>': gt, '>=': ge, '<': lt, '<=': le}
EXPECTED = Reading()
READINGS = {
    'as one would expect': Reading(),
    'nothing looks back': Reading(looks_back=False),
    'zero of nothing is nothing, and runs are those among the last': Reading(zero_of_nothing=False, in_a_row=False),
}
WORST = ('ok', 'unknown', 'no data', 'warning', 'alert')


class Notification(NamedTuple):
    minute: int
    about: Group
    """The values of the tags that the monitor notifies by."""
    state: str
    """One of WORST; 'ok' is a recovery."""
    value: float | None = None
    """Of a metric monitor: of the group with the worst state."""


@dataclass(slots=True)
class GroupState:
    since: int
    """When it was first seen."""
    seen: int
    state: str = 'ok'
    value: float | None = None


@dataclass
class Replay:
    monitor: Monitor
    notified: list[Notification] = field(default_factory=list)
    groups: dict[Group, GroupState] = field(default_factory=dict)
    told: dict[Group, tuple[str, int]] = field(default_factory=dict)

    def evaluate(self, now: int, found: Mapping[Group, tuple[str | None, float | None]]) -> None:
        """`found` is of each group with data: its state, None where it stays as it is, and its value."""
        for group, (state, value) in found.items():
            known = self.groups.setdefault(group, GroupState(now, now))
            known.seen = now
            delay = (self.monitor.options.get('new_group_delay') or 0) if self.monitor.by else 0
            if (now - known.since) * 60 >= delay:
                known.state, known.value = state or known.state, value
        for group in [*self.groups]:
            if group not in found:
                self._without_data(group, now)
        self._notify(now)

    def _without_data(self, group: Group, now: int) -> None:
        known, options = self.groups[group], self.monitor.options
        silent = now - known.seen
        missing = options.get('on_missing_data')
        if missing == 'resolve' or silent >= 60 * (options.get('timeout_h') or DAY):
            known.state = 'ok'
        elif missing == 'show_and_notify_no_data' or (
            options.get('notify_no_data') and silent >= options['no_data_timeframe']
        ):
            known.state = 'no data'
        if silent >= DAY and self.monitor.by:
            del self.groups[group]

    def _notify(self, now: int) -> None:
        worst: dict[Group, GroupState] = {}
        for group, known in self.groups.items():
            tags = dict(zip(self.monitor.by, group, strict=True))
            about = tuple(tags[tag] for tag in self.monitor.notified_by if tag in tags)
            if about not in worst or WORST.index(known.state) > WORST.index(worst[about].state):
                worst[about] = known
        again = self.monitor.options.get('renotify_interval') or 0
        for about, known in worst.items():
            before, then = self.told.get(about, ('ok', now))
            if known.state != before or (again and known.state == 'alert' and now - then >= again):
                self.notified.append(Notification(now, about, known.state, known.value))
                self.told[about] = (known.state, now)
        self.told = {about: told for about, told in self.told.items() if about in worst}


def monitor(name: str) -> Monitor:
    """As it is shipped."""
    return read_monitor(shipped(name)['definition'])


def replay(watching: Monitor, sent: Sent, end: int, reading: Reading = EXPECTED, begin: int = 0) -> list[Notification]:
    """Everything that is notified from minute `begin` until `end`."""
    run = Replay(watching)
    found = _of_metrics if isinstance(watching.query, MetricMonitor) else _of_checks
    for now, groups in found(watching, sent, range(begin, end + 1, EVERY), reading):
        run.evaluate(now, groups)
    return run.notified


Found = Iterator[tuple[int, dict[Group, tuple[str | None, float | None]]]]


def _of_metrics(monitor: Monitor, sent: Sent, times: Sequence[int], reading: Reading) -> Found:
    asked = monitor.query
    assert isinstance(asked, MetricMonitor)
    tree = parsed(monitor.definition['query'], 'monitor').children[1]
    query = Query(tree, sent, times[-1] + 1, reading)  # type: ignore[arg-type]
    window, delay = minutes(asked.window), (monitor.options.get('evaluation_delay') or 0) // 60

    def values(now: int) -> dict[Group, float]:
        rows = query.window(now - window, now) if now > 0 else {}
        return {g: REDUCED[asked.aggregator]([v for v in row if v is not None]) for g, row in rows.items()}

    for now in times:
        found = values(now - delay)
        if asked.change:
            before = values(now - delay - minutes(asked.shift))
            found = {group: value - before[group] for group, value in found.items() if group in before}
        yield now, {group: (_state(monitor, asked, value), value) for group, value in found.items()}


def _state(monitor: Monitor, asked: MetricMonitor, value: float) -> str:
    beyond = BEYOND[asked.comparator]
    if beyond(value, asked.threshold):
        return 'alert'
    return 'warning' if 'warning' in monitor.thresholds and beyond(value, monitor.thresholds['warning']) else 'ok'


def _of_checks(monitor: Monitor, sent: Sent, times: Sequence[int], reading: Reading) -> Found:
    runs: dict[Group, list[tuple[int, int]]] = {}
    for series in sent.checks:
        if series.name == monitor.watched[0] and all(tag in series.tags for tag in monitor.by):
            group = tuple(series.tags[tag] for tag in monitor.by)
            runs.setdefault(group, []).extend((minute, int(status)) for minute, status in series.points.items())
    ordered = {group: sorted(found) for group, found in runs.items()}
    for before, now in zip((times[0] - EVERY, *times), times, strict=False):
        fresh = {g: [s for m, s in found if m <= now] for g, found in ordered.items() if _ran(found, before, now)}
        yield now, {group: (_status(monitor, found, reading), None) for group, found in fresh.items()}


def _ran(found: Sequence[tuple[int, int]], before: int, now: int) -> bool:
    """Whether a run is not older than the interval of the check: a group without one has no data."""
    return any(before < minute <= now for minute, _ in found)


def _status(monitor: Monitor, statuses: Sequence[int], reading: Reading) -> str | None:
    last = statuses[-monitor.query.last :]  # type: ignore[union-attr]
    for status, threshold, state in (
        (Status.CRITICAL, 'critical', 'alert'),
        (Status.WARNING, 'warning', 'warning'),
        (Status.OK, 'ok', 'ok'),
    ):
        row = [*takewhile(int(status).__eq__, reversed(last))]
        count = len(row) if reading.in_a_row else last.count(int(status))
        if count >= monitor.thresholds.get(threshold, 1):
            return state
    return None


def final_states(notified: Sequence[Notification]) -> dict[Group, str]:
    """What each notification group was last told, where that is not a recovery."""
    last = {found.about: found.state for found in notified}
    return {about: state for about, state in last.items() if state != 'ok'}
