"""Commands for some instances of a fleet: never more than a person reads before pasting."""

from collections.abc import Callable, Sequence
from shlex import quote

from ...facts import Facts
from ...facts.account import TokenlessUse, WrongInstance
from .imdsv1 import require_tokens
from .regions import regions_of

MOST_COMMANDS = 3

ALL_INSTANCES = 'aws-diagnostics fleet --csv fleet.csv'


def worst(facts: Facts, wrong: Callable[[WrongInstance], bool]) -> tuple[WrongInstance, ...]:
    """Of all regions, those that are wrong in this way; a bounded number, as no more are kept."""
    return tuple(instance for region in regions_of(facts) for instance in region.worst if wrong(instance))


def modify_instances(
    found: Sequence[WrongInstance], words: str, options: Callable[[WrongInstance], str]
) -> tuple[str, ...]:
    """One step for each of the first few, what it does to them in the first, and how to list all."""
    steps = [f'{words}: {_modify(i.region, i.instance_id, options(i))}' for i in found[:1]]
    steps += [f'The same: {_modify(i.region, i.instance_id, options(i))}' for i in found[1:MOST_COMMANDS]]
    return (*steps, f'List every instance that is concerned: {ALL_INSTANCES}')


def require_tokens_of(facts: Facts, unused: Sequence[TokenlessUse]) -> tuple[str, ...]:
    """For instances that did not use IMDSv1; the hop limit changes too where the instance is known to need it."""
    kept = {instance.instance_id: require_tokens(instance) for instance in worst(facts, lambda _: True)}
    return tuple(
        'Require tokens, as nothing was asked for without one: '
        + _modify(use.region, use.instance_id, kept.get(use.instance_id, '--http-tokens required'))
        for use in unused[:MOST_COMMANDS]
    )


def _modify(region: str, instance_id: str, options: str) -> str:
    where = f'--region {quote(region)} --instance-id {quote(instance_id)}'
    return f'aws ec2 modify-instance-metadata-options {where} {options}'


def terraform(option: str) -> str:
    return (
        'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
        f'metadata_options {{ {option} }}'
    )
