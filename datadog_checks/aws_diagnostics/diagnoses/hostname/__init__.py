"""What is wrong with the name under which the Agent reports this host."""

from ...findings import Diagnosis

DIAGNOSES: tuple[Diagnosis, ...] = ()
