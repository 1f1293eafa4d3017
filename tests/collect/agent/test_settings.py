"""Settings arrive in many types, and nonsense counts as not set."""

import pytest

from datadog_checks.aws_diagnostics.collect.agent.settings import as_boolean, as_number, as_port, as_text, as_texts


@pytest.mark.parametrize('value', [True, 'true', 'True', 'TRUE', 't', '1', 1])
def test_what_the_agent_takes_for_true(value: object) -> None:
    assert as_boolean(value, None) is True


@pytest.mark.parametrize('value', [False, 'false', 'False', 'F', '0', 0])
def test_what_the_agent_takes_for_false(value: object) -> None:
    assert as_boolean(value, None) is False


@pytest.mark.parametrize('value', [None, '', 'yes', 'on', 2, 1.0, [], [True], {'a': 1}])
def test_anything_else_is_no_boolean(value: object) -> None:
    assert as_boolean(value, None) is None


@pytest.mark.parametrize(
    'value, expected',
    [
        pytest.param('web-1', 'web-1', id='text'),
        pytest.param(' web-1\n', 'web-1', id='white space around it'),
        pytest.param(1234, '1234', id='a hostname that YAML reads as a number'),
        pytest.param('', None, id='empty'),
        pytest.param('  ', None, id='blank'),
        pytest.param(None, None, id='not set'),
        pytest.param(True, None, id='boolean'),
        pytest.param(['web-1'], None, id='list'),
        pytest.param('x' * 5000, 'x' * 1024, id='endless'),
    ],
)
def test_texts(value: object, expected: str | None) -> None:
    assert as_text(value, None) == expected


@pytest.mark.parametrize(
    'value, expected',
    [
        pytest.param(300, 300.0, id='number'),
        pytest.param('500', 500.0, id='text'),
        pytest.param(0.5, 0.5, id='fraction'),
        pytest.param(0, -1.0, id='zero'),
        pytest.param(-5, -1.0, id='negative'),
        pytest.param(1000, -1.0, id='out of range'),
        pytest.param('nan', -1.0, id='not a number'),
        pytest.param('inf', -1.0, id='infinite'),
        pytest.param('300ms', -1.0, id='with a unit'),
        pytest.param(True, -1.0, id='boolean'),
        pytest.param(None, -1.0, id='not set'),
    ],
)
def test_numbers(value: object, expected: float) -> None:
    assert as_number(value, -1.0, below=1000) == expected


@pytest.mark.parametrize(
    'value, expected',
    [
        pytest.param('5000', 5000, id='text, as the default of expvar_port is'),
        pytest.param(5001, 5001, id='number'),
        pytest.param('65535', 65535, id='the last port'),
        pytest.param('65536', 1, id='beyond the last port'),
        pytest.param(0, 1, id='zero'),
        pytest.param(-1, 1, id='negative'),
        pytest.param('http', 1, id='a word'),
        pytest.param(None, 1, id='not set'),
    ],
)
def test_ports(value: object, expected: int) -> None:
    assert as_port(value, 1) == expected


@pytest.mark.parametrize(
    'value, expected',
    [
        pytest.param(['aws', 'gcp'], ('aws', 'gcp'), id='list'),
        pytest.param([], (), id='an empty list is a choice'),
        pytest.param('aws  gcp\n', ('aws', 'gcp'), id='words of an environment variable'),
        pytest.param('aws,gcp', ('aws,gcp',), id='commas do not separate'),
        pytest.param(['aws', None, {'a': 1}, ''], ('aws',), id='what is no text is left out'),
        pytest.param('', ('default',), id='empty'),
        pytest.param(None, ('default',), id='not set'),
        pytest.param({'aws': True}, ('default',), id='mapping'),
        pytest.param(['x'] * 5000, ('x',) * 1000, id='endless'),
    ],
)
def test_lists_of_texts(value: object, expected: tuple[str, ...]) -> None:
    assert as_texts(value, ('default',)) == expected


def test_text_is_one_printable_line_of_bounded_length() -> None:
    assert as_text(' a\x1b[2J\nb\0 ', '') == 'a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}b'
    assert as_texts(['a\0b', '\ud800'], ()) == ('a\N{REPLACEMENT CHARACTER}b', '\N{REPLACEMENT CHARACTER}')
    assert len(as_text('x' * 100_000, '')) == 1024
