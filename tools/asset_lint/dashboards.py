"""What is wrong with a dashboard: its shape, the names in its queries, its formulas, filters and notes."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from datadog_api_client.v1.model.dashboard import Dashboard

from .models import violations
from .names import LINKS, unknown_names, unknown_service_check, wrong_instructions
from .queries import InvalidQuery, expression

Document: TypeAlias = dict[str, Any]
EVENTS = 'source:aws_diagnostics'
"""How Datadog finds the events that this check sends."""
MONITORS = 'tag:integration:aws-diagnostics'
EMPHASIS = re.compile(r'(?<!\*)\*([^*\n]+)\*(?!\*)')
FUNCTIONS = frozenset({'count_nonzero', 'count_not_null', 'cutoff_max', 'default_zero'})
"""Those of Datadog's formulas that the dashboards use, as its documentation spells them."""
NAME = re.compile(r'\b[a-z_]\w*\b(?!\()')
GROUPED = re.compile(r' by \{([^}]*)\}')
VARIABLE = re.compile(r'\{\{([\w-]+)\.value\}\}')
CALL = re.compile(r'\b([a-z_]\w*)\(')
Widget: TypeAlias = tuple[str, Document]
"""Its place, as a complaint names it (`Overview / Hop limit`), and its definition."""


def widgets_of(document: Document, within: str = '') -> Iterator[Widget]:
    """What is on the dashboard itself, each followed by what is in it."""
    for number, widget in enumerate(document.get('widgets', ()), 1):
        definition = widget['definition']
        place = within + (definition.get('title') or f'{definition["type"]} {number}')
        yield place, definition
        yield from widgets_of(definition, f'{place} / ')


def dashboard_complaints(document: Document) -> list[str]:
    """`where: what`. What Datadog's models do not describe hides what breaks the rules below."""
    return violations(document, Dashboard) or list(broken_rules(document))


def broken_rules(document: Document) -> Iterator[str]:
    variables = [f'${variable["name"]}' for variable in document.get('template_variables') or ()]
    titles = {definition.get('title') for _, definition in widgets_of(document)}
    for place, definition in widgets_of(document):
        yield from (f'{place}: {complaint}' for complaint in _complaints(definition, variables, titles))


def _complaints(definition: Document, variables: Sequence[str], titles: set[object]) -> Iterator[str]:
    match definition['type']:
        case 'note':
            pointed_to = EMPHASIS.findall(definition['content'])
            yield from (f'there is no widget {name!r}' for name in pointed_to if name not in titles)
            yield from wrong_instructions(definition['content'])
        case 'check_status':
            yield from unknown_service_check(definition['check'], definition.get('group_by', ()))
            yield from _filters(definition.get('tags', ()), variables)
        case 'manage_status' if definition['query'] != MONITORS:
            yield f'it lists {definition["query"]!r}, but the monitors have {MONITORS!r}'
    for event in definition.get('events', ()):
        yield from _events(event['q'], variables)
    yield from _links(definition)
    for request in definition.get('requests', ()):
        yield from _request(request, variables)


def _links(definition: Document) -> Iterator[str]:
    """To a page of Datadog itself, which begins with a slash, or to one that is known, and with tags that a row has."""
    queries = [q['query'] for r in definition.get('requests', ()) for q in r.get('queries', ()) if 'query' in q]
    grouped = {tag for query in queries for tags in GROUPED.findall(query) for tag in tags.split(',')}
    for link in definition.get('custom_links', ()):
        yield from (f'unknown link {url}' for url in [link['link']] if not url.startswith('/') and url not in LINKS)
        for tag in sorted(set(VARIABLE.findall(link['link'])) - grouped):
            yield f'the link {link["label"]!r} needs the tag {tag!r}, by which nothing is grouped'


def _request(request: Document, variables: Sequence[str]) -> Iterator[str]:
    yield from _formulas(request)
    for query in request.get('queries', ()):
        if query['data_source'] == 'events':
            yield from _events(query['search']['query'], variables)
            continue
        yield from _metrics(query['query'], variables)
        if request['response_format'] == 'scalar' and 'aggregator' not in query:
            yield f'the query {query["name"]!r} has no aggregator, but its request wants one value'
    if 'q' in request:
        yield from _metrics(request['q'], variables)
    if 'query' in request:
        yield from _events(request['query']['query_string'], variables)


def _metrics(query: str, variables: Sequence[str]) -> Iterator[str]:
    try:
        read = expression(query)
    except InvalidQuery as e:
        yield f'{query}: {e}'
        return
    if 'rollup' not in read.functions:
        yield f'{query}: no .rollup(), so Datadog averages the points in time'
    for selector in read.selectors:
        yield from unknown_names(selector)
        yield from _filters([condition.key for condition in selector.scope], variables)


def _events(query: str, variables: Sequence[str]) -> Iterator[str]:
    if EVENTS not in query.split():
        yield f'{query}: not restricted to {EVENTS}'
    yield from _filters(query.split(), variables)


def _filters(words: Iterable[str], variables: Sequence[str]) -> Iterator[str]:
    """A query applies every template variable of the dashboard, and no other."""
    used = {word for word in words if word.startswith('$')}
    yield from (f'it ignores the template variable {variable}' for variable in variables if variable not in used)
    yield from (f'there is no template variable {variable}' for variable in sorted(used - {*variables}))


def _formulas(request: Document) -> Iterator[str]:
    """Formulas use the queries of their request: all of them, and no other names."""
    names = [query['name'] for query in request.get('queries', ())]
    used: set[str] = set()
    for formula in request.get('formulas', ()):
        text = formula['formula']
        used.update(NAME.findall(text))
        yield from (f'unknown function {name}() in {text!r}' for name in CALL.findall(text) if name not in FUNCTIONS)
    yield from (f'a formula names {name!r}, which is no query' for name in sorted(used - {*names}))
    yield from (f'no formula uses the query {name!r}' for name in dict.fromkeys(names) if name not in used)
    yield from (f'two queries are called {name!r}' for name in sorted({n for n in names if names.count(n) > 1}))
