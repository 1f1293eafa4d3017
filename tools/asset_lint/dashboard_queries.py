"""What the widgets of a dashboard ask for: that it exists, and that the dashboard's own filters apply to it."""

from collections.abc import Iterable, Iterator, Sequence

from .formulas import formula_complaints
from .names import service_checks, tags_of_service_check, unknown_names, unknown_service_check
from .queries import Selector, expression
from .query_tree import InvalidQuery
from .widgets import Document, Widget, flattened

EVENTS = 'source:aws_diagnostics'
"""As Datadog finds the events that this check sends."""


def query_complaints(document: Document, groups: Sequence[Widget]) -> Iterator[str]:
    described = document.get('template_variables') or ()
    variables = [f'${variable["name"]}' for variable in described]
    if all((variable['name'], variable.get('prefix')) != ('scope', None) for variable in described):
        yield 'the dashboard: no template variable scope for any tag, which is one without a prefix'
    for widget in flattened(groups):
        for complaint in _widget(widget.definition, variables):
            yield f'{widget.place}: {complaint}'


def _widget(definition: Document, variables: Sequence[str]) -> Iterator[str]:
    if definition['type'] == 'check_status':
        yield from _service_check(definition, variables)
    for event in definition.get('events', ()):
        yield from _events(event['q'], variables)
    for request in definition.get('requests', ()):
        yield from formula_complaints(request)
        yield from _request(request, variables)


def _request(request: Document, variables: Sequence[str]) -> Iterator[str]:
    for query in request.get('queries', ()):
        if query['data_source'] == 'events':
            yield from _events(query['search']['query'], variables)
            continue
        yield from _metrics(query['query'], variables)
        if request['response_format'] == 'scalar' and 'aggregator' not in query:
            yield f'the query {query["name"]!r} has no aggregator, and its request wants one value'
    if 'q' in request:
        yield from _metrics(request['q'], variables)
    if 'query' in request:
        yield from _events(request['query']['query_string'], variables)


def _metrics(query: str, variables: Sequence[str]) -> Iterator[str]:
    try:
        read = expression(query)
    except InvalidQuery as e:
        yield f'the query {query!r}, {e}'
        return
    if 'rollup' not in read.functions:
        yield f'the query {query!r} leaves open how points in time are put together, allowed: .rollup(...)'
    for selector in read.selectors:
        yield from unknown_names(selector)
        yield from _filters(f'a query of {selector.metric}', _variables_of(selector), variables)


def _variables_of(selector: Selector) -> list[str]:
    return [condition.key for condition in selector.scope if condition.key.startswith('$')]


def _events(query: str, variables: Sequence[str]) -> Iterator[str]:
    words = query.split()
    if EVENTS not in words:
        yield f'the query of events {query!r} does not ask for {EVENTS!r}'
    yield from _filters('a query of events', [word for word in words if word.startswith('$')], variables)


def _service_check(definition: Document, variables: Sequence[str]) -> Iterator[str]:
    check = definition['check']
    yield from unknown_service_check(check)
    yield from _filters(f'the status of {check}', definition.get('tags', ()), variables)
    if check in service_checks():
        allowed = tags_of_service_check(check)
        for tag in definition.get('group_by', ()):
            if tag not in allowed:
                yield f'{check} has no tag {tag!r}, allowed: {", ".join(sorted(allowed))}'


def _filters(what: str, used: Iterable[str], variables: Sequence[str]) -> Iterator[str]:
    used = list(used)
    for variable in variables:
        if variable not in used:
            yield f'{what} ignores the template variable {variable}'
    for variable in used:
        if variable not in variables:
            yield f'{what} has {variable}, and the template variables are {", ".join(variables)}'
