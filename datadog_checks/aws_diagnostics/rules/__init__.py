"""Judgements on which both ends depend: a collector needs them to know what to ask next, a diagnosis to tell a fault.

Facts hold what was observed and diagnoses what it means. Whether this is EC2 decides whether IMDS is asked at all, and
whether a text is a host name decides whether a collector may keep it; so these rules are neither.
"""

from .ec2 import is_ec2_uuid, platform_of, platform_of_answer
from .hostnames import first_label, instance_id_in, is_default_hostname, why_unusable

__all__ = [
    'first_label',
    'instance_id_in',
    'is_default_hostname',
    'is_ec2_uuid',
    'platform_of',
    'platform_of_answer',
    'why_unusable',
]
