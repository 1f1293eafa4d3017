"""Whether a monitor, a dashboard or a downtime goes by tags that hosts lose.

Only what is certain is claimed. What is in another language than those of `tag_queries`, such as a search of logs, is
only looked through for the keys of these tags: where it names none, it does not go by them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from ..facts.account.tag_users import TagUse, Use
from ..text import clean, fits
from .monitor_queries import METRIC_TYPES
from .tag_queries import (
    TemplateVariable,
    Term,
    UnreadQuery,
    Variables,
    check_terms,
    group_terms,
    metric_terms,
    scope_terms,
)

CHECK_TYPES = frozenset({'service check', 'process alert'})
IGNORED = frozenset({'cloud_cost', 'slo', 'alert_graph', 'alert_value', 'manage_status', 'slo_list', 'note', 'iframe'})
"""Data sources whose tags are not those of hosts, and widgets that show what has a list of its own, or no data."""
SEARCHES = frozenset({'query', 'query_string', 'filters', 'filter_by', 'search_by'})
STRUCTURE = frozenset({'name', 'data_source', 'aggregation', 'type', 'order', 'title'})
"""What holds no query."""
KEYS = re.compile(r'([^\s"\'(){}\[\],:!]+):')
LISTS = re.compile(r'["\']([^"\']+)["\']')
SHOWN = 3


class Told(NamedTuple):
    uses: tuple[TagUse, ...] = ()
    """Those of most hosts first, each once, and no more than three."""
    certain: bool = True
    """False: part of it is not read here, and names the key of such a tag."""


class LostTags:
    """Tags that hosts lose, each with the number of hosts. Like Datadog, it compares without regard to case.

    `host` is no such tag: Datadog finds a host by its name and its aliases.
    """

    def __init__(self, tags: Mapping[str, int]) -> None:
        self._tags: dict[str, dict[str, int]] = {}
        for tag, hosts in tags.items():
            key, _, value = tag.lower().partition(':') if ':' in tag else ('', '', tag.lower())
            if key != 'host':
                self._tags.setdefault(key, {})[value] = hosts

    def hosts(self, term: Term) -> int:
        """That lose the one tag of those it stands for that most of them have; 0 where it stands for none."""
        values, value = self._tags.get(term.key.lower(), {}), term.value.lower()
        if '*' not in value:
            return values.get(value, 0)
        return max((hosts for tag, hosts in values.items() if fits(tag, value.replace('?', '[?]'))), default=0)

    def told(self, terms: Iterable[Term], certain: bool = True) -> Told:
        found = {term: hosts for term in terms if (hosts := self.hosts(term))}
        uses = sorted(found.items(), key=lambda item: (-item[1], list(Use).index(item[0].use), item[0].tag))
        return Told(tuple(TagUse(term.use, clean(term.tag, 255), hosts) for term, hosts in uses[:SHOWN]), certain)

    def may_name(self, text: str, variables: Variables) -> bool:
        """Whether it names the key of such a tag in any way."""
        names = {text, *(key.lstrip('-') for key in KEYS.findall(text)), *LISTS.findall(text)}
        names |= {variables[name].key for name in re.findall(r'\$([\w-]+)', text) if name in variables}
        return any(key and key.strip().lower() in self._tags for name in names for key in name.split(','))


def of_monitor(type: str, query: str, lost: LostTags) -> Told:
    try:
        if type in METRIC_TYPES:
            return lost.told(metric_terms(query, {}))
        if type in CHECK_TYPES:
            return lost.told(check_terms(query))
    except UnreadQuery:
        return Told(certain=False)
    return Told(certain=not lost.may_name(query, {}))


def of_downtime(scope: str, lost: LostTags) -> Told:
    """By the tags of the groups that it mutes. Tags of monitors are no tags of hosts."""
    try:
        return lost.told(scope_terms(scope, {}))
    except UnreadQuery:
        return Told(certain=not lost.may_name(scope, {}))


def of_dashboard(definition: Mapping[str, object], lost: LostTags) -> Told:
    variables = dict(_variables(definition.get('template_variables')))
    terms: list[Term] = []
    certain = True
    for part in _parts(definition.get('widgets'), variables):
        if isinstance(part, str):
            certain = certain and not lost.may_name(part, variables)
            continue
        try:
            terms += part
        except UnreadQuery:
            certain = False
    return lost.told(terms, certain)


def _variables(listed: object) -> Iterator[tuple[str, TemplateVariable]]:
    for entry in listed if isinstance(listed, list) else []:
        if isinstance(entry, Mapping) and isinstance(name := entry.get('name'), str):
            defaults = entry.get('defaults')
            values = _texts(defaults if isinstance(defaults, list) else entry.get('default'))
            yield name, TemplateVariable(''.join(_texts(entry.get('prefix'))), tuple(values))


def _parts(widgets: object, variables: Variables) -> Iterator[Iterator[Term] | str]:
    """Terms of each query, and every text of another language."""
    nodes: list[tuple[str, object]] = [('widgets', widgets)]
    while nodes:
        name, node = nodes.pop()
        if isinstance(node, list):
            nodes += ((name, item) for item in node)
        if not isinstance(node, Mapping) or IGNORED & {str(node.get('type')), str(node.get('data_source'))}:
            continue
        yield from _own(name, node, variables)
        if 'data_source' not in node:
            nodes += ((key, value) for key, value in node.items() if not key.endswith('_query'))


def _own(name: str, node: Mapping[str, object], variables: Variables) -> Iterator[Iterator[Term] | str]:
    """Of one object, without what its objects have."""
    query, short, kind = node.get('query'), node.get('q'), node.get('type')
    if node.get('data_source') == 'metrics' and isinstance(query, str):
        yield metric_terms(query, variables)
    elif 'data_source' in node:
        yield from _texts(node)
    else:
        yield from (text for key in node if key in SEARCHES or key.endswith('_query') for text in _texts(node[key]))
    if isinstance(short, str) and short:
        yield short if name == 'events' else metric_terms(short, variables)
    if kind == 'powerpack':
        yield metric_terms('', {})  # is not read, as its queries are not in the dashboard
    if kind == 'hostmap':
        yield scope_terms(','.join(_texts(node.get('scope'))), variables)
    if kind == 'check_status':
        yield scope_terms(','.join(_texts(node.get('tags'))), variables)
    groups = {'hostmap': 'group', 'check_status': 'group_by'}.get(str(kind), 'one_graph_per')
    yield group_terms(list(_texts(node.get(groups))), variables)


def _texts(value: object) -> Iterator[str]:
    """All that may be a query, however deep."""
    nodes = [value]
    while nodes:
        node = nodes.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, list):
            nodes += node
        elif isinstance(node, Mapping):
            nodes += (value for key, value in node.items() if key not in STRUCTURE)
