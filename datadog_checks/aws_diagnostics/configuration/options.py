"""What one instance of conf.yaml says."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..collect.options import CollectOptions
from ..expectations import Expectations

if TYPE_CHECKING:
    from ..collect.account_options import AccountOptions


@dataclass(frozen=True, slots=True)
class Options:
    expectations: Expectations
    collect: CollectOptions
    tags: tuple[str, ...] = ()
    identity_tags: tuple[str, ...] = ()
    account: 'AccountOptions | None' = None
    """Only of an account instance, which takes nothing from `collect`."""
    least_interval: float = 0.0
    """Seconds between two runs that collect anew; 0 where the Agent's own schedule counts."""
