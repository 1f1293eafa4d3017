"""Whether this is EC2 at all."""

from tests.field_reports.host import HostReport, host_test
from tests.field_reports.reports import Answer
from tests.simulator import Topology

REPORTS = (
    HostReport(
        number=26,
        situation='Nothing tells which platform the machine is, and nothing answers at the address of IMDS.',
        right='Not known to be EC2, and nothing judged: exit status 3, since that is no green.',
        world={'topology': Topology.EMPTY},
        answer=Answer(exit_status=3, findings={'imds-unreachable': 'not_applicable'}),
    ),
)

test_report = host_test(REPORTS)
