"""The rules of IMDS, without a socket: which request gets which response.

Sources: Amazon EC2 User Guide, "Use the Instance Metadata Service to access instance metadata" (status codes, token
lifetime, refusal of X-Forwarded-For, PUT to a version path), and reports of real responses (names of headers, sizes).
"""

import re
import secrets
import time
from base64 import b64encode
from typing import Literal

from tests.simulator.imds.behaviour import Behaviour, Request
from tests.simulator.imds.http import HttpRequest, HttpResponse
from tests.simulator.imds.metadata import Instance, lookup

TOKEN_PATH = '/latest/api/token'
TOKEN_HEADER = 'x-aws-ec2-metadata-token'
TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds'
LONGEST_TTL = 21600

_TTL_IN_ANSWERS = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds'
_PAGE = '<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>{0}</title></head><body>{0}</body></html>\n'


class MetadataService:
    """The tokens that were granted, the requests that were seen, and the answers."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.requests: list[Request] = []
        self._expiry: dict[str, float] = {}
        self._not_known = 0

    def answer(self, request: HttpRequest, behaviour: Behaviour) -> HttpResponse:
        """The response to one request; the request is on record before its response can be seen."""
        self.record(request)
        if behaviour.endpoint == 'disabled':
            return refusal(403)
        if behaviour.throttle_every and len(self.requests) % behaviour.throttle_every == 0:
            return refusal(behaviour.throttle_status)
        match request.method:
            case 'PUT' if behaviour.token_reply == 'refused':
                return refusal(403)
            case 'PUT':
                return self._grant(request)
            case 'GET' | 'HEAD' if request.path != TOKEN_PATH:
                return self._read(request, behaviour)
            case _:
                return refusal(405, {'Allow': 'OPTIONS, PUT' if request.path == TOKEN_PATH else 'GET, HEAD'})

    def record(self, request: HttpRequest) -> None:
        forwarded = 'x-forwarded-for' in request.headers
        self.requests.append(Request(request.method, request.path, self._token_state(request), forwarded))

    def _token_state(self, request: HttpRequest) -> Literal['none', 'valid', 'invalid']:
        token = request.headers.get(TOKEN_HEADER)
        if token is None:
            return 'none'
        return 'valid' if self._seconds_left(token) > 0 else 'invalid'

    def _seconds_left(self, token: str) -> int:
        return int(self._expiry.get(token, 0.0) - time.monotonic() + 0.999)

    def _grant(self, request: HttpRequest) -> HttpResponse:
        if request.path != TOKEN_PATH or 'x-forwarded-for' in request.headers:
            return refusal(403)
        lifetime = request.headers.get(TTL_HEADER, '')
        if not re.fullmatch('[0-9]{1,5}', lifetime) or not 1 <= int(lifetime) <= LONGEST_TTL:
            return refusal(400)
        token = b64encode(secrets.token_bytes(40)).decode()
        self._expiry[token] = time.monotonic() + int(lifetime)
        return HttpResponse(200, token.encode(), {_TTL_IN_ANSWERS: lifetime}, granted_token=True)

    def _read(self, request: HttpRequest, behaviour: Behaviour) -> HttpResponse:
        match self._token_state(request):
            case 'invalid':
                return refusal(401)
            case 'none' if behaviour.tokens == 'required':
                return refusal(401)
            case 'valid' if self._not_known < behaviour.unknown_tokens:
                self._not_known += 1
                return refusal(401)
            case 'valid' if 'x-forwarded-for' in request.headers:
                return refusal(403)
        return self._document(request)

    def _document(self, request: HttpRequest) -> HttpResponse:
        body = lookup(self.instance, request.path)
        if body is None:
            return refusal(404)
        headers = {'Accept-Ranges': 'bytes'}
        token = request.headers.get(TOKEN_HEADER)
        if token is not None:
            headers[_TTL_IN_ANSWERS] = str(self._seconds_left(token))
        return HttpResponse(200, body.encode(), headers)


def refusal(status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    """A status without content. 404 has a small page on EC2, the others nothing."""
    body = _PAGE.format('404 - Not Found').encode() if status == 404 else b''
    return HttpResponse(status, body, {'Content-Type': 'text/html'} | (headers or {}))
