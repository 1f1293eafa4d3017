"""What earlier runs measured: a few samples of each watched metric, kept where a restart does not lose them.

In the Agent that is its persistent cache. One that cannot be read or written, or is damaged, costs only what another
process would have known.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256

from ..facts.account.lag import LagSample
from ..facts.metrics import Watched
from ..facts.values import AccountId
from ..rules.lag import MOST_SAMPLES, OLDEST_SAMPLE, with_sample
from .foreign import Json, whole_number
from .memory import Memory, keep, recalled

WHAT = 'the samples of watched metrics'


class LagSamples:
    """Of one account instance."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._kept: dict[AccountId, dict[str, tuple[LagSample, ...]]] = {}

    def of(self, account_id: AccountId, watched: Watched, at: int) -> tuple[LagSample, ...]:
        """Those that are not too old, nor from the future; the oldest first."""
        if account_id not in self._kept:
            self._kept[account_id] = _read(recalled(self._memory, _place(account_id), WHAT))
        samples = self._kept[account_id].get(key_of(watched), ())
        return tuple(sample for sample in samples if 0 < at - sample.at <= OLDEST_SAMPLE)

    def add(self, account_id: AccountId, watched: Watched, new: LagSample) -> tuple[LagSample, ...]:
        """What is known then. Nothing is written before `save`."""
        samples = with_sample(self.of(account_id, watched, new.at), new)
        self._kept[account_id][key_of(watched)] = samples
        return samples

    def save(self, account_id: AccountId, watched: Iterable[Watched]) -> None:
        """Of these metrics, and of none that is watched no longer."""
        known, keys = self._kept.get(account_id, {}), [key_of(each) for each in watched]
        self._kept[account_id] = {key: known[key] for key in keys if key in known}
        keep(self._memory, _place(account_id), _written(self._kept[account_id]), WHAT)


def key_of(watched: Watched) -> str:
    """The same for the same metric, however its dimensions and tags are ordered; it names no resource."""
    parts = [watched.name.datadog, watched.region, sorted(watched.dimensions.items()), sorted(watched.tags)]
    return sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _place(account_id: AccountId) -> str:
    return f'lag_{account_id}'


def _written(kept: Mapping[str, Iterable[LagSample]]) -> str:
    rows = {key: [[s.at, s.cloudwatch, s.datadog, s.waiting, int(s.settled)] for s in kept[key]] for key in kept}
    return json.dumps(rows, separators=(',', ':'))


def _read(kept: Json) -> dict[str, tuple[LagSample, ...]]:
    """A row that is damaged is left out."""
    return {key: _samples(rows) for key, rows in kept.items()}


def _samples(rows: object) -> tuple[LagSample, ...]:
    found = map(_sample, rows[-MOST_SAMPLES:]) if isinstance(rows, list) else ()
    return tuple(sorted((sample for sample in found if sample), key=lambda sample: sample.at))


def _sample(row: object) -> LagSample | None:
    numbers = [whole_number(value) for value in row] if isinstance(row, list) else []
    match numbers:
        case [int(at), int(cloudwatch), int(datadog), int(waiting), int(settled)]:
            return LagSample(at, cloudwatch, datadog, waiting, bool(settled))
    return None
