"""What the running Agent publishes about its hostname: expvar, open to every local user, and its own API.

expvar is at http://127.0.0.1:<expvar_port>/debug/vars. The API guards itself with a token and a certificate in two
files. The token opens the whole API of the Agent, and any local user can listen on its port while the Agent is down. So
the token is sent only over a connection that the Agent's certificate has verified, and only to a loopback address. An
Agent that keeps its certificate in memory (before the file ipc_cert.pem existed) cannot be verified, so its API is not
asked.
"""

import json
import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from ...log import keep_out_of_the_log
from ...text import trimmed
from ..foreign import read_text, reason
from ..run import Deadline, RequestFailed
from .interface import AgentInterface
from .loopback_http import LocalServer
from .settings import as_port, as_text

if TYPE_CHECKING:
    import ssl

EXPVAR_PORT = 5000
LARGEST_DOCUMENT = 8 * 1024 * 1024
LONGEST_ERROR = 300
MOST_ERRORS = 32
PASSWORD_IN_A_URL = re.compile(r'(?<=//)[^/@\s]+(?=@)')


@dataclass(frozen=True, slots=True)
class HostnameVariables:
    provider: str
    """'' until the Agent has resolved its name, and for good on Fargate."""
    errors: dict[str, str] = field(default_factory=dict)
    """Why providers gave no name, each at most 300 characters."""


def ask_expvar(port: int, deadline: Deadline) -> HostnameVariables:
    """Raises RequestFailed where nothing answers, or something else than the Agent: the port is popular."""
    server = LocalServer('127.0.0.1', port)
    document = parse_object(server.get('/debug/vars', deadline, limit=LARGEST_DOCUMENT))
    match document.get('hostname'):
        case {'provider': str(provider), 'errors': dict(errors)}:
            return HostnameVariables(trimmed(provider, 64), _readable(errors))
    raise RequestFailed(f'{server} is not the Agent: what it answers says nothing of a hostname provider')


def parse_object(body: bytes) -> dict[str, object]:
    """A JSON object; an empty one for anything else."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def _readable(errors: dict[str, object]) -> dict[str, str]:
    texts = {key: error for key, error in errors.items() if isinstance(error, str)}
    return {trimmed(key, 64): _without_password(texts[key]) for key in sorted(texts)[:MOST_ERRORS]}


def _without_password(error: str) -> str:
    return trimmed(PASSWORD_IN_A_URL.sub('***', error[: LONGEST_ERROR * 10]), LONGEST_ERROR)


API_PORT = 5001
LARGEST_INVENTORY = 4 * 1024 * 1024
"""It contains the Agent's whole configuration, several times over."""
LARGEST_CERTIFICATE_FILE = 64 * 1024
CERTIFICATE = re.compile(r'-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----')
TOKEN = re.compile(r'[\x21-\x7e]{1,1024}')


@dataclass(frozen=True, slots=True)
class Inventory:
    """`''` for what the Agent leaves open."""

    hostname: str
    version: str
    provider: str


def ask_inventory(agent: AgentInterface, deadline: Deadline) -> Inventory:
    """From /agent/metadata/inventory-agent. Raises RequestFailed, which never contains the token.

    A sidecar, and an Agent that found no hostname, leaves `hostname_source` out.

    Source of the shape: comp/metadata/inventoryagent/README.md in DataDog/datadog-agent.
    """
    server = LocalServer(_address(agent), as_port(agent.setting('cmd_port'), API_PORT), _verification(agent))
    body = server.get(
        '/agent/metadata/inventory-agent',
        deadline,
        limit=LARGEST_INVENTORY,
        authorization=f'Bearer {_read_token(agent)}',
    )
    document = parse_object(body)
    match document.get('agent_metadata'):
        case {'hostname_source': str(source), **rest}:
            return Inventory(_text(document.get('hostname')), _text(rest.get('agent_version')), _text(source))
        case {'agent_version': str(version), **rest} if 'hostname_source' not in rest:
            return Inventory(_text(document.get('hostname')), _text(version), '')
    raise RequestFailed(f'{server} answers without a hostname source')


def _address(agent: AgentInterface) -> str:
    """`ipc_address` is the older name of `cmd_host`, and wins."""
    host = as_text(agent.setting('ipc_address') or agent.setting('cmd_host'), 'localhost')
    if host == 'localhost':
        return '127.0.0.1'
    try:
        local = ip_address(host).is_loopback and '%' not in host  # no scope of IPv6, which may be any text
    except ValueError:
        local = False
    if not local:
        raise RequestFailed('cmd_host is not a loopback address')
    return host


def _verification(agent: AgentInterface) -> 'ssl.SSLContext':
    """Trusts the Agent's certificate, which is its own issuer, and nothing else; the private key is not used."""
    pem = _read(_certificate_file(agent), LARGEST_CERTIFICATE_FILE, 'certificate')
    certificate = CERTIFICATE.search(pem)
    import ssl  # OpenSSL takes 5 MB, and most hosts never need it

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=certificate[0] if certificate else '')
    except ValueError:  # ssl.SSLError is an OSError; an empty text is a ValueError
        raise RequestFailed("the file of the Agent's certificate contains none") from None
    except ssl.SSLError:
        raise RequestFailed("the Agent's certificate is malformed") from None
    return context


def _certificate_file(agent: AgentInterface) -> Path:
    """Beside the token unless its place is set, as the Agent looks for it."""
    path = as_text(agent.setting('ipc_cert_file_path'), '')
    return Path(path) if path else _token_file(agent).parent / 'ipc_cert.pem'


def _token_file(agent: AgentInterface) -> Path:
    path = as_text(agent.setting('auth_token_file_path'), '')
    return Path(path) if path else agent.configuration_directory() / 'auth_token'


def _read_token(agent: AgentInterface) -> str:
    token = _read(_token_file(agent), 4096, 'token').strip()
    if not TOKEN.fullmatch(token):
        raise RequestFailed("the file of the Agent's token holds none")
    keep_out_of_the_log(token)
    return token


def _read(path: Path, limit: int, what: str) -> str:
    try:
        return read_text(path, limit)
    except (OSError, ValueError) as e:
        raise RequestFailed(f"the file of the Agent's {what} cannot be read ({reason(e)})") from None


def _text(value: object) -> str:
    return trimmed(value) if isinstance(value, str) else ''
