"""One node of a world: a network namespace, its interfaces, addresses and routes."""

import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute, NetlinkError

from tests.simulator.addresses import Family
from tests.simulator.lab import kernel
from tests.simulator.topology import FAMILY_NUMBER

_IFA_F_NODAD = 0x02
_IFA_F_TENTATIVE = 0x40
_RTN_LOCAL = 2
_PATIENCE = 60.0


@dataclass(frozen=True)
class Node:
    """One network namespace, by an open file descriptor."""

    name: str
    namespace: int

    @cached_property
    def netlink(self) -> IPRoute:
        """A netlink socket in this namespace, wherever this process is later."""
        with self.entered():
            return IPRoute()

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Be in this namespace for a while."""
        before = os.open('/proc/self/ns/net', os.O_RDONLY)
        try:
            self.enter()
            yield
        finally:
            kernel.setns(before, kernel.CLONE_NEWNET)
            os.close(before)

    def enter(self) -> None:
        kernel.setns(self.namespace, kernel.CLONE_NEWNET)

    def set(self, settings: dict[str, int]) -> None:
        """Write the kernel settings, given by their names under /proc/sys/net."""
        with self.entered():
            for name, value in settings.items():
                Path('/proc/sys/net', name).write_text(str(value))

    def interface(self, name: str) -> int:
        """The index of the interface of this name."""
        with self.entered():
            return socket.if_nametoindex(name)

    def up(self, name: str) -> None:
        self.netlink.link('set', index=self.interface(name), state='up')

    def wait_for_link(self, name: str) -> None:
        """Wait until the interface is ready for IPv6: the kernel notices the carrier some time after both ends are up.

        Raises TimeoutError after a minute.
        """
        index = self.interface(name)
        self._wait(lambda: self._speaks_ipv6(index), f'{name} of {self.name} has no link')

    def wait_for_address(self, address: str) -> None:
        """Wait until packets to this address end here: for IPv6 the kernel adds that route some time after the address.

        Raises TimeoutError after a minute.
        """
        self._wait(lambda: self._is_local(address), f'{self.name} does not take packets to {address}')

    @staticmethod
    def _wait(ready: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + _PATIENCE
        while not ready():
            if time.monotonic() > deadline:
                raise TimeoutError(complaint)
            time.sleep(0.001)

    def _is_local(self, address: str) -> bool:
        try:
            return bool(self.netlink.route('get', dst=address)[0]['type'] == _RTN_LOCAL)
        except NetlinkError:
            return False

    def _speaks_ipv6(self, index: int) -> bool:
        """A router solicits its neighbours from its link-local address, which comes last."""
        if self.netlink.link('get', index=index)[0].get_attr('IFLA_OPERSTATE') != 'UP':
            return False
        addresses = {each.get_attr('IFA_ADDRESS'): each.get_attr('IFA_FLAGS') for each in self._ipv6_addresses(index)}
        tentative = any(flags & _IFA_F_TENTATIVE for flags in addresses.values())
        return not tentative and any(address.startswith('fe80:') for address in addresses)

    def _ipv6_addresses(self, index: int) -> list[Any]:
        return [each for each in self.netlink.get_addr(family=socket.AF_INET6) if each['index'] == index]

    def add_address(self, interface: str, address: str, prefix_length: int) -> None:
        flags = _IFA_F_NODAD if ':' in address else 0
        index = self.interface(interface)
        self.netlink.addr('add', index=index, address=address, prefixlen=prefix_length, flags=flags)

    def remove_address(self, interface: str, address: str, prefix_length: int) -> None:
        self.netlink.addr('del', index=self.interface(interface), address=address, prefixlen=prefix_length)

    def add_route(self, destination: str, family: Family, gateway: str) -> None:
        self.netlink.route('add', dst=destination, family=FAMILY_NUMBER[family], gateway=gateway)


def new_node(name: str) -> Node:
    """A node in a new network namespace, which this process has then entered. Raises OSError."""
    kernel.unshare(kernel.CLONE_NEWNET)
    return Node(name, os.open('/proc/self/ns/net', os.O_RDONLY))
