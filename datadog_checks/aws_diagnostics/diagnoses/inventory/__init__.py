"""Whether Datadog's host list shows each EC2 instance once, with tags that something keeps up to date."""

from ...findings import Diagnosis
from .host_aws_tags_lingering import HOST_AWS_TAGS_LINGERING
from .host_duplicated import HOST_DUPLICATED

DIAGNOSES: tuple[Diagnosis, ...] = (HOST_DUPLICATED, HOST_AWS_TAGS_LINGERING)

__all__ = ['DIAGNOSES', 'HOST_AWS_TAGS_LINGERING', 'HOST_DUPLICATED']
