"""What the operator lets an account instance do, and what it takes from the Agent where nothing else is configured."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..facts import Feature
from ..facts.account import ExternalId
from ..facts.metrics import Watched
from ..facts.values import Arn
from ..text import fits
from .agent import AgentInterface
from .agent.settings import as_text, as_texts

DIRECT: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Proxies:
    """Which proxy a request follows: that of datadog.yaml (proxy.https, proxy.http, proxy.no_proxy), else that of the
    environment.

    As the HTTP wrapper of datadog_checks.base does it, with one difference: loopback and link-local addresses, and so
    IMDS, are never asked through a proxy. The addresses of the proxies may hold passwords.
    """

    https: str = field(default='', repr=False)
    http: str = field(default='', repr=False)
    no_proxy: tuple[str, ...] = ()

    def of(self, url: str) -> Mapping[str, str] | None:
        """By scheme. DIRECT: none at all. None: those of the environment."""
        if _is_local(urlsplit(url).hostname or ''):
            return DIRECT
        configured = {scheme: proxy for scheme, proxy in (('https', self.https), ('http', self.http)) if proxy}
        if not configured:
            return None
        return DIRECT if self._exempts(url) else configured

    def _exempts(self, url: str) -> bool:
        if not self.no_proxy:
            return False
        from datadog_checks.base.utils.http import should_bypass_proxy

        return bool(should_bypass_proxy(url, list(self.no_proxy)))


def _is_local(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return host == 'localhost'
    return address.is_loopback or address.is_link_local or host.lower() == 'fd00:ec2::254'


@dataclass(frozen=True, slots=True)
class Chosen:
    """Load balancers: those with one of these names, and those that have a value of each of these tags.

    In names and values, * stands for any characters and ? for one.
    """

    names: tuple[str, ...] = ()
    tags: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def by_name(self, name: str) -> bool:
        return any(fits(name, pattern) for pattern in self.names)

    def by_tags(self, tags: Mapping[str, str]) -> bool:
        """False where no tags are chosen."""
        return bool(self.tags) and all(
            key in tags and any(fits(tags[key], value) for value in values) for key, values in self.tags
        )


@dataclass(frozen=True, slots=True)
class AccountOptions:
    regions: tuple[str, ...] | None = None
    """None: those that Datadog has on record for the integration, else the region of the session."""
    role_name: str = ''
    """'' takes the name that Datadog has on record, else DatadogIntegrationRole."""
    datadog_site: str = 'datadoghq.com'
    datadog_api_url: str = ''
    """'' is https://api.<datadog_site>."""
    api_key: str = field(default='', repr=False)
    app_key: str = field(default='', repr=False)
    external_id: ExternalId | None = None
    """As configured; known by its digest."""
    assume_role_arn: str = ''
    """A role of another account to look from; '' looks with the credentials of the session."""
    assume_role_external_id: str = field(default='', repr=False)
    """Sent to STS with it; '' sends none."""
    proxies: Proxies = field(default_factory=Proxies)
    """Of the Agent, for the Datadog API and for AWS."""
    features: frozenset[Feature] = frozenset(Feature)
    fleet_filter: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Filters of ec2:DescribeInstances: (name, values)."""
    load_balancers: Chosen | None = None
    """Whose targets are counted; None for none."""
    tagged_resources: tuple[Arn, ...] = ()
    """Whose tags are compared with those that Datadog shows."""
    max_api_calls: int = 500
    """To AWS, in one run."""
    watched_metrics: tuple[Watched, ...] = ()
    """Looked up in CloudWatch and in Datadog in every run, which costs money and counts as use of the metric."""
    watched_for: float = 3 * 3600.0
    """Seconds back to which a value of a watched metric is expected."""
    dimension_tags: tuple[tuple[str, str], ...] = ()
    """(dimension of CloudWatch, key of the tag of Datadog), where it is not the documented one."""
    cache_directory: str = ''
    """Where the list of required permissions is kept; '' keeps nothing."""
    denied_since: float = 0.0
    """Seconds back to which CloudTrail is read for denied calls of the role; 0 for not at all."""
    deadline: float = 300.0
    """Seconds, of one run."""

    @property
    def datadog_url(self) -> str:
        """Of its API."""
        return self.datadog_api_url or f'https://api.{self.datadog_site}'


SEPARATORS = r'[\s,;]+'
"""Of proxy.no_proxy where it is a text, as an environment variable holds it."""


def with_agent_defaults(options: AccountOptions, agent: AgentInterface) -> AccountOptions:
    """The Agent's API key and proxies, and a directory below its run path; '' for what it does not tell, and for a
    directory that cannot be written."""
    return replace(
        options,
        api_key=options.api_key or str(agent.setting('api_key') or ''),
        proxies=_proxies(agent),
        cache_directory=options.cache_directory or _cache_directory(agent),
    )


def _proxies(agent: AgentInterface) -> Proxies:
    return Proxies(
        as_text(agent.setting('proxy.https'), ''),
        as_text(agent.setting('proxy.http'), ''),
        as_texts(agent.setting('proxy.no_proxy'), (), SEPARATORS),
    )


def _cache_directory(agent: AgentInterface) -> str:
    run_path = str(agent.setting('run_path') or '')
    if not run_path or not os.access(run_path, os.W_OK | os.X_OK):
        return ''
    return os.path.join(run_path, 'aws_diagnostics')  # noqa: PTH118  (a text, as the options hold it)
