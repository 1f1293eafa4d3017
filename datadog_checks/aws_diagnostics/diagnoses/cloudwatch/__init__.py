"""What Datadog does not ask CloudWatch for although the account has it: settings of the integration's record. And how
the metrics that the operator watches come to Datadog: late, seldom, twice, or after a monitor has looked for them.

Whether tag filters hide something is judged only for the metrics that the operator names.
"""

from ...findings import Diagnosis
from .cloudwatch_metrics_delayed import CLOUDWATCH_METRICS_DELAYED
from .ec2_detailed_monitoring_off import EC2_DETAILED_MONITORING_OFF
from .metric_collected_twice import METRIC_COLLECTED_TWICE
from .metric_collection_disabled import METRIC_COLLECTION_DISABLED
from .metric_missing import METRIC_MISSING
from .monitor_delay_too_small import MONITOR_DELAY_TOO_SMALL
from .namespace_not_collected import NAMESPACE_NOT_COLLECTED
from .region_not_collected import REGION_NOT_COLLECTED

DIAGNOSES: tuple[Diagnosis, ...] = (
    METRIC_COLLECTION_DISABLED,
    REGION_NOT_COLLECTED,
    NAMESPACE_NOT_COLLECTED,
    EC2_DETAILED_MONITORING_OFF,
    CLOUDWATCH_METRICS_DELAYED,
    METRIC_COLLECTED_TWICE,
    METRIC_MISSING,
    MONITOR_DELAY_TOO_SMALL,
)

__all__ = [
    'CLOUDWATCH_METRICS_DELAYED',
    'DIAGNOSES',
    'EC2_DETAILED_MONITORING_OFF',
    'METRIC_COLLECTED_TWICE',
    'METRIC_COLLECTION_DISABLED',
    'METRIC_MISSING',
    'MONITOR_DELAY_TOO_SMALL',
    'NAMESPACE_NOT_COLLECTED',
    'REGION_NOT_COLLECTED',
]
