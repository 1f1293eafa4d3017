"""Which tags of AWS Datadog does not show, for resources that the operator names, and since when it does not.

An instance is looked for in the host list, which says for each tag who set it; another resource by the tags of one of
its metrics, which takes no query of that metric's values.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ..facts import Unobserved
from ..facts.account import MissingTag, ResourceTags
from ..facts.values import Arn, InstanceId
from ..rules.aws_tags import AWS_SOURCE, DatadogTags, OfMetric, Resource, Tag, is_comparable
from ..text import clean
from .datadog_api import DatadogApi, Permission, list_of, object_of
from .datadog_metrics import DatadogMetrics
from .first_seen import FirstSeen
from .foreign import entry_of, texts
from .inventory_rows import row_of
from .pacing import Pace
from .run import Deadline, RequestFailed

HOSTS = '/api/v1/hosts?include_hosts_metadata=false&include_muted_hosts_data=false&start=0&count=20'
"""A filter of an instance id finds its rows: one, or two where Datadog has not merged them."""
MOST_BYTES = 4 << 20
LONGEST_TAG, LONGEST_KEY, LONGEST_SOURCE = 1000, 128, 40
MOST_TAGS, MOST_SOURCES = 10_000, 20

BySource = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Propagation:
    """One for each account instance: it remembers what it saw of each resource."""

    _seen: dict[Arn, FirstSeen] = field(default_factory=dict)

    def read(
        self, in_aws: Mapping[Arn, tuple[Tag, ...] | Unobserved], api: DatadogApi, deadline: Deadline, now: float
    ) -> tuple[ResourceTags, ...]:
        """`now` is in seconds since the epoch. Never raises for what Datadog answers."""
        shown = _Shown(api, deadline)
        return tuple(self._compared(arn, tags, shown, now) for arn, tags in in_aws.items())

    def _compared(self, arn: Arn, tags: tuple[Tag, ...] | Unobserved, shown: '_Shown', now: float) -> ResourceTags:
        """What could not be compared this time keeps its times."""
        seen, resource = self._seen.setdefault(arn, FirstSeen()), Resource.of(arn)
        found = tags if isinstance(tags, Unobserved) else shown.of(resource)
        if isinstance(tags, Unobserved) or isinstance(found, Unobserved):
            why = tags if isinstance(tags, Unobserved) else found
            assert isinstance(why, Unobserved)
            return ResourceTags(arn, resource.service, resource.region, resource.namespace, why, now)
        comparable = [tag for tag in tags if is_comparable(tag)]
        by_source = {source: DatadogTags(each) for source, each in found.items()}
        set_by_aws = by_source.pop(AWS_SOURCE, DatadogTags(()))
        missing = [tag for tag in comparable if not set_by_aws.has(tag)]
        seen.saw(missing, now, complete=True)
        return ResourceTags(
            arn,
            resource.service,
            resource.region,
            resource.namespace,
            len(comparable),
            seen.started(now),
            tuple(_missing(tag, seen.since(tag), set_by_aws, by_source) for tag in missing),
        )


def _missing(tag: Tag, since: float, set_by_aws: DatadogTags, others: Mapping[str, DatadogTags]) -> MissingTag:
    sources = tuple(sorted(source for source, shown in others.items() if shown.has(tag)))
    return MissingTag(clean(tag[0], LONGEST_KEY), since, set_by_aws.has_key(tag[0]), sources)


class _Shown:
    """What Datadog shows, by the source of the tags; one request for each resource."""

    def __init__(self, api: DatadogApi, deadline: Deadline) -> None:
        self._api = api
        self._pace = Pace(api, deadline)
        self._metrics = DatadogMetrics(api, deadline)

    def of(self, resource: Resource) -> BySource | Unobserved:
        instance_id, on = resource.instance_id, resource.shown_on
        try:
            if instance_id:
                return self._of_host(instance_id)
            if on:
                return self._of_metric(on, resource.scope)
        except RequestFailed as e:
            return Unobserved(str(e))
        return Unobserved(f'it is not known where Datadog shows the tags of such a resource of {resource.service}')

    def _of_host(self, instance_id: InstanceId) -> BySource | Unobserved:
        path = f'{HOSTS}&filter={instance_id}'
        answer = self._pace.ask(
            lambda left: self._api.get(
                path, with_keys=True, needs=Permission.HOSTS_READ, limit=MOST_BYTES, seconds=left
            )
        )
        rows = list_of(object_of(answer).get('host_list'))
        own = [entry for entry in rows if (row := row_of(entry)) and instance_id in row.instance_ids]
        if not own:
            return Unobserved("it is not in Datadog's host list of the last three hours")
        return _united(entry_of(entry, 'tags_by_source') for entry in own)

    def _of_metric(self, on: OfMetric, scope: str) -> BySource | Unobserved:
        """Tags that are not indexed have arrived, too."""
        found = self._metrics.tags(on.metric, scope=scope)
        tags = [*found.indexed, *found.dropped]
        if not tags:
            return Unobserved(f'Datadog has no values of {on.metric} for it in the last four hours, so no tags of it')
        if not found.complete:
            return Unobserved(f'Datadog has more tags of {on.metric} for it than are read')
        return {AWS_SOURCE: tags}


def _united(rows: Iterable[Mapping[str, object]]) -> BySource:
    """Datadog writes the name of a source in different cases."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for name, tags in list(row.items())[:MOST_SOURCES]:
            source = AWS_SOURCE if name.lower() == AWS_SOURCE.lower() else clean(name, LONGEST_SOURCE)
            found.setdefault(source, []).extend(texts(tags, MOST_TAGS, LONGEST_TAG))
    return found
