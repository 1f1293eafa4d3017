"""From the text of a query to a tree of the grammar in queries.lark, or to a message that says what is wrong."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

GRAMMAR = Path(__file__).with_name('queries.lark')
STARTS = ['monitor', 'expression', 'service_check']
WORDS = {
    'CHANGE': 'change or pct_change',
    'CLAUSE': 'over, exclude or by',
    'COMMA': 'a comma',
    'COMPARATOR': '<, <=, >, >=, == or !=',
    'DIVIDED_BY': '/',
    'DOT': 'a dot',
    'EVERYTHING': '*',
    'FUNCTION': 'a function',
    'KEY': 'the key of a tag',
    'METRIC': 'the name of a metric',
    'MINUS': '-',
    'NUMBER': 'a number',
    'PLUS': '+',
    'QUOTED': 'something in quotes',
    'SHIFT': 'a time ago, such as last_1d',
    'SPACE_AGGREGATOR': 'avg:, sum:, min:, max:, count: or p99:',
    'STATUS_COUNT': 'count_by_status or pct_by_status',
    'TAG': 'a tag',
    'TIMES': '*',
    'TIME_AGGREGATOR': 'avg, sum, min or max',
    'VALUE': 'the value of a tag',
    'WINDOW': 'a window, such as last_4h',
    'WORD': 'a word',
    '$END': 'the end',
}


class InvalidQuery(ValueError):
    """The message says at which column, what stands there and what is allowed."""


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR.read_text(encoding='utf-8'), parser='lalr', start=STARTS)


def parsed(query: str, start: str) -> Tree[Token]:
    """`start` is one of STARTS. Raises InvalidQuery."""
    try:
        return _parser().parse(query, start=start)
    except UnexpectedInput as e:
        raise InvalidQuery(_complaint(query, e)) from None


def _complaint(query: str, error: UnexpectedInput) -> str:
    at_end = isinstance(error, UnexpectedToken) and error.token.type == '$END'
    rest = '' if at_end else query[error.pos_in_stream :]
    found = repr(rest[:20]) if rest else 'the end'
    return f'column {len(query) - len(rest) + 1}: {found}, allowed: {", ".join(_allowed(error))}'


def _allowed(error: UnexpectedInput) -> list[str]:
    if isinstance(error, UnexpectedCharacters):
        names: Iterable[str] = error.allowed or ()
    else:
        names = error.accepts or error.expected if isinstance(error, UnexpectedToken) else ()
    patterns = {terminal.name: terminal.pattern.value for terminal in _parser().terminals}
    return sorted({WORDS.get(name, patterns.get(name, name)) for name in names if name != 'WS'})


def tokens(tree: Tree[Token]) -> Iterator[Token]:
    """Of the whole tree, as they are written."""
    for child in tree.children:
        if isinstance(child, Token):
            yield child
        else:
            yield from tokens(child)


def subtrees(tree: Tree[Token], *names: str) -> Iterator[Tree[Token]]:
    """Those of the named rules, as they are written."""
    if tree.data in names:
        yield tree
    for child in tree.children:
        if isinstance(child, Tree):
            yield from subtrees(child, *names)
