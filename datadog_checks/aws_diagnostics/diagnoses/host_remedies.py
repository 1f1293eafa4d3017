"""Fixes that several diagnoses of a host share, each in the form that fits the place where the Agent runs.

Commands carry the instance id and the region where they are known. Every way to the goal is offered.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..expectations import Expectations
from ..facts import ContainerKind, Facts, Host, NetworkPath, OperatingSystem
from ..facts.host import ECS
from ..remedies import (
    Choice,
    Command,
    Language,
    Remedy,
    Step,
    Value,
    Variable,
    Word,
    new_file,
    script,
    sequence,
    shell,
    yaml,
)
from .agent_remedies import container_kind, in_host_network, restart_for_the_name
from .applying import apply_settings
from .around_imds import ways_around_the_hop_limit
from .places import operating_system
from .which_instance import find_instance, how_to_find_instance, instance, region

# IMDS options of the instance


@dataclass(frozen=True, slots=True)
class MetadataOptions:
    """A change of an instance's IMDS options."""

    options: tuple[Word, ...]
    """Of `aws ec2 modify-instance-metadata-options`."""
    terraform: str
    """The same in a `metadata_options` block, beside `http_endpoint`; '' where that is all."""
    undo: tuple[Word, ...]
    """Options that bring back what was there before."""
    node_class: Mapping[str, Value] | None = None
    """The same in spec.metadataOptions of Karpenter's EC2NodeClass; None where it does not have it."""
    only_if: Command | None = None
    """What must succeed first, or nothing is saved or changed."""


BEFORE = 'imds-options-before.json'


def change_metadata_options(
    facts: Facts, text: str, change: MetadataOptions, exposes: str = '', *, find: bool = True
) -> Choice:
    """Of the running instance; `text` is like 'Raise the hop limit to 2'. Without `find` where a step has found it."""
    return Choice(
        f'{text} on this instance{_unless_refused(facts)}{how_to_find_instance(facts) if find else ""}',
        (
            *(find_instance(facts) if find else ()),
            sequence(
                *((change.only_if,) if change.only_if else ()),
                new_file(BEFORE),
                _save_options(facts),
                modify_metadata_options(facts, *change.options),
            ),
        ),
        exposes,
        Step(f'Restore the values in {BEFORE}', (modify_metadata_options(facts, *change.undo),)),
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


def _unless_refused(facts: Facts) -> str:
    """Who else may own the options, in parentheses.

    Sources: configuring-IMDS-existing-instances.html in the EC2 user guide (declarative policies); EC2 managed
    instances in "Security overview of EKS Auto Mode" (a whitepaper of AWS), which no identity may modify.
    """
    kind, posix = container_kind(facts), operating_system(facts) is not OperatingSystem.WINDOWS
    managed = ', and on nodes of EKS Auto Mode' if kind is ContainerKind.POD else ''
    managed = ', and on ECS Managed Instances' if kind is ContainerKind.ECS_MANAGED else managed
    return f' (AWS refuses this where a declarative policy sets these options{managed})' + (
        '' if posix else '; run its commands in a POSIX shell, such as AWS CloudShell'
    )


def for_new_instances(facts: Facts, change: MetadataOptions, condition: str = 'For new instances') -> tuple[Step, ...]:
    """The same change where the instances come from. `condition`: like 'If you raised it', for one of several ways.

    Without `http_endpoint` the AWS provider has ignored the block.
    """
    too = '' if condition.startswith('For') else ' too'
    block = Command(f'metadata_options {{\n  http_endpoint = "enabled"\n  {change.terraform}\n}}', Language.HCL)
    kind = container_kind(facts)
    if kind is ContainerKind.ECS_MANAGED:
        return ()
    if kind is ContainerKind.POD:
        set_this = f'{condition}, set this{too}'
        return (*_of_karpenter(change, set_this), *_of_node_groups(block, set_this))
    resources = 'aws_launch_template' if kind in ECS else 'aws_instance or aws_launch_template'
    return (Step(f'{condition}, set this in Terraform{too} ({resources})', (block,), for_new_instances=True),)


def _of_karpenter(change: MetadataOptions, text: str) -> tuple[Step, ...]:
    if change.node_class is None:
        return ()
    node_class = yaml({'spec': {'metadataOptions': change.node_class}})
    return (
        Step(f'{text} in the EC2NodeClass, where Karpenter starts the nodes', (node_class,), for_new_instances=True),
    )


def _of_node_groups(block: Command, text: str) -> tuple[Step, ...]:
    """EKS merges a template of one's own into the one that it makes for a managed node group."""
    where = 'in your own launch template for a managed node group, in Terraform (aws_launch_template)'
    return (Step(f'{text} {where}', (block,), for_new_instances=True),)


def modify_metadata_options(facts: Facts, *options: Word) -> Command:
    where = ('--region', region(facts), '--instance-id', instance(facts))
    return shell('aws', 'ec2', 'modify-instance-metadata-options', *where, *options)


# The hop limit


def raise_hop_limit(facts: Facts, expected: Expectations) -> Remedy:
    """Every way that Datadog's guide names for a token reply that is dropped on its way, the least harmful first."""
    needed = needed_hop_limit(facts, expected)
    around, restart, change = ways_around_the_hop_limit(facts), restart_for_the_name(facts), hop_limit(needed)
    if container_kind(facts) is ContainerKind.ECS_MANAGED:
        return Remedy('Avoid the extra hop: AWS manages the options of this instance', around, restart)
    if not around:
        raising = raise_on_this_instance(facts, 'Raise it', needed)
        return Remedy(f'Raise the hop limit to {needed}', (raising,), (*restart, *for_new_instances(facts, change)))
    raising = raise_on_this_instance(facts, f'Raise the hop limit to {needed}', needed)
    then = (*apply_settings(facts), *restart, *for_new_instances(facts, change, 'If you raised it'))
    return Remedy(f'Avoid the extra hop, or raise the hop limit to {needed}', (*around, raising), then)


def raise_on_this_instance(facts: Facts, text: str, needed: int) -> Choice:
    """A path only bounds what the instance has: the token response may take a longer way back. So, unless it was
    measured to be lower, AWS is asked first, and nothing is lowered."""
    exposes = 'IMDS and the credentials of the instance role to every container within that many hops'
    only_if = None if _is_lower(facts, needed) else _only_if_lower(facts, needed)
    return change_metadata_options(facts, text, replace(hop_limit(needed), only_if=only_if), exposes)


def _is_lower(facts: Facts, needed: int) -> bool:
    measured = facts.path.hop_limit if isinstance(facts.path, NetworkPath) else None
    return measured is not None and measured < needed


def _only_if_lower(facts: Facts, needed: int) -> Command:
    return script(
        'hop_limit=$(aws ec2 describe-instances --region <region> --instance-ids <instance> '
        "--query 'Reservations[].Instances[].MetadataOptions.HttpPutResponseHopLimit' --output text) && "
        f'{{ [ "$hop_limit" -lt {needed} ] || {{ echo "the hop limit is $hop_limit, not below {needed}"; false; }}; }}',
        region=region(facts),
        instance=instance(facts),
    )


def hop_limit(value: int) -> MetadataOptions:
    option = '--http-put-response-hop-limit'
    before = Variable('HTTP_PUT_RESPONSE_HOP_LIMIT')
    node_class: Mapping[str, Value] = {'httpPutResponseHopLimit': value}
    return MetadataOptions((option, str(value)), f'http_put_response_hop_limit = {value}', (option, before), node_class)


def needed_hop_limit(facts: Facts, expected: Expectations) -> int:
    """What was measured, never less than what the operator demands, never less than AWS's minimum of 1.

    Where nothing was measured, the guide's 2 for a container that may have a network of its own, as in the catalogue.
    """
    path = facts.path
    measured = path.hop_limit_needed if isinstance(path, NetworkPath) else None
    near = isinstance(facts.host, Host) and in_host_network(facts)
    return allowed_hop_limit(max(measured or (1 if near else 2), expected.min_hop_limit or 1))


def allowed_hop_limit(wanted: int) -> int:
    """AWS takes 1 to 64; facts from a file may say anything."""
    return min(max(wanted, 1), 64)
