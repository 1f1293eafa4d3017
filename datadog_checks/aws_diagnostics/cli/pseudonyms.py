"""Pseudonyms of the same form: an instance id for an instance id, an address for an address.

The same value gets the same pseudonym within one run. They are keyed hashes, and the key is never written: nobody can
compute them for all account ids and compare.
"""

import hashlib
import hmac
import ipaddress
import re
import secrets

from ..collect.metric_names import metric_names
from ..expectations import ANY_HOSTNAME, INSTANCE_ID
from ..rules.datadog_role import ACCOUNTS
from ..rules.dimension_tags import TAG_KEYS

PUBLIC = frozenset(
    {
        *(id for accounts in ACCOUNTS.values() for id in accounts.values()),
        *('DatadogIntegrationRole', 'DatadogAWSIntegrationRole', INSTANCE_ID, ANY_HOSTNAME),
        *('169.254.169.254', 'fd00:ec2::254', '169.254.170.2', '127.0.0.1', '::1', '0.0.0.0', '::'),
    }
)
"""Datadog's accounts, documented names, and addresses that every host has."""

RESOURCE = re.compile(r'((?:s\.)?[a-z]{1,8})-([0-9a-f]{17}|[0-9a-f]{8})')
"""The id of an instance, launch template, image, network interface; on a Snow device it begins with `s.`."""
NODE = re.compile('(i-[0-9a-f]{17})-(.+)')
"""A node that is named by its instance id, to which the Agent has appended the name of the cluster."""
REGION = (
    r'(?:us(?:-gov|-iso[a-z]?)?|eu(?:-isoe)?|eusc-de|ap|sa|ca|me|af|il|mx|cn)'
    r'-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-[0-9]{1,2}'
)
"""https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html.

A wider form would fit `prod-db-01` as well."""
DEFAULT_NAME = re.compile(r'ip((?:-\d{1,3}){4})')
OTHER_DEFAULT_NAME = re.compile(r'(domU-|domu-|EC2AMAZ-|ec2amaz-)[A-Za-z0-9-]+')
"""Host names that EC2 gives."""
DOMAIN_OF_AWS = re.compile(rf'(?:\.{REGION})?\.compute\.internal\Z|\.ec2\.internal\Z')
WORDS_OF_METRICS = {
    **{
        field: '|'.join(sorted({re.escape(getattr(name, field)) for name in metric_names().table}))
        for field in ('datadog', 'metric', 'statistic', 'unit')
    },
    **dict.fromkeys(('metrics', 'streamed'), '|'.join(re.escape(name.datadog) for name in metric_names().table)),
    'dimension': '|'.join(sorted({name for names in TAG_KEYS.values() for name in names})),
}
"""By the field of a fact: what Datadog's documentation has. Names of another's own metrics may say whose they are."""
ACCOUNT = re.compile('[0-9]{12}')
DIGEST = re.compile('[0-9a-f]{12}')
PRINCIPAL = re.compile(r'(AWS|Service|Federated|CanonicalUser):(.+)', re.DOTALL)
ARN = re.compile(r'(arn:aws(?:-[a-z]{1,12}){0,3}):([a-z0-9-]{1,63}):([a-z0-9-]{0,40}):([0-9]{12}|aws|):(.*)', re.DOTALL)
AWS_MANAGED = re.compile(r'arn:aws[a-z-]*:iam::aws:policy/[\w+=,.@/-]{1,200}')
URL = re.compile(r'(https?://)(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+))((?::[0-9]{1,5})?/?)')
AWS_SERVICE = re.compile(
    r'(?=[a-z0-9-]{1,30}\.)[a-z]+[0-9]{0,2}[a-z]*(?:-[a-z]+[0-9]{0,2}[a-z]*)*\.amazonaws\.com(?:\.cn)?'
)
"""A service principal, like ecs-tasks.amazonaws.com; no digits that could be an address or an account id."""
KINDS = frozenset({'root', 'role', 'user', 'policy', 'assumed-role', 'federated-user', 'aws-service-role'})


class Pseudonyms:
    """`key` is for tests; without it nobody knows it."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(32)

    def of(self, text: str) -> str:
        """For any name, id or address, or several of them in an ARN; what is public stays."""
        principal = PRINCIPAL.fullmatch(text)
        kind, rest = (f'{principal[1]}:', principal[2]) if principal else ('', text)
        return kind + (rest if AWS_MANAGED.fullmatch(rest) else self._arn(rest) or self._one(rest))

    def short(self, text: str) -> str:
        """Of one form for every text: eleven letters and digits."""
        return f'x{self._hex(text, 10)}'

    def _arn(self, text: str) -> str:
        """'' for what is none. The kinds of a resource, like role and policy, are words."""
        match = ARN.fullmatch(text)
        if match is None:
            return ''
        partition, service, region, account, resource = match.groups()
        parts = [part if part in KINDS or not part else self._one(part) for part in resource.split('/')]
        place = region if not region or re.fullmatch(REGION, region) else self.short(region)
        head = self._id(service) or service
        owner = account if account in ('', 'aws') else self._one(account)
        return f'{partition}:{head}:{place}:{owner}:{"/".join(parts)}'

    def _one(self, text: str) -> str:
        if text in PUBLIC or AWS_SERVICE.fullmatch(text) or not text.strip('*?'):
            return text
        if text.startswith('/'):
            return '/'.join(self._id(part) or self._name(part) for part in text.split('/'))
        return self._id(text) or self._address(text) or self._name(text)

    def _id(self, text: str) -> str:
        """'' for what is none."""
        if ACCOUNT.fullmatch(text):
            return f'{int(self._hex(text, 16), 16) % 10**12:012}'
        if DIGEST.fullmatch(text):
            return self._hex(text, 12)
        match = RESOURCE.fullmatch(text)
        return '' if match is None else f'{match[1]}-{self._hex(text, len(match[2]))}'

    def _address(self, text: str) -> str:
        """With or without http:// before it and a port behind it; '' for what is none."""
        url = URL.fullmatch(text)
        host = (url[2] or url[3]) if url else text
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return ''
        if host in PUBLIC:
            return text
        made = self._ipv4(host) if address.version == 4 else self._ipv6(address)
        return f'{url[1]}{f"[{made}]" if address.version == 6 else made}{url[4]}' if url else made

    def _ipv4(self, text: str) -> str:
        """In 198.18.0.0/15, which RFC 2544 keeps for tests."""
        return str(ipaddress.IPv4Address('198.18.0.0') + int(self._hex(text, 8), 16) % 2**17)

    def _ipv6(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        """In 2001:db8::/32, which RFC 3849 keeps for documents."""
        return str(ipaddress.IPv6Address(int(f'20010db8{self._hex(str(address), 24)}', 16)))

    def _name(self, text: str) -> str:
        """Label by label, so that a short name still is the beginning of the full one. A domain of AWS stays."""
        domain = DOMAIN_OF_AWS.search(text)
        labels = text[: domain.start()] if domain else text
        return '.'.join(map(self._label, labels.split('.'))) + (domain[0] if domain else '')

    def _label(self, label: str) -> str:
        default, other, node = (form.fullmatch(label) for form in (DEFAULT_NAME, OTHER_DEFAULT_NAME, NODE))
        if default:
            return f'ip-{self._ipv4(default[1][1:].replace("-", ".")).replace(".", "-")}'
        if other:
            return other[1] + self._hex(label, 10)
        if node:
            return f'{self._id(node[1])}-{self.short(node[2])}'
        return self._id(label) or (label and self.short(label))

    def _hex(self, text: str, digits: int) -> str:
        return hmac.new(self._key, text.encode(errors='surrogatepass'), hashlib.sha256).hexdigest()[:digits]
