"""Instances of a fleet of any size, each computed from its number: nothing is held."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

EKS_NODE = {'eks:cluster-name': 'production', 'kubernetes.io/cluster/production': 'owned'}
ECS_INSTANCE = {'AmazonECSManaged': ''}


@dataclass(frozen=True)
class Instance:
    http_tokens: str = 'required'
    hop_limit: int = 2
    endpoint: str = 'enabled'
    state: str = 'running'
    tags: Mapping[str, str] = field(default_factory=dict)


Filters = Mapping[str, Sequence[str]]


def instance_id(number: int) -> str:
    return f'i-{number:017x}'


@dataclass(frozen=True)
class Instances:
    """`size` instances; number n is `of(n)`."""

    size: int
    of: Callable[[int], Instance]

    def matching(self, filters: Filters, start: int) -> Iterator[int]:
        """The numbers, from `start` on, of the instances that fulfil every filter. Raises UnknownFilter."""
        tests = [(_reader(name), tuple(values)) for name, values in filters.items()]
        for number in range(start, self.size):
            instance = self.of(number)
            if all(_fulfilled(read(instance), values) for read, values in tests):
                yield number


def listed(*instances: Instance) -> Instances:
    return Instances(len(instances), instances.__getitem__)


HEALTHY = (
    Instance(),
    Instance(hop_limit=1),
    Instance(tags=EKS_NODE),
    Instance('optional', 1, state='stopped'),
)
WRONG = (
    Instance('required', 1, tags=EKS_NODE),
    Instance('optional', 1),
    Instance('optional', 2, tags=EKS_NODE),
    Instance('required', 1, tags=ECS_INSTANCE),
    Instance(endpoint='disabled'),
)


def one_in_twenty_wrong(size: int) -> Instances:
    """5 % can be wrong: two in five of these are misnamed, as many allow IMDSv1, and one has no endpoint."""

    def of(number: int) -> Instance:
        twenty, rest = divmod(number, 20)
        return HEALTHY[rest % len(HEALTHY)] if rest else WRONG[twenty % len(WRONG)]

    return Instances(size, of)


class UnknownFilter(Exception):
    pass


READERS: dict[str, Callable[[Instance], Sequence[str]]] = {
    'instance-state-name': lambda i: (i.state,),
    'metadata-options.http-tokens': lambda i: (i.http_tokens,),
    'metadata-options.http-put-response-hop-limit': lambda i: (str(i.hop_limit),),
    'metadata-options.http-endpoint': lambda i: (i.endpoint,),
    'tag-key': lambda i: tuple(i.tags),
}


def _reader(name: str) -> Callable[[Instance], Sequence[str]]:
    if name.startswith('tag:'):
        key = name.removeprefix('tag:')
        return lambda instance: tuple(value for k, value in instance.tags.items() if k == key)
    if name not in READERS:
        raise UnknownFilter(name)
    return READERS[name]


def _fulfilled(found: Sequence[str], values: Sequence[str]) -> bool:
    """EC2 compares with case, and * and ? stand for characters."""
    return any(fnmatchcase(text, value) if '*' in value else text == value for text in found for value in values)
