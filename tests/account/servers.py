"""Servers that stand in for AWS, each a process of its own on loopback that ends with the tests."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from urllib.request import Request, urlopen

import pytest

REPOSITORY = Path(__file__).parents[2]
PATIENCE = 240.0
"""Seconds until a server listens: two cores that all tests share are slow."""

KEYS = {'AWS_ACCESS_KEY_ID': 'AKIDEXAMPLEOFTESTS', 'AWS_SECRET_ACCESS_KEY': 'wJalrXUtnFEMIOFTESTSbPxRfiCYEXAMPLEKEY'}
SECRETS = tuple(KEYS.values())
MOTO_ACCOUNT = '123456789012'


def environment(endpoint: str, home: Path, *, region: str = 'us-east-1') -> dict[str, str]:
    """Of a client: these keys, this endpoint and nothing of the machine that runs the tests."""
    return {
        **KEYS,
        'AWS_ENDPOINT_URL': endpoint,
        'AWS_DEFAULT_REGION': region,
        'AWS_EC2_METADATA_DISABLED': 'true',
        'AWS_CONFIG_FILE': str(home / 'config'),
        'AWS_SHARED_CREDENTIALS_FILE': str(home / 'credentials'),
        'NO_PROXY': '127.0.0.1',
    }


def use(monkeypatch: pytest.MonkeyPatch, environ: Mapping[str, str]) -> None:
    for name in [name for name in os.environ if name.startswith('AWS_')]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


@contextmanager
def moto() -> Iterator[str]:
    """The endpoint of a moto server that knows those of AWS's managed policies that tests attach, and no images: with
    them, a region that is looked at takes a tenth of a second again after every reset."""
    port = free_port()
    command = [sys.executable, '-m', 'tests.account.moto_server', '-H', '127.0.0.1', '-p', str(port)]
    environ = {'MOTO_IAM_LOAD_MANAGED_POLICIES': 'true', 'MOTO_EC2_LOAD_DEFAULT_AMIS': 'false'}
    with running(command, port, environ) as endpoint:
        yield endpoint


def emptied(moto: str) -> str:
    """The endpoint, of a moto that holds nothing of what other tests have left."""
    urlopen(Request(f'{moto}/moto-api/reset', method='POST'), timeout=300).close()
    return moto


@contextmanager
def ministack(home: Path) -> Iterator[str]:
    """The endpoint of a ministack that holds callers to their policies, and assumed roles to their trust policies."""
    port = free_port()
    environ = {
        **KEYS,  # of its root user
        'AUTH': 'true',
        'BIND_HOST': '127.0.0.1',
        'GATEWAY_PORT': str(port),
        'IOT_MTLS_PORT': str(free_port()),
        'SERVICES': 'iam,sts,ec2,monitoring',
        'STATE_DIR': str(home),
        'HOME': str(home),
    }
    with running([sys.executable, '-m', 'ministack'], port, environ) as endpoint:
        yield endpoint


@contextmanager
def running(command: list[str], port: int, environ: Mapping[str, str]) -> Iterator[str]:
    """From the moment in which the server listens. Raises RuntimeError where it does not."""
    known = {name: value for name, value in os.environ.items() if not name.startswith('AWS_')}
    process = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env={**known, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _wait_until_it_listens(process, port)
        yield f'http://127.0.0.1:{port}'
    finally:
        process.kill()
        process.wait()


def _wait_until_it_listens(process: 'subprocess.Popen[bytes]', port: int) -> None:
    end = monotonic() + PATIENCE
    while monotonic() < end:
        try:
            socket.create_connection(('127.0.0.1', port), timeout=1).close()
            return
        except OSError:
            if _has_ended_within(process, 0.05):
                raise RuntimeError(f'{process.args!r} ended with {process.returncode}') from None
    raise RuntimeError(f'{process.args!r} does not listen')


def _has_ended_within(process: 'subprocess.Popen[bytes]', seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def free_port() -> int:
    with socket.create_server(('127.0.0.1', 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
