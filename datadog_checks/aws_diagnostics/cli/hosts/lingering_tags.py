"""`hosts lingering-tags`: every host that keeps tags of an AWS integration although nothing collects it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import click

from ...collect.run import Deadline, or_why
from ...collect.tagged_hosts import WholeList, tagged_hosts
from ...facts import Unobserved
from ...facts.account import TaggedHost
from ...findings import Status
from ...remedies import shell
from ...rules.lingering import Left, left_behind
from ...text import counted, listed
from ..codec import Json
from ..options import ENDINGS, Display, display_options
from ..page import BLANK, Line, Wrap
from ..report import verdict
from .asked import DatadogOrganization, organization_options
from .lists import LONGEST_RUN, Rows, csv_option, noted, rows_of, show, unread, whole_list
from .seen_in import LINGERING_TAGS

COLUMNS = ('name', 'instance_id', 'account', 'region', 'tags', 'reason', 'removable', 'why_not')
SHOWN = 3
"""Hosts that a row of the table names."""
MOST_ROWS = 50
"""Of the table; -v shows all."""
HEAD = f'{"hosts":>8} {"removable":>10} {"silent":>7}  why nothing updates their tags'
TAGS = 'tags from Amazon Web Services'


@click.command(
    name='lingering-tags',
    epilog='Exit status: 0 no host keeps such tags; 1 some do; 3 not known, as the list could not be read to its end, '
    f'or nothing tells whether a host is collected. {ENDINGS}',
)
@csv_option
@organization_options
@display_options
def lingering_tags(as_csv: bool, organization: DatadogOrganization, display: Display) -> int:
    """Which hosts keep tags of the source Amazon Web Services although no integration collects them?

    Reads the host list of the last three hours, and Datadog's record of every account. Nothing is changed. What --json
    prints is what `hosts remove-lingering-tags --seen-in` reads.
    """
    rows = rows_of(LINGERING_TAGS, 'hosts', display, COLUMNS, as_csv=as_csv, in_csv=('goes_away',))
    deadline, found = Deadline(LONGEST_RUN), Found(keeps_rows=display.verbose)
    with whole_list(organization, deadline, display, streams=as_csv or display.as_json) as hosts:
        found.take(or_why(lambda: _look(organization, deadline, hosts, rows, found)), hosts)
    rows.end(total=found.total, **noted(found.note))
    return show(found.status, report(found, organization), display, as_csv=as_csv)


def _look(organization: DatadogOrganization, deadline: Deadline, hosts: WholeList, rows: Rows, found: 'Found') -> None:
    """Raises RequestFailed, DeadlineExceeded."""
    recorded = organization.recorded(deadline)
    for host in tagged_hosts(hosts.rows()):
        left = left_behind(host, recorded)
        if left is not None:
            found.add(host, left)
            rows.add(row(host, left))


def row(host: TaggedHost, left: Left) -> dict[str, Json]:
    return {
        'name': host.name,
        'instance_id': host.instance_id,
        'account': host.account_id,
        'region': host.region,
        'tags': host.tags,
        'reason': left.reason,
        'removable': left.removable,
        'why_not': left.why_not or None,
        'goes_away': left.goes_away,
    }


@dataclass(slots=True)
class Group:
    """Hosts of one account that stay behind for one reason."""

    hosts: int = 0
    removable: int = 0
    silent: int = 0
    """Whose Agents do not report."""
    names: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Found:
    """Of all hosts, what the table shows."""

    keeps_rows: bool
    groups: dict[tuple[str, str, bool], Group] = field(default_factory=dict)
    """By account, reason, and whether it is known that nothing collects them."""
    rows: list[tuple[TaggedHost, Left]] = field(default_factory=list)
    looked_at: int = 0
    total: int = 0
    note: str = ''

    def add(self, host: TaggedHost, left: Left) -> None:
        group = self.groups.setdefault((host.account_id or '', left.reason, left.known), Group())
        group.hosts += 1
        group.removable += left.removable
        group.silent += left.goes_away is True
        if len(group.names) < SHOWN:
            group.names.append(host.name)
        if self.keeps_rows:
            self.rows.append((host, left))

    def take(self, answer: Unobserved | None, hosts: WholeList) -> None:
        self.looked_at, self.total = hosts.looked_at, hosts.total
        self.note = hosts.note if answer is None else answer.reason

    def count(self, *, known: bool) -> int:
        return sum(group.hosts for key, group in self.groups.items() if key[2] is known)

    @property
    def removable(self) -> int:
        return sum(group.removable for group in self.groups.values())

    @property
    def status(self) -> Status:
        if self.count(known=True):
            return Status.WARNING
        return Status.UNKNOWN if self.note or self.groups else Status.OK


def report(found: Found, organization: DatadogOrganization) -> Iterator[Line]:
    yield first_line(found)
    if not found.groups:
        return
    yield BLANK
    yield from _table(found)
    yield BLANK
    yield from _what_to_do(found, organization)
    yield from [BLANK] if found.rows else []
    for host, left in found.rows:
        where = ' '.join(filter(None, (host.instance_id, host.account_id, host.region)))
        yield Line(
            f'{where or "-"}, {counted(host.tags, "tag")}: {_why(left)}', f'{host.name}  ', wrap=Wrap.ON_A_TERMINAL
        )


def first_line(found: Found) -> Line:
    lingering, not_known = found.count(known=True), found.count(known=False)
    more = unread(found.looked_at, found.total, found.note)
    if lingering:
        some = f'{"at least " if found.note else ""}{lingering} of {counted(found.total, "host")}'
        return verdict(found.status, some, f'{TAGS} that nothing updates; {found.removable} can be removed{more}')
    if not_known:
        what = f'{TAGS}, and nothing tells whether they are updated'
        return verdict(found.status, counted(not_known, 'host'), f'{what}{more}')
    if found.note and not found.looked_at:
        return verdict(found.status, 'host list', f'it could not be read: {found.note}')
    return verdict(found.status, counted(found.looked_at, 'host'), f'no {TAGS} are left behind{more}')


def _table(found: Found) -> Iterator[Line]:
    """Those with the most hosts first."""
    groups = sorted(found.groups.items(), key=lambda item: (not item[0][2], -item[1].hosts, item[0]))
    yield Line(HEAD)
    for (account_id, reason, _), group in groups if found.keeps_rows else groups[:MOST_ROWS]:
        of = '' if not account_id or account_id in reason else f'account {account_id}: '
        lead = f'{group.hosts:>8} {group.removable:>10} {group.silent:>7}  '
        more = group.hosts - len(group.names)
        names = f'{listed(group.names, SHOWN)}{f" and {more} more" if more else ""}'
        yield Line(f'{of}{reason}: {names}', lead, wrap=Wrap.ON_A_TERMINAL)
    if len(groups) > MOST_ROWS and not found.keeps_rows:
        yield Line(f'and {len(groups) - MOST_ROWS} more rows, which -v shows')


def _why(left: Left) -> str:
    return f'{left.reason}; {left.why_not}' if left.why_not else left.reason


def _what_to_do(found: Found, organization: DatadogOrganization) -> Iterator[Line]:
    yield Line(
        'Datadog keeps these tags for as long as the host reports: they do not go away by themselves. A host whose '
        'Agent is silent leaves the list, with its tags.'
    )
    if not found.removable:
        return
    given = organization.options.expectations.config_file
    config = ('--config', given) if given else ()
    yield Line('Let the AWS integration collect the hosts again, or remove the tags, which takes two looks:')
    look = shell('aws-diagnostics', *LINGERING_TAGS.split(), '--json', *config)
    yield Line(f'{look.text} > seen.json', '  ', wrap=Wrap.NEVER)
    yield Line('and three hours later, first without --apply, which shows what would be removed:')
    backup = ('--backup', 'tags.jsonl', '--seen-in', 'seen.json')
    remove = shell('aws-diagnostics', 'hosts', 'remove-lingering-tags', *backup, *config)
    yield Line(remove.text, '  ', wrap=Wrap.NEVER)
