"""The scripts of the fleet's remedies are run by bash, on the CSV file that `fleet` writes, with a recording `aws`.

Names of instances are tags, so anybody may have written them.
"""

import os
import shlex
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.cli.fleet import csv_sink
from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import (
    IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1,
    IMDS_FLEET_ENDPOINT_DISABLED,
    IMDS_FLEET_HOSTS_MISNAMED,
    IMDS_FLEET_IMDSV1_ENABLED,
    IMDS_FLEET_IMDSV1_STILL_USED,
    IMDS_FLEET_LAUNCH_TEMPLATE_WRONG,
)
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.facts.account import WrongInstance
from datadog_checks.aws_diagnostics.facts.values import InstanceId, LaunchTemplateId, RegionName
from datadog_checks.aws_diagnostics.findings import Diagnosis
from datadog_checks.aws_diagnostics.remedies import Command, Remedy
from tests.account.builders import account_facts, fleet, region
from tests.diagnoses.imds_fleet.fleets import OFF, OTHER_REGION, defaults, in_two_regions, template, use, wrong

HOSTILE_NAMES = (
    '"; touch hacked; "',
    '$(touch hacked)',
    '`touch hacked`',
    "a,b,'c",
    '=cmd|x!A0,IMDSv1 allowed',
    'two\nlines,i-00000000000000000,us-east-1',
    '\\',
    '\U0001f4a3, é \u202e',
    '-rf *',
)
RECORDER = """\
#!/bin/sh
printf '%s\\0' "$@" >> {log}
printf '\\n' >> {log}
cat > /dev/null
echo 7
"""
Calls = list[dict[str, str]]
Options = Callable[[WrongInstance], Sequence[dict[str, str]]]
"""Of the calls for one instance, in their order."""


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory in which the scripts run, with `aws` on the PATH."""
    stub = tmp_path / 'bin' / 'aws'
    stub.parent.mkdir()
    stub.write_text(RECORDER.format(log=shlex.quote(str(tmp_path / 'calls'))))
    stub.chmod(0o755)
    monkeypatch.setenv('PATH', f'{stub.parent}:{os.environ["PATH"]}')
    return tmp_path


def instances(reason: str) -> tuple[WrongInstance, ...]:
    """One of each name, half of them in another region; with containers behind one hop, and on plain hosts."""
    options = {
        'endpoint': {'http_tokens': 'optional', 'endpoint': 'disabled'},
        'tokens': {'http_tokens': 'optional'},
        'hops': {'http_tokens': 'required', 'containers': 'ecs'},
    }[reason]
    return tuple(
        wrong(
            f'i-{"eth".index(reason[0])}{n:016x}',
            name=name,
            **{'region': OTHER_REGION if n % 2 else RegionName('eu-west-1'), 'hop_limit': 1, **options},
            **({'containers': 'eks'} if reason != 'hops' and n < 3 else {}),
        )
        for n, name in enumerate(HOSTILE_NAMES)
    )


EVERYTHING = tuple(instance for reason in ('endpoint', 'tokens', 'hops') for instance in instances(reason))


def run(commands: Sequence[Command], directory: Path) -> Calls:
    """The calls of `aws`, each by its options; what `fleet` would do, the real writer of its file does."""
    log = directory / 'calls'
    log.unlink(missing_ok=True)
    with csv_sink(str(directory / 'wrong.csv')) as each:
        for instance in EVERYTHING:
            each(instance)
    text = '\n'.join(command.text for command in commands if 'aws-diagnostics' not in command.text)
    ran = subprocess.run(['bash', '-c', text], cwd=directory, capture_output=True, text=True, check=False, timeout=120)
    assert ran.stderr == ''
    assert not (directory / 'hacked').exists()
    calls = [line.split('\0')[:-1] for line in log.read_text(encoding='utf-8').split('\n')[:-1]]
    return [_options(call[2:]) for call in calls]


def _options(words: Sequence[str]) -> dict[str, str]:
    """`--name value`, and '' for an option without one."""
    options: dict[str, str] = {}
    for word, following in zip(words, [*words[1:], '--'], strict=True):
        if word.startswith('--'):
            options[word] = '' if following.startswith('--') else following
    return options


def changing(fix: Remedy) -> tuple[Command, Command, Command]:
    """The dry run, the change and the way back."""
    choice = fix.choices[-1]
    assert choice.undo is not None
    _, dry_run = choice.commands
    (change,) = fix.then[0].commands
    (back,) = choice.undo.commands
    return dry_run, change, back


def where(instance: WrongInstance) -> dict[str, str]:
    return {'--region': instance.region, '--instance-id': instance.instance_id}


HOP_LIMIT = '--http-put-response-hop-limit'


def enabled(instance: WrongInstance) -> Sequence[dict[str, str]]:
    return [{'--http-endpoint': 'enabled', **options} for options in required(instance)]


def required(instance: WrongInstance) -> Sequence[dict[str, str]]:
    return [{'--http-tokens': 'required', HOP_LIMIT: '2' if instance.containers else '1'}]


FORMER = {'--http-tokens': 'optional', HOP_LIMIT: '1'}


LOOPS = [
    pytest.param(
        IMDS_FLEET_HOSTS_MISNAMED,
        'hops',
        lambda _: [{HOP_LIMIT: '2'}],
        lambda _: [{HOP_LIMIT: '1'}],
        id='the hop limit is raised',
    ),
    pytest.param(
        IMDS_FLEET_IMDSV1_ENABLED,
        'tokens',
        required,
        lambda _: [FORMER],
        id='tokens are required, and containers get a second hop',
    ),
    pytest.param(
        IMDS_FLEET_ENDPOINT_DISABLED,
        'endpoint',
        enabled,
        lambda _: [FORMER, {'--http-endpoint': 'disabled'}],
        id='the endpoint is enabled, for IMDSv2 only',
    ),
]


@pytest.mark.parametrize(('diagnosis', 'reason', 'after', 'before'), LOOPS)
def test_a_loop_changes_each_instance_with_that_fault_in_its_region_and_back(
    diagnosis: Diagnosis, reason: str, after: Options, before: Options, shell: Path
) -> None:
    dry_run, change, back = changing(generic_remedy(diagnosis))
    changed = [{**where(i), **options} for i in instances(reason) for options in after(i)]
    assert run([dry_run], shell) == [{**call, '--dry-run': ''} for call in changed]
    assert run([change], shell) == changed
    assert run([back], shell) == [{**where(i), **options} for i in instances(reason) for options in before(i)]


def test_where_some_still_use_imdsv1_only_the_others_are_changed(shell: Path) -> None:
    unused = instances('tokens')[1::3]
    uses = (*(use(i.instance_id, 0.0) for i in unused), use(InstanceId('i-0fedcba9876543210'), 9.0))
    facts = account_facts(fleet=fleet(region(tokenless=uses)))
    dry_run, change, back = changing(IMDS_FLEET_IMDSV1_STILL_USED.remedy(facts, OFF))
    assert [len(run([command], shell)) for command in (dry_run, back)] == [len(unused)] * 2
    assert run([change], shell) == [{**where(i), **options} for i in unused for options in required(i)]


def test_new_versions_of_several_templates_become_the_default_and_back(shell: Path) -> None:
    other = LaunchTemplateId('lt-0fedcba9876543210')
    first, second = (
        template('required', 1, 'eks'),
        replace(template('optional'), template_id=other, region=OTHER_REGION),
    )
    facts = in_two_regions({'launch_templates': (first,)}, {'launch_templates': (second,)})
    fix = IMDS_FLEET_LAUNCH_TEMPLATE_WRONG.remedy(facts, OFF)
    (choice,) = fix.choices
    assert choice.undo is not None
    places = [
        {'--region': 'eu-west-1', '--launch-template-id': first.template_id},
        {'--region': 'us-east-1', '--launch-template-id': other},
    ]
    (create,), (make_default,) = choice.commands, fix.then[0].commands
    created = [call for call in run([create], shell) if '--source-version' in call]
    assert [{name: call[name] for name in ('--region', '--launch-template-id')} for call in created] == places
    assert [call['--launch-template-data'] for call in created] == [
        'MetadataOptions={HttpEndpoint=enabled,HttpTokens=required,HttpPutResponseHopLimit=2}',
        'MetadataOptions={HttpEndpoint=enabled,HttpTokens=required,HttpPutResponseHopLimit=1}',
    ]
    assert run([make_default], shell) == [{**place, '--default-version': '7'} for place in places]
    assert run(choice.undo.commands, shell) == [{**place, '--default-version': '3'} for place in places]


def test_the_defaults_of_several_regions_are_changed_and_set_back_to_what_each_had(shell: Path) -> None:
    facts = in_two_regions({'defaults': defaults('optional')}, {'defaults': defaults()})
    (choice,) = IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1.remedy(facts, OFF).choices
    assert choice.undo is not None
    assert run(choice.commands, shell) == [
        {'--region': name, '--http-tokens': 'required'} for name in ('eu-west-1', 'us-east-1')
    ]
    assert run(choice.undo.commands, shell) == [
        {'--region': 'eu-west-1', '--http-tokens': 'optional'},
        {'--region': 'us-east-1', '--http-tokens': 'no-preference'},
    ]
