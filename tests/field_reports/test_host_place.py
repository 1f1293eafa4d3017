"""The way to IMDS, and fixes that fit the place where the Agent runs."""

from dataclasses import replace

from tests.diagnoses.hostname.test_agent_words import TIMEOUT
from tests.field_reports.host import HostReport, StandIn, host_test
from tests.field_reports.reports import Answer, Fix
from tests.simulator import Fault, Topology, World

IN_A_POD = StandIn(environ={'KUBERNETES_SERVICE_HOST': '172.20.0.1'})
IN_A_TASK = StandIn(environ={'ECS_CONTAINER_METADATA_URI_V4': 'http://169.254.170.2/v4'})
OVER_A_VETH = (
    'ip link add veth1a2b type veth peer name vethfar',
    'ip link set veth1a2b up',
    'ip link set vethfar up',
    'ip route del 169.254.169.254 dev eth0',
    'ip route add 169.254.0.0/16 dev veth1a2b',
)
INTO_A_TUNNEL = (
    'ip tuntap add dev tun0 mode tun',
    'ip link set tun0 up',
    'ip route replace 169.254.169.254 dev tun0',
)
ECS_BLOCKS = (
    'ip link add ecs-eth0 type veth peer name ecs-far',
    'ip route replace blackhole 169.254.169.254',
)
OF_LINUX = ('systemctl', 'iptables', 'nft ', 'ip route', 'ethtool', 'cloud-init', 'dd-agent', '/etc/datadog-agent')
OF_A_HOST_ONLY = ('sudo ip route', 'systemctl restart datadog-agent', 'INTERFACE')

A_RESTART = 'Restart the Agent; it resolves'
BLOCKED = StandIn(
    hostname='ip-10-0-0-12',
    provider='os',
    environ={'DD_HOSTNAME_TRUST_UTS_NAMESPACE': 'true'},
    errors={
        'aws': 'Unable to determine hostname from EC2: Get "http://169.254.169.254/latest/meta-data/instance-id": dial '
        'tcp 169.254.169.254:80: connect: permission denied'
    },
)
ASK_AS_THE_AGENT = Answer(
    causes=['hostname-provider-mismatch'],
    findings={'hostname-stale': 'unknown'},
    says={'hostname-provider-mismatch': ['169.254.169.254:80: connect: permission denied']},
    fixes={'hostname-provider-mismatch': Fix(has=['run it as the user of the Agent'], lacks=[A_RESTART])},
)

REPORTS = (
    HostReport(
        number=13,
        situation="dhcpcd put the route for all link-local addresses on the veth of a Docker container, so IMDS's too.",
        sources=('NixOS/nixpkgs#109389',),
        right=(
            'The route, its device and the neighbour that does not answer are named, and the fix takes IMDS off that '
            'device; iptables is not suspected.'
        ),
        world={'topology': Topology.HOST},
        prepare=OVER_A_VETH,
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['169.254.0.0/16 dev veth1a2b (veth', 'neighbour INCOMPLETE']},
            fixes={
                'imds-unreachable': Fix(
                    has=[
                        'sudo ip route del 169.254.0.0/16 dev veth1a2b',
                        'denyinterfaces veth*',
                        'sudo ip route replace 169.254.169.254 dev "${INTERFACE:?}"',
                    ],
                    lacks=['iptables-save', 'drops the packets'],
                )
            },
        ),
    ),
    HostReport(
        number=13,
        variant='a rule of the routing policy leads to a table of its own',
        situation='A second table has a route to IMDS through a device on which nobody answers.',
        right='The table is named, and the fix changes that table, as a route in another one would change nothing.',
        world={'topology': Topology.HOST, 'fault': Fault.LOCAL_NO_NEIGHBOUR},
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['169.254.169.254/32 dev silent (veth, table 100']},
            fixes={
                'imds-unreachable': Fix(
                    has=[
                        'sudo ip route del 169.254.169.254/32 dev silent table 100',
                        'sudo ip route replace 169.254.169.254 dev "${INTERFACE:?}" table 100',
                    ],
                    lacks=['iptables-save'],
                )
            },
        ),
    ),
    HostReport(
        number=13,
        variant='the router of the subnet answers and a firewall drops',
        situation='The route is right and the next node answers; a firewall drops what goes to IMDS.',
        right='The route is no suspect: the firewall rules are.',
        world={'topology': Topology.CONTAINER, 'fault': Fault.BLACKHOLE},
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['the route to it is the default via 172.17.0.1 dev eth0']},
            fixes={'imds-unreachable': Fix(has=['sudo iptables-save'], lacks=['ip route del', 'ip route replace'])},
        ),
    ),
    HostReport(
        number=5,
        variant='and nothing answers behind the VPN',
        situation='A VPN takes what goes to IMDS into its tunnel, where nothing answers.',
        sources=('tailscale/tailscale#15276',),
        right='The tunnel is named, and how to see which process owns it; IMDS gets a route of its own past it.',
        world={'topology': Topology.HOST},
        prepare=INTO_A_TUNNEL,
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['dev tun0 (tun']},
            fixes={
                'imds-unreachable': Fix(
                    has=['not through tun0', 'sudo lsof /dev/net/tun', 'sudo ip route replace 169.254.169.254'],
                    lacks=['hop limit', 'iptables-save'],
                )
            },
        ),
    ),
    HostReport(
        number=5,
        situation='A VPN takes the default route of a plain host, and its gateways are on the way to IMDS.',
        sources=('tailscale/tailscale#15276',),
        right=(
            'On a host that is in no container a gateway before IMDS is the fault: the route and its device are named, '
            'IMDS gets a route of its own, and the hop limit of this instance is left alone.'
        ),
        world={'topology': Topology.CONTAINER, 'tokens': 'required', 'hop_limit': 1},
        answer=Answer(
            causes=['imds-behind-gateway'],
            findings={'imds-hop-limit-too-low': 'not_applicable'},
            says={'imds-behind-gateway': ['172.17.0.1', 'dev eth0']},
            fixes={
                'imds-behind-gateway': Fix(
                    has=['sudo ip route replace 169.254.169.254 dev "${INTERFACE:?}"', 'through eth0'],
                    lacks=['modify-instance-metadata-options', 'http_put_response_hop_limit'],
                )
            },
        ),
    ),
    HostReport(
        number=5,
        variant='the same in a container',
        situation='A container behind its bridge, with a hop limit of 1.',
        right='In a container the gateway belongs there: the ways around it, or a larger hop limit.',
        world={
            'topology': Topology.CONTAINER,
            'tokens': 'required',
            'hop_limit': 1,
            'files': {**World.EC2_FILES, '/run/.containerenv': ''},
        },
        answer=Answer(
            causes=['imds-hop-limit-too-low'],
            fixes={
                'imds-hop-limit-too-low': Fix(
                    has=['network_mode: host', '--http-put-response-hop-limit 2'], lacks=['ip route']
                )
            },
        ),
    ),
    HostReport(
        number=13,
        variant='the address is one of the host itself',
        situation='A stand-in for IMDS left 169.254.169.254 on the loopback device, as aws-vault sets it.',
        sources=('99designs/aws-vault#43',),
        right='The address is to be removed: no request leaves the host. No firewall is suspected.',
        world={'topology': Topology.HOST},
        prepare=('ip address add 169.254.169.254/32 dev lo',),
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['its address is one of this system itself']},
            fixes={
                'imds-unreachable': Fix(
                    has=['ip address show to 169.254.169.254', 'sudo ip address del 169.254.169.254/32'],
                    lacks=['iptables', 'proxy that is down'],
                )
            },
        ),
    ),
    HostReport(
        number=14,
        situation='Windows, started from an image of a running machine: its persistent routes name another gateway.',
        sources=('aws/amazon-ssm-agent#24', 'aws/amazon-ssm-agent#48', 'aws/amazon-ssm-agent#348'),
        right=(
            'The persistent route is set anew by `route -p`, and EC2Launch does that on new instances if the image is '
            'prepared by its reset (v2) or InitializeInstance.ps1 -Schedule (v1). No command is one of Linux.'
        ),
        world={'topology': Topology.HOST, 'fault': Fault.LOCAL_NO_NEIGHBOUR, 'files': {}},
        system='win32',
        instance={'ec2': 'always'},
        answer=Answer(
            causes=['imds-unreachable'],
            fixes={
                'imds-unreachable': Fix(
                    has=[
                        'route.exe -p add 169.254.169.254 mask 255.255.255.255',
                        'route.exe print',
                        'Get-NetFirewallRule',
                        'InitializeInstance.ps1" -Schedule',
                        'EC2Launch.exe" reset',
                    ],
                    lacks=OF_LINUX,
                )
            },
            never=['iptables', 'systemctl', 'ip route'],
        ),
    ),
    HostReport(
        number=14,
        variant='Windows without the option ec2',
        situation='On Windows no file tells the platform, and IMDS does not answer.',
        right='Not known to be EC2, so nothing is claimed; `ec2: always` says that it is.',
        world={'topology': Topology.HOST, 'fault': Fault.LOCAL_NO_NEIGHBOUR, 'files': {}},
        system='win32',
        answer=Answer(exit_status=3, findings={'imds-unreachable': 'not_applicable'}),
    ),
    HostReport(
        number=14,
        variant='macOS',
        situation='A Mac of EC2 whose route to IMDS goes where nobody answers.',
        right='The commands of macOS: route -n get and pfctl; none is one of Linux.',
        world={'topology': Topology.HOST, 'fault': Fault.LOCAL_NO_NEIGHBOUR, 'files': {}},
        system='darwin',
        instance={'ec2': 'always'},
        answer=Answer(
            causes=['imds-unreachable'],
            fixes={
                'imds-unreachable': Fix(
                    has=['route -n get 169.254.169.254', 'sudo pfctl -s rules', 'sudo route -n add -host'],
                    lacks=OF_LINUX,
                )
            },
            never=['iptables', 'systemctl', 'ip route'],
        ),
    ),
    HostReport(
        number=14,
        variant='Windows, and IMDSv2 does not answer',
        situation='Windows, where something takes the connection to IMDS and never answers.',
        right='The firewall of Windows is looked at, and the Agent is restarted as on Windows.',
        world={'topology': Topology.HOST, 'files': {}, 'endpoint': 'disabled'},
        system='win32',
        instance={'ec2': 'always'},
        agent=StandIn(hostname='EC2AMAZ-ABC', provider='os'),
        answer=Answer(
            causes=['imds-endpoint-disabled'],
            fixes={'imds-endpoint-disabled': Fix(has=['agent.exe" restart-service', 'CloudShell'], lacks=OF_LINUX)},
        ),
    ),
    HostReport(
        number=15,
        situation='A task with the network mode awsvpc on a container instance with ECS_AWSVPC_BLOCK_IMDS=true.',
        sources=('https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-agent-config.html',),
        right='The variable is named, and what else gives the name: the host network or the instance id file.',
        world={'topology': Topology.HOST},
        prepare=ECS_BLOCKS,
        agent=IN_A_TASK,
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['the route to it is a blackhole']},
            fixes={
                'imds-unreachable': Fix(
                    has=['ECS_AWSVPC_BLOCK_IMDS', '"networkMode": "host"', 'DD_HOSTNAME_FILE'],
                    lacks=OF_A_HOST_ONLY,
                )
            },
        ),
    ),
    HostReport(
        number=16,
        situation='A pod of a cluster with IPv6 alone has no way to 169.254.169.254.',
        sources=('https://github.com/aws/amazon-vpc-cni-k8s#enable_v4_egress-v1151',),
        right=(
            'No route is added inside a pod: the instance id file, the host network, or a way to IPv4 addresses by the '
            'CNI.'
        ),
        world={'topology': Topology.HOST, 'fault': Fault.LOCAL_NO_ROUTE},
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['no route leads to it']},
            fixes={
                'imds-unreachable': Fix(
                    has=['useHostnameFromFile', 'useHostNetwork', 'ENABLE_V4_EGRESS=true'], lacks=OF_A_HOST_ONLY
                )
            },
        ),
    ),
    HostReport(
        number=16,
        variant='a network policy drops what a pod sends to IMDS',
        situation='A pod whose egress policy does not allow IMDS.',
        right='The policy, or what gives the name without IMDS: the instance id file or the host network.',
        world={'topology': Topology.CONTAINER, 'fault': Fault.BLACKHOLE},
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-unreachable'],
            fixes={
                'imds-unreachable': Fix(
                    has=['useHostnameFromFile', 'useHostNetwork', 'egress', 'helm upgrade'], lacks=OF_A_HOST_ONLY
                )
            },
        ),
    ),
    HostReport(
        number=16,
        variant='a container whose host drops what goes to IMDS',
        situation='The host drops what its containers send to IMDS, as the guide of ECS advises for bridge networks.',
        sources=('https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html',),
        right='The rules of the host are looked at, not those of the container; or the name comes without IMDS.',
        world={
            'topology': Topology.CONTAINER,
            'fault': Fault.BLACKHOLE,
            'files': {**World.EC2_FILES, '/run/.containerenv': ''},
        },
        answer=Answer(
            causes=['imds-unreachable'],
            fixes={
                'imds-unreachable': Fix(
                    has=['on the host of this container', 'network_mode: host', 'DD_HOSTNAME_FILE'],
                    lacks=['ip route del', 'ip route replace', '--uid-owner'],
                )
            },
        ),
    ),
    HostReport(
        number=9,
        situation='kube2iam or kiam redirects port 80 to port 8181 of the node, and a policy denies all other egress.',
        sources=('jtblin/kube2iam#308', 'uswitch/kiam#160'),
        right='A policy sees the address after NAT, so egress to port 8181 of the node has to be allowed as well.',
        world={'topology': Topology.CONTAINER, 'fault': Fault.BLACKHOLE},
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-unreachable'],
            fixes={'imds-unreachable': Fix(has=['port: 8181', 'port: 80', 'the address after that NAT'])},
        ),
    ),
    HostReport(
        number=9,
        variant='the proxy of the node refuses',
        situation='kube2iam redirects port 80 to port 8181 of the node, where nothing listens or a policy rejects.',
        right='Whether the proxy is down, and whether a policy allows port 8181 of the node.',
        world={'topology': Topology.CONTAINER, 'fault': Fault.REJECT_TCP_RESET},
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-unreachable'],
            fixes={'imds-unreachable': Fix(has=['kube2iam|kiam', 'port: 8181', 'useHostnameFromFile'])},
        ),
    ),
    HostReport(
        number=22,
        variant='asked by root',
        situation='A rule of the routing policy keeps all users but root from IMDS, and root runs the check.',
        right='What root gets proves nothing for the Agent: no restart, and the check is to run as its user.',
        prepare=('ip rule add uidrange 1-65534 to 169.254.169.254 prohibit pref 5',),
        by_root=True,
        agent=BLOCKED,
        answer=ASK_AS_THE_AGENT,
    ),
    HostReport(
        number=22,
        variant='asked by root, of an Agent that was not permitted',
        situation='A rule of the firewall did the same, which no route shows; the Agent says what the kernel said.',
        right='The same, by what the Agent says.',
        by_root=True,
        agent=BLOCKED,
        answer=ASK_AS_THE_AGENT,
    ),
    HostReport(
        number=22,
        variant='asked by root, of an Agent that got no answer in time',
        situation='AWS timed out when the Agent started; no rule looks at the user, and root runs the check.',
        right='A restart names the Agent by its instance id.',
        by_root=True,
        agent=replace(BLOCKED, errors={'aws': TIMEOUT}),
        answer=Answer(causes=['hostname-stale'], fixes={'hostname-stale': Fix(has=['Restart the Agent'])}),
    ),
    HostReport(
        number=22,
        variant='asked by IPv6',
        situation='imds_endpoint is that of IPv6, and a rule keeps all from IMDS by IPv4.',
        right='The Agent asks by IPv4 alone: no restart, and the check is to ask as it does.',
        prepare=('ip rule add to 169.254.169.254 prohibit pref 5',),
        agent=replace(BLOCKED, errors={'aws': TIMEOUT}),
        instance={'imds_endpoint': 'http://[fd00:ec2::254]'},
        answer=Answer(
            causes=['hostname-provider-mismatch'],
            findings={'hostname-stale': 'unknown'},
            says={'hostname-stale': ['the Agent only 169.254.169.254']},
            fixes={'hostname-provider-mismatch': Fix(has=['remove imds_endpoint'], lacks=[A_RESTART])},
        ),
    ),
    HostReport(
        number=22,
        situation='A hardened host lets only root and a few users reach IMDS (owner match of iptables).',
        sources=('aws/aws-parallelcluster-cookbook#989',),
        right="That a rule may look at the user, and how to let the Agent's user through.",
        world={'topology': Topology.CONTAINER, 'fault': Fault.REJECT_PORT},
        answer=Answer(
            causes=['imds-unreachable'],
            fixes={
                'imds-unreachable': Fix(
                    has=[
                        'owner',
                        'sudo iptables -I OUTPUT -d 169.254.169.254 -p tcp --dport 80 -m owner --uid-owner dd-agent',
                    ]
                )
            },
        ),
    ),
    HostReport(
        number=22,
        variant='a rule of the routing policy',
        situation='A rule of the routing policy forbids what goes to IMDS.',
        right='The rule is named, and how to list the rules; no firewall is suspected.',
        world={'topology': Topology.HOST, 'fault': Fault.LOCAL_PROHIBIT_ROUTE},
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['a route or a rule of the routing policy prohibits it']},
            fixes={'imds-unreachable': Fix(has=['ip rule show', 'ip route show table all'], lacks=['iptables-save'])},
        ),
    ),
    HostReport(
        number=22,
        variant='a pod in the network of its node',
        situation='A rule of the routing policy of the node forbids what goes to IMDS, and the pod is in its network.',
        right='The rule is named, and no other network is advised: the pod is in that of its node.',
        world={'topology': Topology.HOST, 'fault': Fault.LOCAL_PROHIBIT_ROUTE},
        prepare=('ip link add cni0 type bridge',),
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-unreachable'],
            says={'imds-unreachable': ['a route or a rule of the routing policy prohibits it']},
            fixes={
                'imds-unreachable': Fix(
                    has=['ip rule show', 'ip route show table all'], lacks=['useHostNetwork', 'ENABLE_V4_EGRESS']
                )
            },
        ),
    ),
    HostReport(
        number=21,
        situation='An Agent pod on a node of Karpenter, EKS Auto Mode or a managed node group, with a hop limit of 1.',
        sources=(
            'kubernetes-sigs/karpenter#1769',
            'aws/karpenter-provider-aws#3254',
            'aws/containers-roadmap#2633',
        ),
        right=(
            'The hop limit of new nodes is set where the nodes come from: the EC2NodeClass of Karpenter, or the launch '
            'template of the node group. On Auto Mode it cannot be set, and the host network is what helps.'
        ),
        world={'topology': Topology.CONTAINER, 'tokens': 'required', 'hop_limit': 1},
        agent=IN_A_POD,
        answer=Answer(
            causes=['imds-hop-limit-too-low'],
            fixes={
                'imds-hop-limit-too-low': Fix(
                    has=[
                        'EC2NodeClass',
                        'metadataOptions:\n    httpPutResponseHopLimit: 2',
                        'EKS Auto Mode',
                        'aws_launch_template',
                        'declarative policy',
                        'useHostNetwork: true',
                    ],
                    lacks=['aws_instance'],
                )
            },
        ),
    ),
)

test_report = host_test(REPORTS)
