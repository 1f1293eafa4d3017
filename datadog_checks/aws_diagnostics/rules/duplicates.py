"""Why an EC2 instance has several rows in Datadog's host list, as far as the rows and their Agents tell.

Datadog merges the row of the AWS integration with that of an Agent whose name or alias is the instance id
(https://github.com/DataDog/datadog-agent/issues/3210), within hours (its guide on troubleshooting the integration).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ..facts import Unobserved
from ..facts.account import HostMeta, HostRow
from ..facts.values import AccountId, InstanceId, RegionName
from ..text import counted, duration, listed, quoted
from .hostnames import DEFAULT_PREFIXES, WINDOWS_DEFAULT_PREFIX, instance_id_in

STOPPED_AFTER = 900
"""Seconds: an Agent reports every 15."""
IN_CONTAINERS = ('helm', 'operator', 'kubernetes', 'docker', 'ecs', 'terraform', 'cdk')
"""Parts of the names of tools that install an Agent as a container; its operating system has the container's name."""
CONTAINER_NAME = re.compile('[0-9a-f]{12}')
"""That Docker gives to a container."""


class Cause(StrEnum):
    SET_BY_HAND = 'hostname-set-by-hand'
    OS_NAME = 'os-hostname'
    DEFAULT_NAME = 'default-hostname'
    WINDOWS_NAME = 'windows-hostname'
    NODE_NAME = 'kubernetes-node-name'
    STOPPED = 'agent-stopped'
    RENAMED = 'renamed'
    AWS_ROW_LEFT = 'aws-row-left'
    TWO_AGENTS = 'two-agents'
    SHARED_NAME = 'several-instances'
    NOT_KNOWN = 'not-known'


About = Mapping[str, HostMeta] | Unobserved
"""What is known of Agents, by the names of their rows."""


@dataclass(frozen=True, slots=True)
class Why:
    cause: Cause
    evidence: str
    goes_away: bool | None = None
    """Whether a row leaves the list by itself; None where that is not known."""


@dataclass(frozen=True, slots=True)
class Duplicate:
    instance_id: InstanceId | None
    """None for one name of several instances."""
    names: tuple[str, ...]
    account_id: AccountId | None
    region: RegionName | None
    why: Why


@dataclass(frozen=True, slots=True)
class Age:
    """What an earlier reading of the list tells about the same rows."""

    lasted: float = 0.0
    """Seconds for which they are known to be there, where that is longer than Datadog needs to merge them."""
    young: bool = False
    """Whether they are known to be there for less than that."""


def duplicate(
    instance_id: InstanceId, rows: Sequence[HostRow], about: About, age: Age = Age(), at: int = 0
) -> Duplicate | None:
    """None where Datadog has merged the rows. `at` is when any host of the list reported last, in seconds since the
    epoch: the clock of this machine may be wrong."""
    agents = [row for row in rows if row.has_agent]
    pair = len(agents) == 1 and not agents[0].knows_aws and agents[0].name != instance_id
    if len(agents) > 1:
        why = _of_agents(agents, about, at)
    elif pair and len(rows) > 1:
        why = _of_pair(agents[0], [row for row in rows if not row.has_agent], _meta(about, agents[0]), at)
    else:
        return None
    return duplicate_of(instance_id, rows, _aged(why, age))


def _aged(why: Why, age: Age) -> Why:
    if why.goes_away is not None:
        return why
    if age.lasted:
        return replace(
            why, evidence=f'{why.evidence}; both are there for {duration(age.lasted)} or longer', goes_away=False
        )
    return replace(why, goes_away=True) if age.young and why.cause is Cause.SET_BY_HAND else why


def duplicate_of(instance_id: InstanceId | None, rows: Sequence[HostRow], why: Why) -> Duplicate:
    account_id = next((row.account_id for row in rows if row.account_id), None)
    region = next((row.region for row in rows if row.region), None)
    return Duplicate(instance_id, names_of(rows), account_id, region, why)


def names_of(rows: Sequence[HostRow]) -> tuple[str, ...]:
    """In an order that is the same in the next reading: those that are instance ids last."""
    return tuple(row.name for row in sorted(rows, key=lambda row: (row.name in row.instance_ids, row.name)))


def needs_metadata(rows: Sequence[HostRow]) -> bool:
    """Whether what the Agents say about their hosts can change the answer."""
    return any(row.has_agent and row.up for row in rows)


# Several Agents


def _of_agents(agents: Sequence[HostRow], about: About, at: int) -> Why:
    latest = max(at, *(row.reported_at for row in agents))
    running = sorted((row for row in agents if not stopped(row, latest)), key=lambda row: row.name)
    if len(running) > 1 and all(row.reported_at for row in running):
        what = ' and '.join(_agent(row, _meta(about, row)) for row in running[:3])
        return Why(Cause.TWO_AGENTS, f'{counted(len(running), "Agent")} report this instance: {what}', goes_away=False)
    if len(running) > 1:
        return Why(Cause.NOT_KNOWN, 'the rows do not say when their Agents reported last')
    silent = sorted(row.name for row in agents if row not in running)
    what = f'{listed(silent, longest=80)} {"does" if len(silent) == 1 else "do"} not report any more'
    if not running:
        return Why(Cause.STOPPED, what, goes_away=True)
    return Why(Cause.RENAMED, f'{what}, and {quoted(running[0].name)} does', goes_away=True)


def stopped(row: HostRow, latest: int, after: int = STOPPED_AFTER) -> bool:
    """Datadog calls a host up for two hours after its last report."""
    return not row.up or 0 < row.reported_at < latest - after


def _agent(row: HostRow, meta: HostMeta | Unobserved) -> str:
    """Like "'web-1' (Agent 7.60.0, dpkg)"."""
    if isinstance(meta, Unobserved):
        return quoted(row.name)
    known = ', '.join(filter(None, (meta.agent_version and f'Agent {meta.agent_version}', meta.installer)))
    return f'{quoted(row.name)}{f" ({known})" if known else ""}'


def _meta(about: About, row: HostRow) -> HostMeta | Unobserved:
    if isinstance(about, Unobserved):
        return about
    return about.get(row.name) or Unobserved('Datadog has no metadata of it')


# One Agent, and the AWS integration


def _of_pair(agent: HostRow, of_aws: Sequence[HostRow], meta: HostMeta | Unobserved, at: int) -> Why:
    name = quoted(agent.name)
    if stopped(agent, at):
        return Why(Cause.STOPPED, f'the Agent of {name} does not report any more', goes_away=True)
    if not any(row.up or row.aws_reports for row in of_aws):
        return Why(Cause.AWS_ROW_LEFT, 'the AWS integration does not report its row any more', goes_away=True)
    if agent.cluster and agent.name.lower().endswith(f'-{agent.cluster.lower()}'):
        return Why(Cause.NODE_NAME, f'{name} is the name of a node, with that of its cluster {quoted(agent.cluster)}')
    if agent.name.lower().startswith(WINDOWS_DEFAULT_PREFIX):
        what = 'a default name of Windows on EC2, which an Agent keeps unless ec2_use_windows_prefix_detection is true'
        return Why(Cause.WINDOWS_NAME, f'{name} is {what}')
    if agent.name.lower().startswith(DEFAULT_PREFIXES):
        what = 'a default name of EC2, for which an Agent takes the instance id where it can read it'
        return Why(Cause.DEFAULT_NAME, f'{name} is {what}')
    if isinstance(meta, Unobserved):
        return Why(Cause.NOT_KNOWN, f'nothing is known of the Agent of {name}: {meta.reason}')
    if not meta.socket_hostname:
        return Why(Cause.NOT_KNOWN, f'Datadog does not know the hostname of the operating system of {name}')
    return _by_metadata(agent, meta)


def _by_metadata(agent: HostRow, meta: HostMeta) -> Why:
    name, of_os = quoted(agent.name), quoted(meta.socket_hostname)
    if agent.name.lower() in (meta.socket_hostname.lower(), meta.socket_fqdn.lower()):
        named = 'begins with the instance id' if instance_id_in(agent.name) else 'no default name of EC2'
        return Why(Cause.OS_NAME, f'{name} is the hostname of its operating system, and {named}')
    if _is_container(agent, meta):
        return Why(Cause.NOT_KNOWN, f'the Agent of {name} runs in a container, which is named {of_os}')
    return Why(
        Cause.SET_BY_HAND,
        f'the Agent reports {name}, and its operating system is named {of_os}, so its configuration sets the name. '
        'Datadog: such rows disappear a few hours after the Agent was installed, and do not affect the bill',
    )


def _is_container(agent: HostRow, meta: HostMeta) -> bool:
    named_by_docker = CONTAINER_NAME.fullmatch(meta.socket_hostname) is not None
    return bool(agent.cluster) or named_by_docker or any(part in meta.installer.lower() for part in IN_CONTAINERS)
