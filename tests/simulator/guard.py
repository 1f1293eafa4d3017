"""Keeps tests, demo and benchmarks away from whatever answers at the addresses of IMDS on the machine that runs them.

Two fences: a network namespace with nothing but loopback, out of which no packet leaves, and an audit hook, which also
speaks where the first fence is not to be had.
"""

import os
import socket
import struct
import sys
import threading
from fcntl import ioctl
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

from tests.simulator.addresses import IMDS
from tests.simulator.lab import kernel
from tests.simulator.lab.inside import is_inside_a_world
from tests.simulator.lab.privileges import enter_user_namespace

_REFUSED = frozenset(map(ip_address, IMDS.values()))
_EVENTS = frozenset({'socket.connect', 'socket.bind', 'socket.sendto', 'socket.sendmsg'})
_GUARDED = 'AWS_DIAGNOSTICS_GUARDED_NETWORK'

_SIOCSIFFLAGS = 0x8914
_IFF_UP = 0x1


class OutsideOfAWorldError(BaseException):
    """A test was about to talk to IMDS on the machine itself.

    Not an Exception: code under test turns those into results, and the test would go on.
    """


def leave_the_network() -> str:
    """Move this process, and all that it starts, into a network namespace with nothing but loopback.

    Returns why that was not possible, and otherwise ''. A process that was started from inside stays where it is, but
    one of several that share the tests gets a loopback of its own where it can.
    """
    if is_inside_a_world() or os.environ.get(_GUARDED) == _here():
        return ''
    already_guarded = os.environ.get(_GUARDED) == _network()
    if threading.active_count() > 1 and not already_guarded:
        return 'threads that were already running would have stayed behind'
    try:
        _enter_new_network()
    except OSError as error:
        return '' if already_guarded else f'the kernel did not allow a network namespace: {error}'
    os.environ[_GUARDED] = _here()
    return ''


def _here() -> str:
    """The network of this process and, behind it, which of the processes that share the tests this is."""
    worker = os.environ.get('PYTEST_XDIST_WORKER', '')
    return f'{_network()} {worker}'.rstrip()


def _enter_new_network() -> None:
    try:
        kernel.unshare(kernel.CLONE_NEWNET)
    except PermissionError:
        enter_user_namespace(os.geteuid())
        kernel.unshare(kernel.CLONE_NEWNET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        ioctl(any_socket, _SIOCSIFFLAGS, struct.pack('16sh14x', b'lo', _IFF_UP))


@cache
def refuse_metadata_addresses() -> None:
    """Raise OutsideOfAWorldError in every attempt of this process to use an address of IMDS, except inside a world."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in _EVENTS and is_metadata_address(arguments[1]) and not is_inside_a_world():
        raise OutsideOfAWorldError(f'{event} to {arguments[1]!r} outside of a world')


def is_metadata_address(address: object) -> bool:
    """Whether a socket address, as Python's socket module takes it, names IMDS in any of its spellings."""
    if not isinstance(address, tuple) or not address or not isinstance(address[0], str):
        return False
    ip = _parsed(address[0])
    return ip in _REFUSED or getattr(ip, 'ipv4_mapped', None) in _REFUSED


def _parsed(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition('%')[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _network() -> str:
    return str(Path('/proc/self/ns/net').readlink())
