"""The policies that close a difference: written, counted against the quota of the role, and how to apply them."""

import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

from ..diagnoses.integration.closing import attach_policy, owner
from ..diagnoses.integration.policy_documents import LARGEST, NotGrantable, PolicyDocument, policy_documents
from ..facts.account import PolicyKind, PolicyQuota
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
    yield from _quota(observation, len(written))
    yield BLANK
    yield Line('Nothing is applied. Read the files, then run:')
    for path, document in written:
        yield from _commands(path, document, observation)


def _files(written: Written) -> Iterator[Line]:
    for path, document in written:
        size = f'{len(document.actions)} permissions, {document.characters} of {LARGEST} characters'
        yield Line(f'wrote {path}: {size}', INDENT)


def _commands(path: Path, document: PolicyDocument, observation: Observation) -> Iterator[Line]:
    file = shlex.quote(f'file://{path}')
    yield Line(f'aws iam create-policy --policy-name {document.name} --policy-document {file}', pasted=True)
    facts, expected = observation.facts, observation.expectations
    yield Line(attach_policy(facts, expected, f'{owner(facts)}:policy/{document.name}'), pasted=True)


def _quota(observation: Observation, more: int) -> Iterator[Line]:
    account = observation.facts.of_account
    if not isinstance(account.quota, PolicyQuota) or not isinstance(account.policies, tuple):
        return
    attached = sum(policy.kind in (PolicyKind.AWS, PolicyKind.CUSTOMER) for policy in account.policies)
    quota = account.quota.attached_per_role
    if attached + more > quota:
        default = " (AWS's default, it may have been raised)" if account.quota.default else ''
        yield Line(f'With these, {attached + more} policies are attached, and the quota is {quota}{default}.', INDENT)
