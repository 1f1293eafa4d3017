"""The form of an EC2 instance id."""

import re

INSTANCE_ID = re.compile('i-([0-9a-f]{8}|[0-9a-f]{17})')
"""Eight digits until 2016, seventeen since ("Amazon EC2 resource IDs" in the EC2 user guide)."""


def is_instance_id(text: str) -> bool:
    """Whether this, and nothing more, is an instance id: what is not must never reach a command to be pasted."""
    return INSTANCE_ID.fullmatch(text) is not None
