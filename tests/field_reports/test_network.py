"""Bad networks and slow servers: D1 to D7 of the network reports, each as number 1 to 7."""

from collections.abc import Iterator

from tests.field_reports.host import HostReport, StandIn, host_test
from tests.field_reports.reports import Answer
from tests.simulator import Fault, Topology

ON_THE_HOST = StandIn(environ={'DD_HOSTNAME_TRUST_UTS_NAMESPACE': 'true'})
IN_A_POD = StandIn(environ={'KUBERNETES_SERVICE_HOST': '10.100.0.1'})
SLOW = Answer(
    causes=['imds-slower-than-agent-timeout'],
    findings={'imds-hop-limit-too-low': 'ok', 'imds-unreachable': 'ok', 'imds-intercepted': 'ok'},
    says={'imds-slower-than-agent-timeout': ['token PUT']},
)
NOT_MEASURED = Answer(
    findings={'imds-hop-limit-too-low': 'unknown'},
    says={'imds-hop-limit-too-low': ['the hop limit is not known']},
    never=[f'the hop limit is {number}' for number in range(1, 65)],
)


def rewritten(fault: Fault, hop_limit: int, variant: str) -> HostReport:
    return HostReport(
        scope='network',
        number=7,
        variant=variant,
        situation=f'{str(fault).capitalize()}; the hop limit is {hop_limit}, and the token arrives.',
        right='No hop limit is shown: what arrives depends on the rule as much as on the instance.',
        world={'topology': Topology.CONTAINER, 'fault': fault, 'hop_limit': hop_limit},
        agent=IN_A_POD,
        instance={'min_hop_limit': 4},
        answer=NOT_MEASURED,
    )


def reports() -> Iterator[HostReport]:
    yield HostReport(
        scope='network',
        number=1,
        situation='IMDS takes 1.2 seconds for a token, and is quick otherwise; one gateway lies in between.',
        right='IMDS takes longer than the Agent waits. The reply is slow and not lost, so the hop limit is not blamed.',
        world={'topology': Topology.CONTAINER, 'hop_limit': 2, 'delay': 1.2, 'delayed': 'PUT'},
        agent=IN_A_POD,
        answer=SLOW,
    )
    yield HostReport(
        scope='network',
        number=1,
        variant='2.4 seconds on the host itself',
        situation='IMDS takes 2.4 seconds for a token: longer than each of the two waits, but not than both together.',
        right='The same: the answer to the first request is seen when it comes.',
        world={'hop_limit': 2, 'delay': 2.4, 'delayed': 'PUT'},
        agent=ON_THE_HOST,
        answer=SLOW,
    )
    yield HostReport(
        scope='network',
        number=4,
        situation='Every connection is reset before its answer.',
        right='CRITICAL: IMDS cannot be reached, as each of several requests is reset.',
        world={'hop_limit': 2, 'reset_share': 1.0},
        agent=ON_THE_HOST,
        answer=Answer(causes=['imds-unreachable'], findings={'imds-intercepted': 'not_applicable'}),
    )
    yield HostReport(
        scope='network',
        number=5,
        situation='Half an answer comes, and then nothing more.',
        right='This is no captive portal: IMDS begins to answer, and takes longer than the Agent waits.',
        world={'hop_limit': 2, 'half_share': 1.0},
        agent=ON_THE_HOST,
        answer=Answer(causes=['imds-slower-than-agent-timeout'], findings={'imds-intercepted': 'unknown'}),
    )
    yield HostReport(
        scope='network',
        number=5,
        variant='one byte each 10 milliseconds',
        situation='Answers come one byte every 10 milliseconds.',
        right='The same.',
        world={'hop_limit': 2, 'byte_delay': 0.01},
        agent=ON_THE_HOST,
        answer=Answer(causes=['imds-slower-than-agent-timeout'], findings={'imds-unreachable': 'unknown'}),
    )
    yield HostReport(
        scope='network',
        number=6,
        situation='The gateway sends no ICMP error, so it cannot be counted, and the token reply is lost.',
        right='The hop limit is too low, and by how much is not known.',
        world={'topology': Topology.CONTAINER, 'fault': Fault.SILENT_GATEWAY, 'hop_limit': 1, 'tokens': 'required'},
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-hop-limit-too-low'],
            says={'imds-hop-limit-too-low': ['how much less is not known, as a gateway is silent']},
        ),
    )
    yield rewritten(Fault.REPLY_TTL_SET, 2, 'answers get the TTL 64')
    yield rewritten(Fault.REQUEST_TTL_LESS, 2, 'requests lose two')
    yield rewritten(Fault.REQUEST_TTL_SET, 3, 'requests get the TTL 64')
    yield rewritten(Fault.REPLY_TTL_LESS, 3, 'answers lose two')


REPORTS = tuple(reports())

test_report = host_test(REPORTS)
