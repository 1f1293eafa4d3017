"""The requests that this product makes to IMDS, and what the answers say: these five, and no other path, ever.

It never reads iam/security-credentials or user-data: both hold secrets, and reading them trips security monitoring.
Values of an answer are taken only where they have exactly the form that AWS gives them: anything could answer in place
of IMDS, and the values end up in tags and in commands.
"""

import json
import re
from dataclasses import dataclass, field

from ...__about__ import __version__
from ...facts import Identity
from ...facts.values import AccountId, InstanceId, RegionName
from ...log import keep_out_of_the_log
from .http import Response

TOKEN_TTL_SECONDS = 60
"""A token serves one run. IMDS allows 1 to 21600 seconds."""
TOKEN_TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds'
TOKEN_HEADER = 'x-aws-ec2-metadata-token'
TOKEN = re.compile(rb'[\x21-\x7e]{1,8192}')
"""What may go into a header: nothing that could end the line, and no more than most servers read."""
INVALID_TOKEN = 'A' * 54 + '=='
"""Well-formed and never granted: IMDS answers 401, and does not count it as use of IMDSv1."""

TOKEN_PATH = '/latest/api/token'
INSTANCE_ID_PATH = '/latest/meta-data/instance-id'
IDENTITY_PATH = '/latest/dynamic/instance-identity/document'


class Token:
    """A session token: kept for one run, and never shown."""

    __slots__ = ('_text',)

    def __init__(self, text: str) -> None:
        self._text = text
        keep_out_of_the_log(text, passing=True)

    def __repr__(self) -> str:
        return 'Token(not shown)'

    def header(self) -> tuple[str, str]:
        return TOKEN_HEADER, self._text


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    def encode(self, host: str) -> bytes:
        """The request on the wire. `Connection: close` because IMDS closes after each answer anyway."""
        headers = (
            ('Host', host),
            ('User-Agent', f'datadog-aws-diagnostics/{__version__}'),
            ('Accept', '*/*'),
            ('Connection', 'close'),
            *self.headers,
        )
        lines = (f'{self.method} {self.path} HTTP/1.1', *(f'{name}: {value}' for name, value in headers))
        return '\r\n'.join((*lines, '', '')).encode('ascii')


PUT_TOKEN = Request('PUT', TOKEN_PATH, ((TOKEN_TTL_HEADER, str(TOKEN_TTL_SECONDS)), ('Content-Length', '0')))
GET_INSTANCE_ID_TOKENLESS = Request('GET', INSTANCE_ID_PATH)
"""This one is a use of IMDSv1."""
GET_INSTANCE_ID_INVALID_TOKEN = Request('GET', INSTANCE_ID_PATH, (Token(INVALID_TOKEN).header(),))


def get_instance_id(token: Token) -> Request:
    return Request('GET', INSTANCE_ID_PATH, (token.header(),))


def get_identity(token: Token) -> Request:
    return Request('GET', IDENTITY_PATH, (token.header(),))


def usable_token(response: Response) -> Token | None:
    """What the Agent would use as a token: it asks for no more than the status 200."""
    body = response.body.strip()
    return Token(body.decode('ascii')) if response.status == 200 and TOKEN.fullmatch(body) else None


def is_granted_as_by_imds(response: Response) -> bool:
    """A 200 proves nothing: a captive portal answers with one too. IMDS repeats the header with the time to live."""
    return TOKEN_TTL_HEADER in response.headers and usable_token(response) is not None


FORMS = {
    'imageId': re.compile(r'(?:s\.)?ami-(?:[0-9a-f]{8}|[0-9a-f]{17})'),
    'instanceType': re.compile('[a-z0-9][a-z0-9.-]{0,39}'),
    'availabilityZone': re.compile('[a-z]{2,8}(?:-[a-z0-9]{1,16}){1,6}'),
}


def instance_id(response: Response) -> InstanceId | None:
    """None where the answer is anything else."""
    text = response.body.strip().decode('ascii', 'replace')
    return InstanceId.of(text) if response.status == 200 else None


def identity(response: Response) -> Identity | None:
    """From the instance identity document. A field without its form is None or ''; None where no field has it."""
    if response.status != 200:
        return None
    try:
        document = json.loads(response.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    region, account = RegionName.of(document.get('region')), AccountId.of(document.get('accountId'))
    image, kind, zone = (_field(document, key) for key in FORMS)
    id = InstanceId.of(document.get('instanceId'))
    return Identity(region, account, image, kind, zone, id) if any((region, account, image, kind, zone, id)) else None


def _field(document: dict[str, object], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) and FORMS[key].fullmatch(value) else ''
