"""A world: a client, IMDS, and the network between them, in namespaces of its own."""

import os
import pickle
import select
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar

from tests.simulator.addresses import Family
from tests.simulator.fault import Fault
from tests.simulator.imds.behaviour import Behaviour, Request
from tests.simulator.imds.metadata import Instance
from tests.simulator.lab.channel import channel_pair
from tests.simulator.lab.entrance import new_world, preload
from tests.simulator.lab.plan import Call, Change, Plan, Refused, TellRequests
from tests.simulator.topology import Topology, gateway_addresses

Parameters = ParamSpec('Parameters')
Value = TypeVar('Value')

# Nothing in a world takes this long; a call that hangs ends a test instead of the whole run.
CALL_LIMIT_SECONDS = 300.0

A_WEB_SERVER = Instance()

_DMI = {
    'board_vendor': 'Amazon EC2',
    'board_asset_tag': 'i-0123456789abcdef0',
    'sys_vendor': 'Amazon EC2',
    'product_name': 'm7i.large',
    'product_uuid': 'ec2e1916-9099-7caf-fd21-012345abcdef',
}
_CLOUD_INIT = {
    'data/instance-id': 'i-0123456789abcdef0',
    'instance/datasource': 'DataSourceEc2Local: DataSourceEc2Local',
}


class World:
    """Namespaces with a client, an IMDS and what lies between, from `with` to its end."""

    EC2_FILES: Mapping[str, str] = {
        **{f'/sys/devices/virtual/dmi/id/{name}': f'{value}\n' for name, value in _DMI.items()},
        **{f'/sys/class/dmi/id/{name}': f'{value}\n' for name, value in _DMI.items()},
        **{f'/var/lib/cloud/{name}': f'{value}\n' for name, value in _CLOUD_INIT.items()},
    }
    """A Nitro instance and what cloud-init wrote on it."""

    def __init__(
        self,
        topology: Topology = Topology.HOST,
        *,
        fault: Fault = Fault.NONE,
        instance: Instance = A_WEB_SERVER,
        files: Mapping[str, str] | None = None,
        os_hostname: str = 'ip-10-0-0-12',
        icmp_rate_limit: bool = False,
        **behaviour: Any,
    ) -> None:
        """`behaviour` takes the fields of Behaviour: persona, tokens, endpoint, hop_limit and so on.

        `files` (path to content) are seen by the processes of this world only; by default EC2_FILES, and none in an
        EMPTY topology. `icmp_rate_limit` leaves the kernel's limit of ICMP errors on.
        Raises TypeError or ValueError for an unknown behaviour or one out of range.
        """
        self.topology = topology
        default_files = {} if topology is Topology.EMPTY else self.EC2_FILES
        self._plan = Plan(
            topology=topology,
            fault=fault,
            behaviour=Behaviour(**behaviour),
            instance=instance,
            files=default_files if files is None else files,
            os_hostname=os_hostname,
            icmp_rate_limit=icmp_rate_limit,
        )
        self._ordering = Lock()

    def __enter__(self) -> Self:
        """Raises OSError where the kernel does not allow namespaces; `namespaces_available` says so beforehand."""
        self._keeper = new_world()
        self._keeper.socket.settimeout(CALL_LIMIT_SECONDS)
        try:
            self._end = self._order(self._plan)
        except BaseException:
            self._keeper.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop every process of this world and wait until all are gone."""
        self._keeper.close()
        poll = select.poll()
        poll.register(self._end, select.POLLIN)
        poll.poll(CALL_LIMIT_SECONDS * 1000)
        os.close(self._end)

    def run(self, function: Callable[Parameters, Value], *args: Parameters.args, **kwargs: Parameters.kwargs) -> Value:
        """Call a function as the client: in its network namespace, as user 65534, without capabilities.

        Function, arguments and value must be picklable. Raises whatever the function raises, ChildProcessError when its
        process ends before it returns, and TimeoutError after CALL_LIMIT_SECONDS.
        """
        value: Value = self._call(function, args, kwargs, privileged=False)
        return value

    def run_as_root(
        self, function: Callable[Parameters, Value], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Value:
        """The same with the identity and the capabilities of the world's root, which the function may give up."""
        value: Value = self._call(function, args, kwargs, privileged=True)
        return value

    def command(
        self, arguments: Sequence[str], *, privileged: bool = False, **options: Any
    ) -> 'subprocess.CompletedProcess[str]':
        """Run a program as the client; `options` are those of subprocess.run, and output is captured as text.

        With `privileged` it keeps the capabilities of the world's root. Raises what subprocess.run raises.
        """
        defaults = {'capture_output': True, 'text': True, 'stdin': subprocess.DEVNULL}
        return self._call(subprocess.run, (list(arguments),), defaults | options, privileged)  # type: ignore[no-any-return]

    @property
    def requests(self) -> list[Request]:
        """What the simulator has been asked so far, in order."""
        return list(self._order(TellRequests()))

    def change(self, fault: Fault | None = None, **behaviour: Any) -> None:
        """Behave differently from the next connection on; the values that are not given stay as they are."""
        differences = replace(self._plan.behaviour, **behaviour)
        self._plan = replace(self._plan, behaviour=differences, fault=self._plan.fault if fault is None else fault)
        self._order(Change(self._plan.behaviour, self._plan.fault))

    def gateway_addresses(self, family: Family) -> tuple[str, ...]:
        """The addresses from which the gateways answer, nearest to the client first."""
        return gateway_addresses(self.topology, family)

    def _call(
        self, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any], privileged: bool
    ) -> Any:
        ours, theirs = channel_pair()
        ours.socket.settimeout(CALL_LIMIT_SECONDS)
        module = getattr(function, '__module__', 'builtins')
        preload(module)
        self._order(Call(module, privileged), theirs.socket.fileno())
        theirs.close()
        try:
            ours.send(pickle.dumps((function, args, kwargs)))
            succeeded, outcome = ours.receive()
        except (EOFError, ConnectionError) as error:
            raise ChildProcessError(f'the process that called {function!r} ended without an answer') from error
        finally:
            ours.close()
        if not succeeded:
            raise outcome
        return outcome

    def _order(self, order: object, descriptor: int | None = None) -> Any:
        with self._ordering:
            self._keeper.send(order, descriptor)
            answer, received = self._keeper.receive_with_descriptor()
        if isinstance(answer, Refused):
            raise OSError(answer.reason)
        return answer.value if received is None else received
