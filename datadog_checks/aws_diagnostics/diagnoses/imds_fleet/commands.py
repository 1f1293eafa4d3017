"""Commands that change metadata options, of one instance or of each that the CSV file of `fleet` lists, and undo it.

A script reads the file line by line: its last column, the name of the instance, is the only one that may hold a comma
or a quote. The other columns are ids, numbers and words of ours.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Fault, WrongInstance
from ...facts.values import InstanceId
from ...remedies import Choice, Command, Language, Step, new_file, quoted, script, sequence
from ..account_remedies import own_command
from .regions import worst

CSV = 'wrong.csv'
COLUMNS = ('id', 'region', 'tokens', 'hops', 'endpoint', 'containers', 'reason')
"""The shell variables for the columns of the CSV file, as the command `fleet` orders them, without the last one."""
FIELD = re.compile('<([a-z]+)>')
MODIFY = 'aws ec2 modify-instance-metadata-options --region <region> --instance-id <id>'
HOPS_OF_A_CONTAINER = 2
"""The hop limit that a container with a network of its own needs."""


@dataclass(frozen=True, slots=True)
class Change:
    """Of the instances with one fault. `<tokens>`, `<hops>`, `<endpoint>` stand for what an instance has now."""

    fault: Fault
    options: str
    undo: tuple[str, ...]
    """Of one call after another: EC2 takes no other option together with a disabled endpoint."""
    becomes: str
    """As `echo` prints it behind an instance."""
    for_containers: bool = False
    """`<hops>` in `options` is at least 2 where the instance runs containers, so that they can reach IMDSv2."""


RAISE_HOP_LIMIT = Change(
    Fault.MISNAMED,
    options=f'--http-put-response-hop-limit {HOPS_OF_A_CONTAINER}',
    undo=('--http-put-response-hop-limit <hops>',),
    becomes=f'hop limit {HOPS_OF_A_CONTAINER}',
)
REQUIRE_TOKENS = Change(
    Fault.IMDSV1_ALLOWED,
    options='--http-tokens required --http-put-response-hop-limit <hops>',
    undo=('--http-tokens <tokens> --http-put-response-hop-limit <hops>',),
    becomes='tokens required, hop limit $hops',
    for_containers=True,
)
ENABLE_ENDPOINT = Change(
    Fault.ENDPOINT_DISABLED,
    options='--http-endpoint enabled --http-tokens required --http-put-response-hop-limit <hops>',
    undo=('--http-tokens <tokens> --http-put-response-hop-limit <hops>', '--http-endpoint <endpoint>'),
    becomes='endpoint enabled, tokens required, hop limit $hops',
    for_containers=True,
)


def change(
    facts: Facts, expected: Expectations, made: Change, text: str, exposes: str, only: Sequence[InstanceId] = ()
) -> tuple[Choice, tuple[Step, ...]]:
    """How to change them, and the steps that follow a dry run of several.

    `text`: an imperative that 'this instance' or 'these instances' can follow. `only`: of these instances.
    """
    instance = _the_only_one(facts, made.fault, only)
    if instance is None:
        return _dry_run(expected, made, text, exposes, only), (_in_earnest(made, only),)
    one = Choice(
        f'{text} {instance.instance_id} in {instance.region}',
        (_for_one(made.options, instance, _needed_hops(made, instance)),),
        exposes,
        Step('Set the previous values again', (_back(made, instance),)),
    )
    return one, ()


def _back(made: Change, instance: WrongInstance) -> Command:
    return sequence(*(_for_one(options, instance, instance.hop_limit) for options in made.undo))


def _the_only_one(facts: Facts, fault: Fault, only: Sequence[InstanceId]) -> WrongInstance | None:
    """The instance that the commands are for; None where there are several, or where it is not known well enough."""
    found = [i for i in worst(facts, fault) if not only or i.instance_id in only]
    fleet = facts.of_account.fleet
    counted = 0 if isinstance(fleet, Unobserved) else sum(region.instances(fault) for region in fleet.regions)
    return found[0] if len(found) == 1 == (len(only) or counted) else None


def _needed_hops(made: Change, instance: WrongInstance) -> int:
    least = HOPS_OF_A_CONTAINER if made.for_containers and instance.containers else 1
    return max(least, instance.hop_limit)


def _for_one(options: str, instance: WrongInstance, hops: int) -> Command:
    return script(
        f'{MODIFY} {options}',
        region=instance.region,
        id=instance.instance_id,
        tokens=instance.http_tokens,
        hops=str(hops),
        endpoint=instance.endpoint,
    )


def _dry_run(expected: Expectations, made: Change, text: str, exposes: str, only: Sequence[InstanceId]) -> Choice:
    return Choice(
        f'{text} these instances: list them in {CSV}, and do a dry run, which changes nothing',
        (
            sequence(new_file(CSV), own_command(expected, 'fleet', '--csv', CSV)),
            _loop(made, _work(made, (made.options,), made.becomes, '--dry-run '), only),
        ),
        exposes,
        Step(
            f'Set the previous values again, from {CSV}: keep that file',
            (_loop(made, _work(made, made.undo, 'the previous options', undoes=True), only),),
        ),
    )


def _in_earnest(made: Change, only: Sequence[InstanceId]) -> Step:
    work = _work(made, (made.options,), made.becomes)
    return Step(
        f'Change the instances in {CSV}, after a dry run that printed DryRunOperation for each (it would succeed)',
        (_loop(made, work, only),),
    )


def _work(made: Change, calls: Sequence[str], becomes: str, dry_run: str = '', *, undoes: bool = False) -> list[str]:
    """What is done with one line of the file; a call is made only when the one before succeeded."""
    raised = f'[ -n "$containers" ] && [ "$hops" -lt {HOPS_OF_A_CONTAINER} ] && hops={HOPS_OF_A_CONTAINER}'
    *first, last = (_in_variables(f'{MODIFY} {dry_run}{options}') for options in calls)
    return [
        *([raised] if made.for_containers and not undoes else []),
        f'echo "$id in $region: {becomes}"',
        *(f'{call} &&' for call in first),
        last,
    ]


def _in_variables(call: str) -> str:
    where, _, rest = FIELD.sub(r'"$\1"', call).partition(' --http-')
    return f'{where} \\\n    --http-{rest} < /dev/null > /dev/null'


def _loop(made: Change, work: Sequence[str], only: Sequence[InstanceId]) -> Command:
    some = [f'case "$id" in {" | ".join(only)}) ;; *) continue ;; esac'] if only else []
    lines = [f'[ "$reason" = {quoted(made.fault.value)} ] || continue', *some, *work]
    used = ' '.join(name if any(f'${name}' in line for line in lines) else '_' for name in COLUMNS)
    body = '\n'.join(f'  {line}' for line in lines)
    return Command(f'while IFS=, read -r {used} _; do\n{body}\ndone < {CSV}')


def in_terraform(*options: str, when: str = 'For new instances') -> Step:
    """For new instances. Without `http_endpoint` the AWS provider has dropped the block."""
    lines = ('http_endpoint = "enabled"', *options)
    return Step(
        f'{when}, set this in Terraform (aws_instance or aws_launch_template)',
        (block('metadata_options', *lines),),
    )


def block(name: str, *lines: str) -> Command:
    body = '\n'.join(f'  {line}' for line in lines)
    return Command(f'{name} {{\n{body}\n}}', Language.HCL)
