"""GETs to the Datadog API: ten seconds for everything, no redirect, and keys in headers only."""

from collections.abc import Mapping
from enum import StrEnum

from ..__about__ import __version__
from .account_options import Proxies
from .bounded_http import HttpAnswer, get, received
from .foreign import parsed
from .run import RequestFailed

LIMIT = 1 << 20
"""Bytes of one answer."""
TIMEOUT = 10.0
"""Seconds, for connecting, asking and answering together."""
LEAST_WAIT = 1.0
"""Seconds, where Datadog throttles and does not say how long."""

REFUSALS: Mapping[int, str] = {
    401: 'Datadog does not accept the API key or the application key (401)',
    404: 'the Datadog API does not know this address (404): check datadog_site',
    429: 'Datadog throttles its API (429)',
}


class Throttled(RequestFailed):
    """Datadog answers again when `DatadogApi.wait` is over."""


class Permission(StrEnum):
    """Of an application key, with what it lets it do."""

    AWS_CONFIGURATION_READ = 'read AWS configuration'
    HOSTS_READ = 'read hosts'
    METRICS_READ = 'read metrics'

    @property
    def refused(self) -> str:
        return (
            f'Datadog refuses: a key is not valid, or the application key may not {self}'
            f' (403, permission {self.name.lower()})'
        )


class DatadogApi:
    """One site of Datadog. Without keys only what is public."""

    def __init__(
        self,
        url: str,
        *,
        api_key: str = '',
        app_key: str = '',
        timeout: float = TIMEOUT,
        proxies: Proxies | None = None,
    ) -> None:
        self._url = url.rstrip('/')
        self._keys = {'DD-API-KEY': api_key, 'DD-APPLICATION-KEY': app_key} if api_key and app_key else {}
        self._timeout = timeout
        self._proxies = (proxies or Proxies()).of(url)
        self.wait = 0.0
        """Seconds until Datadog takes the next request, by the rate limit of the last answer."""

    def get(
        self,
        path: str,
        *,
        with_keys: bool = False,
        needs: Permission = Permission.AWS_CONFIGURATION_READ,
        limit: int = LIMIT,
    ) -> object:
        """The JSON of a 200 answer of at most `limit` bytes. Raises RequestFailed."""
        headers = {
            'Accept': 'application/json',
            'Accept-Encoding': 'identity',
            'User-Agent': f'datadog-aws-diagnostics/{__version__}',
            **(self._keys if with_keys else {}),
        }
        body = get(
            self._url + path,
            headers,
            self._timeout,
            lambda answer: self._body(answer, needs, limit),
            self._proxies,
        )
        return _decoded(body)

    def _body(self, answer: HttpAnswer, needs: Permission, limit: int) -> bytes:
        self.wait = _asked_to_wait(answer)
        if answer.status_code == 403:
            raise RequestFailed(needs.refused)
        return _body(answer, limit)


def _asked_to_wait(answer: HttpAnswer) -> float:
    """X-RateLimit-Reset counts the seconds until the limit is reset; it matters when no request remains."""
    used_up = answer.status_code == 429 or answer.headers.get('X-RateLimit-Remaining') == '0'
    reset = answer.headers.get('X-RateLimit-Reset', '')
    seconds = float(reset) if reset.isascii() and reset.isdecimal() and len(reset) < 10 else 0.0
    return max(seconds, LEAST_WAIT) if used_up else 0.0


def _body(answer: HttpAnswer, limit: int) -> bytes:
    if answer.status_code in REFUSALS:
        kind = Throttled if answer.status_code == 429 else RequestFailed
        raise kind(REFUSALS[answer.status_code])
    if answer.status_code != 200:
        how = 'failed' if answer.status_code >= 500 else 'does not answer as documented'
        raise RequestFailed(f'the Datadog API {how} (status {answer.status_code})')
    if answer.headers.get('Content-Encoding', 'identity') != 'identity':
        raise RequestFailed('the answer of the Datadog API is compressed although the request did not allow it')
    return received(answer, limit)


def _decoded(body: bytes) -> object:
    try:
        return parsed(body)
    except ValueError:
        kind = 'HTML' if body.lstrip()[:1] == b'<' else 'not JSON'
        raise RequestFailed(f'the answer is not from the Datadog API: it is {kind}') from None
