"""Instances with several rows for a person: the causes in words, how to fix each, and the table."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...collect.tagged_hosts import WholeList
from ...facts import Unobserved
from ...facts.account import HostRow, Unmatched
from ...findings import Status
from ...rules.duplicates import Age, Cause, Duplicate, names_of
from ...text import counted, listed
from ..options import Display
from ..page import BLANK, Line, Wrap
from ..report import verdict
from .lists import unread
from .seen_in import Earlier

Explained = tuple[Duplicate, str]
"""With its fix; '' for none."""
LOOK_AGAIN = (
    'Datadog merges the rows of a new host within hours. What stays is known after a second look: save what --json '
    'prints now, and name the file with --seen-in some hours later.'
)
SHOWN = 3
"""Instances of each cause."""
GOES = {True: 'goes away by itself', False: 'stays', None: 'not known whether it stays'}
WORDS = {
    Cause.SET_BY_HAND: 'the hostname was set by hand',
    Cause.OS_NAME: 'the Agent reports the hostname of its operating system',
    Cause.DEFAULT_NAME: 'the Agent reports a default name of EC2',
    Cause.WINDOWS_NAME: 'the Agent reports a default name of Windows on EC2',
    Cause.NODE_NAME: 'the Agent reports the name of a Kubernetes node',
    Cause.STOPPED: 'the Agent of one row has stopped',
    Cause.RENAMED: 'the host was renamed',
    Cause.AWS_ROW_LEFT: 'the AWS integration does not report its row any more',
    Cause.TWO_AGENTS: 'two Agents report the instance',
    Cause.SHARED_NAME: 'several instances report one name',
    Cause.NOT_KNOWN: 'the cause is not known',
}


FIND_OUT = (
    'Run `aws-diagnostics check` in the Agent of this host: it tells what keeps it from reporting the instance id'
)
ALIAS = 'Keep the hostname and add the instance id to host_aliases in datadog.yaml, then restart the Agent'
FIXES: Mapping[Cause, str] = {
    Cause.SET_BY_HAND: f'{ALIAS}; or remove hostname from datadog.yaml and DD_HOSTNAME from its environment',
    Cause.OS_NAME: ALIAS,
    Cause.DEFAULT_NAME: FIND_OUT,
    Cause.WINDOWS_NAME: f'Set ec2_use_windows_prefix_detection to true and restart the Agent. Or: {ALIAS}',
    Cause.NODE_NAME: FIND_OUT,
    Cause.TWO_AGENTS: 'Run one Agent on the instance',
    Cause.SHARED_NAME: 'Let each Agent have a name of its own: remove hostname from the datadog.yaml that they share',
    Cause.NOT_KNOWN: FIND_OUT,
}
SUPPORT = 'Its Agent already reports the instance id: ask Datadog Support why the rows are not merged'
WAIT = (
    'Wait: its Agent already reports the instance id, and Datadog merges such rows within hours. If both stay, ask '
    'Datadog Support'
)


@dataclass(slots=True)
class Found:
    patience: float
    """Seconds that Datadog may take to merge two rows."""
    earlier: Earlier | None
    duplicates: list[Explained] = field(default_factory=list)
    """Each with its fix."""
    unmatched: Unmatched | None = None
    looked_at: int = 0
    total: int = 0
    note: str = ''

    def age(self, instance_id: str, rows: Sequence[HostRow]) -> Age:
        if self.earlier is None:
            return Age()
        return self.earlier.age(instance_id, names_of(rows), time.time(), self.patience)

    def add(self, found: Duplicate | None, rows: Sequence[HostRow]) -> None:
        if found is not None:
            self.duplicates.append((found, fix_of(found, rows)))

    def take(self, answer: Unobserved | None, hosts: WholeList) -> None:
        self.looked_at, self.total = hosts.looked_at, hosts.total
        self.note = hosts.note if answer is None else answer.reason

    @property
    def staying(self) -> int:
        """Those that do not go away by themselves, as far as is known."""
        return sum(found.why.goes_away is not True for found, _ in self.duplicates)

    @property
    def status(self) -> Status:
        if self.staying:
            return Status.WARNING
        return Status.UNKNOWN if self.note or self.unmatched else Status.OK


def fix_of(found: Duplicate, rows: Sequence[HostRow]) -> str:
    """'' where it goes away by itself."""
    if found.why.goes_away:
        return ''
    if found.why.cause in (Cause.SET_BY_HAND, Cause.OS_NAME) and any(row.has_agent and row.by_alias for row in rows):
        return WAIT if found.why.goes_away is None else SUPPORT
    return FIXES.get(found.why.cause, '')


def report(found: Found, display: Display) -> Iterator[Line]:
    yield first_line(found)
    groups: dict[Cause, list[Explained]] = {}
    for each in found.duplicates:
        groups.setdefault(each[0].why.cause, []).append(each)
    for cause, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        yield BLANK
        yield from _group(cause, group, display)
    if any(each.why.goes_away is None for each, _ in found.duplicates):
        yield BLANK
        yield Line(LOOK_AGAIN)
    if found.unmatched is not None:
        yield BLANK
        yield Line(may_be(found.unmatched), 'may be  ')


def first_line(found: Found) -> Line:
    going = len(found.duplicates) - found.staying
    themselves = f'; {going} more {"goes away by itself" if going == 1 else "go away by themselves"}' if going else ''
    more = f'{themselves}{unread(found.looked_at, found.total, found.note)}'
    if found.staying:
        subject = f'{"at least " if found.note else ""}{counted(found.staying, "EC2 instance")}'
        return verdict(found.status, subject, f'in the list of {counted(found.total, "host")} more than once{more}')
    if not found.looked_at and found.note:
        return verdict(found.status, 'host list', f'it could not be read: {found.note}')
    if found.unmatched is not None:
        more = f'; {may_be(found.unmatched)}{more}'
    return verdict(found.status, counted(found.looked_at, 'host'), f'no EC2 instance is in the list twice{more}')


def may_be(rows: Unmatched) -> str:
    names = f' (such as {listed(rows.names, longest=80)})' if rows.names else ''
    instances, agents = counted(rows.instances, 'EC2 instance'), counted(rows.agents, 'Agent')
    return f'{instances} without an Agent and {agents}{names} without an instance id may be the same hosts'


def _group(cause: Cause, group: Sequence[Explained], display: Display) -> Iterator[Line]:
    goes = Counter(each.why.goes_away for each, _ in group)
    told = ', '.join(f'{count} {GOES[known]}' if len(goes) > 1 else GOES[known] for known, count in goes.items())
    yield Line(f'{WORDS[cause]} ({told})', f'{len(group):>6}  ')
    for each, _ in group if display.verbose else group[:SHOWN]:
        lead = f'        {each.instance_id or "several"}  '
        names = ' and '.join(name for name in each.names if name != each.instance_id)
        yield Line(f'{names}: {each.why.evidence}', lead, wrap=Wrap.ON_A_TERMINAL)
    if len(group) > SHOWN and not display.verbose:
        yield Line(f'        and {len(group) - SHOWN} more, which -v shows')
    for fix in dict.fromkeys(fix for _, fix in group if fix):
        yield Line(fix, '        fix  ')
