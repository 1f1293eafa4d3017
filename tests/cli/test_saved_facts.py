"""What a run saved gives the same facts and expectations on another machine, or says why it cannot."""

import json
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.__about__ import __version__
from datadog_checks.aws_diagnostics.cli import ExitStatus, Failure
from datadog_checks.aws_diagnostics.cli.codec import Undecodable
from datadog_checks.aws_diagnostics.cli.judged import Observation, judged
from datadog_checks.aws_diagnostics.cli.saved_facts import (
    NotFacts,
    dumps,
    loads,
    read,
    refuse_to_overwrite,
    write,
)
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1

from ..account.builders import account_facts
from ..builders import NOW, facts, imds
from .any_facts import REPEATABLE, any_expectations, any_facts

STRICT = Expectations(imdsv1=ImdsV1.DISABLED, max_hop_limit=1, disabled_diagnoses=frozenset({'hostname-stale'}))
SAVED = dumps([Observation(facts(), STRICT)], NOW)


@REPEATABLE
@given(st.lists(st.builds(Observation, any_facts, any_expectations), min_size=1, max_size=3))
def test_every_instance_comes_back_with_its_facts_and_expectations(instances: list[Observation]) -> None:
    assert loads(dumps(instances, NOW)).instances == tuple(instances)


def test_the_file_says_what_it_is_who_wrote_it_and_when() -> None:
    document = json.loads(SAVED)
    assert {name: document[name] for name in ('format', 'schema', 'version', 'saved_at')} == {
        'format': 'aws_diagnostics facts',
        'schema': 2,
        'version': __version__,
        'saved_at': '2026-09-21T14:13:20+00:00',
    }


def changed(**differences: object) -> str:
    return json.dumps({**json.loads(SAVED), **differences})


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        pytest.param('', 'is not a file of saved facts: not JSON: Expecting value: line 1 column 1', id='empty'),
        pytest.param(SAVED[:400], 'is not a file of saved facts: not JSON: ', id='cut off'),
        pytest.param('NaN', 'is not a file of saved facts: not JSON: NaN is not JSON', id='not a number'),
        pytest.param(
            '[' * 100_000, 'is not a file of saved facts: not JSON: nested too deeply', id='nested without end'
        ),
        pytest.param('"secret"', 'is not a file of saved facts: no field format with', id='a text'),
        pytest.param(
            '{"secret": 1, "secret": 2}',
            'is not a file of saved facts: not JSON: the same name twice in a mapping',
            id='twice',
        ),
        pytest.param('{"format": "other"}', 'is not a file of saved facts: no field format with', id='another format'),
    ],
)
def test_another_file_is_told_from_facts_without_quoting_it(text: str, message: str) -> None:
    with pytest.raises(NotFacts) as caught:
        loads(text)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        pytest.param(
            changed(schema=3, version='3.0.0'),
            f"schema is 3, allowed is 1 or 2 (saved by version '3.0.0', this is {__version__})",
            id='a schema of a newer version',
        ),
        pytest.param(changed(instances=[]), 'file.instances is [], allowed is a list with at least one', id='nothing'),
        pytest.param(changed(instances=5), 'file.instances is 5, allowed is a list', id='no list'),
        pytest.param(changed(instances=[{}]), 'file.instances[0].expectations is missing', id='an empty instance'),
        *(
            pytest.param(
                changed(saved_at=text),
                f'file.saved_at is {text!r}, allowed is an ISO 8601 time with its offset from UTC',
                id=f'saved at {text!r}',
            )
            for text in ('', 'yesterday', '2026-11-27', '2026-11-27T20:00:00', '2026-13-27T20:00:00+00:00')
        ),
        pytest.param(changed(extra=1), 'file.extra is no field of this version', id='a field that is not known'),
    ],
)
def test_damaged_facts_are_refused_with_the_field(text: str, message: str) -> None:
    with pytest.raises(Undecodable) as caught:
        loads(text)
    assert str(caught.value).startswith(message)


def test_a_damaged_file_is_one_line_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / 'facts.json'
    file.write_text(changed(instances=5))
    with pytest.raises(Failure) as caught:
        read(file)
    assert str(caught.value) == f'FACTS {file}: file.instances is 5, allowed is a list'
    assert caught.value.status is ExitStatus.DAMAGED_FACTS


@pytest.mark.parametrize(
    'damaged',
    [
        pytest.param(lambda: changed(schema=3, version='3' * 500_000), id='a version'),
        pytest.param(lambda: changed(**{'x' * 500_000: 1}), id='the name of a field'),
        pytest.param(lambda: changed(instances='x' * 500_000), id='a value'),
    ],
)
def test_however_long_what_is_wrong_the_message_is_short(tmp_path: Path, damaged: Callable[[], str]) -> None:
    file = tmp_path / 'facts.json'
    file.write_text(damaged())
    with pytest.raises(Failure) as caught:
        read(file)
    assert len(str(caught.value)) < 600


def test_a_byte_order_mark_is_no_damage(tmp_path: Path) -> None:
    file = tmp_path / 'facts.json'
    file.write_text(SAVED, encoding='utf-8-sig')
    assert read(file) == loads(SAVED)


def forged(field: str, value: str) -> str:
    """Saved facts in which somebody changed one field of the first instance."""
    observed = account_facts() if field.startswith('account') else facts()
    document = json.loads(dumps([Observation(observed, STRICT)], NOW))
    *groups, last = field.split('.')
    group = document['instances'][0]['facts']
    for name in groups:
        group = group[name]
    assert last in group
    group[last] = value
    return json.dumps(document)


@pytest.mark.parametrize(
    ('field', 'value'),
    [
        ('imds.instance_id', 'i-0123456789abcdef0; reboot'),
        ('platform.instance_id', 'i-0123456789abcdef0; reboot'),
        ('imds.identity.region', '$(reboot)'),
        ('imds.identity.account_id', '$(reboot)'),
        ('imds.endpoint', 'http://1.2.3.4;reboot'),
        ('account.caller.account_id', '$(reboot)'),
        ('account.caller.partition', 'aws; reboot'),
    ],
)
def test_a_value_that_would_do_something_in_a_pasted_command_is_refused(tmp_path: Path, field: str, value: str) -> None:
    file = tmp_path / 'facts.json'
    file.write_text(forged(field, value))
    with pytest.raises(Failure) as caught:
        read(file)
    assert str(caught.value).startswith(f'FACTS {file}: file.instances[0].facts.{field} is {value!r}, allowed is ')


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        pytest.param(b' ' * (1 << 20) + b'{', 'is larger than 1 MiB', id='one byte too many'),
        pytest.param(b'{"format": "\xff"}', 'is not UTF-8 text (byte 12)', id='not UTF-8'),
    ],
)
def test_a_file_that_cannot_be_facts_is_not_read_on(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / 'facts.json'
    file.write_bytes(content)
    with pytest.raises(Failure) as caught:
        read(file)
    assert str(caught.value) == f'FACTS {file}: {message}'


SAVED_BY_SCHEMA_1 = Path(__file__).with_name('saved') / 'schema-1.json'


def test_facts_that_a_version_with_schema_1_saved_are_judged_as_they_were_then() -> None:
    saved = read(SAVED_BY_SCHEMA_1)
    reports = [judged(instance) for instance in saved.instances]
    assert (saved.schema, saved.saved_at, saved.redacted) == (1, '2026-09-21T14:13:20+00:00', False)
    assert [(r.subject, [c.finding.diagnosis.id for c in r.causes]) for r in reports] == [
        ('i-0123456789abcdef0', ['imds-hop-limit-too-low', 'agent-cannot-use-imdsv2']),
        ('i-0123456789abcdef0', []),
        ('account 123456789012', []),
    ]


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write(tmp_path / 'facts.json', SAVED)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / 'facts.json').stat().st_mode) == 0o600


def test_older_facts_are_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / 'facts.json'
    write(file, SAVED)
    newer = Observation(facts(imds=replace(imds(), requests=7)), Expectations())
    write(file, dumps([newer], NOW))
    assert read(file).instances == (newer,)
    assert [path.name for path in tmp_path.iterdir()] == ['facts.json']


def a_directory(path: Path) -> None:
    path.mkdir()


def another_json_file(path: Path) -> None:
    path.write_text('{"format": "other"}')


def a_text_file(path: Path) -> None:
    path.write_text('precious')


def a_link_to_facts(path: Path) -> None:
    write(path.with_name('target'), SAVED)
    path.symlink_to(path.with_name('target'))


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize('create', [a_directory, another_json_file, a_text_file, a_link_to_facts, a_pipe])
def test_what_is_not_a_file_of_facts_is_never_overwritten(tmp_path: Path, create: Callable[[Path], None]) -> None:
    file = tmp_path / 'facts.json'
    create(file)
    before = file.lstat()
    with pytest.raises(Failure) as caught:
        write(file, SAVED)
    assert str(caught.value) == (
        f'--save-facts {file}: cannot be written: it exists and is not a file of saved facts: remove it or choose '
        'another name'
    )
    assert (caught.value.status, file.lstat()) == (ExitStatus.CANNOT_WRITE, before)


def test_a_missing_directory_is_told_before_anything_is_asked(tmp_path: Path) -> None:
    file = tmp_path / 'nowhere' / 'facts.json'
    with pytest.raises(Failure) as caught:
        refuse_to_overwrite(file)
    assert str(caught.value) == f'--save-facts {file}: cannot be written: {file.parent} is not a directory'
