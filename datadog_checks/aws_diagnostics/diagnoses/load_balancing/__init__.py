"""What becomes wrong in Datadog when the series of a load balancer's zones are added up."""

from ...findings import Diagnosis
from .elb_cross_zone_counts_inflated import ELB_CROSS_ZONE_COUNTS_INFLATED

DIAGNOSES: tuple[Diagnosis, ...] = (ELB_CROSS_ZONE_COUNTS_INFLATED,)

__all__ = ['DIAGNOSES', 'ELB_CROSS_ZONE_COUNTS_INFLATED']
