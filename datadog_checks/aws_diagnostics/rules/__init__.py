"""Judgements on which both ends depend: a collector needs them to know what to ask next, a diagnosis to tell a fault.

Facts hold what was observed and diagnoses what it means. Whether this is EC2 decides whether IMDS is asked at all, and
whether a text is a host name decides whether a collector may keep it; so these rules are neither.
"""

from .agent_version import Version, at_least
from .ec2 import is_ec2_uuid, platform_of, platform_of_answer
from .hostnames import first_label, instance_id_in, is_default_hostname, is_of_an_image, why_shared, why_unusable
from .identity import (
    gateway_before_the_host,
    identity_of,
    instance_id_of,
    is_of_another_instance,
    may_be_of_another_instance,
    of_this_instance,
    why_no_instance_id,
)

__all__ = [
    'Version',
    'at_least',
    'first_label',
    'gateway_before_the_host',
    'identity_of',
    'instance_id_in',
    'instance_id_of',
    'is_default_hostname',
    'is_ec2_uuid',
    'is_of_an_image',
    'is_of_another_instance',
    'may_be_of_another_instance',
    'of_this_instance',
    'platform_of',
    'platform_of_answer',
    'why_no_instance_id',
    'why_shared',
    'why_unusable',
]
