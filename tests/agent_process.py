"""The check in a process that stands for the Agent: runs in a world, and returns what was submitted."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from datadog_checks.base.stubs import aggregator, datadog_agent

from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
from tests.builders import INSTANCE_ID
from tests.simulator.loopback import EXPVAR_PORT, expvar_server


@dataclass(frozen=True)
class RunningAgent:
    """What the Agent says of itself."""

    hostname: str = INSTANCE_ID
    provider: str = 'aws'
    version: str = '7.81.3'
    errors: Mapping[str, str] = field(default_factory=dict)
    configuration: Mapping[str, object] = field(default_factory=lambda: {'hostname_trust_uts_namespace': True})


@dataclass(frozen=True)
class Submitted:
    """By name, without the namespace."""

    error: str
    service_checks: dict[str, tuple[int, str]]
    gauges: dict[str, float]
    series: int
    """Metrics, each once for every set of tags: what Datadog counts as custom metrics."""
    tags: frozenset[str]
    """Those that every sample carries."""
    failed: frozenset[str]
    """The diagnoses whose point of `finding` is 1."""
    events: list[dict[str, Any]]
    metadata: dict[str, str]
    diagnoses: str
    file_descriptors: int


def run_check(instance: dict[str, Any], agent: RunningAgent = RunningAgent(), runs: int = 1) -> list[Submitted]:
    """What each of the runs of one check submitted."""
    check = _loaded(instance, agent)
    with _expvar(agent):
        return [_run(check) for _ in range(runs)]


def diagnose_locally(instance: dict[str, Any], agent: RunningAgent = RunningAgent()) -> tuple[str, list[str]]:
    """What `agent diagnose --local` gets, where nothing ran, and which metrics that sent."""
    check = _loaded(instance, agent)
    aggregator.reset()
    with _expvar(agent):
        return check.get_diagnoses(), list(aggregator.metric_names)


def results(diagnoses: str) -> dict[str, int]:
    """Of the rows of `agent diagnose`, by the id of the diagnosis."""
    return {row['name']: row['result'] for row in json.loads(diagnoses)}


def _loaded(instance: dict[str, Any], agent: RunningAgent) -> AwsDiagnosticsCheck:
    datadog_agent.set_hostname(agent.hostname)
    datadog_agent._config = dict(agent.configuration)
    vars(datadog_agent)['get_version'] = lambda: agent.version
    check = AwsDiagnosticsCheck('aws_diagnostics', {}, [instance])
    check.check_id = 'aws_diagnostics:test'
    return check


@contextmanager
def _expvar(agent: RunningAgent) -> Iterator[None]:
    """In a process of its own, which is gone afterwards: its descriptors are not the check's, nor is its port taken."""
    with expvar_server(EXPVAR_PORT, agent.provider, dict(agent.errors)) as server:
        process = get_context('fork').Process(target=server.serve_forever, daemon=True)
        process.start()
    yield
    process.terminate()
    process.join()


def _run(check: AwsDiagnosticsCheck) -> Submitted:
    aggregator.reset()
    error = check.run()
    samples = [sample for name in aggregator.metric_names for sample in aggregator.metrics(name)]
    findings = [sample for sample in samples if _short(sample.name) == 'finding']
    return Submitted(
        error=error,
        service_checks={
            _short(name): (sent.status, sent.message)
            for name in aggregator.service_check_names
            for sent in aggregator.service_checks(name)
        },
        gauges={_short(s.name) + _request(s.tags): s.value for s in samples if s not in findings},
        series=len({(sample.name, *sorted(sample.tags)) for sample in samples}),
        tags=frozenset.intersection(*(frozenset(sample.tags) for sample in samples)),
        failed=frozenset(_value(s.tags, 'diagnosis') for s in findings if s.value),
        events=list(aggregator.events),
        metadata={name: str(value) for (_, name), value in datadog_agent._metadata.items()},
        diagnoses=check.get_diagnoses(),
        file_descriptors=sum(1 for _ in Path('/proc/self/fd').iterdir()),
    )


def _short(name: str) -> str:
    return name.removeprefix('aws_diagnostics.')


def _request(tags: Sequence[str]) -> str:
    return ''.join(f' of {_value(tags, "request")}' for tag in tags if tag.startswith('request:'))


def _value(tags: Sequence[str], key: str) -> str:
    return next(tag.partition(':')[2] for tag in tags if tag.startswith(f'{key}:'))
