"""What many remedies of a host end with or offer, spelled out once; test_host_remedies.py holds each to its place."""

from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Step
from tests.builders import INSTANCE_ID

RESTART = Step(
    'Restart the Agent; it resolves its hostname only at startup', (Command('sudo systemctl restart datadog-agent'),)
)
RESTART_POD = Step(
    'Restart the Agent; it resolves its hostname only at startup (the first command lists every NAMESPACE and '
    'DAEMONSET; a Helm upgrade restarts it too)',
    (
        Command('kubectl get daemonsets --all-namespaces'),
        Command('kubectl rollout restart --namespace "${NAMESPACE:?}" "daemonset/${DAEMONSET:?}"'),
    ),
)
RESTART_DOCKER = Step(
    'Restart the Agent; it resolves its hostname only at startup (the first command lists every AGENT_CONTAINER)',
    (Command('docker ps'), Command('docker restart "${AGENT_CONTAINER:?}"')),
)

APPLY_HELM = Step(
    'Apply changed Helm values (the first command lists RELEASE, NAMESPACE, CHART_VERSION); with the Datadog Operator, '
    'change spec.override.nodeAgent of its DatadogAgent instead',
    (
        Command('helm list --all-namespaces'),
        Command(
            'helm upgrade "${RELEASE:?}" datadog --repo https://helm.datadoghq.com --version "${CHART_VERSION:?}" '
            '--namespace "${NAMESPACE:?}" --reuse-values --values "${VALUES_FILE:?}"'
        ),
    ),
)
APPLY_COMPOSE = Step(
    'Apply a changed Compose file (run this in its directory)', (Command('docker compose up --detach'),)
)


def restart_ecs(region: str = 'eu-west-1') -> Step:
    cluster = f'--region {region} --cluster "${{CLUSTER:?}}"'
    return Step(
        'Restart the Agent; it resolves its hostname only at startup (the first three commands find CLUSTER, SERVICE '
        'and TASK_FAMILY, of which the newest revision runs)',
        (
            Command(f'aws ecs list-clusters --region {region}'),
            Command(f'aws ecs list-services {cluster}'),
            Command(
                f'aws ecs describe-services {cluster} --services "${{SERVICE:?}}" --query \'services[].taskDefinition\''
            ),
            Command(
                f'aws ecs update-service {cluster} --service "${{SERVICE:?}}" '
                '--task-definition "${TASK_FAMILY:?}" --force-new-deployment'
            ),
        ),
    )


RESTART_ECS = restart_ecs()
RESTART_ECS_ANYWHERE = restart_ecs('"${AWS_REGION:?}"')

REMOVE_AGAIN = Step('Remove it again, and restart the Agent')
SET_BACK = Step('Set it back to what it was, or remove it, and restart the Agent')
GIVES = 'gives the hostname, not the tags; Bottlerocket has no such file'
ONE_FILE = 'one read-only file'
ITS_NETWORK = "the host's network to the Agent, and the Agent's ports on the host"
CLOUD_INIT_ON_A_HOST = Choice(
    f"Use cloud-init's instance ID file instead of IMDS, in datadog.yaml ({GIVES})",
    (Command('hostname_file: /var/lib/cloud/data/instance-id', Language.YAML),),
    undo=REMOVE_AGAIN,
)
CLOUD_INIT_IN_A_POD = Choice(
    f"Use cloud-init's instance ID file instead of IMDS, in the Helm values ({GIVES})",
    (Command('providers:\n  eks:\n    ec2:\n      useHostnameFromFile: true', Language.HELM),),
    ONE_FILE,
    REMOVE_AGAIN,
)
CLOUD_INIT_IN_A_TASK = Choice(
    f"Use cloud-init's instance ID file instead of IMDS, in a new revision of the task definition ({GIVES})",
    (
        Command(
            """{
  "volumes": [
    {
      "name": "instance-id",
      "host": {
        "sourcePath": "/var/lib/cloud/data/instance-id"
      }
    }
  ],
  "containerDefinitions": [
    {
      "name": "datadog-agent",
      "mountPoints": [
        {
          "sourceVolume": "instance-id",
          "containerPath": "/etc/instance-id",
          "readOnly": true
        }
      ],
      "environment": [
        {
          "name": "DD_HOSTNAME_FILE",
          "value": "/etc/instance-id"
        }
      ]
    }
  ]
}""",
            Language.JSON,
        ),
    ),
    ONE_FILE,
    REMOVE_AGAIN,
)
COMPOSE_FILE = """services:
  datadog-agent:
    volumes: ["/var/lib/cloud/data/instance-id:/etc/instance-id:ro"]
    environment:
      DD_HOSTNAME_FILE: /etc/instance-id"""
CLOUD_INIT_IN_DOCKER = Choice(
    f"Use cloud-init's instance ID file instead of IMDS, in the Compose file ({GIVES})",
    (Command(COMPOSE_FILE, Language.YAML),),
    ONE_FILE,
    REMOVE_AGAIN,
)
HOST_NETWORK_OF_A_POD = Choice(
    'Run the Agent in the host network, in the Helm values',
    (Command('agents:\n  useHostNetwork: true', Language.HELM),),
    ITS_NETWORK,
    REMOVE_AGAIN,
)
HOST_NETWORK_OF_A_TASK = Choice(
    'Run the Agent in the host network, in a new revision of the task definition',
    (Command('{\n  "networkMode": "host"\n}', Language.JSON),),
    ITS_NETWORK,
    REMOVE_AGAIN,
)
HOST_NETWORK_IN_DOCKER = Choice(
    'Run the Agent in the host network, in the Compose file',
    (Command('services:\n  datadog-agent:\n    network_mode: host', Language.YAML),),
    ITS_NETWORK,
    REMOVE_AGAIN,
)

FIREWALL_RULES = Step(
    'List the firewall rules for 169.254.169.254 and its network, and those that reject or drop packets, on this host',
    (
        Command('sudo iptables-save | grep -iF -e 169.254 -e reject -e drop'),
        Command('sudo nft list ruleset | grep -iF -e 169.254 -e reject -e drop'),
    ),
)
FIREWALL_RULES_AROUND = Step(
    'List the firewall rules for 169.254.169.254 and its network, and those that reject or drop packets, on the '
    'host of this container',
    FIREWALL_RULES.commands,
)
COUNT, SHARED = (
    'Count the link-local packets that EC2 dropped',
    '(the first command lists every INTERFACE; on each, IMDS, DNS and NTP share 1024 packets per second)',
)
DROPPED_PACKETS = Step(
    f'{COUNT}, on this host {SHARED}',
    (Command('ip -brief link'), Command('ethtool -S "${INTERFACE:?}" | grep linklocal_allowance_exceeded')),
)
DROPPED_PACKETS_AROUND = Step(f'{COUNT}, on the host of this container {SHARED}', DROPPED_PACKETS.commands)


def own_route(table: str = '') -> Choice:
    """`table`: 'table 52' where it is not main."""
    words = f'169.254.169.254 dev "${{INTERFACE:?}}" {table}'.rstrip()
    return Choice(
        'Add a route for IMDS alone, through the network interface of the instance (the first command lists every '
        'INTERFACE: not a tunnel, bridge or veth); persist it in the network configuration, or it is lost at the next '
        'reboot',
        (Command('ip -brief link'), Command(f'sudo ip route replace {words}')),
        undo=Step('Remove the route again', (Command(f'sudo ip route del {words}'),)),
    )


OWN_ROUTE = own_route()
LOOK_AT_ROUTES = Step(
    'Look at the route to IMDS, and at the rules that choose a routing table',
    (Command('ip route get 169.254.169.254'), Command('ip rule show')),
)
OWNER_MATCH = '169.254.169.254 -p tcp --dport 80 -m owner --uid-owner dd-agent -j ACCEPT'
ALLOW_THE_AGENT = Step(
    "If a rule matches by user (owner, skuid), allow the Agent's user dd-agent, which then can also read the instance "
    'role credentials; persist this rule with the others, or a reboot removes it; to undo this, use -D instead of -I',
    (Command(f'sudo iptables -I OUTPUT -d {OWNER_MATCH}'),),
)
ALLOW_IN_POLICY = Choice(
    'If a network policy selects the Agent, let the Agent reach IMDS by a NetworkPolicy that selects only the Agent, '
    'with this in its spec; the second entry is for kube2iam and kiam, which redirect port 80 to port 8181 of the '
    'node: a policy sees the address after that NAT',
    (
        Command('kubectl get networkpolicies --all-namespaces'),
        Command(
            'egress:\n'
            '  - to:\n      - ipBlock:\n          cidr: "169.254.169.254/32"\n'
            '    ports:\n      - protocol: TCP\n        port: 80\n'
            '  - ports:\n      - protocol: TCP\n        port: 8181',
            Language.YAML,
        ),
    ),
    'IMDS to the pods that the policy selects',
    Step('Remove the NetworkPolicy again'),
)


AGAIN = 'Let the Agent resolve its hostname again'


def only_new(path: str) -> str:
    """What stops a second run before it overwrites the backup of the first."""
    return (
        f"{{ [ ! -s {path} ] || {{ echo '{path} exists: move it away first, it may be your only backup'; false; }}; }}"
    )


REFUSED = 'AWS refuses this where a declarative policy sets these options'
ON_AUTO_MODE = ', and on nodes of EKS Auto Mode'
ON_MANAGED_INSTANCES = ', and on ECS Managed Instances'


def metadata_options(
    text: str,
    options: str,
    undo: str,
    exposes: str = '',
    region: str = 'eu-west-1',
    managed: str = '',
    only_below: int | None = None,
) -> Choice:
    """A change of the IMDS options of INSTANCE_ID; '' for a region that is not known. `only_below`: where AWS says that
    the hop limit is lower."""
    where = f'--region {region}' if region else '--region "${AWS_REGION:?}"'
    guard = '' if only_below is None else f'{_below(only_below, where)} &&\n'
    find = () if region else (Command('cloud-init query region'),)
    known = '; the first command, run on it, prints AWS_REGION' if find else ''
    modify = f'aws ec2 modify-instance-metadata-options {where} --instance-id {INSTANCE_ID}'
    return Choice(
        f'{text} on this instance ({REFUSED}{managed}){known}',
        (
            *find,
            Command(
                f'{guard}{only_new("imds-options-before.json")} &&\n'
                f'aws ec2 describe-instances {where} --instance-ids {INSTANCE_ID} '
                "--query 'Reservations[].Instances[].MetadataOptions' --output json > imds-options-before.json &&\n"
                f'{modify} {options}'
            ),
        ),
        exposes,
        Step('Restore the values in imds-options-before.json', (Command(f'{modify} {undo}'),)),
    )


def _below(limit: int, where: str) -> str:
    return (
        f'hop_limit=$(aws ec2 describe-instances {where} --instance-ids {INSTANCE_ID} '
        "--query 'Reservations[].Instances[].MetadataOptions.HttpPutResponseHopLimit' --output text) && "
        f'{{ [ "$hop_limit" -lt {limit} ] || {{ echo "the hop limit is $hop_limit, not below {limit}"; false; }}; }}'
    )


def as_step(choice: Choice) -> Step:
    return Step(f'{choice.text}; to undo this, put back what imds-options-before.json says', choice.commands)


def in_terraform(
    options: str,
    text: str = 'For new instances, set this in Terraform',
    resources: str = 'aws_instance or aws_launch_template',
) -> Step:
    """The AWS provider has ignored a block without `http_endpoint`."""
    block = Command(f'metadata_options {{\n  http_endpoint = "enabled"\n  {options}\n}}', Language.HCL)
    return Step(f'{text} ({resources})', (block,), for_new_instances=True)


def set_hop_limit(
    limit: int,
    text: str = '',
    exposes: str = '',
    region: str = 'eu-west-1',
    managed: str = '',
    only_below: int | None = None,
) -> Choice:
    former = '--http-put-response-hop-limit "${HTTP_PUT_RESPONSE_HOP_LIMIT:?}"'
    return metadata_options(
        text, f'--http-put-response-hop-limit {limit}', former, exposes, region, managed, only_below
    )


def raise_hop_limit(
    needed: int, region: str = 'eu-west-1', text: str = '', managed: str = '', *, measured: bool = False
) -> Choice:
    """`measured`: that it is lower, so AWS is not asked first."""
    exposes = 'IMDS and the credentials of the instance role to every container within that many hops'
    only_below = None if measured else needed
    return set_hop_limit(needed, text or f'Raise the hop limit to {needed}', exposes, region, managed, only_below)


def new_hop_limit(
    limit: int,
    text: str = 'For new instances, set this in Terraform',
    resources: str = 'aws_instance or aws_launch_template',
) -> Step:
    return in_terraform(f'http_put_response_hop_limit = {limit}', text, resources)


IF_RAISED = 'If you raised it, set this in Terraform too'


def for_new_nodes(limit: int, condition: str = 'For new instances, set this') -> tuple[Step, ...]:
    """Of Kubernetes."""
    where = 'in your own launch template for a managed node group, in Terraform'
    node_class = f'spec:\n  metadataOptions:\n    httpPutResponseHopLimit: {limit}'
    return (
        Step(
            f'{condition} in the EC2NodeClass, where Karpenter starts the nodes',
            (Command(node_class, Language.YAML),),
            for_new_instances=True,
        ),
        in_terraform(f'http_put_response_hop_limit = {limit}', f'{condition} {where}', 'aws_launch_template'),
    )


def keep_the_name(*options: str) -> Choice:
    """`options` of this check, in YAML."""
    text = '\n    '.join(options)
    return Choice(
        'Keep the name, and tell this check so in its conf.yaml (takes a restart; changes nothing in Datadog)',
        (Command(f'instances:\n  - {text}', Language.YAML),),
        undo=Step('Remove the options again'),
    )


def upgrade_by_apt(former: str, then: str = '', setting: tuple[Command, ...] = ()) -> Choice:
    return Choice(
        f'Upgrade the Agent to 7.64.0 or later, on Debian or Ubuntu{then}',
        (Command('sudo apt-get update'), Command('sudo apt-get install --only-upgrade datadog-agent'), *setting),
        undo=Step(
            'Install the version that ran before',
            (Command(f'sudo apt-get install --allow-downgrades datadog-agent=1:{former}-1'),),
        ),
    )


def upgrade_by_yum(former: str, then: str = '', setting: tuple[Command, ...] = ()) -> Choice:
    return Choice(
        f'Upgrade the Agent to 7.64.0 or later, on Amazon Linux or Red Hat{then}',
        (Command('sudo yum update datadog-agent'), *setting),
        undo=Step('Install the version that ran before', (Command(f'sudo yum downgrade datadog-agent-{former}'),)),
    )


def is_it_higher(needed: int) -> Step:
    return Step(f'If the limit is {needed} or more, the return path is longer: set one more, or the host network')
