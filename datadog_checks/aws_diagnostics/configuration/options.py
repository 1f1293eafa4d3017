"""What one instance of conf.yaml says."""

from dataclasses import dataclass

from ..collect.options import CollectOptions
from ..expectations import Expectations


@dataclass(frozen=True, slots=True)
class Options:
    expectations: Expectations
    collect: CollectOptions
    tags: tuple[str, ...] = ()
    identity_tags: tuple[str, ...] = ()
