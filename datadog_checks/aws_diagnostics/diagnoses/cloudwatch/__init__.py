"""What Datadog does not ask CloudWatch for although the account has it: settings of the integration's record.

What takes values from both sides, or the tags of a resource, is judged only for the metrics that the operator names.
"""

from ...findings import Diagnosis
from .metric_collection_disabled import METRIC_COLLECTION_DISABLED
from .metric_missing import METRIC_MISSING
from .namespace_not_collected import NAMESPACE_NOT_COLLECTED
from .region_not_collected import REGION_NOT_COLLECTED

DIAGNOSES: tuple[Diagnosis, ...] = (
    METRIC_COLLECTION_DISABLED,
    REGION_NOT_COLLECTED,
    NAMESPACE_NOT_COLLECTED,
    METRIC_MISSING,
)

__all__ = [
    'DIAGNOSES',
    'METRIC_COLLECTION_DISABLED',
    'METRIC_MISSING',
    'NAMESPACE_NOT_COLLECTED',
    'REGION_NOT_COLLECTED',
]
