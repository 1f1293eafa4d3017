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
    'Restart the Agent; it resolves its hostname only at startup (the first command lists every AGENT_CONTAINER; after '
    'a change in Compose, recreate it instead)',
    (Command('docker ps'), Command('docker restart "${AGENT_CONTAINER:?}"')),
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
GIVES = 'gives the hostname, not the tags; Bottlerocket has no such file'
ONE_FILE = 'one read-only file of the host to the Agent'
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
    'List the firewall rules that name 169.254.169.254, on this host',
    (
        Command('sudo iptables-save | grep -F 169.254.169.254'),
        Command('sudo nft list ruleset | grep -F 169.254.169.254'),
    ),
)
FIREWALL_RULES_AROUND = Step(
    'List the firewall rules that name 169.254.169.254, on the host of this container', FIREWALL_RULES.commands
)
SHARED = (
    'Count the link-local packets that EC2 dropped, as IMDS, DNS and NTP share 1024 packets per second for each '
    'network interface'
)
DROPPED_PACKETS = Step(
    f'{SHARED}, on this host (the first command lists every INTERFACE)',
    (Command('ip -brief link'), Command('ethtool -S "${INTERFACE:?}" | grep linklocal_allowance_exceeded')),
)
DROPPED_PACKETS_AROUND = Step(
    f'{SHARED}, on the host of this container (the first command lists every INTERFACE)', DROPPED_PACKETS.commands
)


def metadata_options(
    text: str, options: str, terraform: str, undo: str, exposes: str = '', region: str = 'eu-west-1'
) -> Choice:
    """A change of the IMDS options of INSTANCE_ID; '' for a region that is not known."""
    where = f'--region {region}' if region else '--region "${AWS_REGION:?}"'
    unknown = '; the first two commands, run on the instance, print INSTANCE_ID and AWS_REGION'
    find = () if region else (Command('cloud-init query instance_id'), Command('cloud-init query region'))
    modify = f'aws ec2 modify-instance-metadata-options {where} --instance-id {INSTANCE_ID}'
    return Choice(
        f'{text} on this instance, and for new ones in the aws_instance or aws_launch_template of Terraform'
        f'{unknown if find else ""}',
        (
            *find,
            Command(
                f'aws ec2 describe-instances {where} --instance-ids {INSTANCE_ID} '
                "--query 'Reservations[].Instances[].MetadataOptions' --output json > imds-options-before.json"
            ),
            Command(f'{modify} {options}'),
            Command(f'metadata_options {{\n  {terraform}\n}}', Language.HCL),
        ),
        exposes,
        Step(
            'Put back what imds-options-before.json says, and remove it from Terraform', (Command(f'{modify} {undo}'),)
        ),
    )


def raise_hop_limit(needed: int, region: str = 'eu-west-1') -> Choice:
    return metadata_options(
        f'Raise the hop limit to {needed}',
        f'--http-put-response-hop-limit {needed}',
        f'http_put_response_hop_limit = {needed}',
        '--http-put-response-hop-limit "${HTTP_PUT_RESPONSE_HOP_LIMIT:?}"',
        'IMDS and the credentials of the instance role to every container within that many hops',
        region,
    )
