"""The backup of removed tags, and the journal beside it that says how far the removal is.

The backup is JSON lines, {"host", "source", "tags", "time"}, of the hosts in the order of their removal. The journal
has, for each of them, the digest of its line once that is on the disk, and its name once its tags are gone. Both are
only appended to, and each line is on the disk before anything depends on it: so what a crash leaves behind tells
exactly where to go on. A line that is cut off at the end is of a host whose tags nobody has touched.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Self

from ...collect.inventory_rows import AWS_TAGS
from .. import ExitStatus, Failure
from ..document import iso_time
from ..locks import locked
from .asked import DatadogOrganization
from .json_lines import LONGEST_LINE, Appended, entries, entry_of, line_of, lines, size_of

FORMAT = 1
RUNNING = 'another removal with this backup is running'
ANOTHER = 'another removal in this organization of Datadog is running on this machine'


@dataclass
class Progress:
    """What backup and journal say together."""

    removed: set[str] = field(default_factory=set)
    saved: dict[str, str] = field(default_factory=dict)
    """Digests of the lines of hosts that are saved, and not known to be removed."""
    lines: int = 0
    """Of the backup, that count."""
    end: int = 0
    """Bytes of the backup that count; what follows was cut off by a crash."""
    journal_end: int = 0
    unrecorded: tuple[str, str] | None = None
    """Host and digest of a whole last line that the journal does not have yet."""


class TooLong(ValueError):
    """A line that could be written, and not be read again."""


class Backup:
    """Of one removal. `organization` stands for the keys it is made with, without being one."""

    def __init__(self, path: Path, organization: str) -> None:
        self._path = path
        self._organization = organization
        self.journal = path.with_name(f'{path.name}.journal')
        self.progress = Progress()

    @contextmanager
    def open(self) -> Iterator[Self]:
        """To write; nobody else does meanwhile. Raises Failure, also for files that are not of this removal."""
        with ExitStack() as stack:
            stack.enter_context(locked(self.path_of_lock, RUNNING))
            self.read()
            self._backup = stack.enter_context(Appended(self._path, self.progress.end))
            self._journal = stack.enter_context(Appended(self.journal, self.progress.journal_end))
            if not self.progress.journal_end:
                self._journal.append(line_of({'journal': FORMAT, 'organization': self._organization}))
            if self.progress.unrecorded:
                self._journal.append(_saved_line(*self.progress.unrecorded))
            yield self

    @property
    def path_of_lock(self) -> Path:
        return self._path.with_name(f'{self._path.name}.lock')

    def read(self) -> None:
        """How far an earlier run came; nothing where there was none. Raises Failure."""
        self.progress = Progress()
        backup, journal = size_of(self._path), size_of(self.journal)
        if backup is None and journal is None:
            return
        if not journal:
            if backup:
                raise self._refused('it exists, and has no journal beside it: choose another name')
            return
        saved = self._read_journal()
        if backup is None and saved:
            raise self._refused('it is gone, and its journal is not: put it back, or choose another name')
        self._compare(saved)

    def save(self, host: str, tags: Sequence[str], now: float) -> None:
        """On the disk when it returns. Raises TooLong or OSError, and then the host is not saved."""
        line = line_of({'host': host, 'source': AWS_TAGS, 'tags': list(tags), 'time': iso_time(now)})
        if len(line) > LONGEST_LINE:
            raise TooLong('its tags are too long for a line of the backup')
        self._backup.append(line)
        digest = _digest(line)
        self._journal.append(_saved_line(host, digest))
        self.progress.saved[host] = digest
        self.progress.lines += 1

    def note_removed(self, host: str) -> None:
        """Raises OSError."""
        self._journal.append(line_of({'removed': host}))
        self.progress.removed.add(host)
        self.progress.saved.pop(host, None)

    def _read_journal(self) -> list[str]:
        """The digests in their order. Raises Failure."""
        digests: list[str] = []
        for number, (entry, end) in enumerate(entries(self.journal), 1):
            match entry:
                case {'journal': int(form), 'organization': str(organization)} if number == 1:
                    self._check(form, organization)
                case {'saved': str(digest), 'host': str(host)} if number > 1:
                    digests.append(digest)
                    self.progress.saved[host] = digest
                case {'removed': str(host)} if host in self.progress.saved:
                    self.progress.removed.add(host)
                    self.progress.saved.pop(host)
                case _:
                    raise Failure(f'{self.journal}: line {number} is damaged', ExitStatus.DAMAGED_FACTS)
            self.progress.journal_end = end
        return digests

    def _check(self, form: int, organization: str) -> None:
        if form != FORMAT:
            raise Failure(f'{self.journal}: is of another version of this program', ExitStatus.DAMAGED_FACTS)
        if organization != self._organization:
            raise self._refused('it was begun for another site of Datadog, or with other keys: choose another name')

    def _compare(self, digests: Sequence[str]) -> None:
        """Every line that the journal names must be there as it was written: it may be all that is left of the tags."""
        for line, end in lines(self._path):
            number = self.progress.lines
            if number < len(digests):
                if _digest(line) != digests[number]:
                    raise self._refused(f'line {number + 1} was changed since it was written: put the file back')
            elif number > len(digests) or (host := _host_of(line)) is None:
                raise self._refused(f'line {number + 1} is not of this removal: put the file back')
            else:
                self.progress.unrecorded = (host, _digest(line))
                self.progress.saved[host] = _digest(line)
            self.progress.lines, self.progress.end = number + 1, end
        if self.progress.lines < len(digests):
            lost = len(digests) - self.progress.lines
            raise self._refused(f'its last {lost} of {len(digests)} lines are missing: put the file back')

    def _refused(self, why: str) -> Failure:
        return Failure(f'--backup {self._path}: {why}', ExitStatus.DAMAGED_FACTS)


def _saved_line(host: str, digest: str) -> bytes:
    return line_of({'saved': digest, 'host': host})


def _digest(line: bytes) -> str:
    return sha256(line).hexdigest()


def _host_of(line: bytes) -> str | None:
    host = (entry_of(line) or {}).get('host')
    return host if isinstance(host, str) else None


def digest_of(organization: DatadogOrganization) -> str:
    """Stands for site and keys: the same for the same ones, and it does not tell them."""
    account = organization.account
    return sha256('\n'.join((account.datadog_url, account.api_key, account.app_key)).encode()).hexdigest()[:16]


@contextmanager
def alone(organization: DatadogOrganization) -> Iterator[None]:
    """No other removal or restoration of this user in this organization. Raises Failure."""
    user = os.getuid() if hasattr(os, 'getuid') else 0
    path = Path(tempfile.gettempdir()) / f'aws-diagnostics-{user}-{digest_of(organization)}.lock'
    with locked(path, ANOTHER):
        yield
