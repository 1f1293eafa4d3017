"""The policies that close a difference: written as files, counted against the quota, and how to apply them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..diagnoses.integration.granting import apply_policy, raise_quota
from ..diagnoses.integration.permissions import NO_POLICY_HELPS
from ..diagnoses.integration.policy_documents import LARGEST, SID, NotGrantable, PolicyDocument, policy_documents
from ..diagnoses.integration.quota import MOST_INLINE, Placement, needs_security_audit, placement
from ..diagnoses.integration.resolve_button import HIGHEST_QUOTA, attached
from ..facts import observed
from .exit_status import ExitStatus, Failure
from .files import PrivateFile, read_text
from .judged import Observation
from .page import BLANK, Line, Wrap
from .permission_difference import Difference, counts
from .report import INDENT

Written = Sequence[tuple[Path, PolicyDocument]]


def write(directory: Path, found: Difference, observation: Observation) -> Written:
    """One file for each policy; none where there is nothing to grant. Raises Failure (CANNOT_WRITE)."""
    documents = _documents(found)
    paths = _write_files(directory, documents) if documents else ()
    return tuple(zip(paths, documents, strict=True))


def _documents(found: Difference) -> tuple[PolicyDocument, ...]:
    try:
        return policy_documents(found.grantable)
    except NotGrantable as e:
        message = f'--policy-json: nothing is written: {found.needed.note}: {e}'
        raise Failure(message, ExitStatus.CANNOT_WRITE) from None


def told(found: Difference, observation: Observation, written: Written) -> Iterator[Line]:
    yield counts(found)
    denied = sum(entry.grant in NO_POLICY_HELPS for entry in found.entries)
    if denied:
        are = 'is' if denied == 1 else 'are'
        yield Line(f'{denied} of them {are} denied, which no policy can outweigh: see --diff.', INDENT)
    if not written:
        yield Line('There is nothing that a policy could grant: no file is written.', INDENT)
        return
    yield from _files(written)
    placed = placement(observation.facts, [document for _, document in written])
    yield from _room(observation, placed)
    if placed.quota > HIGHEST_QUOTA:
        return
    yield BLANK
    yield Line('Nothing is applied. Read the files, then run:')
    for path, document in written:
        yield from _commands(path, document, observation, inline=document in placed.inline)


def _files(written: Written) -> Iterator[Line]:
    for path, document in written:
        size = f'{len(document.actions)} permissions, {document.characters} of {LARGEST} characters'
        yield Line(f'wrote {path}: {size}', INDENT)


def _commands(path: Path, document: PolicyDocument, observation: Observation, *, inline: bool) -> Iterator[Line]:
    facts, expected = observation.facts, observation.expectations
    for command in apply_policy(facts, expected, document.name, str(path), inline=inline):
        yield Line(command.text, wrap=Wrap.NEVER)


def _room(observation: Observation, placed: Placement) -> Iterator[Line]:
    """Nothing where all of them can be attached."""
    if placed.inline:
        text = f'The commands make {len(placed.inline)} of them inline, where a role may have {MOST_INLINE} characters.'
        yield Line(f'{_quota(observation)} {text}', INDENT)
    elif placed.quota:
        yield Line(f'{_quota(observation)} They are too large for inline policies.', INDENT)
        yield from _higher_quota(observation, placed.quota)


def _quota(observation: Observation) -> str:
    account = observation.facts.of_account
    quota, policies = observed(account.quota), observed(account.policies)
    default = " (AWS's default, which may have been raised)" if quota.default else ''
    beside = ', and SecurityAudit is still to be attached' if needs_security_audit(observation.facts) else ''
    return (
        f'The role has {len(attached(policies))} attached policies and a quota of {quota.attached_per_role}{default}'
        f'{beside}: no room for all of these.'
    )


def _higher_quota(observation: Observation, needed: int) -> Iterator[Line]:
    if needed > HIGHEST_QUOTA:
        yield Line(f'AWS raises the quota to {HIGHEST_QUOTA} at most: merge policies of the role first.', INDENT)
        return
    yield BLANK
    yield Line(f'Raise the quota to {needed} first, and wait until AWS has granted that:')
    for command in raise_quota(observation.facts, needed).commands:
        yield Line(command.text, wrap=Wrap.NEVER)


def _write_files(directory: Path, documents: Sequence[PolicyDocument]) -> tuple[Path, ...]:
    """Each atomically, readable by its owner only.

    Raises Failure (CANNOT_WRITE), before the first file is written where one of them is not a policy of ours.
    """
    files = tuple(_file(directory / f'{document.name}.json') for document in documents)
    _make(directory)
    for file in files:
        file.refuse_to_overwrite()
    for file, document in zip(files, documents, strict=True):
        with file.replacing() as opened:
            opened.write(json.dumps(document.content, indent=2) + '\n')
    return tuple(file.path for file in files)


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
