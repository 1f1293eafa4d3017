"""Files are read with bounds, and what is in them is only data."""

import os
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.foreign import read_text, read_value, reason


def test_the_value_of_a_file_is_its_text_without_surrounding_white_space(tmp_path: Path) -> None:
    (tmp_path / 'tag').write_text(' i-0123456789abcdef0\n')
    assert read_value(tmp_path / 'tag') == 'i-0123456789abcdef0'


@pytest.mark.parametrize(
    'content, value',
    [
        pytest.param(b'Amazon EC2\x00\n', 'Amazon EC2', id='null byte'),
        pytest.param(
            b'a\x1b[31mb\x07', 'a\N{REPLACEMENT CHARACTER}[31mb\N{REPLACEMENT CHARACTER}', id='terminal escape sequence'
        ),
        pytest.param(b'first\nsecond', 'first\N{REPLACEMENT CHARACTER}second', id='line break inside'),
        pytest.param(b'\xff\xfe', '\ufffd\ufffd', id='not UTF-8'),
        pytest.param(b'x' * 5000, 'x' * 255, id='longer than a value may be'),
        pytest.param(b' ' * 4096 + b'far away', '', id='value behind the first 4 KiB'),
        pytest.param(b'', '', id='empty'),
    ],
)
def test_control_characters_and_excess_are_cut_from_a_value(tmp_path: Path, content: bytes, value: str) -> None:
    (tmp_path / 'file').write_bytes(content)
    assert read_value(tmp_path / 'file') == value


def test_an_absent_file_has_an_empty_value(tmp_path: Path) -> None:
    assert read_value(tmp_path / 'absent') == ''


def test_a_path_that_no_file_can_have_counts_as_absent(tmp_path: Path) -> None:
    assert read_value(tmp_path / 'null\x00byte') == ''


def test_a_named_pipe_is_refused_instead_of_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'pipe')
    with pytest.raises(OSError, match='not a regular file'):
        read_text(tmp_path / 'pipe')


def test_no_more_than_the_limit_is_read_of_an_endless_file() -> None:
    with pytest.raises(OSError, match='not a regular file'):
        read_text(Path('/dev/zero'))


def test_as_many_bytes_as_allowed_are_read(tmp_path: Path) -> None:
    (tmp_path / 'file').write_text('0123456789')
    assert read_text(tmp_path / 'file', 4) == '0123'


@pytest.mark.parametrize(
    'error, expected',
    [
        pytest.param(PermissionError(13, 'Permission denied', '/secret/path'), 'EACCES', id='forbidden'),
        pytest.param(OSError(99999, 'who knows'), '99999', id='number without a name'),
        pytest.param(OSError('no number'), 'OSError', id='without a number'),
        pytest.param(ValueError('embedded null byte'), 'ValueError', id='impossible path'),
    ],
)
def test_the_reason_is_the_name_of_the_error_without_the_path(error: OSError | ValueError, expected: str) -> None:
    assert reason(error) == expected
