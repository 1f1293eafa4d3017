"""The way to IMDS: asymmetric, through a web proxy, and just after boot."""

from dataclasses import replace

from tests.field_reports.host import HostReport, StandIn, host_test
from tests.field_reports.reports import Answer, Fix
from tests.simulator import Fault, Persona, Topology

IN_A_POD = StandIn(environ={'KUBERNETES_SERVICE_HOST': '10.100.0.1'})
ON_THE_HOST = StandIn(environ={'DD_HOSTNAME_TRUST_UTS_NAMESPACE': 'true'})
ASYMMETRIC = ('cilium/cilium#25232', 'eksctl-io/eksctl#5718', 'kubernetes-sigs/aws-ebs-csi-driver#2966')
NOT_IMDSV1 = ('IMDSv1 still works', 'IMDSv1 still hides')

REPORTS = (
    HostReport(
        number=3,
        situation=(
            'The token reply passes one gateway more than the request shows (Cilium, some VPNs). The hop limit is 2, '
            'and the reply is lost.'
        ),
        sources=ASYMMETRIC,
        right=(
            'One gateway shows on the way there and two on the way back, so it is no hop limit of 1: 3 '
            'is needed, or the host network. If the instance has that already, the way back is longer still.'
        ),
        world={'topology': Topology.CONTAINER, 'fault': Fault.ASYMMETRIC_PATH, 'hop_limit': 2, 'tokens': 'required'},
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-hop-limit-too-low'],
            findings={'imds-intercepted': 'ok'},
            says={'imds-hop-limit-too-low': ['and 2 on the way back of other answers', 'has at most 2']},
            fixes={
                'imds-hop-limit-too-low': Fix(
                    has=[
                        '--http-put-response-hop-limit 3',
                        'not below 3',
                        'If the limit is 3 or more',
                        'the host network',
                    ],
                    lacks=['--http-put-response-hop-limit 2'],
                )
            },
            never=['has at most 1'],
        ),
    ),
    HostReport(
        number=3,
        variant='hop limit 3, the token arrives',
        situation='The same with a hop limit of 3: the reply arrives with TTL 1 behind one visible gateway.',
        sources=ASYMMETRIC,
        right='Nothing is wrong, and the hop limit is not known: it is not the 2 that the visible path suggests.',
        world={'topology': Topology.CONTAINER, 'fault': Fault.ASYMMETRIC_PATH, 'hop_limit': 3},
        agent=IN_A_POD,
        instance={'min_hop_limit': 2, 'max_hop_limit': 2},
        answer=Answer(
            findings={'imds-hop-limit-too-low': 'unknown', 'imds-hop-limit-above-policy': 'unknown'},
            says={'imds-hop-limit-too-low': ['the hop limit is not known']},
            never=['the hop limit is 2'],
        ),
    ),
    HostReport(
        number=3,
        variant='a rule takes one more from the TTL of answers',
        situation='A gateway takes two from the TTL of every answer. The hop limit is 2, and the reply is lost.',
        right='As with a longer way back: 3 is needed.',
        world={'topology': Topology.CONTAINER, 'fault': Fault.REPLY_TTL_LESS, 'hop_limit': 2, 'tokens': 'required'},
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-hop-limit-too-low'],
            fixes={'imds-hop-limit-too-low': Fix(has=['--http-put-response-hop-limit 3'])},
            never=['has at most 1'],
        ),
    ),
    HostReport(
        number=8,
        variant='the metadata server of Google',
        situation='GKE on AWS: a metadata server of Google answers in place of IMDS, and the Agent is named by gce.',
        right='One cause: what answers in place of IMDS is why gce found a name, which ends the search of the Agent.',
        world={'persona': Persona.GOOGLE},
        agent=replace(ON_THE_HOST, hostname='gke-x.c.example.internal', provider='gce'),
        answer=Answer(
            causes=['imds-intercepted'],
            exit_status=2,
            findings={'hostname-provider-mismatch': 'critical', 'hostname-stale': 'not_applicable'},
        ),
    ),
    HostReport(
        number=8,
        situation='A web proxy answers with a page to everything, and names no content type.',
        sources=('DataDog/dd-agent#316',),
        right=(
            'CRITICAL: something else answers in the place of IMDS. A 200 that is not of IMDS is not IMDSv1, neither '
            'in the severity nor in the evidence.'
        ),
        world={'persona': Persona.WEB_PROXY},
        agent=ON_THE_HOST,
        instance={'imdsv1': 'disabled'},
        answer=Answer(
            causes=['imds-intercepted'],
            exit_status=2,
            findings={'imds-intercepted': 'critical', 'imdsv1-enabled': 'unknown'},
            never=NOT_IMDSV1,
        ),
    ),
    HostReport(
        number=8,
        variant='a captive portal that says that it is HTML',
        situation='A captive portal answers with its login page to everything.',
        right='The same.',
        world={'persona': Persona.CAPTIVE_PORTAL},
        agent=ON_THE_HOST,
        answer=Answer(causes=['imds-intercepted'], findings={'imds-intercepted': 'critical'}, never=NOT_IMDSV1),
    ),
    HostReport(
        number=12,
        situation='Just after boot, a fresh token is answered 401 once.',
        right='Nothing is wrong: it is asked again, with a new token, before it is a verdict.',
        world={'unknown_tokens': 1, 'hop_limit': 2, 'tokens': 'required'},
        agent=ON_THE_HOST,
        answer=Answer(exit_status=0, findings={'imds-intercepted': 'ok'}),
    ),
    HostReport(
        number=12,
        variant='a fresh token is never known',
        situation='A fresh token is answered 401 each time.',
        right='CRITICAL, but 401 is a documented answer: tokens of one server reach another one, or are changed.',
        world={'unknown_tokens': 99, 'hop_limit': 2, 'tokens': 'required'},
        agent=ON_THE_HOST,
        answer=Answer(
            causes=['imds-intercepted'],
            says={'imds-intercepted': ['the PUT and the GET reach different servers']},
            never=['no answer that IMDS gives'],
        ),
    ),
)

test_report = host_test(REPORTS)
