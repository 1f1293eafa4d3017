"""A terminal keeps every line in its colours, and as narrow as a page."""

from xml.etree import ElementTree

from rich.text import Text

from tools.pictures import WIDEST, terminal

NAME = '{http://www.w3.org/2000/svg}text'
PRINTED = list(
    Text.from_ansi('\x1b[1;31mCRITICAL\x1b[0m  a fault\n\n\x1b[32mOK\x1b[0m   well\nN/A  no\nOK   fine\n').split()
)


def shown(svg: str) -> str:
    return ''.join(text.text or '' for text in ElementTree.fromstring(svg).iter(NAME)).replace('\xa0', ' ')


def test_every_character_and_its_colour_is_in_the_picture() -> None:
    svg = terminal(PRINTED, title='A title', name='x')
    assert [word in shown(svg) for word in ('A title', 'CRITICAL', '  a fault', 'fine')] == [True] * 4
    assert 'fill: #f4005f;font-weight: bold' in svg


def test_a_command_stays_on_one_line_and_ends_where_nobody_could_read_on() -> None:
    command = 'aws ec2 ' + '--option value ' * 20
    svg = terminal([Text('short'), Text(command)], title='', name='x')
    assert f'{command[: WIDEST - 1]}\u2026' in shown(svg)
    assert 'option value' not in shown(svg).partition('\u2026')[2]
