"""Runs the report of a host: in a world with its firmware, files, network, IMDS, Agent and settings."""

import io
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click  # noqa: F401 - it asks for sys.platform when it is imported, and `look` changes that
import pydantic.main  # noqa: F401 - the same
import pytest

from datadog_checks.aws_diagnostics.cli import (
    commands,  # noqa: F401 - `run` imports it when it is called; imported here, each world is forked with it
    run,
)
from tests.field_reports.reports import Document, Report, Scope, faults_of
from tests.served import served
from tests.simulator import World, namespaces_available
from tests.simulator.loopback import EXPVAR_PORT, expvar_server

DATADOG_YAML = 'datadog.yaml'


@dataclass(frozen=True, kw_only=True)
class StandIn:
    """The running Agent: what it says of itself, and its settings."""

    hostname: str = 'i-0123456789abcdef0'
    version: str = '7.81.3'
    provider: str | None = 'aws'
    """In expvar; None where expvar does not answer."""
    errors: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    """datadog.yaml."""
    environ: Mapping[str, str] = field(default_factory=dict)
    """Of the Agent and of the check in it."""


AN_AGENT = StandIn()


@dataclass(frozen=True, kw_only=True)
class HostReport(Report):
    scope: Scope = 'host'
    world: Mapping[str, Any] = field(default_factory=dict)
    """The arguments of World."""
    prepare: Sequence[str] = ()
    """Commands of the world's root before the run, where the Agent is: what changes its routes and devices."""
    system: str = 'linux'
    """sys.platform. Only what the check asks of Python changes; the kernel stays, and says what a socket may do."""
    agent: StandIn = AN_AGENT
    by_root: bool = False
    """The check is run by root, and not as the user of the Agent."""
    instance: Mapping[str, object] = field(default_factory=dict)
    """The options of the instance in conf.yaml."""


def host_test(reports: Sequence[HostReport]) -> Callable[..., None]:
    """The test of these reports."""

    @pytest.mark.skipif(not namespaces_available(), reason=namespaces_available().reason)
    @pytest.mark.parametrize('report', [pytest.param(report, id=report.id) for report in reports])
    def test_report(report: HostReport) -> None:
        with World(**report.world) as world:
            for command in report.prepare:
                done = world.command(command.split(), privileged=True)
                assert done.returncode == 0, f'{command}: {done.stderr}'
            run_as = world.run_as_root if report.by_root else world.run
            exit_status, output = run_as(look, report.agent, report.instance, report.system)
        document: Document = json.loads(output)['reports'][0]
        if faults := faults_of(report.answer, document, exit_status):
            pytest.fail('\n'.join(faults), pytrace=False)

    return test_report


def look(agent: StandIn, instance: Mapping[str, object], system: str = 'linux') -> tuple[int, str]:
    """Exit status and output of `aws-diagnostics check --json`, where this process is."""
    sys.platform = system
    os.environ.clear()
    os.environ.update({'PATH': os.defpath, **agent.environ})
    with _expvar(agent), tempfile.TemporaryDirectory() as folder:
        files = {DATADOG_YAML: agent.settings, 'conf.yaml': {'instances': [dict(instance)]}}
        for name, content in files.items():
            Path(folder, name).write_text(json.dumps(content), encoding='utf-8')
        return _printed(
            'check',
            '--json',
            f'--config={folder}/conf.yaml',
            f'--agent-config={folder}/{DATADOG_YAML}',
            f'--agent-hostname={agent.hostname}',
            f'--agent-version={agent.version}',
        )


def _expvar(agent: StandIn) -> AbstractContextManager[object]:
    if agent.provider is None:
        return nullcontext()
    return served(expvar_server(EXPVAR_PORT, agent.provider, dict(agent.errors)))


def _printed(*arguments: str) -> tuple[int, str]:
    printed, complained = io.StringIO(), io.StringIO()
    with redirect_stdout(printed), redirect_stderr(complained):
        status = run(arguments)
    if not printed.getvalue():
        raise AssertionError(complained.getvalue())
    return status, printed.getvalue()
