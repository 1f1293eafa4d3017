"""What IMDSv1 still hides is a warning today; it is critical where the operator requires IMDSv2."""

from ...expectations import Expectations
from ...facts import Facts, Imds
from ...findings import Status
from .evidence import ago


def severity_behind_v1(facts: Facts, expected: Expectations) -> Status | None:
    """WARNING while IMDSv1 still works and may, else None: the severity of the diagnosis itself."""
    return Status.WARNING if hidden_by_v1(facts) and not expected.require_imdsv2 else None


def still_hidden(facts: Facts) -> str:
    """'' or the end of a sentence that says that IMDSv1 hides the fault, and since when that is known."""
    if not hidden_by_v1(facts):
        return ''
    return f'; IMDSv1 still hides it (a GET without a token got 200 {asked_ago(facts)})'


def hidden_by_v1(facts: Facts) -> bool:
    return isinstance(facts.imds, Imds) and facts.imds.v1_works is True


def asked_ago(facts: Facts) -> str:
    """When the tokenless GET was asked, which is asked more rarely than the rest."""
    at = facts.imds.tokenless_at if isinstance(facts.imds, Imds) else None
    return 'at a time not known' if at is None else ago(facts, at)
