"""A collection of the host scope, watched: what it opens, whom it connects to, what it asks the environment for."""

import site
import sys
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datadog_checks.aws_diagnostics.collect import CollectOptions, HostCollector
from datadog_checks.aws_diagnostics.collect.agent import DescribedAgent
from tests.builders import INSTANCE_ID

OF_PYTHON = (
    *sysconfig.get_paths().values(),
    *site.getsitepackages(),
    sys.prefix,
    sys.base_prefix,
    str(Path(__file__).parents[1]),
)


@dataclass(frozen=True)
class Watched:
    opened: frozenset[str]
    """Paths, without those of Python itself."""
    connected: frozenset[str]
    """'ADDRESS:PORT'."""
    variables: frozenset[str]
    """Of the environment, without those that stand for a setting of the Agent."""


class Environment(Mapping[str, str]):
    """Remembers what it was asked for."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def collect_watched(environ: Mapping[str, str], configuration: Mapping[str, object], runs: int = 1) -> Watched:
    """To be called in a process of its own: an audit hook cannot be taken away again."""
    opened: set[str] = set()
    connected: set[str] = set()
    environment = Environment(environ)

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if event == 'open' and isinstance(arguments[0], str):
            opened.add(arguments[0])
        if event == 'socket.connect':
            connected.add('{}:{}'.format(*arguments[1]))

    agent = DescribedAgent(INSTANCE_ID, '7.81.3', configuration, {})
    collector = HostCollector(CollectOptions(), agent, environment)
    sys.addaudithook(watch)
    for _ in range(runs):
        collector.collect()
    files = frozenset(path for path in opened if not path.startswith(OF_PYTHON))
    return Watched(files, frozenset(connected), frozenset(environment.asked))
