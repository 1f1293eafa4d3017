"""What runs inside a world, as the client: every function and value here travels between processes."""

import gc
import os
import warnings
from dataclasses import replace
from pathlib import Path

from datadog_checks.aws_diagnostics.collect.imds import ImdsProbe
from datadog_checks.aws_diagnostics.collect.imds.conversation import Conversation
from datadog_checks.aws_diagnostics.collect.imds.minimum_ttl import DropCounter
from datadog_checks.aws_diagnostics.collect.imds.path import PathMeasurement
from datadog_checks.aws_diagnostics.collect.imds.tcp import parse_endpoint
from datadog_checks.aws_diagnostics.collect.run import CollectOptions, Deadline
from datadog_checks.aws_diagnostics.facts import Answer, Exchange, Imds, NetworkPath, Unobserved
from datadog_checks.aws_diagnostics.facts.values import ImdsEndpoint
from tests.builders import NOW
from tests.simulator import IMDS, Family

Result = tuple[Imds, NetworkPath | Unobserved]

SECONDS = 10.0
"""More than any run here takes: the machine that runs the tests may be busy."""


def endpoint(family: Family) -> ImdsEndpoint:
    return ImdsEndpoint(f'http://{IMDS[family]}' if family == 'ipv4' else f'http://[{IMDS[family]}]')


def options(family: Family = 'ipv4', timeout: float = 0.5, **others: object) -> CollectOptions:
    """With a timeout that spares time where a reply never comes, and is still hundreds of times what IMDS needs."""
    return replace(
        CollectOptions(imds_endpoint=endpoint(family), timeout=timeout, deadline=SECONDS),
        **others,  # type: ignore[arg-type]
    )


def ask(settings: CollectOptions, seconds: float = SECONDS) -> Result:
    return ImdsProbe(settings).run(Deadline(seconds), NOW)


def ask_with(
    probe: ImdsProbe, now: float, seconds: float = SECONDS
) -> tuple[ImdsProbe, Imds, NetworkPath | Unobserved]:
    """The probe comes back with what it remembers."""
    return probe, *probe.run(Deadline(seconds), now)


def ask_behind_proxy_variables(settings: CollectOptions) -> Result:
    for name in ('http_proxy', 'HTTP_PROXY', 'ALL_PROXY'):
        os.environ[name] = 'http://192.0.2.1:3128'
    return ask(settings)


def ask_without_drop_counter(settings: CollectOptions) -> NetworkPath:
    address = parse_endpoint(settings.imds_endpoint)
    deadline = Deadline(SECONDS)
    conversation = Conversation(address, settings.imds_endpoint, settings.timeout, imdsv1_probe_interval=0.0)
    return PathMeasurement(address, conversation.hold(deadline, NOW), deadline, DropCounter(Path('/absent'))).measure()


def ask_and_tell_privileges(settings: CollectOptions) -> tuple[Result, int, dict[str, str]]:
    """With the user id and the lines of /proc/self/status about capabilities."""
    result = ask(settings)
    lines = Path('/proc/self/status').read_text().splitlines()
    status = dict(line.split(':\t', 1) for line in lines if line.startswith('Cap'))
    return result, os.getuid(), status


def ask_and_count_what_stays_open(settings: CollectOptions) -> tuple[set[str], list[str]]:
    """New descriptors, and the sockets that were left to the garbage collector to close."""
    before = open_descriptors()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always', ResourceWarning)
        ask(settings)
        gc.collect()
    return open_descriptors() - before, [str(warning.message) for warning in caught]


def open_descriptors() -> set[str]:
    return {entry.name for entry in Path('/proc/self/fd').iterdir()}


def without_times(exchange: Exchange) -> Exchange:
    """Durations vary from run to run; everything else does not."""
    if isinstance(exchange, Answer):
        return replace(exchange, connect_seconds=0.0, first_byte_seconds=0.0)
    return exchange
