"""Reading the Agent as a run does, on a host whose names are known."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from datadog_checks.aws_diagnostics.collect.agent import AgentInterface, AgentReader
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.facts import (
    Agent,
    AgentConfiguration,
    Ecs,
    HostnameProvider,
    HostnameSource,
    ProxySettings,
)
from datadog_checks.aws_diagnostics.facts.values import AgentHostname
from tests.builders import INSTANCE_ID, NOW

from .agents import described
from .documents import ERRORS_OF_A_HEALTHY_HOST, variables
from .guarded_api import guard
from .programs import HTML
from .servers import Answer, http, serving

OS_NAME = 'ip-10-0-0-12.eu-west-1.compute.internal'
CONFIGURATION = AgentConfiguration(proxy=ProxySettings(imds_in_no_proxy=True))
HEALTHY = Agent(
    hostname=AgentHostname(INSTANCE_ID),
    version=(7, 81, 3),
    configuration=CONFIGURATION,
    provider=HostnameProvider.AWS,
    source=HostnameSource.EXPVAR,
    provider_errors=ERRORS_OF_A_HEALTHY_HOST,
    ecs=Ecs.NONE,
)
INFERRED = replace(HEALTHY, source=HostnameSource.INFERRED, provider_errors={})
NOT_AN_AGENT = 'expvar: 127.0.0.1:EXPVAR is not the Agent: what it answers says nothing of a hostname provider'
NO_CERTIFICATE = "API: the file of the Agent's certificate cannot be read (ENOENT)"


def read(
    interface: AgentInterface,
    *,
    expvar_port: int | None = None,
    os_hostname: str = OS_NAME,
    environ: Mapping[str, str] | None = None,
) -> Agent:
    return reader(interface, expvar_port, environ or {}).read(
        Deadline(5), NOW, instance_id=INSTANCE_ID, os_hostname=os_hostname
    )


def reader(
    interface: AgentInterface, expvar_port: int | None = None, environ: Mapping[str, str] | None = None
) -> AgentReader:
    return AgentReader(interface, expvar_port=expvar_port, imds_address='169.254.169.254', environ=environ or {})


def read_with_expvar(provider: str, *, hostname: str = INSTANCE_ID, os_hostname: str = OS_NAME) -> Agent:
    """An Agent whose API is not there."""
    with serving(http(variables(provider))) as expvar:
        return read(described({'expvar_port': str(expvar.port)}, hostname=hostname), os_hostname=os_hostname)


def read_with_api(directory: Path, answer: Answer, *, hostname: str = INSTANCE_ID) -> Agent:
    """An Agent with another program on the port of expvar; the note has names in place of the ports."""
    api = guard(directory)
    with serving(http(HTML)) as other, serving(answer, tls=api.tls) as server:
        settings = {'expvar_port': other.port, 'cmd_port': server.port}
        agent = read(described(settings, hostname=hostname, directory=directory))
        note = agent.note.replace(str(other.port), 'EXPVAR').replace(str(server.port), 'API')
        return replace(agent, note=note)


def read_silent(
    closed_port: int,
    settings: Mapping[str, object] | None = None,
    *,
    hostname: str | None = INSTANCE_ID,
    os_hostname: str = OS_NAME,
    environ: Mapping[str, str] | None = None,
) -> Agent:
    """An Agent that answers nowhere; the note without the part that every such Agent has."""
    interface = described({'expvar_port': closed_port, **(settings or {})}, hostname=hostname)
    agent = read(interface, os_hostname=os_hostname, environ=environ)
    nobody = f'expvar: nothing listens on 127.0.0.1:{closed_port}; {NO_CERTIFICATE}; '
    assert agent.note.startswith(nobody)
    return replace(agent, note=agent.note.removeprefix(nobody))
