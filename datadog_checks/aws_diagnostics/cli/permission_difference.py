"""What the role lacks of the permissions that Datadog requires, and policies that would close the difference.

The policies are written as files."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from ..diagnoses.integration.datadog_tables import feature_of
from ..diagnoses.integration.permission_uses import lost_entirely, uses_of
from ..diagnoses.integration.permissions import (
    Entry,
    Grant,
    Requirement,
    compare,
    grantable,
    limited_by,
    requirement,
)
from ..diagnoses.integration.policy_documents import SID, NotGrantable, PolicyDocument, policy_documents
from ..diagnoses.integration.role import role_name, staleness_of_permissions, without_role
from ..facts import MissingFact, observed
from ..facts.values import PolicyName
from ..text import LONGEST_NAME
from ..text import listed as and_more
from . import ExitStatus, Failure
from .codec import Json
from .files import PrivateFile, read_text
from .judged import Observation
from .page import BLANK, Line
from .report import COLUMN, INDENT

WORDS = {
    Grant.MISSING: 'missing',
    Grant.DENIED: 'denied',
    Grant.PARTLY: 'partly',
    Grant.LIMITED: 'limited',
    Grant.DENIED_IN_PART: 'limited',
}
LEGEND = {
    'missing': 'no policy of the role grants it',
    'denied': 'a policy of the role denies it, and no other policy can outweigh that',
    'partly': 'a wildcard of which only some actions are granted; where Datadog documents what it uses, missing '
    'actions are listed',
    'limited': 'granted or denied only under a condition, on some resources or for some actions',
}
NOT_COMPARED = (
    'Not compared: conditions except on TLS, resources, the permissions boundary and policies of the organization.'
)
LEFT_OUT = {
    Grant.DENIED: 'denied, which no policy can outweigh: see --diff.',
    Grant.DENIED_IN_PART: 'denied under a condition, on some resources or in part. What that denies, no policy can '
    'outweigh: see --diff.',
    Grant.LIMITED: 'granted only under a condition, on some resources or in part, by {by}. No file lifts that limit: '
    'see --diff.',
}
"""Of what is in no file, or not as a whole."""


@dataclass(frozen=True, slots=True)
class Difference:
    role: str
    required: int
    needed: Requirement
    entries: tuple[Entry, ...]
    """Those that are not granted, or not certainly."""
    whole_services: frozenset[str]
    """Of which nothing is granted."""
    stale: str
    """A clause about a role that changed a moment ago; '' for any other."""
    limited_by: tuple[PolicyName, ...]
    """The policies that allow some of it with a limit."""

    @property
    def grantable(self) -> tuple[str, ...]:
        """What a policy can grant."""
        return grantable(self.entries)


def difference(observation: Observation) -> Difference:
    """Raises MissingFact where something that it takes is not known, or where there is no role."""
    facts, expected = observation.facts, observation.expectations
    if (inapplicable := without_role(facts)) is not None:
        raise MissingFact(inapplicable.evidence)
    needed = requirement(facts.of_account)
    policies = observed(facts.of_account.policies)
    entries = compare(needed.actions, policies)
    lacking = tuple(entry for entry in entries if not entry.is_held)
    whole, stale = lost_entirely(entries), staleness_of_permissions(facts)
    limits = limited_by(entries, policies)
    return Difference(role_name(facts, expected), len(entries), needed, lacking, whole, stale, limits)


def left_out(found: Difference) -> Iterator[Line]:
    """What is in no policy that is written, and why."""
    for grant, said in LEFT_OUT.items():
        count = sum(entry.grant is grant for entry in found.entries)
        if count:
            are, by = 'is' if count == 1 else 'are', and_more(found.limited_by, longest=LONGEST_NAME)
            yield Line(f'{count} of them {are} {said.format(by=by)}', INDENT)


def listed(found: Difference) -> dict[str, Json]:
    return {
        'role': found.role,
        'required': found.required,
        'list': found.needed.note,
        'not_granted': [
            {'action': entry.action, 'grant': WORDS[entry.grant], 'lacking': list(entry.lacking)}
            for entry in found.entries
        ],
    }


def counts(found: Difference) -> Line:
    lost = sum(entry.is_lost for entry in found.entries)
    unclear = len(found.entries) - lost
    more = f', and {unclear} not certainly' if unclear else ''
    counted = f'{lost} of {found.required} required permissions are not granted{more}'
    return Line(f'{found.role}: {counted}; {found.needed.note}{found.stale}')


def table(found: Difference) -> Iterator[Line]:
    """By service, with the feature of Datadog that each costs."""
    yield counts(found)
    for service, entries in groupby(found.entries, key=lambda entry: entry.service):
        yield from _service(service, tuple(entries), found)
    used = Counter(WORDS[entry.grant] for entry in found.entries)
    yield BLANK
    for word in (word for word in LEGEND if used[word]):
        yield Line(LEGEND[word], word.ljust(COLUMN))
    yield Line(NOT_COMPARED)


def _service(service: str, entries: tuple[Entry, ...], found: Difference) -> Iterator[Line]:
    """What the whole service gives where all of it is lost, else what each entry gives."""
    standard, whole = found.needed.standard, service in found.whole_services
    gives = f': {feature_of(service, standard=any(entry.action in standard for entry in entries))}' if whole else ''
    yield BLANK
    yield Line(f'{service}{gives}', INDENT)
    for entry in entries:
        lacking = f' (lacks {", ".join(entry.lacking)})' if entry.lacking else ''
        uses = () if whole else uses_of(entry, standard=entry.action in standard)
        used = f': {", ".join(uses)}' if uses else ''
        yield Line(f'{entry.action}{lacking}{used}', WORDS[entry.grant].ljust(COLUMN))


Written = Sequence[tuple[Path, PolicyDocument]]


def write_policies(directory: Path, found: Difference) -> Written:
    """One file for each policy, atomically and readable by its owner only; none where there is nothing to grant.

    Raises Failure (CANNOT_WRITE), before the first file is written where one of them is not a policy of ours.
    """
    try:
        documents = policy_documents(found.grantable)
    except NotGrantable as e:
        message = f'--policy-json: nothing is written: {found.needed.note}: {e}'
        raise Failure(message, ExitStatus.CANNOT_WRITE) from None
    files = tuple(_file(directory / f'{document.name}.json') for document in documents)
    if files:
        _make(directory)
    for file in files:
        file.refuse_to_overwrite()
    for file, document in zip(files, documents, strict=True):
        with file.replacing() as opened:
            opened.write(json.dumps(document.content, indent=2) + '\n')
    return tuple(zip((file.path for file in files), documents, strict=True))


def _make(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        raise _file(directory).cannot_be_written('it is not a directory') from None
    except OSError as e:
        raise _file(directory).cannot_be_written(str(e.strerror)) from None


def _file(path: Path) -> PrivateFile:
    refusal = 'it exists and is not a policy of this program: remove it or choose another directory'
    return PrivateFile(path, '--policy-json', _is_ours, refusal)


def _is_ours(path: Path) -> bool:
    try:
        document = json.loads(read_text(path, '--policy-json', ExitStatus.CANNOT_WRITE))
        return bool(document['Statement'][0]['Sid'] == SID)
    except (Failure, ValueError, LookupError, TypeError, RecursionError):
        return False
