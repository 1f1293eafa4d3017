"""`hosts remove-lingering-tags --restore`: what a backup holds is added to its hosts again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ...collect.datadog_api import NotAllowed, NotFound, Refused, Throttled
from ...collect.host_tags import HostTags
from ...collect.inventory_rows import AWS_TAGS, LONGEST_NAME, MOST_TEXTS
from ...collect.run import RequestFailed
from .. import ExitStatus, Failure
from .json_lines import entry_of, lines
from .removal import IN_A_ROW

NOT_PROVEN = (
    'That Datadog adds tags of the source Amazon Web Services on request is documented, and was never tried by the '
    'authors of this program: each host is read again, and only one that has all its tags counts as restored.'
)
OTHERWISE = 'let the AWS integration collect the host again, which brings its tags back within hours'
GONE = 'Datadog does not have this host any more'


@dataclass(slots=True)
class Restored:
    restored: list[str] = field(default_factory=list)
    failed: list[tuple[str, str]] = field(default_factory=list)
    stopped: str = ''


def restore(path: Path, tags: HostTags, told: Callable[[str], None]) -> Restored:
    """Only adds what is missing, so it can be run again. Raises Failure for a file that is no backup, before it adds
    anything."""
    found, in_a_row = Restored(), 0
    for number, saved in enumerate(read_saved(path), 1):
        told(f'{number:,} hosts looked at, {len(found.restored):,} have their tags')
        if found.stopped:
            found.failed.append((saved.host, f'not reached: {found.stopped}'))
            continue
        try:
            why = _restored(saved, tags)
            in_a_row = 0
        except RequestFailed as e:
            why, in_a_row = str(e), in_a_row + 1
            if isinstance(e, NotAllowed | Throttled) or in_a_row == IN_A_ROW:
                found.stopped = why
        if why:
            found.failed.append((saved.host, why))
        else:
            found.restored.append(saved.host)
    return found


def _restored(saved: 'Saved', tags: HostTags) -> str:
    """Why the host does not have its tags again; '' where it does. Raises RequestFailed."""
    missing = _missing(saved, tags.of(saved.host))
    if missing is None:
        return GONE
    if not missing:
        return ''
    try:
        tags.add(saved.host, missing)
    except NotFound:
        return GONE
    except Refused as e:
        return f'{e}; {OTHERWISE}'
    left = _missing(saved, tags.of(saved.host))
    return f'{len(left or missing)} tags are not there after they were added; {OTHERWISE}' if left != [] else ''


def _missing(saved: 'Saved', current: tuple[str, ...] | None) -> list[str] | None:
    return None if current is None else [tag for tag in saved.tags if tag not in current]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a line of a backup says."""

    host: str
    tags: tuple[str, ...]


def read_saved(path: Path) -> Iterator[Saved]:
    """Each host once, where its last line is, with the tags of all its lines: an interrupted removal is saved again.

    A line that is cut off at the end was never completed: its host still has its tags. Raises Failure for a line that
    is none of a backup.
    """
    last, several = dict[str, int](), dict[str, dict[str, None]]()
    for number, saved in _numbered(path):
        if saved.host in last:
            several[saved.host] = {}
        last[saved.host] = number
    for number, saved in _numbered(path):
        if saved.host in several:
            several[saved.host].update(dict.fromkeys(saved.tags))
        if last.get(saved.host) == number:
            yield Saved(saved.host, tuple(several.get(saved.host, saved.tags)))


def _numbered(path: Path) -> Iterator[tuple[int, Saved]]:
    number = 0
    for number, (line, _) in enumerate(lines(path, '--restore', also=_is_whole), 1):
        saved = _saved_of(line)
        if saved is None:
            allowed = '{"host": "...", "source": "Amazon Web Services", "tags": ["..."], "time": "..."}'
            raise Failure(f'--restore {path}: line {number} is not {allowed}', ExitStatus.DAMAGED_FACTS)
        yield number, saved
    if not number:
        raise Failure(f'--restore {path}: holds no whole line of a backup', ExitStatus.DAMAGED_FACTS)


def _is_whole(line: bytes) -> bool:
    """An editor may have taken away the end of the last line; one that was cut off holds no object."""
    return _saved_of(line) is not None


def _saved_of(line: bytes) -> Saved | None:
    match entry_of(line):
        case {'host': str(host), 'source': str(source), 'tags': list(tags)} if source.lower() == AWS_TAGS.lower():
            if 0 < len(host) <= LONGEST_NAME and len(tags) <= MOST_TEXTS and all(map(_is_tag, tags)):
                return Saved(host, tuple(tags))
    return None


def _is_tag(tag: object) -> bool:
    return isinstance(tag, str) and 0 < len(tag) <= LONGEST_NAME
