"""Fixes that several diagnoses of a host share, each in the form that fits the place where the Agent runs.

Commands carry the instance id and the region where they are known. Every way to the goal is offered.
"""

from dataclasses import dataclass

from ..expectations import Expectations
from ..facts import ContainerKind, Facts, Host, NetworkPath
from ..facts.values import FilePath
from ..remedies import (
    Choice,
    Command,
    Language,
    Remedy,
    Step,
    Variable,
    Word,
    json_part,
    new_file,
    script,
    sequence,
    shell,
    yaml,
)
from .agent_remedies import (
    ECS,
    IN_THE_HOST_NETWORK,
    REMOVE_AGAIN,
    compose,
    container_kind,
    instance,
    place_of_settings,
    region,
    restart_for_the_name,
    task_definition,
)
from .applying import apply_settings
from .which_instance import find_instance, how_to_find_instance

CLOUD_INIT_FILE = FilePath('/var/lib/cloud/data/instance-id')
"""Not there on Bottlerocket, which has no cloud-init (DataDog/helm-charts issue 613)."""
MOUNTED_FILE = '/etc/instance-id'
"""Where a container sees it."""

# IMDS options of the instance


@dataclass(frozen=True, slots=True)
class MetadataOptions:
    """A change of an instance's IMDS options."""

    options: tuple[Word, ...]
    """Of `aws ec2 modify-instance-metadata-options`."""
    terraform: str
    """The same in a `metadata_options` block."""
    undo: tuple[Word, ...]
    """Options that bring back what was there before."""


BEFORE = 'imds-options-before.json'


def change_metadata_options(
    facts: Facts, text: str, change: MetadataOptions, exposes: str = '', *, find: bool = True
) -> Choice:
    """Of the running instance; `text` is like 'Raise the hop limit to 2'. Without `find` where a step has found it."""
    return Choice(
        f'{text} on this instance{how_to_find_instance(facts) if find else ""}',
        (
            *(find_instance(facts) if find else ()),
            sequence(new_file(BEFORE), _save_options(facts), modify_metadata_options(facts, *change.options)),
        ),
        exposes,
        Step(f'Put back what {BEFORE} says', (modify_metadata_options(facts, *change.undo),)),
    )


def _save_options(facts: Facts) -> Command:
    return script(
        'aws ec2 describe-instances --region <region> --instance-ids <instance> '
        f"--query 'Reservations[].Instances[].MetadataOptions' --output json > {BEFORE}",
        region=region(facts),
        instance=instance(facts),
    )


def as_step(choice: Choice) -> Step:
    """A change of the options as one step of several."""
    return Step(f'{choice.text}; to undo this, put back what {BEFORE} says', choice.commands)


def in_terraform(change: MetadataOptions, text: str = 'For new instances, set this in Terraform') -> Step:
    """The same change for instances that are yet to be launched."""
    block = Command(f'metadata_options {{\n  {change.terraform}\n}}', Language.HCL)
    return Step(f'{text} (aws_instance or aws_launch_template)', (block,))


def modify_metadata_options(facts: Facts, *options: Word) -> Command:
    where = ('--region', region(facts), '--instance-id', instance(facts))
    return shell('aws', 'ec2', 'modify-instance-metadata-options', *where, *options)


# The hop limit


def raise_hop_limit(facts: Facts, expected: Expectations) -> Remedy:
    """Every way that Datadog's guide names for a token reply that is dropped on its way, the least harmful first."""
    needed = needed_hop_limit(facts, expected)
    around, restart, change = ways_around_the_hop_limit(facts), restart_for_the_name(facts), hop_limit(needed)
    if not around:
        raising = raise_on_this_instance(facts, 'Raise it', needed)
        return Remedy(f'Raise the hop limit to {needed}', (raising,), (*restart, in_terraform(change)))
    raising = raise_on_this_instance(facts, f'Raise the hop limit to {needed}', needed)
    template = in_terraform(change, 'If you raised it, raise it in Terraform too')
    then = (*apply_settings(facts), *restart, template)
    return Remedy(f'Avoid the extra hop, or raise the hop limit to {needed}', (*around, raising), then)


def raise_on_this_instance(facts: Facts, text: str, needed: int) -> Choice:
    exposes = 'IMDS and the credentials of the instance role to every container within that many hops'
    return change_metadata_options(facts, text, hop_limit(needed), exposes)


def hop_limit(value: int) -> MetadataOptions:
    option = '--http-put-response-hop-limit'
    before = Variable('HTTP_PUT_RESPONSE_HOP_LIMIT')
    return MetadataOptions((option, str(value)), f'http_put_response_hop_limit = {value}', (option, before))


def needed_hop_limit(facts: Facts, expected: Expectations) -> int:
    """What was measured, never less than what the operator demands, never less than AWS's minimum of 1.

    Where nothing was measured, the guide's 2 for a container that may have a network of its own, as in the catalogue.
    """
    path = facts.path
    measured = path.hop_limit_needed if isinstance(path, NetworkPath) else None
    near = isinstance(facts.host, Host) and facts.host.container.kind in IN_THE_HOST_NETWORK
    return allowed_hop_limit(max(measured or (1 if near else 2), expected.min_hop_limit or 1))


def allowed_hop_limit(wanted: int) -> int:
    """AWS takes 1 to 64; facts from a file may say anything."""
    return min(max(wanted, 1), 64)


def ways_around_the_hop_limit(facts: Facts) -> tuple[Choice, ...]:
    """Ways that expose nothing to other containers, or less than a larger hop limit does."""
    if container_kind(facts) in IN_THE_HOST_NETWORK:
        return ()
    return name_from_cloud_init(facts), _host_network(facts)


def name_from_cloud_init(facts: Facts) -> Choice:
    """The name without asking IMDS, in a container or on a host."""
    kind = container_kind(facts)
    return Choice(
        f"Use cloud-init's instance ID file instead of IMDS, {place_of_settings(kind)} (gives the hostname, not the "
        'tags; Bottlerocket has no such file)',
        (_file_of_cloud_init(kind),),
        '' if kind is ContainerKind.NONE else 'one read-only file',
        REMOVE_AGAIN,
    )


def _file_of_cloud_init(kind: ContainerKind) -> Command:
    mount = f'{CLOUD_INIT_FILE}:{MOUNTED_FILE}:ro'
    match kind:
        case ContainerKind.NONE:
            return yaml({'hostname_file': CLOUD_INIT_FILE})
        case ContainerKind.POD:
            return yaml({'providers': {'eks': {'ec2': {'useHostnameFromFile': True}}}}, Language.HELM)
        case kind if kind in ECS:
            return _mounted_in_a_task()
    return compose({'volumes': [mount], 'environment': {'DD_HOSTNAME_FILE': MOUNTED_FILE}})


def _mounted_in_a_task() -> Command:
    return task_definition(
        {
            'mountPoints': [{'sourceVolume': 'instance-id', 'containerPath': MOUNTED_FILE, 'readOnly': True}],
            'environment': [{'name': 'DD_HOSTNAME_FILE', 'value': MOUNTED_FILE}],
        },
        {'volumes': [{'name': 'instance-id', 'host': {'sourcePath': CLOUD_INIT_FILE}}]},
    )


def _host_network(facts: Facts) -> Choice:
    kind = container_kind(facts)
    match kind:
        case ContainerKind.POD:
            command = yaml({'agents': {'useHostNetwork': True}}, Language.HELM)
        case kind if kind in ECS:
            command = json_part({'networkMode': 'host'})
        case _:
            command = compose({'network_mode': 'host'})
    return Choice(
        f'Run the Agent in the host network, {place_of_settings(kind)}',
        (command,),
        "the host's network to the Agent, and the Agent's ports on the host",
        REMOVE_AGAIN,
    )
