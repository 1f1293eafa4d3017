"""What the settings of `account` may say, beyond their types. Each rule says what is allowed instead."""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

SHOWN_REGION = 'a list of regions such as eu-west-1, or integration'
REGION = re.compile(r'[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}')
ROLE_NAME = re.compile(r'[\w+=,.@-]{1,64}', re.ASCII)
ROLE_ARN = re.compile(r'arn:aws(-[a-z]+)*:iam::\d{12}:role/[\w+=,.@/-]{1,512}', re.ASCII)
KEY = re.compile(r'[!-~]{1,512}')
"""An API or application key goes into a header."""
UNRESOLVED = re.compile(r'ENC\[')
OF_THE_SWEEP = re.compile(r'metadata-options\..*|instance-state-name')
"""The filters that a sweep sets itself."""
MOST_FILTERS, MOST_VALUES = 20, 200
"""AWS takes 200 values for one filter."""


def check_values(settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is not allowed: the setting, and what is."""
    for setting, value in settings.items():
        rule = RULES.get(setting)
        allowed = rule(value) if rule else None
        if allowed:
            yield setting, allowed


def _regions(value: str | tuple[str, ...]) -> str | None:
    if isinstance(value, str):
        return None if value == 'integration' else SHOWN_REGION
    return None if value and all(REGION.fullmatch(region) for region in value) else SHOWN_REGION


def _role_name(value: str) -> str | None:
    return None if ROLE_NAME.fullmatch(value) else 'the name of a role without its path: letters, digits and +=,.@_-'


def _role_arn(value: str) -> str | None:
    return None if ROLE_ARN.fullmatch(value) else 'the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME'


def _secret(value: str) -> str | None:
    if UNRESOLVED.match(value):
        return 'resolved: only the Agent resolves ENC[], a terminal takes DD_API_KEY and DD_APP_KEY'
    if any('\ud800' <= character <= '\udfff' for character in value):
        return 'a text of whole characters, without half a surrogate pair'
    return None if value else 'a text that is not empty'


def _key(value: str) -> str | None:
    return _secret(value) or (None if KEY.fullmatch(value) else 'a key: printable ASCII without spaces')


def _features(value: object) -> str | None:
    return None if value else 'at least one of role, permissions, imds_posture, inventory, metrics'


def _api_url(value: str) -> str | None:
    allowed = "'https://HOST' or 'https://HOST:PORT', or http on loopback"
    try:
        parts = urlsplit(value)
        bare = not (parts.path.strip('/') or parts.query or parts.fragment or '@' in parts.netloc)
        valid = bare and parts.hostname and (parts.port or True)
    except ValueError:
        return allowed
    secure = parts.scheme == 'https' or (parts.scheme == 'http' and _is_loopback(parts.hostname or ''))
    return None if valid and secure else allowed


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == 'localhost'


def _fleet_filter(value: Mapping[str, object]) -> str | None:
    if len(value) > MOST_FILTERS or not all(_is_filter(name, values) for name, values in value.items()):
        return f'at most {MOST_FILTERS} filters of ec2:DescribeInstances, each a name with a list of 1 to 200 texts'
    if any(OF_THE_SWEEP.fullmatch(name) for name in value):
        return 'without instance-state-name and metadata-options.*, which the sweep sets itself'
    return None


def _is_filter(name: object, values: object) -> bool:
    if not isinstance(name, str) or not name or not isinstance(values, tuple):
        return False
    return 1 <= len(values) <= MOST_VALUES and all(isinstance(value, str) for value in values)


RULES: Mapping[str, Any] = {
    'regions': _regions,
    'role_name': _role_name,
    'assume_role_arn': _role_arn,
    'external_id': _secret,
    'api_key': _key,
    'app_key': _key,
    'features': _features,
    'datadog_api_url': _api_url,
    'fleet_filter': _fleet_filter,
}
