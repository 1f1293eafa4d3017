"""Which instance a host is, and whether it is one at all."""

from tests.field_reports.host import HostReport, StandIn, host_test
from tests.field_reports.reports import Answer, Fix
from tests.simulator import Instance, Persona, Topology

THIS, OTHER = 'i-0123456789abcdef0', 'i-0bbbbbbbbbbbbbbbb'
OF_ANOTHER = Instance(instance_id=OTHER)
IN_A_POD = {'KUBERNETES_SERVICE_HOST': '10.100.0.1'}
DMI = '/sys/devices/virtual/dmi/id'
XEN = {f'{DMI}/sys_vendor': 'Xen\n', f'{DMI}/bios_version': '4.11.amazon\n'}
CLOUD_INIT_FILE = '/var/lib/cloud/data/instance-id'
NAMED_BY_THE_SYSTEM = {'hostname_trust_uts_namespace': True}

REPORTS = (
    HostReport(
        number=1,
        situation='A router, a VPN or a proxy answers with the metadata of its own instance, and the Agent took its '
        'name from there. The firmware says that the machine is another one.',
        sources=['PaloAltoNetworks/aws#20', 'boto/boto#1146', 'openshift/openshift-ansible#1998'],
        right='The IMDS of another instance answers. Nothing else is said about that IMDS, and no command, tag or '
        'sample carries either id.',
        world={'instance': OF_ANOTHER},
        agent=StandIn(hostname=OTHER),
        answer=Answer(
            causes=['imds-of-another-instance'],
            exit_status=2,
            findings={
                'imds-of-another-instance': 'critical',
                'imds-hop-limit-too-low': 'unknown',
                'imds-intercepted': 'unknown',
                'hostname-of-another-instance': 'unknown',
                'hostname-not-instance-id': 'unknown',
            },
            says={'imds-of-another-instance': [THIS, OTHER]},
            fixes={'imds-of-another-instance': Fix(has=['ip route get', 'board_asset_tag'], lacks=[THIS, OTHER])},
        ),
    ),
    HostReport(
        number=1,
        variant='the VPN started after the Agent',
        situation='As before, but the Agent still has the name that the firmware confirms.',
        right='The IMDS of another instance answers; whether the name is right stays open, as the sources disagree.',
        world={'instance': OF_ANOTHER},
        agent=StandIn(hostname=THIS),
        answer=Answer(
            causes=['imds-of-another-instance'], exit_status=2, findings={'hostname-not-instance-id': 'unknown'}
        ),
    ),
    HostReport(
        number=1,
        variant='in a pod, by IMDSv1 alone',
        situation='As before, in a pod whose token reply is lost; the IMDS of the other instance answers without one.',
        right='The IMDS of another instance answers. Its hop limit and its IMDSv1 are not those of this instance.',
        world={'topology': Topology.CONTAINER, 'instance': OF_ANOTHER, 'hop_limit': 1, 'tokens': 'optional'},
        agent=StandIn(hostname=OTHER, environ=IN_A_POD),
        instance={'imdsv1': 'disabled'},
        answer=Answer(
            causes=['imds-of-another-instance'],
            exit_status=2,
            findings={'imds-hop-limit-too-low': 'unknown', 'imdsv1-enabled': 'unknown'},
            says={'imds-of-another-instance': ['172.17.0.1']},
            fixes={'imds-of-another-instance': Fix(has=['on the host of this container'], lacks=['ip route add'])},
        ),
    ),
    HostReport(
        number=1,
        variant='on Xen',
        situation='A Xen instance, whose firmware has no id. IMDS and the file of cloud-init give different ids.',
        right='Which of the two is right cannot be told: either the IMDS of another instance answers, or an image '
        'brought the file along. No command carries either id.',
        world={'instance': OF_ANOTHER, 'tokens': 'optional', 'files': {**XEN, CLOUD_INIT_FILE: THIS}},
        agent=StandIn(hostname=OTHER),
        instance={'imdsv1': 'disabled'},
        answer=Answer(
            causes=['imdsv1-enabled'],
            findings={'imds-of-another-instance': 'unknown', 'hostname-not-instance-id': 'unknown'},
            says={'imds-of-another-instance': [THIS, OTHER]},
            fixes={'imdsv1-enabled': Fix(has=['INSTANCE_ID'], lacks=[THIS, OTHER])},
        ),
    ),
    HostReport(
        number=1,
        variant='on Xen, behind a VPN',
        situation='A Xen instance whose way to IMDS leads through the gateway of a VPN, to another instance. The Agent '
        'took its name from there.',
        right='A gateway before IMDS on a host is the fault, and what answers behind it is no proof of which instance '
        'this is: no verdict, command or tag takes that id for the one of this instance.',
        world={
            'topology': Topology.CONTAINER,
            'instance': OF_ANOTHER,
            'tokens': 'required',
            'hop_limit': 2,
            'files': XEN,
        },
        agent=StandIn(hostname=OTHER),
        answer=Answer(
            causes=['imds-behind-gateway'],
            findings={'hostname-of-another-instance': 'unknown', 'hostname-not-instance-id': 'unknown'},
            says={'hostname-of-another-instance': ['answered behind a gateway']},
        ),
    ),
    HostReport(
        number=1,
        variant='on Xen, behind a VPN, and the Agent started before it',
        situation='The same, with an Agent that has the default name of the system.',
        right='A restart would give it the name of another instance: the gateway comes first.',
        world={
            'topology': Topology.CONTAINER,
            'instance': OF_ANOTHER,
            'tokens': 'required',
            'hop_limit': 2,
            'files': XEN,
        },
        agent=StandIn(hostname='ip-10-0-0-12', provider='os', settings=NAMED_BY_THE_SYSTEM),
        answer=Answer(
            causes=['imds-behind-gateway'],
            exit_status=2,
            findings={'hostname-stale': 'unknown', 'hostname-not-instance-id': 'unknown'},
        ),
    ),
    HostReport(
        number=1,
        variant='and the Agent has the name of the system',
        situation='The IMDS of another instance answers an Agent that has the default name of the system.',
        right='Only the IMDS is to be repaired: a restart before that would name the Agent by the other instance.',
        world={'instance': OF_ANOTHER},
        agent=StandIn(hostname='ip-10-0-0-12', provider='os', settings=NAMED_BY_THE_SYSTEM),
        answer=Answer(causes=['imds-of-another-instance'], exit_status=2),
    ),
    HostReport(
        number=1,
        variant='and the Agent has a name of its own',
        situation='The IMDS of another instance answers, and the system has a name that keeps the Agent from asking.',
        right='What would make the Agent ask AWS says that the IMDS comes first, as it names another instance.',
        world={'instance': OF_ANOTHER, 'os_hostname': 'web-01'},
        agent=StandIn(hostname='web-01', provider='os', settings=NAMED_BY_THE_SYSTEM),
        answer=Answer(
            causes=['imds-of-another-instance', 'hostname-custom-os-name'],
            exit_status=2,
            fixes={'hostname-custom-os-name': Fix(has=['First fix imds-of-another-instance'])},
        ),
    ),
    HostReport(
        number=1,
        variant='the VPN is gone since',
        situation='The IMDS of another instance answered when the Agent started, and its own answers now.',
        right='A restart names it by its own id. No image is to blame, and no setting.',
        world={'tokens': 'required', 'hop_limit': 2},
        agent=StandIn(hostname=OTHER),
        answer=Answer(
            causes=['hostname-of-another-instance'],
            exit_status=2,
            fixes={
                'hostname-of-another-instance': Fix(
                    has=['answered then', 'Restart the Agent'], lacks=['Rebuild the image', 'DD_HOSTNAME']
                )
            },
        ),
    ),
    HostReport(
        number=1,
        variant='on Xen, and the Agent has the name of the system',
        situation='IMDS and the file of cloud-init give different ids, and a restart would take the one of IMDS.',
        right='Which instance this is comes first. No restart is advised before that.',
        world={'instance': OF_ANOTHER, 'tokens': 'required', 'files': {**XEN, CLOUD_INIT_FILE: THIS}},
        agent=StandIn(hostname='ip-10-0-0-12', provider='os', settings=NAMED_BY_THE_SYSTEM),
        answer=Answer(
            causes=['hostname-provider-mismatch'],
            exit_status=2,
            findings={'hostname-stale': 'unknown', 'imds-of-another-instance': 'unknown'},
            fixes={
                'hostname-provider-mismatch': Fix(
                    has=['First compare the id'], lacks=['Restart the Agent', THIS, OTHER]
                )
            },
        ),
    ),
    HostReport(
        number=2,
        situation='A pod on a Xen instance, whose firmware has no id. The image was made from another instance, with '
        'the state of cloud-init in it; hostname_file points there, and the hop limit is 1.',
        sources=['canonical/cloud-init#3711'],
        right='The id of the instance is not known, as the file that is judged is no evidence for itself. The commands '
        'say INSTANCE_ID and how to find it.',
        world={
            'topology': Topology.CONTAINER,
            'hop_limit': 1,
            'tokens': 'required',
            'files': {**XEN, '/etc/instance-id': OTHER, CLOUD_INIT_FILE: OTHER},
        },
        agent=StandIn(
            hostname=OTHER, provider='hostnameFile', settings={'hostname_file': '/etc/instance-id'}, environ=IN_A_POD
        ),
        answer=Answer(
            causes=['imds-hop-limit-too-low'],
            findings={'hostname-of-another-instance': 'unknown', 'hostname-not-instance-id': 'unknown'},
            says={'hostname-of-another-instance': ["only cloud-init's file says"]},
            fixes={
                'imds-hop-limit-too-low': Fix(
                    has=['INSTANCE_ID:?', 'AWS_REGION:?', 'describe-instances'],
                    lacks=[OTHER, 'cloud-init query instance_id'],
                )
            },
        ),
    ),
    HostReport(
        number=2,
        variant='IMDS answers',
        situation='The same image on a Xen instance where IMDS answers with a token and an identity document.',
        right='The Agent has the name of the instance from which the image was made. IMDS says which one this is.',
        world={'tokens': 'required', 'files': {**XEN, CLOUD_INIT_FILE: OTHER}},
        agent=StandIn(hostname=OTHER, provider='hostnameFile', settings={'hostname_file': CLOUD_INIT_FILE}),
        answer=Answer(
            causes=['hostname-of-another-instance'],
            exit_status=2,
            says={'hostname-of-another-instance': [THIS, OTHER]},
            fixes={
                'hostname-of-another-instance': Fix(
                    has=['emove hostname_file', 'cloud-init status'], lacks=[OTHER, 'tee']
                )
            },
        ),
    ),
    HostReport(
        number=4,
        situation="Another vendor's machine, whose product uuid happens to begin like one of EC2, read by root.",
        sources=['canonical/cloud-init#6987', 'RedHatInsights/insights-core#2904'],
        right='Not EC2, and quiet: a weak sign never outvotes the name of the maker.',
        world={
            'topology': Topology.EMPTY,
            'files': {
                f'{DMI}/board_vendor': 'Hetzner\n',
                f'{DMI}/sys_vendor': 'Hetzner\n',
                f'{DMI}/product_uuid': 'ec2e1916-9099-7caf-fd21-012345abcdef\n',
            },
        },
        agent=StandIn(hostname='web-1', provider='os'),
        answer=Answer(exit_status=0, findings={'imds-unreachable': 'not_applicable'}, never=['ip route add']),
    ),
    HostReport(
        number=4,
        variant='and IMDS answers',
        situation="Another vendor's machine, from where an IMDS of EC2 can be reached through a VPN.",
        right='Not EC2, and nothing is asked: an answer at the address never outvotes the name of the maker.',
        world={'files': {f'{DMI}/board_vendor': 'Dell Inc.\n', f'{DMI}/bios_version': '4.11.amazon\n'}},
        agent=StandIn(hostname='web-1', provider='os'),
        answer=Answer(exit_status=0, findings={'imds-unreachable': 'not_applicable'}),
    ),
    HostReport(
        number=23,
        situation='An instance on a Snow device, whose id begins with s.i-.',
        sources=['https://docs.aws.amazon.com/snowball/latest/developer-guide/edge-compute-instance-metadata.html'],
        right='A known form of id: the Agent that is named by it has the right name.',
        world={
            'instance': Instance(instance_id='s.i-0123456789abcdef0', image_id='s.ami-0abcdef1234567890'),
            'files': {f'{DMI}/board_vendor': 'Amazon EC2\n'},
        },
        agent=StandIn(hostname='s.i-0123456789abcdef0', settings=NAMED_BY_THE_SYSTEM),
        answer=Answer(exit_status=0, findings={'hostname-not-instance-id': 'ok', 'hostname-of-another-instance': 'ok'}),
    ),
    HostReport(
        number=24,
        situation='A machine without DMI in another cloud, whose emulation of EC2 gives the id i-0000001a.',
        right='Not proven to be EC2: exit status 3, and nothing judged.',
        world={'instance': Instance(instance_id='i-0000001a'), 'persona': Persona.NO_TOKENS, 'files': {}},
        agent=StandIn(hostname='web-1', provider='os'),
        answer=Answer(exit_status=3, findings={'imds-unreachable': 'not_applicable'}),
    ),
    HostReport(
        number=24,
        variant='with tokens and a document',
        situation='The same, by an emulation that grants tokens and gives an identity document with that id.',
        right='EC2 does not number its ids in a row, so this is not proven to be EC2: exit status 3.',
        world={'instance': Instance(instance_id='i-0000001a'), 'tokens': 'required', 'hop_limit': 2, 'files': {}},
        agent=StandIn(hostname='web-1', provider='os'),
        answer=Answer(exit_status=3, findings={'imds-unreachable': 'not_applicable'}),
    ),
    HostReport(
        number=24,
        variant='a real IMDS',
        situation='A machine that hides its DMI, where IMDS grants tokens and gives an identity document that fits.',
        right='EC2, by what EC2 alone gives.',
        world={'tokens': 'required', 'hop_limit': 2, 'files': {}},
        agent=StandIn(settings=NAMED_BY_THE_SYSTEM),
        answer=Answer(exit_status=0, findings={'imds-unreachable': 'ok', 'hostname-not-instance-id': 'ok'}),
    ),
)
test_report = host_test(REPORTS)
