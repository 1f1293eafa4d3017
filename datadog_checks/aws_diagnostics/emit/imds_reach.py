"""What the host scope tells the account scope of the same Agent: whether credentials can come from IMDS here."""

from ..facts import Facts, Imds
from .channels import Channels

KEY = 'imds'
OUT_OF_REACH = 'out of reach'


def remember_imds(check: Channels, facts: Facts) -> None:
    """Nothing is remembered of an IMDS that was not asked."""
    if not isinstance(facts.imds, Imds):
        return
    reached = facts.imds.v2_works or facts.imds.v1_works is True
    state = '' if reached else OUT_OF_REACH
    if check.read_persistent_cache(KEY) != state:
        check.write_persistent_cache(KEY, state)


def may_ask_imds(check: Channels) -> bool:
    """False where a chain of credentials that asks IMDS would only wait for it."""
    return check.read_persistent_cache(KEY) != OUT_OF_REACH
