"""What may answer at the address of IMDS: EC2's own service, proxies in front of it, and strangers.

Sources: the server code and issues of jtblin/kube2iam (#241, #270, #279) and uswitch/kiam (#398), and the public
documentation of Azure's and Google's metadata services.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.simulator.imds.behaviour import Persona
from tests.simulator.imds.connection import Connection
from tests.simulator.imds.http import HttpRequest, HttpResponse
from tests.simulator.imds.service import TOKEN_HEADER, refusal

Responder = Callable[[Connection, HttpRequest], HttpResponse]

_KIAM_WHITELIST = ('/latest/meta-data/instance-id', '/latest/dynamic/instance-identity/document')
_LOGIN_PAGE = b'<!doctype html><html><title>Welcome</title><p>Sign in to use this network.'
_UNTIL_CLOSED = b'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n'
_AZURE_ERROR = b'<?xml version="1.0"?><Error><Code>InvalidHttpVerb</Code><Message>PUT</Message></Error>'


def _imds(connection: Connection, request: HttpRequest) -> HttpResponse:
    return connection.service.answer(request, connection.behaviour)


def _kube2iam(connection: Connection, request: HttpRequest) -> HttpResponse:
    """A reverse proxy that adds X-Forwarded-For, which IMDS refuses, and names itself EC2ws."""
    forwarded = replace(request, headers=request.headers | {'x-forwarded-for': '172.17.0.2'})
    response = replace(connection.service.answer(forwarded, connection.behaviour), granted_token=False)
    return replace(response, status=403, body=b'') if TOKEN_HEADER in request.headers else response


def _kiam(connection: Connection, request: HttpRequest) -> HttpResponse:
    """Forwards a whitelist without the client's address and answers everything else itself."""
    if request.method == 'GET' and request.path in _KIAM_WHITELIST:
        return connection.service.answer(request, connection.behaviour)
    connection.service.record(request)
    return HttpResponse(404, b'404 page not found\n', {'Server': 'kiam'})


def _captive_portal(connection: Connection, request: HttpRequest) -> HttpResponse:
    connection.service.record(request)
    return HttpResponse(200, _LOGIN_PAGE, {'Content-Type': 'text/html', 'Server': 'portal'})


def _web_proxy(connection: Connection, request: HttpRequest) -> HttpResponse:
    """A page to everything, which says nothing of its type."""
    connection.service.record(request)
    return HttpResponse(200, _LOGIN_PAGE, {'Content-Type': '', 'Server': ''})


def _azure(connection: Connection, request: HttpRequest) -> HttpResponse:
    connection.service.record(request)
    headers = {'Content-Type': 'text/xml; charset=utf-8', 'Server': 'Microsoft-IIS/10.0'}
    return HttpResponse(404 if request.method == 'GET' else 400, _AZURE_ERROR, headers)


def _google(connection: Connection, request: HttpRequest) -> HttpResponse:
    """Wants its own header on everything, and knows no path of EC2."""
    connection.service.record(request)
    status = 404 if request.headers.get('metadata-flavor') == 'Google' else 403
    headers = {'Metadata-Flavor': 'Google', 'Server': 'Metadata Server for VM', 'Content-Type': 'text/html'}
    return HttpResponse(status, b'<!DOCTYPE html><html lang=en><title>Error</title></html>', headers)


def _no_tokens(connection: Connection, request: HttpRequest) -> HttpResponse:
    """An emulator from the time before IMDSv2: no PUT, and a token header means nothing to it."""
    if request.method != 'GET':
        connection.service.record(request)
        return refusal(405)
    plain = replace(request, headers={k: v for k, v in request.headers.items() if k != TOKEN_HEADER})
    return connection.service.answer(plain, replace(connection.behaviour, tokens='optional'))


def _speaking(responder: Responder) -> Callable[[Connection], Awaitable[None]]:
    async def converse(connection: Connection) -> None:
        request = await connection.read()
        if request is not None:
            await connection.answer(request, responder(connection, request))

    return converse


async def _take_note(connection: Connection) -> None:
    """Read the request only to have it on record."""
    request = await connection.read()
    if request is not None:
        connection.service.record(request)


async def _hanging(connection: Connection) -> None:
    await _take_note(connection)
    await connection.wait_for_the_client_to_leave()


async def _resetting(connection: Connection) -> None:
    connection.reset()


async def _garbage(connection: Connection) -> None:
    await _take_note(connection)
    await connection.send(b'\x00\xff\x1b[31mSSH-2.0-not-http\r\n' * 4)


async def _oversized_headers(connection: Connection) -> None:
    await _take_note(connection)
    filler = b''.join(b'X-Filler-%d: %s\r\n' % (number, b'a' * 1000) for number in range(64))
    await connection.send(b'HTTP/1.1 200 OK\r\n' + filler + b'Content-Length: 0\r\n\r\n')


async def _oversized_body(connection: Connection) -> None:
    await _take_note(connection)
    await connection.send(_UNTIL_CLOSED + b'a' * (1 << 20))


async def _drip(connection: Connection) -> None:
    """One byte of an endless body every 50 ms: each read succeeds, and the answer never ends."""
    await _take_note(connection)
    await connection.send(_UNTIL_CLOSED)
    while True:
        await connection.send(b'a')
        await asyncio.sleep(0.05)


PERSONAS: dict[Persona, Callable[[Connection], Awaitable[None]]] = {
    Persona.IMDS: _speaking(_imds),
    Persona.KUBE2IAM: _speaking(_kube2iam),
    Persona.KIAM: _speaking(_kiam),
    Persona.WEB_PROXY: _speaking(_web_proxy),
    Persona.CAPTIVE_PORTAL: _speaking(_captive_portal),
    Persona.AZURE: _speaking(_azure),
    Persona.GOOGLE: _speaking(_google),
    Persona.NO_TOKENS: _speaking(_no_tokens),
    Persona.HANGING: _hanging,
    Persona.RESETTING: _resetting,
    Persona.GARBAGE: _garbage,
    Persona.OVERSIZED_HEADERS: _oversized_headers,
    Persona.OVERSIZED_BODY: _oversized_body,
    Persona.DRIP: _drip,
}
