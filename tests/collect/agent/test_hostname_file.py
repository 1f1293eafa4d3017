"""hostname_file is read as the Agent reads it."""

import os
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.agent import read_hostname_file
from datadog_checks.aws_diagnostics.facts import HostnameFile, Unobserved
from datadog_checks.aws_diagnostics.facts.values import FilePath
from tests.builders import INSTANCE_ID


def test_without_the_setting_nothing_was_observed() -> None:
    assert read_hostname_file(None) == Unobserved('hostname_file is not set')


@pytest.mark.parametrize(
    'content, name',
    [
        pytest.param(f'{INSTANCE_ID}\n', INSTANCE_ID, id="cloud-init's file"),
        pytest.param(' web-1.example.com \n\n', 'web-1.example.com', id='white space around it'),
        pytest.param('A' * 255, 'A' * 255, id='as long as a name may be'),
        pytest.param('1', '1', id='one digit'),
    ],
)
def test_the_name_in_the_file_is_taken(tmp_path: Path, content: str, name: str) -> None:
    path = tmp_path / 'instance-id'
    path.write_text(content)
    assert read_hostname_file(FilePath(str(path))) == HostnameFile(FilePath(str(path)), content=name)


@pytest.mark.parametrize(
    'content, error',
    [
        pytest.param('', 'it is empty', id='empty'),
        pytest.param(' \n', 'it is empty', id='blank'),
        pytest.param('localhost\n', 'every machine calls itself that', id='localhost'),
        pytest.param('Localhost.localdomain', 'every machine calls itself that', id='localhost in full'),
        pytest.param('A' * 256, 'it is longer than 255 characters', id='one character too long'),
        pytest.param('two words', 'it is not a host name by RFC 1123', id='two words'),
        pytest.param('web_1', 'it is not a host name by RFC 1123', id='underscore'),
        pytest.param('-web', 'it is not a host name by RFC 1123', id='hyphen first'),
        pytest.param('web..1', 'it is not a host name by RFC 1123', id='empty label'),
        pytest.param('{"secret": "hunter2"}', 'it is not a host name by RFC 1123', id='a file of another kind'),
        pytest.param(' ' * 5000 + 'name', 'it is longer than 4096 bytes', id='a long file'),
    ],
)
def test_what_the_agent_would_refuse_is_an_error_and_not_kept(tmp_path: Path, content: str, error: str) -> None:
    path = tmp_path / 'hostname'
    path.write_text(content)
    assert read_hostname_file(FilePath(str(path))) == HostnameFile(FilePath(str(path)), error=error)


def test_a_file_that_is_absent_says_so_as_on_bottlerocket(tmp_path: Path) -> None:
    path = FilePath(str(tmp_path / 'absent'))
    assert read_hostname_file(path) == HostnameFile(path, error='ENOENT')


@pytest.mark.skipif(not os.access('/proc/kmsg', os.R_OK), reason='only root may read the log of the kernel')
def test_the_log_of_the_kernel_in_its_place_is_read_in_part_and_never_waited_for() -> None:
    read = [read_hostname_file(FilePath('/proc/kmsg')) for _ in range(2000)]
    errors = {file.error for file in read if isinstance(file, HostnameFile)}
    assert 'EAGAIN' in errors
    assert errors <= {
        'EAGAIN',
        'it is longer than 255 characters',
        'it is longer than 4096 bytes',
        'it is not a host name by RFC 1123',
    }


def test_a_pipe_in_its_place_does_not_hold_the_check(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    assert read_hostname_file(FilePath(str(tmp_path / 'pipe'))) == HostnameFile(
        FilePath(str(tmp_path / 'pipe')), error='EINVAL'
    )


def test_a_file_below_a_file_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / 'file').touch()
    path = FilePath(str(tmp_path / 'file' / 'hostname'))
    assert read_hostname_file(path) == HostnameFile(path, error='ENOTDIR')
