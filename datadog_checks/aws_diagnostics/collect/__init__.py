"""Everything that one run of the host scope observes, within one deadline."""

import os
import time
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from ..facts import Agent, Facts, Host, Imds, NetworkPath, OperatingSystem, Platform, Route, Unobserved
from ..log import LOG
from ..rules import instance_id_of, platform_of, platform_of_answer
from .agent import AgentInterface, AgentReader
from .host import HostReader, read_route
from .imds import ImdsProbe
from .run import CollectOptions, Deadline, Ec2, OnDefect, attempt, log_defect
from .schedule import Kept

__all__ = ['CollectOptions', 'Ec2', 'HostCollector']

SHARE_FOR_IMDS = 0.8
"""Of what is left of the deadline: a silent IMDS must leave time to ask the Agent."""


class HostCollector:
    """Keeps, from run to run, what the IMDS probe remembers: one collector for each instance of the check."""

    def __init__(
        self,
        options: CollectOptions,
        agent: AgentInterface,
        environ: Mapping[str, str] = os.environ,
        on_defect: OnDefect = log_defect,
    ) -> None:
        self._options = options
        self._on_defect = on_defect
        self._imds_address = urlsplit(options.imds_endpoint).hostname or ''
        self._agent = AgentReader(
            agent,
            expvar_port=options.agent_expvar_port,
            imds_address=self._imds_address,
            environ=environ,
        )
        self._host = HostReader(environ=environ, sidecar=self._agent.sidecar)
        self._probe = ImdsProbe(options)
        self._undecided: Platform | None = None
        self._ask_again_at = 0.0
        self._route = Kept[Route | Unobserved](options.path_probe_interval)

    def collect(self) -> Facts:
        """Takes no longer than `deadline`. Never raises for what the host, the network or the Agent does."""
        now = time.time()
        deadline = Deadline(self._options.deadline)
        host = attempt('the host', lambda: self._host.read(now), self._on_defect)
        LOG.debug('host: %s', host)
        platform = self._platform(host, now)
        if platform.ec2 is False or platform is self._undecided:
            unasked = Unobserved('not asked: ' + platform.evidence)
            return Facts(now, platform, host, imds=unasked, path=unasked, agent=unasked)
        imds, path = self._observe_imds(deadline, now)
        host = self._with_route(host, imds, path, now)
        if platform.ec2 is None:
            platform = self._decide(platform, imds, now)
        facts = Facts(now, platform, host, imds, path, agent=Unobserved('not asked yet'))
        return replace(facts, agent=attempt('the Agent', lambda: self._observe_agent(facts, deadline), self._on_defect))

    def _platform(self, host: Host | Unobserved, now: float) -> Platform:
        match self._options.ec2:
            case Ec2.NEVER:
                return Platform(False, 'the option ec2 is never')
            case Ec2.ALWAYS:
                found = platform_of(host)
                return Platform(True, f'the option ec2 is always; {found.evidence}', found.instance_id)
        if self._undecided and now < self._ask_again_at:
            return self._undecided
        return platform_of(host)

    def _decide(self, unknown: Platform, imds: Imds | Unobserved, now: float) -> Platform:
        """One probe decides where the host itself tells nothing; after a "cannot tell" it is not asked for a while."""
        answer = platform_of_answer(imds)
        if answer.ec2 is None:
            self._undecided = Platform(None, f'{unknown.evidence}, and {answer.evidence}')
            self._ask_again_at = now + self._options.path_probe_interval
            return self._undecided
        self._undecided = None
        return answer

    def _observe_imds(self, deadline: Deadline, now: float) -> tuple[Imds | Unobserved, NetworkPath | Unobserved]:
        share = Deadline(deadline.remaining() * SHARE_FOR_IMDS)
        observed = attempt('IMDS', lambda: self._probe.run(share, now), self._on_defect)
        return (observed, observed) if isinstance(observed, Unobserved) else observed

    def _with_route(
        self, host: Host | Unobserved, imds: Imds | Unobserved, path: NetworkPath | Unobserved, now: float
    ) -> Host | Unobserved:
        """Asked after IMDS, so that the kernel has looked for the next node on the link. In every run while IMDSv2 does
        not work or the kernel does not tell; else whenever the path was measured, as verdicts quote both, and as
        seldom: it is a tenth of the CPU of a steady run."""
        if isinstance(host, Unobserved) or host.operating_system is not OperatingSystem.LINUX:
            return host
        seen = (imds.instance_id, path) if isinstance(imds, Imds) and imds.v2_works else None
        route = self._route.get(
            now, seen, lambda: read_route(self._imds_address), lambda route: seen and isinstance(route, Route)
        )
        return replace(host, route=route)

    def _observe_agent(self, facts: Facts, deadline: Deadline) -> Agent:
        return self._agent.read(
            deadline,
            facts.observed_at,
            instance_id=instance_id_of(facts),
            os_hostname=facts.host.os_hostname if isinstance(facts.host, Host) else '',
        )
