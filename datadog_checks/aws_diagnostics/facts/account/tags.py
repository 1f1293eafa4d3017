"""Which tags AWS has of the resources that the operator names, and Datadog does not show.

What AWS has comes from tag:GetResources, what Datadog shows from its host list and from the tags of metrics. Neither
says when a tag was set: `since` is when this collector first saw that it is missing.
"""

from dataclasses import dataclass

from ..observed import Unobserved
from ..values import Arn, MetricNamespace, RegionName


@dataclass(frozen=True, slots=True)
class MissingTag:
    key: str
    """As AWS has it, printable, at most 128 characters; values are not kept."""
    since: float
    other_value: bool = False
    """Datadog shows the key with another value."""
    sources: tuple[str, ...] = ()
    """Of Datadog's, by name, that have the tag although the AWS integration does not: the Agent, a user, ..."""


@dataclass(frozen=True, slots=True)
class ResourceTags:
    arn: Arn
    service: str
    """Of the ARN, like ec2."""
    region: RegionName | None
    """Where Datadog collects it; for a service without regions, where its metrics are. None where the ARN has none."""
    namespace: MetricNamespace | None
    """Of CloudWatch, that Datadog must collect for it; None where that is not known."""
    compared: int | Unobserved
    """Tags that could be compared; or why none could."""
    watched_since: float
    """When this collector compared them for the first time."""
    missing: tuple[MissingTag, ...] = ()
