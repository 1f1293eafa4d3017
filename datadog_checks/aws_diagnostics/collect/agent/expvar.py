"""What the core Agent publishes at http://127.0.0.1:<expvar_port>/debug/vars about its hostname."""

import json
import re
from dataclasses import dataclass, field

from ..deadline import Deadline, RequestFailed
from ..host.text_file import printable
from .loopback_http import LocalServer

DEFAULT_PORT = 5000
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
            return HostnameVariables(printable(provider, 64), _readable(errors))
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
    return {printable(key, 64): _without_password(texts[key]) for key in sorted(texts)[:MOST_ERRORS]}


def _without_password(error: str) -> str:
    return printable(PASSWORD_IN_A_URL.sub('***', error[: LONGEST_ERROR * 10]), LONGEST_ERROR)
