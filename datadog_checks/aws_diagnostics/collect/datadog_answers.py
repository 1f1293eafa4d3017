"""What the Datadog API answers, in our words: why it refuses, how long to wait, and the JSON of an answer."""

from enum import StrEnum

from .bounded_http import HttpAnswer, received
from .foreign import Json, is_object, parsed
from .run import RequestFailed

LEAST_WAIT = 1.0
"""Seconds, where Datadog throttles and does not say how long."""
MOST_ERRORS, LONGEST_ERROR = 5, 160

OTHER_SHAPE = 'the answer of the Datadog API does not have the documented shape'
NOT_ACCEPTED = 'Datadog does not accept the API key or the application key (401)'
UNKNOWN_ADDRESS = 'the Datadog API does not know this address (404): check datadog_site'
NOT_THERE = 'Datadog does not have what was asked for (404)'
THROTTLES = 'Datadog throttles its API (429)'


class ServerFailed(RequestFailed):
    """Datadog's servers have a fault (status 500 and above): whether the request had an effect is not known."""


class NotAllowed(RequestFailed):
    """Datadog does not accept the keys, or not for this (401, 403)."""


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
    DASHBOARDS_READ = 'read dashboards'
    HOST_TAGS_WRITE = 'change the tags of hosts'
    HOSTS_READ = 'read hosts'
    METRICS_READ = 'read metrics'
    MONITORS_DOWNTIME = 'read downtimes'
    MONITORS_READ = 'read monitors'
    TIMESERIES_QUERY = 'query timeseries'

    @property
    def refused(self) -> str:
        return (
            f'Datadog refuses: a key is not valid, or the application key may not {self}'
            f' (403, permission {self.name.lower()})'
        )


def text_of(error: object) -> str:
    if is_object(error):
        error = ': '.join(t for t in (error.get('title'), error.get('detail')) if isinstance(t, str))
    return error[: 4 * LONGEST_ERROR] if isinstance(error, str) else ''


def asked_to_wait(answer: HttpAnswer) -> float:
    """X-RateLimit-Reset counts the seconds until the limit is reset; it matters when no request remains."""
    used_up = answer.status_code == 429 or answer.headers.get('X-RateLimit-Remaining') == '0'
    reset = answer.headers.get('X-RateLimit-Reset', '')
    seconds = float(reset) if reset.isascii() and reset.isdecimal() and len(reset) < 10 else 0.0
    return max(seconds, LEAST_WAIT) if used_up else 0.0


def body_of(answer: HttpAnswer, limit: int) -> bytes:
    if answer.headers.get('Content-Encoding', 'identity') != 'identity':
        raise RequestFailed('the answer of the Datadog API is compressed although the request did not allow it')
    return received(answer, limit)


def decoded(body: bytes) -> object:
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
