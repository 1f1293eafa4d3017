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
from datadog_checks.aws_diagnostics.cli.codec import Undecodable
from datadog_checks.aws_diagnostics.cli.exit_status import ExitStatus
from datadog_checks.aws_diagnostics.cli.failure import Failure
from datadog_checks.aws_diagnostics.cli.saved_facts import (
    NotFacts,
    Observation,
    dumps,
    loads,
    read,
    refuse_to_overwrite,
    write,
)
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import Identity, Platform

from ..account.builders import account_facts, caller
from ..builders import NOW, facts, imds
from .any_facts import any_expectations, any_facts

STRICT = Expectations(imdsv1=ImdsV1.DISABLED, max_hop_limit=1, disabled_diagnoses=frozenset({'hostname-stale'}))
SAVED = dumps([Observation(facts(), STRICT)], NOW)


@given(st.lists(st.builds(Observation, any_facts, any_expectations), min_size=1, max_size=3))
def test_every_instance_comes_back_with_its_facts_and_expectations(instances: list[Observation]) -> None:
    assert loads(dumps(instances, NOW)) == tuple(instances)


def test_the_file_says_what_it_is_who_wrote_it_and_when() -> None:
    document = json.loads(SAVED)
    assert {name: document[name] for name in ('format', 'schema', 'version', 'saved_at')} == {
        'format': 'aws_diagnostics facts',
        'schema': 1,
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
        pytest.param('[' * 100_000, 'is not a file of saved facts: nested too deeply', id='nested without end'),
        pytest.param('"secret"', 'is not a file of saved facts: no field format with', id='a text'),
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
            changed(schema=2, version='3.0.0'),
            f"schema is 2, allowed is 1 (saved by version '3.0.0', this is {__version__})",
            id='a schema of a newer version',
        ),
        pytest.param(changed(instances=[]), 'file.instances is [], allowed is a list with at least one', id='nothing'),
        pytest.param(changed(instances=5), 'file.instances is 5, allowed is a list', id='no list'),
        pytest.param(changed(instances=[{}]), 'file.instances[0].expectations is missing', id='an empty instance'),
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


EVIL = 'i-0123456789abcdef0; reboot'


@pytest.mark.parametrize(
    ('observed', 'message'),
    [
        pytest.param(facts(imds=imds(instance_id=EVIL)), f"imds.instance_id is '{EVIL}'", id='instance id of IMDS'),
        pytest.param(
            facts(imds=imds(instance_id=None), platform=Platform(True, 'x', EVIL)),
            f"platform.instance_id is '{EVIL}'",
            id='instance id of the firmware',
        ),
        pytest.param(
            facts(imds=imds(identity=Identity('$(reboot)', '', '', '', ''))),
            "imds.identity.region is '$(reboot)', allowed is the name of an AWS region, like eu-west-1",
            id='region',
        ),
        pytest.param(
            facts(imds=imds(endpoint='http://1.2.3.4;reboot')),
            "imds.endpoint is 'http://1.2.3.4;reboot'",
            id='endpoint',
        ),
        pytest.param(
            account_facts(caller=caller(account_id='$(reboot)')),
            "account.caller.account_id is '$(reboot)', allowed is an AWS account id: twelve digits",
            id='account',
        ),
        pytest.param(
            account_facts(caller=caller(partition='aws; reboot')),
            "account.caller.partition is 'aws; reboot', allowed is an AWS partition, like aws, aws-us-gov or aws-cn",
            id='partition',
        ),
    ],
)
def test_a_value_that_would_do_something_in_a_pasted_command_is_refused(tmp_path, observed, message):
    file = tmp_path / 'facts.json'
    file.write_text(dumps([Observation(observed, STRICT)], NOW))
    with pytest.raises(Failure) as caught:
        read(file)
    assert str(caught.value).startswith(f'FACTS {file}: file.instances[0].facts.{message}')


@pytest.mark.parametrize(
    ('content', 'message'),
    [
        pytest.param(b' ' * (1 << 20) + b'{', 'is larger than 1 MiB', id='one byte too many'),
        pytest.param(b'{"format": "\xff"}', 'is no UTF-8 text (byte 12)', id='not UTF-8'),
    ],
)
def test_a_file_that_cannot_be_facts_is_not_read_on(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / 'facts.json'
    file.write_bytes(content)
    with pytest.raises(Failure) as caught:
        read(file)
    assert str(caught.value) == f'FACTS {file}: {message}'


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
    assert read(file) == (newer,)
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
