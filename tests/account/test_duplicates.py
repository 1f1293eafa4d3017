"""`aws-diagnostics hosts duplicates` lists the instances with several rows, why, and whether these go away."""

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.collect.host_metadata import MOST_FAILURES, MOST_INSTANCES
from datadog_checks.aws_diagnostics.collect.inventory_rows import row_of
from datadog_checks.aws_diagnostics.collect.suspects import Suspects
from tests.account.datadog_api import Datadog, account, ec2_host, host, plain
from tests.account.host_lists import OURS, Ask, asking, instance_id, page
from tests.cli.schema import SCHEMAS, validate

SCHEMA = json.loads((SCHEMAS / 'hosts-duplicates.schema.json').read_text())
BY_HAND = {'socket-hostname': 'ip-10-0-0-12', 'agent_version': '7.60.0', 'install_method': {'tool': 'dpkg'}}
GUIDE = 'Datadog: such rows disappear a few hours after the Agent was installed, and do not affect the bill'
SET = f"its operating system is named 'ip-10-0-0-12', so its configuration sets the name. {GUIDE}"
WAIT = (
    'Wait: its Agent already reports the instance id, and Datadog merges such rows within hours. If both stay, ask '
    'Datadog Support'
)


@pytest.fixture
def world(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[tuple[Datadog, Ask]]:
    with asking(tmp_path, monkeypatch, capsys) as (datadog, ask):
        datadog.accounts = [account(OURS)]
        yield datadog, ask


def of_aws(number: int, **fields: Any) -> dict[str, Any]:
    return ec2_host(instance_id(number), OURS, id=10 * number, **fields)


def of_agent(number: int, name: str, which: int = 1, **fields: Any) -> dict[str, Any]:
    return host(name, **{'id': 10 * number + which, 'aliases': [instance_id(number)], 'meta': BY_HAND, **fields})


PAIR = [of_aws(1), of_agent(1, 'web-1')]
RENAMED = [of_agent(2, 'old', 1, up=False), of_agent(2, 'new', 2)]
ANONYMOUS = [of_aws(3), host('ip-10-0-0-3', id=31)]
EXPECTED = {
    'instance_id': instance_id(1),
    'account': OURS,
    'region': 'eu-west-1',
    'names': ['web-1', instance_id(1)],
    'cause': 'hostname-set-by-hand',
    'evidence': f"the Agent reports 'web-1', and {SET}",
    'goes_away': None,
    'fix': WAIT,
}


def test_an_instance_with_two_rows_is_listed_with_its_cause(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [*PAIR, host('db-1', id=100, up=False)]
    printed = ask('duplicates', '--json')
    validate(printed.document, SCHEMA)
    about = {name: value for name, value in printed.document.items() if name not in ('time', 'version')}
    assert about == {
        'schema': 2,
        'tool': 'aws-diagnostics',
        'command': 'hosts duplicates',
        'complete': True,
        'total': 3,
        'duplicates': [EXPECTED],
        'unmatched': None,
    }
    assert printed.status == 1


def test_only_suspicious_instances_are_asked_about(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [*PAIR, of_aws(4), of_agent(5, 'web-5')]
    ask('duplicates')
    with_metadata = [target for target in datadog.asked if 'include_hosts_metadata=true' in target]
    assert [re.findall('filter=(.*)', target) for target in with_metadata] == [[instance_id(1)]]


def test_rows_that_go_away_by_themselves_are_no_warning(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = RENAMED
    printed = ask('duplicates')
    assert printed.status == 0
    assert printed.out.splitlines() == [
        'OK 2 hosts: no EC2 instance is in the list twice; 1 more goes away by itself',
        '',
        '     1  the host was renamed (goes away by itself)',
        f"        {instance_id(2)}  new and old: old does not report any more, and 'new' does",
    ]


def test_an_agent_without_an_instance_id_is_never_called_a_duplicate(world: tuple[Datadog, Ask]) -> None:
    """documentation#14238, helm-charts#778: it cannot reach IMDS, and reports the name of its network interface."""
    datadog, ask = world
    datadog.hosts = ANONYMOUS
    said = (
        '1 EC2 instance without an Agent and 1 Agent (such as ip-10-0-0-3) without an instance id may be the same hosts'
    )
    printed = ask('duplicates', '-q')
    assert (printed.status, printed.out) == (3, f'UNKNOWN 2 hosts: no EC2 instance is in the list twice; {said}\n')
    document = ask('duplicates', '--json').document
    validate(document, SCHEMA)
    unmatched = {'instances': 1, 'agents': 1, 'names': ['ip-10-0-0-3']}
    assert (document['duplicates'], document['unmatched']) == ([], unmatched)


def test_one_name_of_several_instances_is_listed(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    ids = [instance_id(1), instance_id(2)]
    datadog.hosts = [of_aws(1), of_aws(2), host('golden', id=5, aliases=ids), host('ip-10-0-0-9', id=6)]
    document = ask('duplicates', '--json').document
    validate(document, SCHEMA)
    (found,) = document['duplicates']
    shown = {name: found[name] for name in ('instance_id', 'names', 'cause', 'goes_away')}
    assert shown == {
        'instance_id': None,
        'names': ['golden', *ids],
        'cause': 'several-instances',
        'goes_away': False,
    }
    assert document['unmatched'] is None


def test_a_name_that_begins_with_the_id_is_no_alias(world: tuple[Datadog, Ask]) -> None:
    """Datadog does not merge the rows by it, so support is not who can help."""
    datadog, ask = world
    name = f'{instance_id(1)}.ec2.internal'
    datadog.hosts = [of_aws(1), host(name, id=11, meta={'socket-hostname': name})]
    document = ask('duplicates', '--json').document
    assert (document['duplicates'], document['unmatched']) == (
        [
            {
                **EXPECTED,
                'names': [name, instance_id(1)],
                'cause': 'os-hostname',
                'evidence': f"'{name}' is the hostname of its operating system, and begins with the instance id",
                'fix': 'Keep the hostname and add the instance id to host_aliases in datadog.yaml, then restart the '
                'Agent',
            }
        ],
        None,
    )


def test_an_address_that_is_used_again_is_no_duplicate(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    old = of_aws(1, last_reported_time=1_800_000_000 - 90 * 60)
    datadog.hosts = [old, of_aws(2), host('ip-10-0-0-5.ec2.internal', id=30, aliases=[instance_id(1), instance_id(2)])]
    assert ask('duplicates') == (0, 'OK 3 hosts: no EC2 instance is in the list twice\n', '')


def test_a_default_name_of_several_instances_is_not_called_set_by_hand(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    ids = [instance_id(1), instance_id(2)]
    datadog.hosts = [of_aws(1), of_aws(2), host('ip-10-0-0-5.ec2.internal', id=30, aliases=ids)]
    (found,) = ask('duplicates', '--json').document['duplicates']
    shown = {name: found[name] for name in ('instance_id', 'cause', 'goes_away', 'fix')}
    fix = 'Run `aws-diagnostics check` in the Agent of this host: it tells what keeps it from reporting the instance id'
    assert shown == {'instance_id': None, 'cause': 'default-hostname', 'goes_away': None, 'fix': fix}


def test_people_get_the_causes_with_a_few_instances_and_the_fix(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [row for n in range(1, 6) for row in (of_aws(n), of_agent(n, f'web-{n}'))]
    printed = ask('duplicates')
    assert printed.out.splitlines()[:6] == [
        'WARNING 5 EC2 instances: in the list of 10 hosts more than once',
        '',
        '     5  the hostname was set by hand (not known whether it stays)',
        *(f"        {instance_id(n)}  web-{n}: the Agent reports 'web-{n}', and {SET}" for n in (1, 2, 3)),
    ]
    assert '        and 2 more, which -v shows' in printed.out
    assert '        fix  Wait: its Agent already reports the instance id' in printed.out
    assert 'name the file with --seen-in some hours later' in printed.out.replace('\n', ' ')
    assert f"{instance_id(5)}  web-5: the Agent reports 'web-5'" in ask('duplicates', '-v').out


ALIKE: list[Any] = [
    pytest.param(PAIR, [(instance_id(1), ('web-1',))], id='AWS and an Agent'),
    pytest.param([of_agent(1, 'a'), of_agent(1, 'b', 2)], [(instance_id(1), ('a', 'b'))], id='two Agents'),
    pytest.param([of_aws(1), host(f'{instance_id(1)}-prod', id=5)], [(instance_id(1), (f'{instance_id(1)}-prod',))]),
    pytest.param(RENAMED, [], id='renamed'),
    pytest.param([of_aws(2), *RENAMED], [], id='renamed, beside AWS'),
    pytest.param([of_aws(1), of_agent(1, 'web-1', up=False)], [], id='AWS and an Agent that has stopped'),
    pytest.param([of_aws(1, apps=[], up=False), of_agent(1, 'web-1')], [], id='an Agent, and AWS no longer'),
]


@pytest.mark.parametrize(('rows', 'pairs'), ALIKE)
def test_the_check_counts_what_the_command_lists_as_staying(
    rows: list[Any], pairs: list[Any], world: tuple[Datadog, Ask]
) -> None:
    datadog, ask = world
    datadog.hosts = rows
    suspects = Suspects(OURS)
    for row in filter(None, map(row_of, rows)):
        suspects.add(row)
    assert (list(suspects.pairs()), ask('duplicates').status) == (pairs, 1 if pairs else 0)


def test_csv_has_a_row_for_each(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [of_aws(1), of_agent(1, '@web-1'), *RENAMED]
    rows = list(csv.DictReader(io.StringIO(ask('duplicates', '--csv').out)))
    assert [(row['names'], row['cause'], row['goes_away'], bool(row['fix'])) for row in rows] == [
        (f"'@web-1 {instance_id(1)}", 'hostname-set-by-hand', '', True),
        ('new old', 'renamed', 'true', False),
    ]


def earlier(tmp_path: Path, document: dict[str, Any], hours: float, **differences: Any) -> str:
    """A file with what the command printed so many hours ago."""
    at = (datetime.now(UTC) - timedelta(hours=hours)).isoformat(timespec='seconds')
    (tmp_path / 'seen.json').write_text(json.dumps({**document, 'time': at, **differences}))
    return str(tmp_path / 'seen.json')


def test_what_was_there_six_hours_ago_stays(world: tuple[Datadog, Ask], tmp_path: Path) -> None:
    datadog, ask = world
    datadog.hosts = PAIR
    file = earlier(tmp_path, ask('duplicates', '--json').document, 7)
    datadog.hosts = PAIR[::-1]
    (found,) = ask('duplicates', '--json', '--seen-in', file).document['duplicates']
    assert (found['goes_away'], found['fix']) == (
        False,
        'Its Agent already reports the instance id: ask Datadog Support why the rows are not merged',
    )
    assert found['evidence'].endswith('; both are there for 7 hours or longer')


def test_what_was_there_for_less_is_still_not_known(world: tuple[Datadog, Ask], tmp_path: Path) -> None:
    datadog, ask = world
    datadog.hosts = PAIR
    file = earlier(tmp_path, ask('duplicates', '--json').document, 5)
    (found,) = ask('duplicates', '--json', '--seen-in', file).document['duplicates']
    assert found['goes_away'] is None


@pytest.mark.parametrize(
    ('hours', 'complete', 'goes_away'), [(5, True, True), (5, False, None), (7, True, None)], ids=str
)
def test_what_came_since_goes_away_as_the_guide_says(
    hours: float, complete: bool, goes_away: bool | None, world: tuple[Datadog, Ask], tmp_path: Path
) -> None:
    """Only where the earlier list was whole, and not so old that the rows could be older than Datadog needs."""
    datadog, ask = world
    file = earlier(tmp_path, ask('duplicates', '--json').document, hours, complete=complete)
    datadog.hosts = PAIR
    printed = ask('duplicates', '--json', '--seen-in', file)
    (found,) = printed.document['duplicates']
    assert (found['goes_away'], printed.status) == (goes_away, 0 if goes_away else 1)


def test_a_file_of_another_command_is_refused(world: tuple[Datadog, Ask], tmp_path: Path) -> None:
    _, ask = world
    file = earlier(tmp_path, ask('lingering-tags', '--json').document, 5)
    printed = ask('duplicates', '--seen-in', file)
    assert printed.status == 65
    assert 'is not what `hosts duplicates --json` prints' in printed.err


def test_without_metadata_the_cause_is_not_known(world: tuple[Datadog, Ask]) -> None:
    """The host list answers, and the requests for metadata are throttled for longer than the run may take."""
    datadog, ask = world
    datadog.hosts_first = [page(PAIR, 2), plain(429, '{}', limit='X-RateLimit-Reset: 9999\r\n')]
    (found,) = ask('duplicates', '--json').document['duplicates']
    assert found['cause'] == 'not-known'
    assert found['evidence'].startswith("nothing is known of the Agent of 'web-1': ")


def test_the_questions_for_metadata_are_bounded(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    count = MOST_INSTANCES + 1
    datadog.hosts = [row for n in range(1, count + 1) for row in (of_aws(n), of_agent(n, f'web-{n}'))]
    *_, last = ask('duplicates', '--json').document['duplicates']
    assert len(datadog.asked) == 1 + MOST_INSTANCES
    assert last['evidence'].endswith(f'the metadata of no more than {MOST_INSTANCES} instances are asked for')


def test_a_datadog_that_fails_is_not_asked_for_ever(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    rows = [row for n in range(1, 9) for row in (of_aws(n), of_agent(n, f'web-{n}'))]
    datadog.hosts_first = [page(rows, len(rows)), *[plain(503, '{}')] * 20]
    *_, last = ask('duplicates', '--json').document['duplicates']
    assert len(datadog.asked) == 1 + MOST_FAILURES
    assert last['evidence'].endswith('Datadog did not answer several times')


def test_an_answer_between_failures_lets_it_be_asked_on(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    rows = [row for n in range(1, 9) for row in (of_aws(n), of_agent(n, f'web-{n}'))]
    fails = [plain(503, '{}')] * (MOST_FAILURES - 1)
    datadog.hosts_first = [page(rows, len(rows)), *fails, page(rows[4:6], 2), *fails, page(rows[10:12], 2), *fails]
    causes = [found['cause'] for found in ask('duplicates', '--json').document['duplicates']]
    known = 'hostname-set-by-hand'
    assert (causes[2], causes[5], len(datadog.asked)) == (known, known, 1 + 8)


def test_evidence_is_not_cut_in_csv(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [of_aws(1), of_agent(1, 'web-' + 'x' * 70)]
    (row,) = csv.DictReader(io.StringIO(ask('duplicates', '--csv').out))
    assert row['evidence'].endswith(GUIDE)


HOSTILE = [
    pytest.param('text', id='a text'),
    pytest.param({'socket-hostname': 7, 'install_method': [], 'agent_version': {}}, id='other types'),
    pytest.param(
        {'socket-hostname': '\x1b[31m' + 'x' * 9999, 'install_method': {'tool': None}}, id='escapes, and long'
    ),
]


@pytest.mark.parametrize('meta', HOSTILE)
def test_metadata_of_another_shape_does_no_harm(meta: Any, world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts = [of_aws(1), of_agent(1, 'web-1', meta=meta)]
    printed = ask('duplicates')
    assert printed.status == 1
    assert '\x1b' not in printed.out


def test_a_part_of_the_list_proves_nothing(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.hosts_first = [page([of_aws(1)], 3), page([], 3)] * 2
    said = (
        'UNKNOWN 1 host: no EC2 instance is in the list twice; only 1 of 3 hosts could be read: Datadog returned fewer '
        'hosts than it counts\n'
    )
    assert ask('duplicates') == (3, said, '')


def test_without_the_permission_it_is_not_known(world: tuple[Datadog, Ask]) -> None:
    datadog, ask = world
    datadog.denied = {'hosts_read'}
    printed = ask('duplicates', '--json')
    validate(printed.document, SCHEMA)
    assert (printed.status, printed.document['complete'], printed.document['total']) == (3, False, 0)
    assert 'permission hosts_read' in ask('duplicates').out
