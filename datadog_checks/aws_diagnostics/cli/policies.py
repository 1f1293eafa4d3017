"""The policies that close a difference: written, counted against the quota of the role, and how to apply them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..diagnoses.integration.granting import apply_policy, has_room
from ..diagnoses.integration.policy_documents import LARGEST, NotGrantable, PolicyDocument, policy_documents
from ..diagnoses.integration.resolve_button import attached
from ..facts import observed
from .exit_status import ExitStatus
from .failure import Failure
from .page import BLANK, Line
from .permission_difference import NO_POLICY_HELPS, Difference, headline
from .policy_files import write_policies
from .report import INDENT
from .saved_facts import Observation

Written = Sequence[tuple[Path, PolicyDocument]]


def write(directory: Path, found: Difference, observation: Observation) -> Iterator[Line]:
    """Writes the files, then tells of them. Raises Failure (CANNOT_WRITE)."""
    documents = _documents(found)
    paths = write_policies(directory, documents) if documents else ()
    return _told(found, observation, tuple(zip(paths, documents, strict=True)))


def _documents(found: Difference) -> tuple[PolicyDocument, ...]:
    try:
        return policy_documents(found.grantable)
    except NotGrantable as e:
        message = f'--policy-json: nothing is written: {found.needed.note}: {e}'
        raise Failure(message, ExitStatus.CANNOT_WRITE) from None


def _told(found: Difference, observation: Observation, written: Written) -> Iterator[Line]:
    yield headline(found)
    denied = sum(entry.grant in NO_POLICY_HELPS for entry in found.entries)
    if denied:
        yield Line(f'{denied} of them are denied, which no policy can outweigh: see --diff.', INDENT)
    if not written:
        yield Line('There is nothing that a policy could grant: no file is written.', INDENT)
        return
    yield from _files(written)
    inline = not has_room(observation.facts, len(written))
    if inline:
        yield Line(_quota(observation, len(written)), INDENT)
    yield BLANK
    yield Line('Nothing is applied. Read the files, then run:')
    for path, document in written:
        yield from _commands(path, document, observation, inline=inline)


def _files(written: Written) -> Iterator[Line]:
    for path, document in written:
        size = f'{len(document.actions)} permissions, {document.characters} of {LARGEST} characters'
        yield Line(f'wrote {path}: {size}', INDENT)


def _commands(path: Path, document: PolicyDocument, observation: Observation, *, inline: bool) -> Iterator[Line]:
    facts, expected = observation.facts, observation.expectations
    for command in apply_policy(facts, expected, document.name, str(path), inline=inline):
        yield Line(command.text, pasted=True)


def _quota(observation: Observation, more: int) -> str:
    """Of a role that has no room for so many more."""
    account = observation.facts.of_account
    quota, policies = observed(account.quota), observed(account.policies)
    default = " (AWS's default, which may have been raised)" if quota.default else ''
    return (
        f'The role has {len(attached(policies))} attached policies and a quota of {quota.attached_per_role}{default}: '
        f'no room for {more} more. The commands make them inline policies, which may have 10,240 characters in all.'
    )
