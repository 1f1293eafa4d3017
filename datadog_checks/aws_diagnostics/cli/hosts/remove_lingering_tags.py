"""`hosts remove-lingering-tags`: one look, then what a person allows."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import click

from ...collect.bounded_http import Connection
from ...collect.host_tags import HostTags
from ...collect.run import Deadline, NotCollected
from ...collect.tag_users import tag_users
from ...facts.account import TaggedHost
from ...facts.values import AccountId
from ...findings import Status
from .. import ExitStatus, Failure, page
from ..options import ENDINGS, FILE, Display, colour_option, json_option
from ..parameter_types import CheckedText
from .allowed import Allowed
from .asked import DatadogOrganization, organization_options
from .backup import Backup, alone, digest_of
from .lists import LONGEST_RUN, whole_list
from .removal import Outcome, Removal, came_back
from .removal_plan import EarlierLooks, Plan, Planner
from .removal_words import Asked, announced, as_json_document, report, restored_document, restored_report
from .restore import restore

OUTPUT = click.Path(dir_okay=False, path_type=Path)
LONGEST_LOOK_FOR_USERS = 600.0
"""Seconds: a request for each dashboard."""
LONGEST_REMOVAL = 30 * 86400.0
"""Seconds: nobody waits for it, and every host has a bound of its own."""


@click.command(
    name='remove-lingering-tags',
    epilog='Exit status: 0 all done; 1 some hosts were skipped or failed, or their tags came back; 3 the '
    f'host list or the record could not be read. {ENDINGS}',
)
@click.option('--backup', metavar='FILE', type=OUTPUT, help='Where the tags of each host are saved before they go.')
@click.option(
    '--seen-in',
    metavar='FILE',
    type=FILE,
    help='What `hosts lingering-tags --json` printed at least 3 hours ago. Without it, what an earlier run saw counts, '
    'which is in FILE.seen.json beside the backup.',
)
@click.option('--apply', is_flag=True, help='Remove the tags. Without it, nothing is changed in Datadog.')
@click.option('--yes', is_flag=True, help='Do not ask for the number of hosts. Needs --max.')
@click.option('--max', 'most', metavar='N', type=click.IntRange(min=1), help='Remove the tags of at most N hosts.')
@click.option(
    '--account-was-removed',
    'was_removed',
    metavar='ID',
    multiple=True,
    type=CheckedText(AccountId, 'account', AccountId.ALLOWED),
    help='This integration was removed on purpose: do not wait until it is gone for 7 days. Repeatable.',
)
@click.option('--restore', 'restored', metavar='FILE', type=FILE, help='Restore the tags saved in this backup.')
@organization_options
@json_option
@click.option('-q', '--quiet', is_flag=True, help='Show the first line only.')
@colour_option
def remove_lingering_tags(
    backup: Path | None,
    seen_in: Path | None,
    apply: bool,
    yes: bool,
    most: int | None,
    was_removed: Sequence[AccountId],
    restored: Path | None,
    organization: DatadogOrganization,
    as_json: bool,
    quiet: bool,
    colour: bool,
) -> int:
    """Remove AWS integration tags (source Amazon Web Services) from hosts that it no longer collects.

    Without --apply it only says what it would do. A host is left alone unless its account is proven and no longer
    collected, in two looks at least 3 hours apart. The tags of a host are saved before they go. The same command with
    the same --backup goes on where an earlier run ended, and looks whether tags came back.
    """
    if as_json and quiet:
        raise click.UsageError('--json and -q exclude each other')
    display = Display(as_json=as_json, quiet=quiet, colour=colour)
    if restored is not None:
        if backup or seen_in or apply or yes or most or was_removed:
            raise click.UsageError('--restore excludes every option of a removal')
        return _restore(restored, organization, display)
    if backup is None:
        raise click.UsageError('--backup FILE or --restore FILE is needed')
    allowed = Allowed(apply, yes, most)
    allowed.check()
    return _remove(Asked(backup, seen_in, tuple(was_removed), organization), allowed, display)


def _remove(asked: Asked, allowed: Allowed, display: Display) -> int:
    backup = Backup(asked.backup, digest_of(asked.organization))
    looks = EarlierLooks(asked.backup.with_name(f'{asked.backup.name}.seen.json'), asked.seen_in)
    with ExitStack() as stack:
        if allowed.apply:
            stack.enter_context(alone(asked.organization))
            stack.enter_context(backup.open())
        else:
            backup.read()
        plan = _looked(asked, looks, display)
        again = plan.without(backup.progress.removed)
        beyond = [] if allowed.most is None else plan.remove[allowed.most :]
        plan.skipped += [(host.name, f'beyond --max {allowed.most}') for host in beyond]
        plan.remove = plan.remove[: allowed.most]
        outcome = Outcome(sorted(backup.progress.removed), plan.skipped)
        if allowed.apply:
            outcome = _applied(asked, plan, again, backup, allowed, display)
    dry_run = not allowed.apply
    if display.as_json:
        click.echo(as_json_document(asked, plan, outcome, dry_run=dry_run))
    else:
        lines = report(asked, plan, outcome, dry_run=dry_run)
        page.write(page.stdout(display.colour), display.shown(lines))
    if outcome.interrupted:
        return ExitStatus.INTERRUPTED
    incomplete = outcome.skipped or outcome.failed or outcome.came_back or outcome.stopped or plan.note
    return Status.WARNING if incomplete else Status.OK


def _looked(asked: Asked, looks: EarlierLooks, display: Display) -> Plan:
    """Raises Failure, with the status for what is not known, where there is nothing to go by."""
    deadline = Deadline(LONGEST_RUN)
    try:
        with whole_list(asked.organization, deadline, display, streams=False) as rows:
            plan = Planner(asked.organization, looks, asked.was_removed).plan(rows, deadline)
    except NotCollected as e:
        raise Failure(f'nothing was changed, as it could not be looked at: {e}', Status.UNKNOWN) from None
    looks.remember(plan.removable, plan.look.now)
    if plan.remove:
        _look_for_users(asked, plan, display)
    return plan


def _look_for_users(asked: Asked, plan: Plan, display: Display) -> None:
    deadline = Deadline(LONGEST_LOOK_FOR_USERS)
    with page.waiting('Looking at monitors, downtimes and dashboards that use these tags', display.shows_progress):
        plan.users = tag_users(asked.organization.api(deadline), plan.lost, deadline)


def _applied(
    asked: Asked, plan: Plan, again: Sequence[TaggedHost], backup: Backup, allowed: Allowed, display: Display
) -> Outcome:
    """`again`: hosts that an earlier run was done with, and that the list shows with such tags."""
    if plan.remove and not (allowed.yes and display.quiet):
        page.write(page.stderr(display.colour), announced(plan))
    allowed.confirm(len(plan.remove))
    with _tags(asked.organization) as tags:
        removal = Removal(asked.organization, tags, backup, plan.look)
        with page.changing('Removing tags', display.shows_progress) as told:
            removal.run([*again, *plan.remove], told)
        outcome = removal.outcome
        outcome.skipped[:0] = plan.skipped
        if outcome.removed and not outcome.stopped:
            _look_again(asked, outcome, tags, display)
    return outcome


@contextmanager
def _tags(organization: DatadogOrganization) -> Iterator[HostTags]:
    """Over one connection: there are four requests for each of many hosts."""
    with closing(Connection(keep=True)) as connection:
        yield HostTags(organization.api(Deadline(LONGEST_REMOVAL), connection=connection))


def _look_again(asked: Asked, outcome: Outcome, tags: HostTags, display: Display) -> None:
    try:
        with whole_list(asked.organization, Deadline(LONGEST_RUN), display, streams=False) as rows:
            outcome.came_back = came_back(outcome.removed, rows, tags)
    except NotCollected as e:
        outcome.stopped = f'whether tags came back could not be looked up: {e}'
    except KeyboardInterrupt:
        outcome.interrupted, outcome.stopped = True, 'interrupted while looking whether tags came back'


def _restore(path: Path, organization: DatadogOrganization, display: Display) -> int:
    with (
        alone(organization),
        _tags(organization) as tags,
        page.changing('Restoring tags', display.shows_progress) as told,
    ):
        found = restore(path, tags, told)
    if display.as_json:
        click.echo(restored_document(found))
    else:
        lines = restored_report(found)
        page.write(page.stdout(display.colour), display.shown(lines))
    return Status.WARNING if found.failed else Status.OK
