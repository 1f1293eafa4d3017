"""Which tags of AWS Datadog does not show, for resources that the operator names, and since when it does not.

An instance is looked for in the host list, which says for each tag who set it; another resource by the tags of one of
its metrics, which takes no query of that metric's values.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import sleep
from urllib.parse import urlencode

from ..facts import Unobserved
from ..facts.account import MissingTag, ResourceTags
from ..facts.values import Arn, InstanceId
from ..rules.aws_tags import AWS_SOURCE, OfMetric, Resource, Shown, Tag, is_comparable
from ..text import clean
from .datadog_api import DatadogApi, Permission
from .foreign import entry_of, is_object
from .integration import OTHER_SHAPE
from .inventory import FirstSeen
from .inventory_rows import MOST_TEXTS, row_of
from .run import Deadline, DeadlineExceeded, RequestFailed

HOSTS = '/api/v1/hosts?include_hosts_metadata=false&include_muted_hosts_data=false&start=0&count=20'
"""A filter of an instance id finds its rows: one, or two where Datadog has not merged them."""
MOST_BYTES = 4 << 20
LONGEST_TAG, LONGEST_KEY, LONGEST_SOURCE = 255, 128, 40
MOST_TAGS, MOST_SOURCES = 10_000, 20
WINDOW = 4 * 3600
"""Seconds, the shortest that Datadog takes for the tags of a metric."""

BySource = Mapping[str, Sequence[str]]
Ask = Callable[[], DatadogApi]


@dataclass(slots=True)
class Watch:
    """One for each account instance: it remembers what it saw of each resource."""

    _seen: dict[Arn, FirstSeen] = field(default_factory=dict)

    def read(
        self, in_aws: Mapping[Arn, tuple[Tag, ...] | Unobserved], ask: Ask, deadline: Deadline, now: float
    ) -> tuple[ResourceTags, ...]:
        """`ask` returns an API with the time that is left. `now` is in seconds since the epoch.

        Never raises for what Datadog answers, but MissingFact where keys are missing.
        """
        shown = _Asked(ask, deadline)
        return tuple(self._compared(arn, tags, shown, now) for arn, tags in in_aws.items())

    def _compared(self, arn: Arn, tags: tuple[Tag, ...] | Unobserved, shown: '_Asked', now: float) -> ResourceTags:
        """What could not be compared this time keeps its times."""
        seen, resource = self._seen.setdefault(arn, FirstSeen()), Resource.of(arn)
        found = tags if isinstance(tags, Unobserved) else shown.of(resource)
        if isinstance(tags, Unobserved) or isinstance(found, Unobserved):
            why = tags if isinstance(tags, Unobserved) else found
            assert isinstance(why, Unobserved)
            return ResourceTags(arn, resource.region, resource.namespace, why, now)
        comparable = [tag for tag in tags if is_comparable(tag)]
        by_source = {source: Shown(each) for source, each in found.items()}
        set_by_aws = by_source.pop(AWS_SOURCE, Shown(()))
        missing = [tag for tag in comparable if not set_by_aws.has(tag)]
        seen.saw(missing, now, complete=True)
        return ResourceTags(
            arn,
            resource.region,
            resource.namespace,
            len(comparable),
            seen.started(now),
            tuple(_missing(tag, seen.since(tag), set_by_aws, by_source) for tag in missing),
        )


def _missing(tag: Tag, since: float, set_by_aws: Shown, others: Mapping[str, Shown]) -> MissingTag:
    sources = tuple(sorted(source for source, shown in others.items() if shown.has(tag)))
    return MissingTag(clean(tag[0], LONGEST_KEY), since, set_by_aws.has_key(tag[0]), sources)


class _Asked:
    """What Datadog shows, by the source of the tags; one request for each resource."""

    def __init__(self, ask: Ask, deadline: Deadline) -> None:
        self._ask = ask
        self._deadline = deadline
        self._wait = 0.0

    def of(self, resource: Resource) -> BySource | Unobserved:
        """Raises MissingFact."""
        instance_id, on = resource.instance_id, resource.shown_on
        try:
            if instance_id:
                return self._of_host(instance_id)
            if on:
                return self._of_metric(on, resource.scope)
        except (RequestFailed, DeadlineExceeded) as e:
            return Unobserved(str(e))
        return Unobserved(f'it is not known where Datadog shows the tags of such a resource of {resource.service}')

    def _of_host(self, instance_id: InstanceId) -> BySource | Unobserved:
        answer = self._get(f'{HOSTS}&filter={instance_id}', Permission.HOSTS_READ)
        rows = answer.get('host_list') if is_object(answer) else None
        if not isinstance(rows, list):
            raise RequestFailed(OTHER_SHAPE)
        own = [entry for entry in rows if (row := row_of(entry)) and instance_id in row.instance_ids]
        if not own:
            return Unobserved("it is not in Datadog's host list of the last three hours")
        return _united(entry_of(entry, 'tags_by_source') for entry in own)

    def _of_metric(self, on: OfMetric, scope: str) -> BySource | Unobserved:
        asked = urlencode({'filter[tags]': scope, 'filter[include_tag_values]': 'true', 'window[seconds]': WINDOW})
        answer = self._get(f'/api/v2/metrics/{on.metric}/all-tags?{asked}', Permission.METRICS_READ)
        attributes = entry_of(entry_of(answer, 'data'), 'attributes')
        tags = [*_texts(attributes.get('tags')), *_texts(attributes.get('ingested_tags'))]
        if not tags:
            return Unobserved(f'Datadog has no values of {on.metric} for it in the last four hours, so no tags of it')
        return {AWS_SOURCE: tags}

    def _get(self, path: str, needs: Permission) -> object:
        """Raises RequestFailed, DeadlineExceeded, MissingFact."""
        if self._wait >= self._deadline.remaining() > 0:
            raise RequestFailed('the rate limit of Datadog allows no more requests in this run')
        sleep(self._wait)
        api = self._ask()
        try:
            return api.get(path, with_keys=True, needs=needs, limit=MOST_BYTES)
        finally:
            self._wait = api.wait


def _united(rows: Iterable[Mapping[str, object]]) -> BySource:
    """Datadog writes the name of a source in different cases."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for name, tags in list(row.items())[:MOST_SOURCES]:
            source = AWS_SOURCE if name.lower() == AWS_SOURCE.lower() else clean(name, LONGEST_SOURCE)
            found.setdefault(source, []).extend(_texts(tags, MOST_TEXTS))
    return found


def _texts(value: object, most: int = MOST_TAGS) -> list[str]:
    listed = value[:most] if isinstance(value, list) else []
    return [clean(item, LONGEST_TAG) for item in listed if isinstance(item, str)]
