"""The removal of lingering tags: one host after the other, each looked at again, saved, removed and looked at again.

Whatever ends a run, the same command goes on where it ended: see backup.py for what is on the disk when.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from ...collect.datadog_api import NotAllowed, Throttled
from ...collect.host_tags import HostTags, Removed, SeveralHosts, same_tags
from ...collect.inventory_rows import Row
from ...collect.run import Deadline, DeadlineExceeded, RequestFailed
from ...collect.tagged_hosts import WholeList, tagged_host
from ...facts.account import TaggedHost
from ...rules.removal import LEAST_APART, Look, refusal
from .asked import DatadogOrganization
from .backup import Backup, TooLong

RECORD_AGE = 60.0
"""Seconds after which Datadog's record of the integrations is read again."""
LONGEST_READING = 60.0
"""Seconds."""
IN_A_ROW = 5
"""Hosts that fail one after the other before the run stops: it is not the hosts, then."""
CAME_BACK = (
    'its tags came back after they were removed: something sets them; to remove them again, use another --backup'
)


@dataclass(slots=True)
class Outcome:
    removed: list[str] = field(default_factory=list)
    """By this run and the earlier ones with the same backup."""
    skipped: list[tuple[str, str]] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    came_back: list[str] = field(default_factory=list)
    stopped: str = ''
    """Why the run ended before all hosts were reached."""
    interrupted: bool = False


class Removal:
    def __init__(self, organization: DatadogOrganization, tags: HostTags, backup: Backup, look: Look) -> None:
        self._organization = organization
        self._tags = tags
        self._backup = backup
        self._look = look
        self._read_at = float('-inf')
        self.outcome = Outcome()

    def run(self, hosts: Sequence[TaggedHost], told: Callable[[str], None]) -> None:
        """Never raises for what Datadog, the disk or a person at the keyboard do."""
        started, in_a_row = time.monotonic(), 0
        try:
            self._finish_the_last()
            for number, host in enumerate(hosts):
                told(_progress(number, len(hosts), time.monotonic() - started))
                in_a_row = 0 if self._one(host) else in_a_row + 1
                if in_a_row == IN_A_ROW:
                    self._stop(f'{IN_A_ROW} hosts failed one after the other')
                if self.outcome.stopped:
                    self._leave(hosts[number + 1 :])
                    break
        except KeyboardInterrupt:
            self.outcome.interrupted = True
            self._stop('interrupted')
        except RequestFailed as e:
            self._stop(str(e))
            self._leave(hosts)
        except OSError as e:
            self._stop(f'the journal cannot be written: {e.strerror}')
        self.outcome.removed = sorted(self._backup.progress.removed)

    def _stop(self, why: str) -> None:
        self.outcome.stopped = self.outcome.stopped or why

    def _leave(self, hosts: Iterable[TaggedHost]) -> None:
        self.outcome.skipped += [(host.name, f'not reached: {self.outcome.stopped}') for host in hosts]

    def _finish_the_last(self) -> None:
        """A host whose removal an earlier run did not see the end of: only its tags tell. Raises RequestFailed where
        none of them can be read."""
        for host in tuple(self._backup.progress.saved):
            try:
                tags = self._tags.of(host)
            except (NotAllowed, Throttled):
                raise
            except RequestFailed as e:
                self.outcome.failed.append((host, f'whether it lost its tags is not known: {e}'))
                continue
            if tags == ():
                self._backup.note_removed(host)

    def _one(self, host: TaggedHost) -> bool:
        """False where it failed. Raises OSError where the journal cannot be written after a removal."""
        try:
            why = self._looked_at_and_removed(host)
        except (RequestFailed, DeadlineExceeded) as e:
            if isinstance(e, NotAllowed | Throttled):
                self._stop(str(e))
            self.outcome.failed.append((host.name, str(e)))
            return False
        if why:
            self.outcome.skipped.append((host.name, why))
        return True

    def _looked_at_and_removed(self, host: TaggedHost) -> str:
        """Why its tags stay after all, by what Datadog has of it now; '' where they are gone. Raises RequestFailed."""
        if host.name in self._backup.progress.removed:
            return CAME_BACK if self._tags.of(host.name) else ''  # the host list can be hours old
        try:
            row = self._tags.row(host.name)
        except SeveralHosts as e:
            return str(e)
        if row is None:
            return 'the host list has no host of this name any more'
        if why := self._refusal(host, row):
            return why
        tags = self._tags.of(host.name)
        if not tags:
            return 'it has no such tags any more'
        if not same_tags(row, tags):
            return 'the host list has other tags of it than the host itself: they changed lately'
        return self._saved_and_removed(host.name, tags)

    def _refusal(self, host: TaggedHost, row: Row) -> str:
        now = tagged_host(row)
        if (now.row, now.instance_id) != (host.row, host.instance_id):
            return 'another host has its name now'
        if row.aws_reports:
            return 'the AWS integration reports it again'
        if not row.aws_tags:
            return 'it has no such tags any more'
        if now.accounts != host.accounts:
            return 'its tags name another account now'
        return refusal(now, self._recorded_now(), self._look.now - LEAST_APART)

    def _recorded_now(self) -> Look:
        """Raises RequestFailed."""
        if time.monotonic() - self._read_at >= RECORD_AGE:  # a clock can be set back
            self._look = replace(self._look, recorded=self._organization.recorded(Deadline(LONGEST_READING)))
            self._read_at = time.monotonic()
        return self._look

    def _saved_and_removed(self, name: str, tags: Sequence[str]) -> str:
        """Raises RequestFailed, and OSError where the journal cannot be written after the removal."""
        try:
            self._backup.save(name, tags, time.time())
        except TooLong as e:
            raise RequestFailed(f'not removed: {e}') from None
        except OSError as e:
            self._stop(f'the backup cannot be written: {e.strerror}')
            raise RequestFailed(f'not removed: {self.outcome.stopped}') from None
        match self._tags.remove(name):
            case Removed.GONE:
                return 'Datadog does not have it any more'
            case Removed.STILL_THERE:
                raise RequestFailed('Datadog took the removal, and the host still has the tags')
        self._backup.note_removed(name)
        return ''


def came_back(names: Sequence[str], rows: WholeList, tags: HostTags) -> list[str]:
    """Those of the hosts that have such tags again. The host list may be hours old, so each that it shows with them
    is asked for. Raises RequestFailed, DeadlineExceeded."""
    removed = frozenset(names)
    return sorted(row.name for row in rows.rows() if row.name in removed and row.aws_tags and tags.of(row.name))


def _progress(done: int, total: int, passed: float) -> str:
    left = f', about {passed / done * (total - done) / 60:.0f} min left' if done else ''
    return f'{done:,} of {total:,} hosts{left}'
