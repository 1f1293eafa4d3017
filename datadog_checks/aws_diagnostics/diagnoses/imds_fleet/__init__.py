"""Which instances of the account will lose their name, or still offer IMDSv1."""

from ...findings import Diagnosis

DIAGNOSES: tuple[Diagnosis, ...] = ()
