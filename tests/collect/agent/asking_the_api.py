"""Asking the Agent's API as the collector does."""

from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.agent.sources import Inventory, ask_inventory
from datadog_checks.aws_diagnostics.collect.run import Deadline, RequestFailed

from .agents import described
from .guarded_api import TOKEN


def ask_api(directory: Path, port: int, **settings: object) -> Inventory:
    return ask_inventory(described({'cmd_port': port} | settings, directory=directory), Deadline(5))


def why_not(directory: Path, port: int, **settings: object) -> str:
    with pytest.raises(RequestFailed) as raised:
        ask_api(directory, port, **settings)
    assert TOKEN not in repr(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return str(raised.value)
