"""The name under which the Agent reports, and the names that it does not take."""

from collections.abc import Mapping
from dataclasses import replace

from tests.diagnoses.hostname.test_agent_words import TIMEOUT
from tests.field_reports.host import HostReport, StandIn, host_test
from tests.field_reports.reports import Answer, Fix
from tests.simulator import Persona, Topology, World

ID = 'i-0123456789abcdef0'
CLOUD_INIT_FILE = '/var/lib/cloud/data/instance-id'
STAND_IN = 'iid-datasource-none'
IN_A_POD = {'KUBERNETES_SERVICE_HOST': '10.100.0.1'}
TRUST = {'hostname_trust_uts_namespace': True}
SAID = (
    'not retrieving hostname from AWS: the host is not an ECS instance and other providers already retrieve '
    'non-default hostnames'
)
NOTHING_FOUND = (
    'unable to reliably determine the host name. You can define one in the agent config file or in your hosts file'
)
NAME_IS_RIGHT = {
    'hostname-custom-os-name': 'ok',
    'hostname-provider-mismatch': 'ok',
    'hostname-not-instance-id': 'ok',
    'hostname-of-another-instance': 'ok',
}
NEVER_ACCEPTED = ['expected_hostname']


def with_file(content: str, path: str = CLOUD_INIT_FILE) -> Mapping[str, str]:
    return {**World.EC2_FILES, path: content}


def refused(name: str) -> Mapping[str, str]:
    """What the Agent says of a configured name."""
    return {"'hostname' configuration/environment": f'{name} is not RFC1123 compliant'}


A_SPACE = Answer(
    causes=['hostname-setting-refused'],
    exit_status=1,
    findings={'hostname-configured-by-hand': 'not_applicable'},
    says={'hostname-setting-refused': ["'web-1 '", 'white space', ID]},
    fixes={'hostname-setting-refused': Fix(has=['hostname: web-1'])},
    never=['expected_hostname: web-1'],
)

SHARED = (
    HostReport(
        number=10,
        situation="cloud-init found no datasource, so its file holds the stand-in iid-datasource-none. The Agent's "
        'hostname_file points there, in a pod behind a hop limit of 1.',
        sources=['canonical/cloud-init#1727'],
        right='That is no instance id, and other hosts have the same name. The hop limit is a fault of its own, which '
        'does not explain the name; and the file is not offered as its fix.',
        world={
            'topology': Topology.CONTAINER,
            'hop_limit': 1,
            'tokens': 'required',
            'files': with_file(STAND_IN, '/etc/instance-id'),
        },
        agent=StandIn(
            hostname=STAND_IN, provider='hostnameFile', settings={'hostname_file': '/etc/instance-id'}, environ=IN_A_POD
        ),
        answer=Answer(
            causes=['imds-hop-limit-too-low', 'hostname-not-unique'],
            exit_status=2,
            findings={'hostname-not-unique': 'critical', 'hostname-file-unusable': 'critical'},
            fixes={
                'hostname-not-unique': Fix(has=['DD_HOSTNAME_FILE']),
                'imds-hop-limit-too-low': Fix(lacks=['useHostnameFromFile']),
            },
            never=NEVER_ACCEPTED,
        ),
    ),
    HostReport(
        number=10,
        variant='on the host, while IMDS works',
        situation='The same file on a host where IMDS answers.',
        right='The name is no name of its own; without the setting the Agent asks for the instance id.',
        world={'tokens': 'required', 'hop_limit': 2, 'files': with_file(STAND_IN)},
        agent=StandIn(hostname=STAND_IN, provider='hostnameFile', settings={'hostname_file': CLOUD_INIT_FILE}),
        answer=Answer(causes=['hostname-not-unique'], exit_status=2, never=NEVER_ACCEPTED),
    ),
    HostReport(
        number=19,
        situation='The operating system is called localhost.localdomain, and the Agent took that name.',
        sources=['DataDog/dd-agent#1405', 'DataDog/dd-agent#475'],
        right='Many machines have that name. It is never offered as a name to keep.',
        world={'tokens': 'required', 'hop_limit': 2, 'os_hostname': 'localhost.localdomain'},
        agent=StandIn(hostname='localhost.localdomain', provider='os', errors={'aws': SAID}, settings=TRUST),
        answer=Answer(
            causes=['hostname-not-unique'],
            exit_status=2,
            fixes={'hostname-not-unique': Fix(has=['ec2_prioritize_instance_id_as_hostname', 'hostnamectl'])},
            never=NEVER_ACCEPTED,
        ),
    ),
    HostReport(
        number=19,
        variant='the name of an image',
        situation='The operating system is called fedora, as the image was, and the Agent took that name.',
        sources=['coreos/fedora-coreos-tracker#649'],
        right='Other machines from such images have that name. It is never offered as a name to keep.',
        world={'tokens': 'required', 'hop_limit': 2, 'os_hostname': 'fedora'},
        agent=StandIn(hostname='fedora', provider='os', errors={'aws': SAID}, settings=TRUST),
        answer=Answer(
            causes=['hostname-not-unique'],
            exit_status=1,
            findings={'hostname-not-unique': 'warning'},
            fixes={'hostname-not-unique': Fix(has=['ec2_prioritize_instance_id_as_hostname'])},
            never=NEVER_ACCEPTED,
        ),
    ),
    HostReport(
        number=19,
        variant='the name of a pod',
        situation='A pod whose Agent trusts its namespace took the name of the pod, which each new pod changes.',
        right='Such a name is never offered as one to keep.',
        world={
            'topology': Topology.CONTAINER,
            'tokens': 'required',
            'hop_limit': 2,
            'os_hostname': 'datadog-agent-x7f2q',
        },
        agent=StandIn(
            hostname='datadog-agent-x7f2q', provider='os', errors={'aws': SAID}, settings=TRUST, environ=IN_A_POD
        ),
        answer=Answer(
            causes=['hostname-custom-os-name'],
            fixes={'hostname-custom-os-name': Fix(has=['DD_EC2_PRIORITIZE_INSTANCE_ID_AS_HOSTNAME'])},
            never=NEVER_ACCEPTED,
        ),
    ),
)
REFUSED = (
    HostReport(
        number=17,
        variant='a variable that nothing has replaced',
        situation='hostname is set to ${INSTANCE_ID}, which no tool has replaced.',
        right='The Agent refuses it, and no name is made of it: all hosts with that template would get the same.',
        world={'tokens': 'required', 'hop_limit': 2, 'os_hostname': 'web-01'},
        agent=StandIn(
            hostname='web-01', provider='os', errors={'aws': SAID}, settings={'hostname': '${INSTANCE_ID}', **TRUST}
        ),
        answer=Answer(
            causes=['hostname-setting-refused', 'hostname-custom-os-name'],
            fixes={'hostname-setting-refused': Fix(has=['Remove hostname'], lacks=['INSTANCE-ID'])},
        ),
    ),
    HostReport(
        number=17,
        variant='a file with another name',
        situation='hostname_file holds a name that someone chose, and the instance id is expected.',
        right='The file ends the search of the Agent: keep the name, or remove the setting. No provider is to blame.',
        world={'tokens': 'required', 'hop_limit': 2, 'files': with_file('web-7', '/etc/dd-hostname')},
        agent=StandIn(
            hostname='web-7', provider='hostnameFile', settings={'hostname_file': '/etc/dd-hostname', **TRUST}
        ),
        answer=Answer(
            causes=['hostname-provider-mismatch'],
            fixes={
                'hostname-provider-mismatch': Fix(
                    has=['expected_hostname_provider: [aws, hostnameFile]', 'emove hostname_file'],
                    lacks=['the other providers gave no name'],
                )
            },
        ),
    ),
    HostReport(
        number=11,
        situation='hostname is set to a default name of EC2, and hostname_force_config_as_canonical is not set.',
        sources=['DataDog/datadog-agent#4504', 'DataDog/datadog-agent#4643', 'DataDog/datadog-agent#30066'],
        right='Datadog does not take such a name as the canonical one, and the setting that makes it do so is named.',
        world={'tokens': 'required', 'hop_limit': 2},
        agent=StandIn(hostname='ip-10-9-9-9', provider='configuration', settings={'hostname': 'ip-10-9-9-9', **TRUST}),
        instance={'expected_hostname_provider': ['aws', 'configuration']},
        answer=Answer(
            causes=['hostname-of-another-instance'],
            says={'hostname-configured-by-hand': ['Datadog does not use it as the canonical hostname']},
        ),
    ),
    HostReport(
        number=11,
        variant='the name of the system',
        situation='The same with the name that the operating system has too.',
        right='As before; to keep the name, it is made the canonical one.',
        world={'tokens': 'required', 'hop_limit': 2},
        agent=StandIn(
            hostname='ip-10-0-0-12', provider='configuration', settings={'hostname': 'ip-10-0-0-12', **TRUST}
        ),
        answer=Answer(
            causes=['hostname-configured-by-hand'],
            fixes={'hostname-configured-by-hand': Fix(has=['hostname_force_config_as_canonical: true'])},
        ),
    ),
    HostReport(
        number=11,
        variant='in hostname_file',
        situation='A default name of EC2 in the file that hostname_file names.',
        right='Datadog does not take such a name as the canonical one, and that explains the rest.',
        world={'tokens': 'required', 'hop_limit': 2, 'files': with_file('ip-10-0-0-12', '/etc/datadog-hostname')},
        agent=StandIn(
            hostname='ip-10-0-0-12',
            provider='hostnameFile',
            settings={'hostname_file': '/etc/datadog-hostname', **TRUST},
        ),
        answer=Answer(
            causes=['hostname-file-unusable'],
            says={'hostname-file-unusable': ['Datadog does not use it as the canonical hostname']},
        ),
    ),
    HostReport(
        number=17,
        situation='hostname is set to web_01, which the Agent refuses; it has the instance id as its name.',
        sources=['DataDog/ansible-datadog#100', 'DataDog/datadog-agent#6063'],
        right='A warning: the configured name is not used, and why. The fix is a name that the Agent takes, or none.',
        world={'tokens': 'required', 'hop_limit': 2},
        agent=StandIn(settings={'hostname': 'web_01', **TRUST}),
        answer=Answer(
            causes=['hostname-setting-refused'],
            exit_status=1,
            says={'hostname-setting-refused': ["'web_01'", 'RFC 1123', ID]},
            fixes={'hostname-setting-refused': Fix(has=['hostname: web-01'])},
        ),
    ),
    HostReport(
        number=17,
        variant='by the environment',
        situation='DD_HOSTNAME is localhost, which the Agent refuses.',
        right='A warning; no other form of that name is offered.',
        world={'tokens': 'required', 'hop_limit': 2},
        agent=StandIn(environ={'DD_HOSTNAME': 'localhost'}, settings=TRUST),
        answer=Answer(
            causes=['hostname-setting-refused'],
            exit_status=1,
            fixes={'hostname-setting-refused': Fix(lacks=['hostname: localhost'])},
        ),
    ),
    HostReport(
        number=17,
        variant='a space at its end',
        situation='hostname is web-1 with a space at its end; the Agent refuses it, and has the instance id.',
        right='One cause: the Agent takes off no white space. Nothing says that the host has the name web-1.',
        agent=StandIn(settings={'hostname': 'web-1 ', **TRUST}, errors=refused('web-1 ')),
        answer=A_SPACE,
    ),
    HostReport(
        number=17,
        variant='a new line at its end',
        situation='DD_HOSTNAME ends with a new line, as a file does that was read into it.',
        right='The same, and the new line is shown.',
        agent=StandIn(environ={'DD_HOSTNAME': 'web-1\n'}, settings=TRUST, errors=refused('web-1\n')),
        answer=replace(A_SPACE, says={'hostname-setting-refused': ["'web-1\\n'", 'white space']}),
    ),
    HostReport(
        number=17,
        variant='a space at its end, where expvar does not answer',
        situation='The same space, of an Agent that does not say why it refuses the name.',
        right='The same: by its rules it refuses it.',
        agent=StandIn(settings={'hostname': 'web-1 ', **TRUST}, provider=None),
        answer=A_SPACE,
    ),
    HostReport(
        number=17,
        variant='a space at its end, and a name from a bad start',
        situation='The same space; AWS timed out when the Agent started, and answers now.',
        right='A restart names it by its instance id, whatever hostname says: that is refused.',
        agent=StandIn(
            hostname='ip-10-0-0-12',
            provider='os',
            settings={'hostname': 'web-1 ', **TRUST},
            errors={**refused('web-1 '), 'aws': TIMEOUT},
        ),
        answer=Answer(
            causes=['hostname-stale', 'hostname-setting-refused'],
            findings={'hostname-configured-by-hand': 'not_applicable', 'hostname-provider-mismatch': 'critical'},
        ),
    ),
    HostReport(
        number=18,
        situation='A pod whose Agent finds no name, because the name of the cluster has underscores in it.',
        sources=['DataDog/helm-charts#162'],
        right='Quotes what the Agent says, and gives the cluster a name that the Agent takes.',
        world={'tokens': 'required', 'hop_limit': 2, 'topology': Topology.CONTAINER},
        agent=StandIn(
            hostname='',
            provider='',
            errors={
                'all': NOTHING_FOUND,
                'container': 'ip-182-18-195-41.ec2.internal-prod_k8s_test is not RFC1123 compliant',
                'os': 'OS hostname is not usable',
            },
            environ=IN_A_POD,
        ),
        answer=Answer(
            causes=['hostname-missing'],
            exit_status=2,
            says={'hostname-missing': ['prod_k8s_test is not RFC1123 compliant']},
            fixes={'hostname-missing': Fix(has=['clusterName: prod-k8s-test'])},
        ),
    ),
    HostReport(
        number=18,
        variant='the kubelet is out of reach',
        situation='A pod whose Agent finds no name, because it does not reach the kubelet.',
        right='Quotes what the Agent says, and makes up no name of a cluster.',
        world={'tokens': 'required', 'hop_limit': 2, 'topology': Topology.CONTAINER},
        agent=StandIn(
            hostname='',
            provider='',
            errors={'all': NOTHING_FOUND, 'container': "couldn't fetch the host nodename from the kubelet: timeout"},
            environ=IN_A_POD,
        ),
        answer=Answer(
            causes=['hostname-missing'],
            exit_status=2,
            says={'hostname-missing': ['from the kubelet']},
            fixes={'hostname-missing': Fix(has=['useHostnameFromFile', 'kubelet'], lacks=['clusterName'])},
        ),
    ),
)
BY_RESOURCE = (
    HostReport(
        number=20,
        situation='Resource-based naming: the operating system has the instance id as its name, and so has the Agent.',
        sources=['https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/hostname-types.html'],
        right='The name is right, whichever provider gave it.',
        world={'tokens': 'required', 'hop_limit': 2, 'os_hostname': ID},
        agent=StandIn(hostname=ID, provider='os', errors={'aws': SAID}, settings=TRUST),
        answer=Answer(exit_status=0, findings=NAME_IS_RIGHT),
    ),
    HostReport(
        number=20,
        variant='with the domain',
        situation='The same on a system whose name has its domain in it.',
        right='The name begins with the instance id, so it is right too.',
        world={'tokens': 'required', 'hop_limit': 2, 'os_hostname': f'{ID}.eu-west-1.compute.internal'},
        agent=StandIn(hostname=f'{ID}.eu-west-1.compute.internal', provider='os', errors={'aws': SAID}, settings=TRUST),
        answer=Answer(exit_status=0, findings=NAME_IS_RIGHT),
    ),
    HostReport(
        number=20,
        variant='EKS Auto Mode, with the name of the cluster',
        situation='A pod on a node that is named by its instance id; the Agent appends the name of the cluster.',
        right='The name begins with the instance id, so it is right too.',
        world={'tokens': 'required', 'hop_limit': 2, 'topology': Topology.CONTAINER},
        agent=StandIn(hostname=f'{ID}-production', provider='container', errors={'aws': SAID}, environ=IN_A_POD),
        answer=Answer(exit_status=0, findings=NAME_IS_RIGHT),
    ),
    HostReport(
        number=20,
        variant='of another instance',
        situation='An image brought along the resource-based name of the instance from which it was made.',
        right='That is the name of another instance.',
        world={'tokens': 'required', 'hop_limit': 2, 'os_hostname': 'i-0bbbbbbbbbbbbbbbb'},
        agent=StandIn(hostname='i-0bbbbbbbbbbbbbbbb', provider='os', errors={'aws': SAID}, settings=TRUST),
        answer=Answer(
            causes=['hostname-of-another-instance'],
            exit_status=2,
            findings={'hostname-of-another-instance': 'critical', 'hostname-not-instance-id': 'warning'},
        ),
    ),
)
NOT_KNOWN = (
    HostReport(
        number=26,
        variant='something answers that does not prove itself',
        situation='Nothing tells which platform the machine is, and a captive portal answers at the address of IMDS.',
        right='Not known to be EC2: exit status 3.',
        world={'persona': Persona.CAPTIVE_PORTAL, 'files': {}},
        answer=Answer(exit_status=3, findings={'imds-intercepted': 'not_applicable'}),
    ),
    HostReport(
        number=26,
        variant='another cloud by its firmware',
        situation='The firmware names another cloud.',
        right='Known not to be EC2: exit status 0.',
        world={'topology': Topology.EMPTY, 'files': {'/sys/devices/virtual/dmi/id/sys_vendor': 'Google\n'}},
        answer=Answer(exit_status=0, findings={'imds-unreachable': 'not_applicable'}),
    ),
    HostReport(
        number=26,
        variant='the operator says so',
        situation='Nothing tells which platform the machine is, and the option ec2 is always.',
        right='Judged as EC2, since the operator says so.',
        world={'topology': Topology.EMPTY, 'files': {}},
        agent=StandIn(hostname='web-1', provider='os', settings=TRUST),
        instance={'ec2': 'always', 'expected_hostname_provider': ['os'], 'expected_hostname': 'any'},
        answer=Answer(causes=['imds-unreachable'], exit_status=2),
    ),
)
REPORTS = (*SHARED, *REFUSED, *BY_RESOURCE, *NOT_KNOWN)

test_report = host_test(REPORTS)
