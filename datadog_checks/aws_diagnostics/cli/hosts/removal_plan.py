"""What a removal of lingering tags would do: one reading of Datadog's host list, beside what earlier looks saw."""

import json
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from ...collect.datadog_metrics import DatadogMetrics
from ...collect.inventory_rows import Row
from ...collect.run import Deadline, or_why
from ...collect.tagged_hosts import WholeList, tagged_host
from ...facts import Unobserved
from ...facts.account import TaggedHost
from ...facts.account.tag_users import TagUsers
from ...facts.values import AccountId
from ...rules.lingering import left_behind
from ...rules.removal import LATELY, LEAST_APART, OLDEST, Look, has_no_record, seen_once, vanished_lately
from ..codec import Json
from ..document import about, iso_time
from ..files import PrivateFile, beginning_of
from .asked import DatadogOrganization
from .lists import JsonRows
from .seen_in import LINGERING_TAGS, Seen, read_seen

COLUMNS = ('name', 'instance_id', 'account', 'removable', 'seen_at')
"""Of the file in which a look is remembered."""
MOST_TAGS = 5000
"""Different ones that would go, of which is looked up what goes by them."""


@dataclass(slots=True)
class Plan:
    look: Look
    remove: list[TaggedHost] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    """Names, and why their tags stay."""
    removable: list[TaggedHost] = field(default_factory=list)
    """By this reading alone: what another look counts as the earlier one."""
    lost: Counter[str] = field(default_factory=Counter)
    """Tags that would go, each with the number of hosts; not those that the host has from another source too."""
    users: TagUsers | None = None
    """What goes by the tags that would go; None where none would."""
    total: int = 0
    note: str = ''
    """Why the list was not read to its end."""

    def without(self, done: Collection[str]) -> list[TaggedHost]:
        """Takes the hosts out that an earlier run removed the tags of: the host list can be hours old."""
        taken = [host for host in self.remove if host.name in done]
        self.remove = [host for host in self.remove if host.name not in done]
        return taken


class EarlierLooks:
    """The file that --seen-in names, and what earlier runs with the same backup saw."""

    def __init__(self, own: Path, given: Path | None) -> None:
        """Raises Failure, also where `own` could not be written afterwards."""
        self._seen: list[Seen] = [read_seen(given)] if given else []
        self._file = PrivateFile(
            own, '--backup', _is_a_list, 'it exists and is not what an earlier run saw: choose another name'
        )
        self._file.refuse_to_overwrite()
        self._own = read_seen(own, '--backup') if own.exists() else None
        self._seen += [self._own] if self._own else []

    def of(self, host: TaggedHost, now: float) -> float | None:
        """When the host was seen before, at a time that counts if there is one; None where it was not."""
        times = [at for seen in self._seen if (since := seen.since(host)) is not None for at in (since, seen.time)]
        fitting = [at for at in times if LEAST_APART <= now - at <= OLDEST]
        return max(fitting, default=max(times, default=None))

    def remember(self, removable: Sequence[TaggedHost], now: float) -> None:
        """As `hosts lingering-tags --json` prints it, with when each host was seen first. Raises Failure."""
        self._file.refuse_to_overwrite()
        with self._file.replacing() as opened:
            rows = JsonRows(LINGERING_TAGS, 'hosts', COLUMNS, opened)
            for host in removable:
                rows.add(self._row(host, now))
            rows.end(time=iso_time(now))

    def _row(self, host: TaggedHost, now: float) -> Mapping[str, Json]:
        since = self._own.since(host) if self._own else None
        return {
            'name': host.name,
            'instance_id': host.instance_id,
            'account': host.account_id,
            'removable': True,
            'seen_at': iso_time(now if since is None else since),
        }


def _is_a_list(path: Path) -> bool:
    return beginning_of(path, 2000).startswith(json.dumps(about(LINGERING_TAGS))[:20].encode())


class Planner:
    def __init__(
        self, organization: DatadogOrganization, looks: EarlierLooks, was_removed: Sequence[AccountId]
    ) -> None:
        self._organization = organization
        self._looks = looks
        self._was_removed = was_removed

    def plan(self, rows: WholeList, deadline: Deadline) -> Plan:
        """Raises RequestFailed, DeadlineExceeded, and UsageError for an account that was not removed."""
        recorded = self._organization.recorded(deadline)
        for account_id in self._was_removed:
            if not has_no_record(account_id, recorded):
                raise click.UsageError(f'--account-was-removed {account_id}: Datadog has an integration with it')
        plan = Plan(Look(time.time(), recorded, {}))
        reporting, lost = set[AccountId](), dict[AccountId | None, Counter[str]]()
        for row in rows.rows():
            if row.aws_reports:
                reporting.update(row.accounts)
            elif row.aws_tags and row.has_agent:
                self._sort(row, plan, lost)
        plan.total, plan.note = rows.total, rows.note
        accounts = sorted({host.account_id for host in plan.remove if host.account_id})
        unrecorded = [account_id for account_id in accounts if has_no_record(account_id, recorded)]
        vanished = {account_id: self._vanished(account_id, reporting, deadline) for account_id in unrecorded}
        return _without(plan, vanished, lost)

    def _sort(self, row: Row, plan: Plan, lost: dict[AccountId | None, Counter[str]]) -> None:
        """Whether its account vanished lately is asked when all of the list is read."""
        host = tagged_host(row)
        left = left_behind(host, plan.look.recorded)
        if left is None:
            return
        if left.removable:
            plan.removable.append(host)
        why = left.why_not or seen_once(plan.look.now, self._looks.of(host, plan.look.now))
        if why:
            plan.skipped.append((host.name, why))
            return
        plan.remove.append(host)
        tags = lost.setdefault(host.account_id, Counter())
        own = (tag for tag in dict.fromkeys(row.aws_tags) if tag not in row.other_tags)
        tags.update(tag for tag in own if tag in tags or len(tags) < MOST_TAGS)

    def _vanished(self, account_id: AccountId, reporting: set[AccountId], deadline: Deadline) -> str:
        if account_id in self._was_removed:
            return ''
        since = int(time.time() - LATELY)
        tag = f'aws_account:{account_id}'
        active = or_why(lambda: DatadogMetrics(self._organization.api(deadline), deadline).active([tag], since))
        if isinstance(active, Unobserved):
            return f'not known whether the integration with account {account_id} vanished lately: {active.reason}'
        return vanished_lately(account_id, reporting, active)


def _without(plan: Plan, vanished: Mapping[AccountId, str], lost: Mapping[AccountId | None, Counter[str]]) -> Plan:
    """The plan without the hosts of accounts that vanished lately."""
    stay = {account_id: why for account_id, why in vanished.items() if why}
    plan.look = replace(plan.look, vanished=vanished)
    plan.skipped += [(host.name, stay[host.account_id]) for host in plan.remove if host.account_id in stay]
    plan.remove = [host for host in plan.remove if host.account_id not in stay]
    for account_id, tags in lost.items():
        if account_id not in stay:
            plan.lost += tags
    return plan


def by_reason(plan: Plan) -> Iterator[tuple[str, str, int, list[str]]]:
    """Account, why nothing collects its hosts, how many lose their tags, and a few of their names."""
    groups: dict[tuple[str, str], list[str]] = {}
    for host in plan.remove:
        left = left_behind(host, plan.look.recorded)
        groups.setdefault((host.account_id or '', left.reason if left else ''), []).append(host.name)
    for (account_id, reason), names in sorted(groups.items(), key=lambda item: -len(item[1])):
        yield account_id, reason, len(names), names[:3]
