"""Requests to the Datadog API: ten seconds for each, no redirect, and keys in headers only."""

import json

from ..__about__ import __version__
from ..text import clean
from .account_options import Proxies
from .bounded_http import Connection, HttpAnswer, Request, received
from .datadog_answers import (
    LONGEST_ERROR,
    MOST_ERRORS,
    NOT_ACCEPTED,
    NOT_THERE,
    OTHER_SHAPE,
    THROTTLES,
    UNKNOWN_ADDRESS,
    NotAllowed,
    NotFound,
    Permission,
    Refused,
    ServerFailed,
    Throttled,
    asked_to_wait,
    body_of,
    decoded,
    list_of,
    object_of,
    text_of,
)
from .foreign import is_object, parsed
from .run import RequestFailed

__all__ = [
    'OTHER_SHAPE',
    'DatadogApi',
    'NotAllowed',
    'NotFound',
    'Permission',
    'Refused',
    'ServerFailed',
    'Throttled',
    'list_of',
    'object_of',
]

LIMIT = 1 << 20
"""Bytes of one answer."""
MOST_BYTES_OF_ERRORS = 1 << 16
TIMEOUT = 10.0
"""Seconds, for connecting, asking and answering together."""


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
        connection: Connection | None = None,
    ) -> None:
        """`connection`: one that is kept from request to request; without it, each request has its own."""
        self._url = url.rstrip('/')
        self._keys = {'DD-API-KEY': api_key, 'DD-APPLICATION-KEY': app_key} if api_key and app_key else {}
        self._timeout = timeout
        self._proxies = (proxies or Proxies()).of(url)
        self._connection = connection or Connection()
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
        return self._asked('GET', path, None, with_keys, needs, limit, seconds)

    def post(
        self, path: str, body: object, *, needs: Permission, limit: int = LIMIT, seconds: float | None = None
    ) -> object:
        """Like `get`, with both keys and a body of JSON."""
        return self._asked('POST', path, json.dumps(body).encode(), True, needs, limit, seconds)

    def delete(self, path: str, *, needs: Permission, seconds: float | None = None) -> None:
        """With both keys. Raises like `get`."""
        self._asked('DELETE', path, None, True, needs, LIMIT, seconds)

    def _asked(
        self,
        method: str,
        path: str,
        body: bytes | None,
        with_keys: bool,
        needs: Permission,
        limit: int,
        seconds: float | None,
    ) -> object:
        headers = {
            'Accept': 'application/json',
            'Accept-Encoding': 'identity',
            'User-Agent': f'datadog-aws-diagnostics/{__version__}',
            **({} if body is None else {'Content-Type': 'application/json'}),
            **(self._keys if with_keys else {}),
        }
        timeout = min(self._timeout, seconds or self._timeout)
        request = Request(method, self._url + path, headers, body)
        read = self._connection.asked(request, timeout, lambda answer: self._body(answer, needs, limit), self._proxies)
        document = decoded(read)
        if is_object(document) and document.get('status') == 'error':  # GET /api/v1/query says so with status 200
            raise Refused('Datadog did not execute the query', self._errors(document))
        return document

    def _body(self, answer: HttpAnswer, needs: Permission, limit: int) -> bytes:
        self.wait = asked_to_wait(answer)
        match answer.status_code:
            case 200 | 201:
                return body_of(answer, limit)
            case 204:
                return b'null'
            case 400 | 404 | 422:
                raise self._refusal(answer)
            case 401:
                raise NotAllowed(NOT_ACCEPTED)
            case 403:
                raise NotAllowed(needs.refused)
            case 429:
                raise Throttled(THROTTLES)
        if answer.status_code >= 500:
            raise ServerFailed(f'the Datadog API failed (status {answer.status_code})')
        raise RequestFailed(f'the Datadog API does not answer as documented (status {answer.status_code})')

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
        found = [text_of(entry) for entry in listed[:MOST_ERRORS]] if isinstance(listed, list) else []
        return tuple(self._without_keys(text) for text in found if text)

    def _without_keys(self, text: str) -> str:
        for key in self._keys.values():
            text = text.replace(key, '...')
        return clean(text, LONGEST_ERROR)
