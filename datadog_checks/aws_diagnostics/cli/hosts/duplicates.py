"""`hosts duplicates`: every EC2 instance with several rows in Datadog's host list, why, and whether they go away."""

from pathlib import Path

import click

from ...collect.host_metadata import HostMetadata
from ...collect.run import Deadline, or_why
from ...collect.suspects import HostRows
from ...collect.tagged_hosts import WholeList
from ...facts.account import Unmatched
from ...rules.duplicates import duplicate, needs_metadata
from ...rules.shared_names import shared
from ..codec import Json
from ..options import ENDINGS, FILE, Display, display_options
from .asked import DatadogOrganization, organization_options
from .duplicates_words import Explained, Found, report
from .lists import LONGEST_RUN, csv_option, noted, rows_of, show, whole_list
from .seen_in import DUPLICATES, read_earlier

COLUMNS = ('instance_id', 'account', 'region', 'names', 'cause', 'evidence', 'goes_away', 'fix')


@click.command(
    name='duplicates',
    epilog='Exit status: 0 no instance is there twice, or only with rows that go away by themselves; 1 some are; 3 not '
    f'known, as the list could not be read to its end, or Agents name no instance id. {ENDINGS}',
)
@csv_option
@click.option(
    '--seen-in',
    metavar='FILE',
    type=FILE,
    help='What --json printed some hours ago: rows that are there still do not go away by themselves.',
)
@organization_options
@display_options
def duplicates(as_csv: bool, seen_in: Path | None, organization: DatadogOrganization, display: Display) -> int:
    """Which EC2 instances have several rows in Datadog's host list, why, and do these go away by themselves?

    Reads the host list of the last three hours, and for at most 200 of these instances what their Agents say about
    the host. Nothing is changed. Datadog merges the rows of a new host within hours.
    """
    rows = rows_of(DUPLICATES, 'duplicates', display, COLUMNS, as_csv=as_csv)
    earlier = None if seen_in is None else read_earlier(seen_in)
    patience = organization.options.expectations.of_account.hosts_settle_after
    deadline, found = Deadline(LONGEST_RUN), Found(patience, earlier)
    with whole_list(organization, deadline, display, streams=False) as hosts:
        found.take(or_why(lambda: _look(organization, deadline, hosts, found)), hosts)
    for each in found.duplicates:
        rows.add(row(each))
    rows.end(total=found.total, unmatched=_unmatched(found.unmatched), **noted(found.note))
    return show(found.status, report(found, display), display, as_csv=as_csv)


def _look(organization: DatadogOrganization, deadline: Deadline, hosts: WholeList, found: Found) -> None:
    """Raises RequestFailed, DeadlineExceeded."""
    seen, metadata = HostRows(), HostMetadata(organization.api(deadline), deadline)
    for each in hosts.rows():
        seen.add(each)
    found.unmatched = seen.unmatched()
    for instance_id, rows in seen.several():
        if duplicate(instance_id, rows, {}) is not None:
            about = metadata.of(instance_id) if needs_metadata(rows) else {}
            age = found.age(instance_id, rows)
            found.add(duplicate(instance_id, rows, about, age, seen.reported_at), rows)
    for one, rows in seen.shared():
        found.add(shared(one, rows, seen.reported_at), rows)


def row(found: Explained) -> dict[str, Json]:
    each, fix = found
    return {
        'instance_id': each.instance_id,
        'account': each.account_id,
        'region': each.region,
        'names': list(each.names),
        'cause': str(each.why.cause),
        'evidence': each.why.evidence,
        'goes_away': each.why.goes_away,
        'fix': fix or None,
    }


def _unmatched(found: Unmatched | None) -> Json:
    if found is None:
        return None
    return {'instances': found.instances, 'agents': found.agents, 'names': list(found.names)}
