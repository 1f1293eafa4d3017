"""The availability zones of instances, asked of EC2 once for each instance, and how its pages are read."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from ...facts.account.load_balancers import AvailabilityZone
from ...facts.values import InstanceId
from ..foreign import entry_of
from ..run import NotCollected
from .botocore_setup import Answer

INSTANCES_OF_A_CALL = 100
"""A filter of EC2 takes 200 values; parsing an answer holds the interpreter, and with it every check of the Agent."""
MOST_ZONES = 20_000
"""Instances whose zone is remembered."""

Ask = Callable[..., Answer]
"""(service, operation, its arguments by name) -> the answer. Raises NotCollected."""


class Zones:
    """Of instances: one for all runs, as an instance never changes its zone."""

    def __init__(self) -> None:
        self._known: dict[str, AvailabilityZone] = {}
        self._gap = ''

    def of(self, ids: Iterable[InstanceId], ask: Ask) -> Mapping[str, AvailabilityZone]:
        """Those that EC2 knows: it describes neither instances of other accounts nor those long terminated.

        A filter leaves them out, where their ids as an argument would be refused. After a refusal it asks no more.
        """
        if len(self._known) > MOST_ZONES:
            self._known.clear()
        unknown = iter(() if self._gap else dict.fromkeys(id for id in ids if id not in self._known))
        try:
            while batch := list(islice(unknown, INSTANCES_OF_A_CALL)):
                self._learn(batch, ask)
        except NotCollected as e:
            self._gap = f'the zones of some instances are not known: {e}'
        return self._known

    def taken_gap(self) -> str:
        """Why some were not asked for since this was last called; '' where all were."""
        gap, self._gap = self._gap, ''
        return gap

    def _learn(self, batch: Sequence[InstanceId], ask: Ask) -> None:
        filters = [{'Name': 'instance-id', 'Values': batch}]
        for page in pages(ask, 'ec2', 'describe_instances', Filters=filters, MaxResults=1000):
            for instance in instances_in(page):
                id, zone = instance.get('InstanceId'), entry_of(instance, 'Placement').get('AvailabilityZone')
                if place := AvailabilityZone.of(zone):
                    self._known[str(id)] = place


def instances_in(answer: Answer) -> Iterator[Answer]:
    """Of ec2:DescribeInstances."""
    return (instance for entry in answer.get('Reservations', ()) for instance in entry.get('Instances', ()))


def pages(ask: Ask, service: str, operation: str, **arguments: object) -> Iterator[Answer]:
    """Raises NotCollected."""
    more: dict[str, object] = {}
    while True:
        answer = ask(service, operation, **arguments, **more)
        yield answer
        tokens = {'Marker': answer.get('NextMarker'), 'NextToken': answer.get('NextToken')}
        more = {name: token for name, token in tokens.items() if token}
        if not more:
            return
