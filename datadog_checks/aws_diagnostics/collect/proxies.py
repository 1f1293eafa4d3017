"""Which proxy a request of an account instance follows: that of datadog.yaml, else that of the environment.

As the HTTP wrapper of datadog_checks.base does it, with one difference: loopback and link-local addresses, and so IMDS,
are never asked through a proxy.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

DIRECT: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Proxies:
    """The Agent's settings proxy.https, proxy.http and proxy.no_proxy; without the first two, the environment counts.

    The addresses may hold passwords.
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
