"""Requests to the Datadog API: ten seconds for each, no redirect, and keys in headers only."""

import json
from enum import StrEnum

from ..__about__ import __version__
from ..text import clean
from .account_options import Proxies
from .bounded_http import HttpAnswer, asked, received
from .foreign import Json, is_object, parsed
from .run import RequestFailed

LIMIT = 1 << 20
"""Bytes of one answer."""
MOST_BYTES_OF_ERRORS = 1 << 16
TIMEOUT = 10.0
"""Seconds, for connecting, asking and answering together."""
LEAST_WAIT = 1.0
"""Seconds, where Datadog throttles and does not say how long."""
MOST_ERRORS, LONGEST_ERROR = 5, 160

OTHER_SHAPE = 'the answer of the Datadog API does not have the documented shape'
NOT_ACCEPTED = 'Datadog does not accept the API key or the application key (401)'
UNKNOWN_ADDRESS = 'the Datadog API does not know this address (404): check datadog_site'
NOT_THERE = 'Datadog does not have what was asked for (404)'
THROTTLES = 'Datadog throttles its API (429)'


class Throttled(RequestFailed):
    """Datadog answers again when `DatadogApi.wait` is over."""


class Refused(RequestFailed):
    """Datadog understood the request and does not fulfil it. `str()` holds nothing that it said."""

    def __init__(self, reason: str, errors: tuple[str, ...] = ()) -> None:
        super().__init__(reason)
        self.errors = errors
        """What Datadog says about it, printable and without our keys; it may quote the request."""


class NotFound(Refused):
    """Datadog knows the address, and not what was asked for."""


class Permission(StrEnum):
    """Of an application key, with what it lets it do: https://docs.datadoghq.com/account_management/rbac/permissions/"""

    AWS_CONFIGURATION_READ = 'read AWS configuration'
    HOSTS_READ = 'read hosts'
    METRICS_READ = 'read metrics'
    MONITORS_READ = 'read monitors'
    TIMESERIES_QUERY = 'query timeseries'

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
        seconds: float | None = None,
    ) -> object:
        """The JSON of a 200 answer of at most `limit` bytes, within `seconds` if they are fewer than the timeout.

        Raises RequestFailed; of it Throttled, NotFound, and Refused where Datadog says what it does not like.
        """
        return self._asked(path, None, with_keys, needs, limit, seconds)

    def post(
        self, path: str, body: object, *, needs: Permission, limit: int = LIMIT, seconds: float | None = None
    ) -> object:
        """Like `get`, with both keys and a body of JSON: for queries only, nothing is changed by them."""
        return self._asked(path, json.dumps(body).encode(), True, needs, limit, seconds)

    def _asked(
        self, path: str, body: bytes | None, with_keys: bool, needs: Permission, limit: int, seconds: float | None
    ) -> object:
        headers = {
            'Accept': 'application/json',
            'Accept-Encoding': 'identity',
            'User-Agent': f'datadog-aws-diagnostics/{__version__}',
            **({} if body is None else {'Content-Type': 'application/json'}),
            **(self._keys if with_keys else {}),
        }
        timeout = min(self._timeout, seconds or self._timeout)
        read = asked(
            self._url + path, headers, timeout, lambda answer: self._body(answer, needs, limit), self._proxies, body
        )
        decoded = _decoded(read)
        if is_object(decoded) and decoded.get('status') == 'error':  # GET /api/v1/query says so with status 200
            raise Refused('Datadog did not execute the query', self._errors(decoded))
        return decoded

    def _body(self, answer: HttpAnswer, needs: Permission, limit: int) -> bytes:
        self.wait = _asked_to_wait(answer)
        match answer.status_code:
            case 200:
                return _body(answer, limit)
            case 400 | 404 | 422:
                raise self._refusal(answer)
            case 401:
                raise RequestFailed(NOT_ACCEPTED)
            case 403:
                raise RequestFailed(needs.refused)
            case 429:
                raise Throttled(THROTTLES)
        how = 'failed' if answer.status_code >= 500 else 'does not answer as documented'
        raise RequestFailed(f'the Datadog API {how} (status {answer.status_code})')

    def _refusal(self, answer: HttpAnswer) -> RequestFailed:
        """A documented error is an answer of Datadog; anything else may come from another server."""
        try:
            errors = self._errors(parsed(received(answer, MOST_BYTES_OF_ERRORS)))
        except (ValueError, RequestFailed):
            errors = ()
        if answer.status_code == 404:
            return NotFound(NOT_THERE, errors) if errors else RequestFailed(UNKNOWN_ADDRESS)
        return Refused(f'Datadog does not accept the request (status {answer.status_code})', errors)

    def _errors(self, answer: object) -> tuple[str, ...]:
        """Of the documented shapes: {"errors": ["text"]}, {"errors": [{"title", "detail"}]}, {"error": "text"}."""
        listed = answer.get('errors', [answer.get('error')]) if is_object(answer) else []
        found = [_text_of(entry) for entry in listed[:MOST_ERRORS]] if isinstance(listed, list) else []
        return tuple(self._without_keys(text) for text in found if text)

    def _without_keys(self, text: str) -> str:
        for key in self._keys.values():
            text = text.replace(key, '...')
        return clean(text, LONGEST_ERROR)


def _text_of(error: object) -> str:
    if is_object(error):
        error = ': '.join(t for t in (error.get('title'), error.get('detail')) if isinstance(t, str))
    return error[: 4 * LONGEST_ERROR] if isinstance(error, str) else ''


def _asked_to_wait(answer: HttpAnswer) -> float:
    """X-RateLimit-Reset counts the seconds until the limit is reset; it matters when no request remains."""
    used_up = answer.status_code == 429 or answer.headers.get('X-RateLimit-Remaining') == '0'
    reset = answer.headers.get('X-RateLimit-Reset', '')
    seconds = float(reset) if reset.isascii() and reset.isdecimal() and len(reset) < 10 else 0.0
    return max(seconds, LEAST_WAIT) if used_up else 0.0


def _body(answer: HttpAnswer, limit: int) -> bytes:
    if answer.headers.get('Content-Encoding', 'identity') != 'identity':
        raise RequestFailed('the answer of the Datadog API is compressed although the request did not allow it')
    return received(answer, limit)


def _decoded(body: bytes) -> object:
    try:
        return parsed(body)
    except ValueError:
        kind = 'HTML' if body.lstrip()[:1] == b'<' else 'not JSON'
        raise RequestFailed(f'the answer is not from the Datadog API: it is {kind}') from None


def object_of(value: object) -> Json:
    """Raises RequestFailed for anything else."""
    if not is_object(value):
        raise RequestFailed(OTHER_SHAPE)
    return value


def list_of(value: object) -> list[object]:
    """Raises RequestFailed for anything else."""
    if not isinstance(value, list):
        raise RequestFailed(OTHER_SHAPE)
    return value
