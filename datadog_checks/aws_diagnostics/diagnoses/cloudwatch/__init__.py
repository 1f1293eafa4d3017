"""What Datadog does not ask CloudWatch for although the account has it: settings of the integration's record.

Two things cannot be judged safely, and are not. Whether tag filters hide something: the tags of a resource are not
among the facts, and the filters have wildcards and exclusions of their own. Whether metrics are late: that takes values
from both sides, and a delay of ten minutes, or of hours for some services, is normal.
"""

from ...findings import Diagnosis
from .metric_collection_disabled import METRIC_COLLECTION_DISABLED
from .namespace_not_collected import NAMESPACE_NOT_COLLECTED
from .region_not_collected import REGION_NOT_COLLECTED

DIAGNOSES: tuple[Diagnosis, ...] = (METRIC_COLLECTION_DISABLED, REGION_NOT_COLLECTED, NAMESPACE_NOT_COLLECTED)

__all__ = ['DIAGNOSES', 'METRIC_COLLECTION_DISABLED', 'NAMESPACE_NOT_COLLECTED', 'REGION_NOT_COLLECTED']
