"""What the Agent says about itself, against what this check would work out without it."""

from typing import Any

from tests.diagnoses.hostname.test_agent_words import FIRST_TWO, NOT_ASKED, TIMEOUT
from tests.field_reports.host import HostReport, StandIn, host_test
from tests.field_reports.reports import Answer, Fix
from tests.simulator import Topology, World

ECS_ON_EC2 = {'AWS_EXECUTION_ENV': 'AWS_ECS_EC2', 'ECS_CONTAINER_METADATA_URI_V4': 'http://169.254.170.2/v4/x'}
MANAGED = ECS_ON_EC2 | {'AWS_EXECUTION_ENV': 'AWS_ECS_MANAGED_INSTANCES'}
TASK = 'f00dfeed0123'
ON_A_BRIDGE: dict[str, Any] = {'topology': Topology.CONTAINER, 'hop_limit': 2, 'os_hostname': TASK}
TRUSTED = {'hostname_trust_uts_namespace': True}
FULL_NAME = {'hostname_fqdn': True}
MARKED = {**World.EC2_FILES, '/run/.containerenv': ''}
"""As /.dockerenv does, which a world cannot put into its root."""
ON_AN_ECS_HOST = {**World.EC2_FILES, '/etc/ecs/ecs.config': 'ECS_CLUSTER=web\n'}
NOT_JUDGED = {
    'imds-unreachable': 'not_applicable',
    'hostname-provider-mismatch': 'not_applicable',
    'hostname-not-instance-id': 'not_applicable',
    'hostname-stale': 'not_applicable',
    'agent-cannot-use-imdsv2': 'not_applicable',
}
A_RESTART_HELPS = Answer(
    causes=['hostname-stale'],
    findings={'hostname-custom-os-name': 'ok', 'hostname-provider-mismatch': 'critical'},
    fixes={'hostname-stale': Fix(has=['Restart the Agent'])},
)
A_NAME_OF_ITS_OWN = Answer(
    causes=['hostname-custom-os-name'],
    findings={'hostname-stale': 'ok'},
    says={'hostname-custom-os-name': ['says: not retrieving hostname from AWS']},
    fixes={'hostname-custom-os-name': Fix(has=['Let the Agent use the instance id'])},
)

REPORTS = (
    HostReport(
        number=6,
        situation='An Agent 7.75 as the daemon of ECS Managed Instances says that it did not ask AWS for its name.',
        sources=['DataDog/datadog-agent#46932'],
        right='It did not ask, and a restart changes nothing: prefer the instance id by setting, or upgrade to 7.77, '
        'whose daemon asks.',
        world=ON_A_BRIDGE,
        agent=StandIn(
            hostname=TASK,
            version='7.75.0',
            provider='os',
            errors={'aws': NOT_ASKED},
            settings=TRUSTED,
            environ=MANAGED,
        ),
        answer=Answer(
            causes=['hostname-custom-os-name'],
            findings={'hostname-stale': 'ok'},
            says={'hostname-custom-os-name': ['says: not retrieving hostname from AWS']},
            fixes={
                'hostname-custom-os-name': Fix(
                    has=['DD_EC2_PRIORITIZE_INSTANCE_ID_AS_HOSTNAME', 'Upgrade the Agent to 7.77.0 or later'],
                    lacks=['docker exec', 'update-service'],
                )
            },
        ),
    ),
    HostReport(
        number=6,
        variant='without any name',
        situation='The same daemon, not told to trust its namespace: it finds no name, and says so of each provider.',
        sources=['DataDog/datadog-agent#46932'],
        right='It has no name because it did not ask AWS. IMDS works, and is not to blame.',
        world=ON_A_BRIDGE,
        agent=StandIn(
            hostname='',
            version='7.75.0',
            provider='',
            errors={
                **FIRST_TWO,
                'fargate': 'agent is not running in sidecar mode',
                'fqdn': 'FQDN hostname is not usable',
                'container': 'the agent is not containerized',
                'os': 'OS hostname is not usable',
                'aws': NOT_ASKED,
                'all': 'unable to reliably determine the host name.',
            },
            environ=MANAGED,
        ),
        answer=Answer(
            causes=['hostname-missing'],
            findings={'hostname-stale': 'unknown', 'imds-unreachable': 'ok'},
            says={'hostname-missing': ['not retrieving hostname from AWS']},
            fixes={'hostname-missing': Fix(has=['DD_EC2_PRIORITIZE_INSTANCE_ID_AS_HOSTNAME'], lacks=['docker exec'])},
        ),
    ),
    HostReport(
        number=6,
        variant='from 7.77 on',
        situation='The same daemon with Agent 7.77 got a time-out from AWS when it started, and IMDS answers now.',
        sources=['DataDog/datadog-agent#46932'],
        right='It asks AWS, so a restart names it by its instance id.',
        world=ON_A_BRIDGE,
        agent=StandIn(
            hostname=TASK, version='7.77.0', provider='os', errors={'aws': TIMEOUT}, settings=TRUSTED, environ=MANAGED
        ),
        answer=A_RESTART_HELPS,
    ),
    HostReport(
        number=6,
        variant='ECS on EC2 with its feature turned off',
        situation='A task of ECS on EC2 whose Agent has the feature ecsec2 excluded says that it did not ask AWS.',
        right='Without the feature the Agent is not on ECS: its name is its own, and a restart changes nothing.',
        world=ON_A_BRIDGE,
        agent=StandIn(
            hostname=TASK,
            provider='os',
            errors={'aws': NOT_ASKED},
            settings={**TRUSTED, 'autoconfig_exclude_features': ['ecs.*']},
            environ=ECS_ON_EC2,
        ),
        answer=A_NAME_OF_ITS_OWN,
    ),
    HostReport(
        number=6,
        variant='words that cannot be true',
        situation='The Agent is named ip-10-0-0-12, for which it asks AWS, and says that it did not ask.',
        right='Both cannot be true: UNKNOWN, and it says why.',
        agent=StandIn(hostname='ip-10-0-0-12', provider='os', errors={'aws': NOT_ASKED}),
        answer=Answer(
            causes=['hostname-provider-mismatch'],
            findings={'hostname-stale': 'unknown', 'hostname-custom-os-name': 'unknown'},
            says={'hostname-stale': ['the Agent says that it did not ask AWS', 'is a default name of EC2']},
        ),
    ),
    HostReport(
        number=6,
        variant='from 7.77 on, behind a hop limit of 1',
        situation='The daemon with Agent 7.77 asks AWS, whose token reply is lost, and so finds no name.',
        right='The hop limit is why. AWS manages it, and Bottlerocket has no file of cloud-init: the host network.',
        world={'topology': Topology.CONTAINER, 'hop_limit': 1, 'tokens': 'required', 'os_hostname': TASK},
        agent=StandIn(
            hostname='',
            version='7.77.0',
            provider='',
            errors={**FIRST_TWO, 'os': 'OS hostname is not usable', 'aws': TIMEOUT, 'all': 'unable to determine'},
            environ=MANAGED,
        ),
        answer=Answer(
            causes=['imds-hop-limit-too-low'],
            findings={'hostname-missing': 'critical'},
            fixes={'hostname-missing': Fix(has=['"networkMode": "host"'], lacks=['DD_HOSTNAME_FILE'])},
        ),
    ),
    HostReport(
        number=7,
        situation='The Agent is the sidecar of a task on ECS Managed Instances.',
        sources=['DataDog/datadog-agent#42461'],
        right='A sidecar has no hostname, as on Fargate: nothing applies, and nothing stays UNKNOWN.',
        world=ON_A_BRIDGE,
        agent=StandIn(
            hostname='',
            version='7.77.0',
            provider='',
            errors=FIRST_TWO,
            environ=MANAGED | {'DD_ECS_DEPLOYMENT_MODE': 'sidecar'},
        ),
        answer=Answer(
            exit_status=0,
            findings=NOT_JUDGED,
            says={'imds-unreachable': ['the Agent is the sidecar of one task']},
            never=['this is not EC2'],
        ),
    ),
    HostReport(
        number=7,
        variant='EKS Fargate by the file',
        situation='A pod on EKS Fargate whose datadog.yaml, and no variable, says so.',
        right='As on Fargate by the variable: nothing applies.',
        agent=StandIn(hostname='', provider='', errors=FIRST_TWO, settings={'eks_fargate': True}),
        answer=Answer(exit_status=0, findings=NOT_JUDGED),
    ),
    HostReport(
        number=7,
        variant='ECS_FARGATE with another value',
        situation='A task has ECS_FARGATE=yes, which the Agent takes for Fargate as any value.',
        right='The Agent has no hostname by its own rule: nothing applies.',
        agent=StandIn(hostname='', provider='', errors=FIRST_TWO, environ={'ECS_FARGATE': 'yes'}),
        answer=Answer(exit_status=0, findings=NOT_JUDGED),
    ),
    HostReport(
        number=25,
        situation='A machine has a file of a container runtime (/.dockerenv, /run/.containerenv) although it is no '
        'container; its Agent took the name of the operating system after AWS timed out.',
        right='The Agent asked AWS, as it says. IMDS answers now, so a restart names it by its instance id.',
        world={'files': MARKED},
        agent=StandIn(hostname='ip-10-0-0-12', provider='os', errors={'aws': TIMEOUT}),
        answer=A_RESTART_HELPS,
    ),
    HostReport(
        number=25,
        variant='with a name of its own',
        situation='The same machine has a name of its own, and its Agent says that it did not ask AWS.',
        right='The name keeps the Agent from asking, and a restart changes nothing.',
        world={'files': MARKED, 'os_hostname': 'web-01'},
        agent=StandIn(hostname='web-01', provider='os', errors={'aws': NOT_ASKED}),
        answer=A_NAME_OF_ITS_OWN,
    ),
    HostReport(
        number=25,
        variant='an Agent on the host of ECS',
        situation='An Agent outside of a task, on an ECS host with a name of its own, got a time-out from AWS.',
        sources=['DataDog/datadog-agent#16579', 'ministryofjustice/modernisation-platform-environments#16327'],
        right='The file /etc/ecs/ecs.config makes the Agent ask AWS whatever the name: a restart names it.',
        world={'files': ON_AN_ECS_HOST, 'os_hostname': 'web-01'},
        agent=StandIn(hostname='web-01', provider='os', errors={'aws': TIMEOUT}),
        answer=A_RESTART_HELPS,
    ),
    HostReport(
        number=25,
        variant='a full name that DNS gives',
        situation='hostname_fqdn is set, the system is called ip-10-0-0-12, and DNS gives it a name of its own; the '
        'Agent says that it did not ask AWS.',
        right='The Agent looks at the full name, which keeps it from asking: a restart changes nothing.',
        agent=StandIn(hostname='web.corp.example.com', provider='fqdn', errors={'aws': NOT_ASKED}, settings=FULL_NAME),
        answer=A_NAME_OF_ITS_OWN,
    ),
    HostReport(
        number=25,
        variant='a default full name that DNS gives',
        situation='hostname_fqdn is set, the system has a name of its own, and DNS calls it as EC2 does by default; '
        'AWS timed out when the Agent started.',
        right='The Agent asked AWS because of the full name, as it says: a restart names it by its instance id.',
        world={'os_hostname': 'web-1'},
        agent=StandIn(
            hostname='ip-10-0-0-12.ec2.internal', provider='fqdn', errors={'aws': TIMEOUT}, settings=FULL_NAME
        ),
        answer=A_RESTART_HELPS,
    ),
    HostReport(
        number=25,
        variant='Agent 6',
        situation='An Agent 6.53 is told to prefer IMDSv2, IMDSv1 is off, and a variable names a proxy.',
        sources=['DataDog/datadog-agent#6033'],
        right='6.N and 7.N are the same code: it speaks IMDSv2, and exempts IMDS from the proxy.',
        world={'tokens': 'required'},
        agent=StandIn(
            version='6.53.0', settings={'ec2_prefer_imdsv2': True}, environ={'HTTP_PROXY': 'http://proxy.example:3128'}
        ),
        answer=Answer(exit_status=0, findings={'agent-cannot-use-imdsv2': 'ok', 'imds-behind-proxy-settings': 'ok'}),
    ),
    HostReport(
        number=25,
        variant='a proxy that only the shell has',
        situation='An Agent 7.25 is checked from a terminal whose shell has HTTP_PROXY.',
        right='Agents before 7.26 follow the proxy of their own environment, which is not seen from here: UNKNOWN.',
        agent=StandIn(version='7.25.1', environ={'HTTP_PROXY': 'http://proxy.example:3128'}),
        answer=Answer(
            causes=['hostname-lost-when-imdsv2-enforced'],
            findings={'imds-behind-proxy-settings': 'unknown'},
            never=['the environment of the Agent sets'],
        ),
    ),
    HostReport(
        number=25,
        variant='a name from a variable that a terminal does not see',
        situation='DD_HOSTNAME is set for the process of the Agent alone, and the check runs at a terminal.',
        right='The Agent says that its name is configured. What a restart would change cannot be told from here.',
        agent=StandIn(hostname='web-01', provider='configuration'),
        answer=Answer(
            causes=['hostname-provider-mismatch'],
            findings={'hostname-stale': 'unknown', 'hostname-provider-mismatch': 'warning'},
            says={'hostname-stale': ['the Agent says that its name is configured']},
        ),
    ),
)

test_report = host_test(REPORTS)
