"""Whether Datadog shows each EC2 instance once, and whether the tags of AWS arrive and are kept up to date."""

from ...findings import Diagnosis
from .host_aws_tags_lingering import HOST_AWS_TAGS_LINGERING
from .host_duplicated import HOST_DUPLICATED
from .tags_not_propagated import TAGS_NOT_PROPAGATED

DIAGNOSES: tuple[Diagnosis, ...] = (HOST_DUPLICATED, HOST_AWS_TAGS_LINGERING, TAGS_NOT_PROPAGATED)

__all__ = ['DIAGNOSES', 'HOST_AWS_TAGS_LINGERING', 'HOST_DUPLICATED', 'TAGS_NOT_PROPAGATED']
