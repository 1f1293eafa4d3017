"""What a removal of lingering tags, or a restoration, says: to a person, and to a program."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...facts.values import AccountId, FilePath
from ...findings import Status
from ...remedies import Variable, Word, shell
from ...text import counted, listed
from ..codec import Json
from ..document import printed
from ..page import BLANK, Line, Wrap
from ..report import verdict
from .asked import DatadogOrganization
from .removal import Outcome
from .removal_plan import Plan, by_reason
from .restore import NOT_PROVEN, Restored
from .tag_user_words import told_users, used_by

COMMAND = 'hosts remove-lingering-tags'
SHOWN = 20
"""Reasons, and tags."""
NAMES = 3
CRAWL = (
    'The AWS integration updates tags every 5 to 15 minutes, or later: run the same command again then, and it looks '
    'whether tags came back.'
)
EFFECTS = (
    'Monitors, dashboards, downtimes and access rules that use these tags no longer find these hosts, also for the '
    'time before the removal.'
)


@dataclass(frozen=True, slots=True)
class Asked:
    backup: Path
    seen_in: Path | None
    was_removed: tuple[AccountId, ...]
    organization: DatadogOrganization

    def command(self, *more: Word) -> str:
        """The same again, with the further options."""
        words: tuple[Word, ...] = ('aws-diagnostics', *COMMAND.split(), '--backup', _file(self.backup))
        if self.seen_in is not None:
            words += ('--seen-in', _file(self.seen_in))
        for account_id in self.was_removed:
            words += ('--account-was-removed', account_id)
        config = self.organization.options.expectations.config_file
        words += ('--config', config) if config else ()
        return shell(*words, *more).text


def _file(path: Path) -> Word:
    return FilePath.of(str(path.absolute())) or Variable('FILE')


def as_json_document(asked: Asked, plan: Plan, outcome: Outcome, *, dry_run: bool) -> str:
    """As docs/schemas/hosts-remove-lingering-tags.schema.json describes it."""
    content: dict[str, Json] = {
        'dry_run': dry_run,
        'would_remove': [host.name for host in plan.remove] if dry_run else [],
        'removed': list(outcome.removed),
        'skipped': _named(outcome.skipped),
        'failed': _named(outcome.failed),
        'came_back': list(outcome.came_back),
        'backup': str(asked.backup),
        'used_by': used_by(plan.users),
        'complete': not (plan.note or outcome.stopped),
        'note': outcome.stopped or plan.note or None,
    }
    return printed(COMMAND, time.time(), content)


def restored_document(found: Restored) -> str:
    content: dict[str, Json] = {'restored': list(found.restored), 'failed': _named(found.failed)}
    return printed(f'{COMMAND} --restore', time.time(), content)


def _named(pairs: Sequence[tuple[str, str]]) -> list[Json]:
    return [{'name': name, 'why': why} for name, why in pairs]


def report(asked: Asked, plan: Plan, outcome: Outcome, *, dry_run: bool) -> Iterator[Line]:
    yield _first(plan, outcome, dry_run=dry_run)
    if plan.note:
        yield Line(f'The host list could not be read to its end: {plan.note}. What was not read is not touched.')
    if outcome.stopped:
        yield Line(f'Stopped: {outcome.stopped}.')
    if dry_run and plan.remove:
        yield BLANK
        yield from _would_go(plan)
    yield from _why('kept', outcome.skipped)
    yield from _why('failed', outcome.failed)
    if outcome.came_back:
        yield BLANK
        names = listed(outcome.came_back, NAMES)
        yield Line(f'{names}: something sets the tags again, such as an integration that is active', 'came back  ')
    yield BLANK
    yield from _next(asked, plan, outcome, dry_run=dry_run)


def announced(plan: Plan) -> Iterator[Line]:
    """Before the first removal."""
    kept = f'; {counted(len(plan.skipped), "host")} left alone' if plan.skipped else ''
    yield verdict(Status.WARNING, counted(len(plan.remove), 'host'), f'tags from AWS are about to go{kept}')
    yield BLANK
    yield from _would_go(plan)
    yield from _why('kept', plan.skipped)
    yield BLANK


def _first(plan: Plan, outcome: Outcome, *, dry_run: bool) -> Line:
    kept = f'; {counted(len(outcome.skipped), "host")} left alone' if outcome.skipped else ''
    if dry_run:
        status = Status.WARNING if plan.remove or outcome.skipped else Status.OK
        return verdict(status, counted(len(plan.remove), 'host'), f'would lose their tags from AWS{kept} (dry run)')
    failed = f'; {len(outcome.failed)} failed' if outcome.failed else ''
    back = f'; {len(outcome.came_back)} have them again' if outcome.came_back else ''
    status = Status.WARNING if kept or failed or back or outcome.stopped else Status.OK
    return verdict(status, counted(len(outcome.removed), 'host'), f'lost their tags from AWS{kept}{failed}{back}')


def _would_go(plan: Plan) -> Iterator[Line]:
    for account_id, reason, count, names in by_reason(plan):
        of = '' if not account_id or account_id in reason else f'account {account_id}: '
        more = f' and {count - len(names)} more' if count > len(names) else ''
        yield Line(f'{of}{reason}: {listed(names, NAMES)}{more}', f'{count:>10}  ', wrap=Wrap.ON_A_TERMINAL)
    yield from told_users(plan.users)
    common = [f'{tag} ({hosts})' for tag, hosts in plan.lost.most_common(NAMES)]
    yield Line(f'{counted(len(plan.lost), "tag")}, such as {listed(common, NAMES, 80)}', '      tags  ')
    yield Line(EFFECTS, ' ' * 12)


def _why(lead: str, pairs: Sequence[tuple[str, str]]) -> Iterator[Line]:
    """The most frequent first."""
    if not pairs:
        return
    yield BLANK
    counts = Counter(why for _, why in pairs)
    for why, count in counts.most_common(SHOWN):
        names = [name for name, reason in pairs if reason == why]
        yield Line(f'{why}: {listed(names, NAMES)}', f'{count:>10} {lead}  ', wrap=Wrap.ON_A_TERMINAL)
    if len(counts) > SHOWN:
        yield Line(f'and {len(counts) - SHOWN} more reasons, which --json lists')


def _next(asked: Asked, plan: Plan, outcome: Outcome, *, dry_run: bool) -> Iterator[Line]:
    if dry_run and plan.remove:
        yield Line('Nothing was changed. To remove the tags, which asks for the number of hosts:')
        yield Line(asked.command('--apply'), '  ', wrap=Wrap.NEVER)
    elif dry_run:
        yield Line('Nothing was changed. What was seen is remembered; run the same command again:')
        yield Line(asked.command(), '  ', wrap=Wrap.NEVER)
    elif outcome.stopped or outcome.failed:
        yield Line('To go on where this run ended:')
        yield Line(asked.command('--apply'), '  ', wrap=Wrap.NEVER)
    elif outcome.removed:
        yield Line(CRAWL)
    if outcome.removed:
        yield Line('To put the tags back:')
        restore: tuple[Word, ...] = ('aws-diagnostics', *COMMAND.split(), '--restore', _file(asked.backup))
        config = asked.organization.options.expectations.config_file
        yield Line(shell(*restore, *(('--config', config) if config else ())).text, '  ', wrap=Wrap.NEVER)


def restored_report(found: Restored) -> Iterator[Line]:
    status = Status.WARNING if found.failed else Status.OK
    failed = f'; {len(found.failed)} failed' if found.failed else ''
    yield verdict(status, counted(len(found.restored), 'host'), f'have all tags of the backup{failed}')
    yield from _why('failed', found.failed)
    yield BLANK
    yield Line(NOT_PROVEN)
