"""What is wrong with the role that Datadog assumes in this account, and with its permissions."""

from ...findings import Diagnosis

DIAGNOSES: tuple[Diagnosis, ...] = ()
