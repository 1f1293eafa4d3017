"""Who this instance is, from what IMDS says: taken over only where it has exactly the form that AWS gives it.

Whoever answers in IMDS's place could write anything here, and the values end up in tags and in commands that people
paste into a shell.
"""

import json
import re

from ...facts import Identity
from ...facts.values import AccountId, InstanceId, RegionName
from .http import Response

FORMS = {
    'imageId': re.compile('ami-(?:[0-9a-f]{8}|[0-9a-f]{17})'),
    'instanceType': re.compile('[a-z0-9][a-z0-9.-]{0,39}'),
    'availabilityZone': re.compile('[a-z]{2,8}(?:-[a-z0-9]{1,16}){1,6}'),
}


def instance_id(response: Response) -> InstanceId | None:
    """'i-' and 8 or 17 hexadecimal digits (EC2 user guide, "Resource IDs"); None where it is anything else."""
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
    return Identity(region, account, image, kind, zone) if region or account or image or kind or zone else None


def _field(document: dict[str, object], key: str) -> str:
    value = document.get(key)
    return value if isinstance(value, str) and FORMS[key].fullmatch(value) else ''
