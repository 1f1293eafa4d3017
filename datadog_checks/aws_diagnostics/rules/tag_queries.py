"""By which tags a query of Datadog selects, and by which it groups.

Read are the language of metrics (https://docs.datadoghq.com/metrics/advanced-filtering/), that of checks and processes
(https://docs.datadoghq.com/api/latest/monitors/#create-a-monitor) and, for scopes of downtimes, tags in the search
syntax (https://docs.datadoghq.com/logs/explorer/search_syntax/). A query of another form raises UnreadQuery.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..facts.account.tag_users import Use

LONGEST_QUERY = 64_000
IN = re.compile(r'(?<![^\s(),!])([^\s(),!]+)\s+(NOT\s+)?IN\s*\(', re.IGNORECASE)
WORDS = re.compile(r'\s*(?:([(),])|((?:"[^"]*"|[^\s(),"])+))')
SELECTION = re.compile(
    r'(?<![\w.$/-])([A-Za-z][\w.$/-]{0,199})\s{0,9}\{([^{}]*)\}(?:\s{0,9}by\s{0,9}\{([^{}]*)\})?', re.IGNORECASE
)
"""A metric, its scope and what it is grouped by."""
QUOTED = r'(?:"[^"]*"|\'[^\']*\')'
CALL = re.compile(rf'\.(over|exclude|by)\(\s*((?:{QUOTED}[\s,]*)*)\)')
VARIABLE = re.compile(r'\$([A-Za-z_][\w-]*)(?:\.(?:value|key))?')
HOSTS_OF_AWS = ('aws.ec2.', 'aws.ebs.', 'aws.ecs.', 'aws.containerinsights.')
"""Metrics of CloudWatch that may be of a host. Those of a load balancer, say, have tags of their own."""


class UnreadQuery(ValueError):
    """It has a form that is not read here."""


class Term(NamedTuple):
    use: Use
    key: str
    """'' for a tag without one."""
    value: str
    """In which * stands for any characters."""

    @property
    def tag(self) -> str:
        if self.use in (Use.GROUPS, Use.CHOOSES):
            return self.key
        return f'{self.key}:{self.value}' if self.key else self.value


class TemplateVariable(NamedTuple):
    """Of a dashboard: https://docs.datadoghq.com/dashboards/template_variables/"""

    key: str
    """'' for one that stands for whole tags."""
    values: tuple[str, ...]
    """Its defaults."""


Variables = Mapping[str, TemplateVariable]


def metric_terms(query: str, variables: Variables) -> Iterator[Term]:
    """Of every metric in it whose tags may be those of a host. Raises UnreadQuery."""
    found = list(SELECTION.finditer(query[:LONGEST_QUERY]))
    if len(query) > LONGEST_QUERY or not found or re.search('[{}]', SELECTION.sub('', query)):
        raise UnreadQuery
    for metric, scope, groups in (selection.groups('') for selection in found):
        if not metric.startswith('aws.') or metric.startswith(HOSTS_OF_AWS):
            yield from scope_terms(scope, variables)
            yield from group_terms(groups.split(','), variables)


def check_terms(query: str) -> Iterator[Term]:
    """Of a check or of processes: `"ntp.in_sync".over("env:a").exclude("env:b").by("host").last(2)...`.

    Raises UnreadQuery.
    """
    calls = CALL.findall(query[:LONGEST_QUERY])
    if len(query) > LONGEST_QUERY or len(calls) < len(re.findall(r'\.(?:over|exclude|by)\s*\(', query)):
        raise UnreadQuery
    for name, arguments in calls:
        for text in re.findall(QUOTED, arguments):
            if name == 'by':
                yield from group_terms([text[1:-1]], {})
            else:
                terms = scope_terms(text[1:-1], {})
                yield from (_turned(term) for term in terms) if name == 'exclude' else terms


def group_terms(keys: list[str], variables: Variables) -> Iterator[Term]:
    for key in (key.strip().strip('"') for key in keys):
        if key.startswith('$'):
            variable = variables.get(key[1:])
            yield from (Term(Use.GROUPS, value, '*') for value in (variable.values if variable else ()))
        elif key not in ('', '*'):
            yield Term(Use.GROUPS, key, '*')


def scope_terms(scope: str, variables: Variables) -> Iterator[Term]:
    """Raises UnreadQuery where parentheses or quotes do not fit."""
    left_out, key = False, ''
    around = [(left_out, key)]
    for mark, word in _words(IN.sub(r'\2\1:(', scope.replace('\\', ''))):
        if mark == '(':
            around.append((around[-1][0] is not left_out, key or around[-1][1]))
        elif mark == ')' and len(around) > 1:
            around.pop()
        elif mark == ')':
            raise UnreadQuery
        if mark or word.upper() in ('AND', 'OR'):
            left_out, key = False, ''
            continue
        name = word.lstrip('!-')
        if word.upper() == 'NOT' or not name:
            left_out = not left_out
            continue
        left_out = left_out is not (name != word)
        if name.endswith(':'):
            key = name[:-1]
            continue
        for term in _terms(name, key or around[-1][1], variables):
            yield _turned(term) if around[-1][0] is not left_out else term
        left_out, key = False, ''
    if len(around) > 1:
        raise UnreadQuery


def _words(scope: str) -> Iterator[tuple[str, str]]:
    scope = scope.rstrip()
    end = 0
    for found in WORDS.finditer(scope):
        if found.start() != end:
            raise UnreadQuery
        end = found.end()
        yield found[1] or '', found[2] or ''
    if end != len(scope):
        raise UnreadQuery


def _terms(word: str, key: str, variables: Variables) -> Iterator[Term]:
    """Of one tag; with a template variable in it, of each of its defaults."""
    if not key and ':' in word:
        key, _, word = word.partition(':')
    value, key = word.replace('"', ''), key.replace('"', '')
    named = VARIABLE.search(value)
    if named is None:
        if value != '*' or key:
            yield Term(Use.SELECTS, key, value)
        return
    variable = variables.get(named[1])
    key = key or (variable.key if variable else '')
    if variable and key:
        yield Term(Use.CHOOSES, key, '*')
    for default in variable.values if variable else ():
        if default != '*':
            yield from _terms(value.replace(named[0], default.replace('$', '')), key, {})


def _turned(term: Term) -> Term:
    """As a part of what is left out."""
    turned = {Use.SELECTS: Use.LEAVES_OUT, Use.LEAVES_OUT: Use.SELECTS}
    return term._replace(use=turned.get(term.use, term.use))
