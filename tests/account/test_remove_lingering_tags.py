"""`aws-diagnostics hosts remove-lingering-tags` removes what is proven to be left behind, and nothing else."""

import json
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.account.datadog_api import account
from tests.account.datadog_metrics import Stored
from tests.account.host_lists import OTHER, OURS, instance_id, left, page
from tests.account.removals import APPLY, AWS, World, named, removing
from tests.cli.schema import SCHEMAS, validate

SCHEMA = json.loads((SCHEMAS / 'hosts-remove-lingering-tags.schema.json').read_text())
FIRST = 'seen for the first time: look again in 3 hours'


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[World]:
    with removing(tmp_path, monkeypatch, capsys) as found:
        found.datadog.hosts = [left(1), left(2)]
        yield found


def outcome(document: Mapping[str, Any]) -> dict[str, Any]:
    """Without the head, which says when and by which version, and without what goes by the tags."""
    validate(document, SCHEMA)
    head = ('schema', 'tool', 'version', 'command', 'time', 'used_by')
    return {key: document[key] for key in document if key not in head}


def test_what_was_seen_twice_is_removed_saved_and_gone(world: World) -> None:
    before = world.tags()
    printed = world.remove(*APPLY, seen_in=world.seen())
    assert outcome(printed.document) == {
        'dry_run': False,
        'would_remove': [],
        'removed': ['web-1', 'web-2'],
        'skipped': [],
        'failed': [],
        'came_back': [],
        'backup': str(world.backup),
        'complete': True,
        'note': None,
    }
    assert printed.status == 0
    assert world.tags() == {}
    assert world.saved() == before
    assert world.removed == ['web-1', 'web-2']


def test_only_tags_of_the_source_aws_go(world: World) -> None:
    users = ['team:web', 'region:eu-west-1']
    world.datadog.hosts[0]['tags_by_source']['Users'] = users
    world.remove(*APPLY, seen_in=world.seen())
    assert world.datadog.hosts[0]['tags_by_source'] == {'Users': users}


def test_without_apply_nothing_changes_and_the_files_are_private(world: World) -> None:
    before = world.tags()
    printed = world.remove(seen_in=world.seen())
    assert outcome(printed.document) == {
        'dry_run': True,
        'would_remove': ['web-1', 'web-2'],
        'removed': [],
        'skipped': [],
        'failed': [],
        'came_back': [],
        'backup': str(world.backup),
        'complete': True,
        'note': None,
    }
    assert (printed.status, world.tags()) == (0, before)
    assert not world.backup.exists()
    assert not world.journal.exists()
    assert stat.S_IMODE(Path(f'{world.backup}.seen.json').stat().st_mode) == 0o600
    assert set(world.datadog.methods) == {'GET'}


def test_a_dry_run_counts_as_the_first_look_of_a_later_one(world: World) -> None:
    first = world.remove()
    assert named(first.document['skipped']) == {'web-1': FIRST, 'web-2': FIRST}
    assert first.status == 1
    again = world.remove()
    assert named(again.document['skipped'])['web-1'] == 'the earlier look is less than 3 hours old'
    age(world, hours=4)
    world.datadog.hosts.append(left(3))
    third = world.remove(*APPLY)
    assert third.document['removed'] == ['web-1', 'web-2']
    assert named(third.document['skipped']) == {'web-3': FIRST}


def test_a_look_in_between_does_not_start_the_time_anew(world: World) -> None:
    world.remove()
    age(world, hours=4)
    assert world.remove().document['would_remove'] == ['web-1', 'web-2']
    assert world.remove().document['would_remove'] == ['web-1', 'web-2']


def age(world: World, hours: float) -> None:
    """As if what an earlier run saw were older."""
    file = Path(f'{world.backup}.seen.json')
    document = json.loads(file.read_text())

    def older(text: str) -> str:
        return (datetime.fromisoformat(text) - timedelta(hours=hours)).isoformat()

    document['time'] = older(document['time'])
    for host in document['hosts']:
        host['seen_at'] = older(host['seen_at'])
    file.write_text(json.dumps(document))


KEPT: list[Any] = [
    pytest.param(
        lambda w: w.seen(hours=2), 'the earlier look is less than 3 hours old', id='an earlier look two hours ago'
    ),
    pytest.param(
        lambda w: w.seen(hours=31 * 24), 'the earlier look is more than 30 days old', id='an earlier look a month ago'
    ),
    pytest.param(lambda w: without(w, 'web-1'), FIRST, id='an earlier look without the host'),
    pytest.param(lambda w: changed(w, removable=False), FIRST, id='an earlier look that did not find it removable'),
    pytest.param(lambda w: changed(w, instance_id=instance_id(7)), FIRST, id='another instance of this name then'),
    pytest.param(lambda w: changed(w, account=OURS), FIRST, id='another account then'),
]


def without(world: World, name: str) -> Path:
    document = json.loads(world.seen().read_text())
    return world.write_seen({**document, 'hosts': [row for row in document['hosts'] if row['name'] != name]})


def changed(world: World, **fields: Any) -> Path:
    document = json.loads(world.seen().read_text())
    return world.write_seen({**document, 'hosts': [{**row, **fields} for row in document['hosts']]})


@pytest.mark.parametrize(('look', 'why'), KEPT)
def test_a_host_that_was_not_seen_twice_is_left_alone(world: World, look: Callable[[World], Path], why: str) -> None:
    printed = world.remove(*APPLY, seen_in=look(world))
    assert named(printed.document['skipped'])['web-1'] == why
    assert 'web-1' not in world.removed


def aws_reports(world: World) -> None:
    world.datadog.hosts[0]['apps'] = ['agent', 'aws']


def has_no_agent(world: World) -> None:
    world.datadog.hosts[0].update(up=False)


def names_no_account(world: World) -> None:
    world.datadog.hosts[0]['tags_by_source'][AWS] = ['team:web']


def is_back(world: World) -> None:
    world.datadog.accounts.append(account(OTHER))


NOT_LINGERING = [
    pytest.param(aws_reports, {'web-2': f'the AWS integration still reports hosts of account {OTHER}'}, id='AWS'),
    pytest.param(
        has_no_agent,
        {'web-1': 'its Agent does not report: Datadog drops such a host by itself'},
        id='its Agent does not report',
    ),
    pytest.param(names_no_account, {'web-1': 'nothing proves which account it belongs to'}, id='no account'),
    pytest.param(is_back, {}, id='the integration is back'),
]


@pytest.mark.parametrize(('change', 'skipped'), NOT_LINGERING)
def test_a_host_that_may_be_collected_is_left_alone(
    world: World, change: Callable[[World], None], skipped: Mapping[str, str]
) -> None:
    seen = world.seen()
    change(world)
    printed = world.remove(*APPLY, seen_in=seen)
    assert named(printed.document['skipped']) == skipped
    assert 'web-1' not in world.removed


# Tags of EC2 that are called like Datadog's own. The record includes us-east-1 alone, for the account OURS


def tagged(world: World, *tags: str) -> None:
    world.datadog.hosts = [left(1, OURS, tags_by_source={AWS: [*tags, 'env:prod']})]


NOT_PROVEN = [
    pytest.param(
        (f'aws_account:{OURS}', 'region:eu-west-1', 'region:us-east-1', 'availability-zone:us-east-1a'),
        'nothing proves which region it is in',
        id='region, with that of Datadog',
    ),
    pytest.param(
        (f'aws_account:{OURS}', 'region:eu-west-1', 'availability-zone:us-east-1a'),
        'nothing proves which region it is in',
        id='region, and the zone contradicts it',
    ),
    pytest.param(
        (f'aws_account:{OURS}', 'region:eu-west-1', 'availability-zone:us-east-1-wl1-bos-wlz-1'),
        'nothing proves which region it is in',
        id='region, and a Wavelength Zone contradicts it',
    ),
    pytest.param(
        (f'aws_account:{OURS}', 'region:eu-west-1', 'region:eu-central-1'),
        'nothing proves which region it is in',
        id='region, and both are left out',
    ),
    pytest.param(
        (f'account_id:{OTHER}', 'region:us-east-1'),
        'nothing proves which account it belongs to',
        id='account_id alone',
    ),
    pytest.param(
        (f'aws_account:{OURS}', f'account_id:{OTHER}', 'region:eu-west-1'),
        'nothing proves which account it belongs to',
        id='account_id, with that of Datadog',
    ),
]
PROVEN = [
    pytest.param(
        (f'aws_account:{OURS}', 'region:eu-west-1', 'availability-zone:eu-west-1a'), id='the zone is of the region'
    ),
    pytest.param(
        (f'aws_account:{OURS}', 'region:us-west-2', 'availability-zone:us-west-2-lax-1a'), id='as is a Local Zone'
    ),
    pytest.param((f'aws_account:{OURS}', 'region:eu-west-1', 'region:emea'), id='a tag region that is no region'),
    pytest.param((f'aws_account:{OURS}', f'account_id:{OURS}', 'region:eu-west-1'), id='the same account twice'),
    pytest.param(
        (f'aws_account:{OTHER}', 'region:eu-west-1', 'region:us-east-1'),
        id='no record of the account: no region counts',
    ),
]


@pytest.mark.parametrize(('tags', 'why'), NOT_PROVEN)
def test_a_tag_that_a_user_may_have_set_is_no_proof(world: World, tags: tuple[str, ...], why: str) -> None:
    world.datadog.hosts = [left(1, OURS), left(1, OTHER, id=2)]
    earlier = world.seen()  # in which the host was removable, whichever account it is taken for
    tagged(world, *tags)
    before = world.tags()
    printed = world.remove(*APPLY, seen_in=earlier)
    assert (printed.document['removed'], named(printed.document['skipped'])) == ([], {'web-1': why})
    assert (world.tags(), world.removed) == (before, [])


@pytest.mark.parametrize('tags', PROVEN)
def test_tags_that_agree_are_a_proof(world: World, tags: tuple[str, ...]) -> None:
    tagged(world, *tags)
    assert world.remove(*APPLY, seen_in=world.seen()).document['removed'] == ['web-1']


# An integration that vanished lately


def value(metric: str, account_id: str = OTHER, days: float = 1) -> Stored:
    return Stored(metric, (f'aws_account:{account_id}',), [(int(time.time() - days * 86400), 1.0)])


LATELY: list[Any] = [
    pytest.param(value('aws.ec2.cpuutilization'), True, id='values of yesterday'),
    pytest.param(value('aws.ec2.cpuutilization', days=8), False, id='values of the week before'),
    pytest.param(value('aws.ec2.cpuutilization', OURS), False, id='values of another account'),
    pytest.param(value('aws.lambda.enhanced.invocations'), False, id='of the Lambda extension'),
    pytest.param(value('aws_diagnostics.run.duration'), False, id='of an Agent'),
]


@pytest.mark.parametrize(('stored', 'lately'), LATELY)
def test_an_account_that_vanished_lately_may_be_gone_by_accident(world: World, stored: Stored, lately: bool) -> None:
    world.datadog.metrics.stored = [stored]
    printed = world.remove(*APPLY, seen_in=world.seen())
    why = f'account {OTHER} had values of aws.ec2.cpuutilization within 7 days: its integration may be gone by accident'
    assert named(printed.document['skipped']) == (dict.fromkeys(('web-1', 'web-2'), why) if lately else {})


def test_one_that_was_removed_on_purpose_is_named(world: World) -> None:
    world.datadog.metrics.stored = [value('aws.ec2.cpuutilization')]
    printed = world.remove(*APPLY, '--account-was-removed', OTHER, seen_in=world.seen())
    assert printed.document['removed'] == ['web-1', 'web-2']


def test_what_cannot_be_asked_is_not_taken_for_long_ago(world: World) -> None:
    seen = world.seen()
    world.datadog.denied = {'metrics_read'}
    printed = world.remove(*APPLY, seen_in=seen)
    assert named(printed.document['skipped'])['web-1'] == (
        f'not known whether the integration with account {OTHER} vanished lately: Datadog refuses: a key is not valid, '
        'or the application key may not read metrics (403, permission metrics_read)'
    )
    assert world.removed == []


def test_a_region_that_the_record_leaves_out_needs_no_such_proof(world: World) -> None:
    world.datadog.hosts = [left(1, OURS)]
    world.datadog.metrics.stored = [value('aws.ec2.cpuutilization', OURS)]
    assert world.remove(*APPLY, seen_in=world.seen()).document['removed'] == ['web-1']


def test_an_account_with_an_integration_was_not_removed(world: World) -> None:
    printed = world.remove('--account-was-removed', OURS)
    assert printed.status == 64
    assert f'--account-was-removed {OURS}: Datadog has an integration with it' in printed.err


# What a person allows

WRONG: list[Any] = [
    pytest.param(('--apply',), 64, '--yes and --max N are needed', id='no terminal to ask at'),
    pytest.param(('--apply', '--yes'), 64, '--yes needs --max N', id='yes without a maximum'),
    pytest.param(('--yes', '--max', '3'), 64, '--yes and --max are for --apply', id='nothing to say yes to'),
    pytest.param(('--max', '0'), 64, '0 is not in the range', id='at most none'),
    pytest.param(('--account-was-removed', 'prod'), 64, "'prod' is not allowed", id='no account id'),
    pytest.param(('--restore', __file__), 64, '--restore excludes every option of a removal', id='two things at once'),
    pytest.param(('--seen-in', '/nowhere'), 64, "'/nowhere' does not exist", id='no earlier look'),
    pytest.param(('--seen-in', __file__), 65, 'is not what `hosts lingering-tags --json` prints', id='another file'),
]


@pytest.mark.parametrize(('options', 'status', 'message'), WRONG)
def test_wrong_usage_changes_nothing(world: World, options: tuple[str, ...], status: int, message: str) -> None:
    """With the statuses of every command: 2 is a critical finding elsewhere."""
    printed = world.remove(*options)
    assert printed.status == status
    assert message in printed.err
    assert (printed.out, world.datadog.asked) == ('', [])


def test_no_more_than_the_maximum(world: World) -> None:
    printed = world.remove('--apply', '--yes', '--max', '1', seen_in=world.seen())
    assert printed.document['removed'] == ['web-1']
    assert named(printed.document['skipped']) == {'web-2': 'beyond --max 1'}
    assert printed.status == 1


def test_the_list_that_cannot_be_read_ends_with_3(world: World) -> None:
    world.datadog.denied = {'hosts_read'}
    printed = world.remove()
    assert printed.status == 3
    assert 'nothing was changed, as it could not be looked at: Datadog refuses' in printed.err


# What becomes of a host between the list and its removal


def between(world: World, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes web-2 when web-1 loses its tags."""

    def after(method: str, host: str) -> None:
        if (method, host) == ('DELETE', 'web-1'):
            change(world.datadog.hosts[1])

    world.datadog.about_hosts.after = after


BETWEEN: list[Any] = [
    pytest.param(
        lambda row: row.update(name='db-2'), 'the host list has no host of this name any more', id='it was renamed'
    ),
    pytest.param(lambda row: row.update(id=77), 'another host has its name now', id='another host has its name'),
    pytest.param(
        lambda row: row.update(apps=['agent', 'aws']), 'the AWS integration reports it again', id='AWS reports it'
    ),
    pytest.param(
        lambda row: row['tags_by_source'].update({AWS: []}), 'it has no such tags any more', id='its tags are gone'
    ),
    pytest.param(
        lambda row: row['tags_by_source'].update({AWS: [f'aws_account:{OURS}', 'region:us-east-1']}),
        'its tags name another account now',
        id='its account is another one',
    ),
    pytest.param(
        lambda row: row['tags_by_source'].update({AWS: [f'account_id:{OTHER}', 'region:us-east-1']}),
        'its tags name another account now',
        id='its account is no longer proven',
    ),
    pytest.param(
        lambda row: row.update(up=False),
        'its Agent does not report: Datadog drops such a host by itself',
        id='its Agent stopped',
    ),
]


@pytest.mark.parametrize(('change', 'why'), BETWEEN)
def test_a_host_is_looked_at_again_immediately_before(
    world: World, change: Callable[[dict[str, Any]], None], why: str
) -> None:
    between(world, change)
    printed = world.remove(*APPLY, seen_in=world.seen())
    assert named(printed.document['skipped']) == {'web-2': why}
    assert world.removed == ['web-1']
    assert list(world.saved()) == ['web-1']


def test_an_integration_that_comes_back_stops_the_rest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('datadog_checks.aws_diagnostics.cli.hosts.removal.RECORD_AGE', 0.001)
    between(world, lambda _: world.datadog.accounts.append(account(OTHER)))
    printed = world.remove(*APPLY, seen_in=world.seen())
    assert named(printed.document['skipped']) == {'web-2': 'an integration collects it again'}
    assert world.removed == ['web-1']


def test_tags_that_come_back_are_reported_and_not_removed_again(world: World) -> None:
    seen = world.seen()
    tags = deepcopy(world.tags())
    world.remove(*APPLY, seen_in=seen)
    world.datadog.hosts[0]['tags_by_source'][AWS] = tags['web-1']
    printed = world.remove(*APPLY, seen_in=seen)
    assert printed.document['came_back'] == ['web-1']
    assert printed.document['removed'] == ['web-1', 'web-2']
    assert list(named(printed.document['skipped'])) == ['web-1']
    assert printed.status == 1
    assert world.removed == ['web-1', 'web-2']


def test_a_list_that_still_shows_removed_tags_is_not_believed(world: World) -> None:
    """Datadog's host list shows changes hours later."""
    seen, stale = world.seen(), deepcopy(world.datadog.hosts)
    world.remove(*APPLY, seen_in=seen)
    shown = [{**row, 'up': True} for row in stale]
    world.datadog.hosts_first = [list_of(shown), list_of(shown)]
    printed = world.remove(*APPLY, seen_in=seen)
    assert (printed.document['came_back'], printed.document['skipped'], printed.status) == ([], [], 0)


def list_of(rows: list[dict[str, Any]]) -> bytes:
    return page(rows, len(rows))


def test_a_name_is_encoded_in_the_path(world: World) -> None:
    world.datadog.hosts = [left(1, name='a b/c?d')]
    assert world.remove(*APPLY, seen_in=world.seen()).document['removed'] == ['a b/c?d']
    (path,) = world.asked_about('DELETE')
    assert path == '/api/v1/tags/hosts/a%20b%2Fc%3Fd?source=Amazon%20Web%20Services'


def test_a_host_costs_four_requests(world: World) -> None:
    seen = world.seen()
    world.datadog.asked.clear()
    world.remove(*APPLY, seen_in=seen)
    of_hosts = [path for path in world.datadog.asked if 'web-1' in path]
    assert len(of_hosts) == 4
    assert not any('a' * 20 in path or 'b' * 28 in path for path in world.datadog.asked), 'no key is in an address'


# For a person


MONITOR = {
    'id': 7,
    'name': 'load in Ireland',
    'type': 'query alert',
    'query': 'avg(last_5m):avg:system.load.1{region:eu-west-1} by {host} > 2',
}


def test_a_dry_run_says_what_would_go_what_goes_by_it_and_the_whole_command(world: World) -> None:
    world.datadog.about_hosts.monitors = [MONITOR]
    world.datadog.denied = {'dashboards_read'}
    seen = world.seen()
    printed = world.ask('remove-lingering-tags', '--backup', str(world.backup), '--seen-in', str(seen))
    assert printed.out.splitlines() == [
        'WARNING 2 hosts: would lose their tags from AWS (dry run)',
        '',
        f'         2  Datadog has no integration for account {OTHER}: web-1, web-2',
        '  monitors  1 of 1 use these tags',
        '            load in Ireland (7): selects region:eu-west-1 (2 hosts)',
        'dashboards  that use these tags are not known: Datadog refuses: a key is not valid, or the',
        '            application key may not read dashboards (403, permission dashboards_read)',
        ' downtimes  0 of 0 use these tags',
        f'      tags  4 tags, such as aws_account:{OTHER} (2), region:eu-west-1 (2),',
        '            instance-id:i-00000000000000001 (1)',
        '            Monitors, dashboards, downtimes and access rules that use these tags no longer find',
        '            these hosts, also for the time before the removal.',
        '',
        'Nothing was changed. To remove the tags, which asks for the number of hosts:',
        f'  aws-diagnostics hosts remove-lingering-tags --backup {world.backup} --seen-in {seen} '
        f'--config {world.folder}/account.yaml --apply',
    ]


def test_a_program_reads_what_goes_by_the_tags(world: World) -> None:
    world.datadog.about_hosts.monitors = [MONITOR]
    none: dict[str, Any] = {'found': 0, 'complete': True, 'note': None, 'shown': []}
    used = {'id': '7', 'title': 'load in Ireland', 'uses': ['selects region:eu-west-1 (2 hosts)']}
    document = world.remove(seen_in=world.seen()).document
    validate(document, SCHEMA)
    assert document['used_by'] == {
        'monitors': {**none, 'found': 1, 'shown': [used]},
        'dashboards': none,
        'downtimes': none,
    }


def test_no_key_is_in_any_file_or_on_the_screen(world: World) -> None:
    printed = world.remove(*APPLY, seen_in=world.seen())
    texts = [path.read_text() for path in world.folder.iterdir() if path.is_file()] + [*printed[1:]]
    keys = {key for pair in world.datadog.keys for key in pair}
    assert keys
    assert [key for key in keys for text in texts if str(key) in text] == []
