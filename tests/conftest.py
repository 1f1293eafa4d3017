"""No test reaches the network of the machine, least of all whatever answers at the addresses of IMDS there."""

import gc
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import botocore.session
import pytest
from hypothesis import settings

from tests.account import servers
from tests.simulator import javascript
from tests.simulator.guard import leave_the_network, refuse_metadata_addresses

# The last use of the network. What this leaves undone, the tests that need it say.
if not javascript.missing_tool() and not javascript.is_installed():
    with suppress(OSError, subprocess.SubprocessError):
        javascript.install()

# A script starts its background jobs with SIGINT ignored, and nohup everything with SIGHUP. Programs inherit that, and
# a test that interrupts one would wait for ever. They do not inherit a handler: pytest still ignores the signal, and
# what it starts does not.
for _signal in (signal.SIGINT, signal.SIGHUP, signal.SIGQUIT):
    if signal.getsignal(_signal) is signal.SIG_IGN:
        signal.signal(_signal, lambda *_: None)

# While this file is read pytest has not started anything yet: everything that it starts later is inside too.
NOT_ISOLATED = leave_the_network()
refuse_metadata_addresses()

ROOT = Path(__file__).parent
MEMORY = Path('/dev/shm')
ROOM = 1 << 30
"""Bytes that must be free there: a run needs a sixth of that."""
OURS = 'aws-diagnostics-tests-'
LONGEST = (
    'rollout/test_ansible.py',
    'rollout',
    'account',
    'packages',
    'test_site.py',
    'cli',
    'monitors',
    'test_hostile_text.py',
)
WAITING = (
    'collect/imds',
    'field_reports',
    'test_check.py',
    'test_simulator_lab.py',
    'test_demo.py',
    'test_simulator_clients.py',
    'test_simulator_imds.py',
    'test_simulator_personas.py',
    'test_secrets.py',
)
"""Files and folders that take long and compute little: they wait for an IMDS that does not answer, say."""
LOOK_FOR_GARBAGE = (50_000, 20, 10)
"""Far less often than by default: nearly all that a test leaves goes without it."""

# How long an example takes on a busy machine says nothing about the code.
settings.register_profile('tests', deadline=None)
settings.load_profile('tests')

# How wide and how colourful somebody's terminal is changes no output that a test looks at.
for _setting in ('COLUMNS', 'FORCE_COLOR', 'LINES', 'NO_COLOR'):
    os.environ.pop(_setting, None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers('needs_base'):
        if tuple(map(int, version('datadog-checks-base').split('.')[:2])) < mark.args:
            pytest.skip(f'datadog-checks-base has it since {".".join(map(str, mark.args))}')


def memory_for_files() -> 'tempfile.TemporaryDirectory[str] | None':
    """Tests make and remove tens of thousands of small files, which takes a disk twice as long.

    None where TMPDIR is set, also by the process that started this one to share the tests, and where there is no room.
    """
    with suppress(OSError):
        there = os.statvfs(MEMORY)
        roomy = there.f_bavail * there.f_frsize >= ROOM and not there.f_flag & os.ST_NOEXEC
        if 'TMPDIR' not in os.environ and roomy:
            remove_what_was_left()
            directory = tempfile.TemporaryDirectory(
                prefix=f'{OURS}{os.getpid()}-', dir=MEMORY, ignore_cleanup_errors=True
            )
            os.environ['TMPDIR'] = tempfile.tempdir = directory.name
            Path(directory.name).chmod(0o1777)
            return directory
    return None


def remove_what_was_left() -> None:
    """By runs that were killed."""
    for left in MEMORY.glob(f'{OURS}*'):
        if not Path('/proc', left.name.removeprefix(OURS).partition('-')[0]).exists():
            shutil.rmtree(left, ignore_errors=True)


FILES = memory_for_files()
"""Removed when this process ends."""


@pytest.fixture(scope='session', autouse=True)
def models_of_botocore_are_read_once() -> Iterator[None]:
    """A session reads them itself, a quarter of a second of every test that opens one; they are the same for all."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(botocore.session, 'create_loader', cache(botocore.session.create_loader))
        yield


@pytest.fixture(scope='session')
def moto_endpoint() -> Iterator[str]:
    """One for all tests of a process: it takes two seconds to start. Empty it before use."""
    with servers.moto() as endpoint:
        yield endpoint


@pytest.fixture(scope='session')
def ministack_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.ministack(tmp_path_factory.mktemp('ministack')) as endpoint:
        yield endpoint


@pytest.fixture(scope='module')
def empty_moto(moto_endpoint: str) -> str:
    """For all tests of a file, with nothing in it that another file has left."""
    return servers.emptied(moto_endpoint)


@pytest.fixture
def moto(moto_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Clients of this test reach moto, with nothing in it that another test has left."""
    servers.use(monkeypatch, servers.environment(moto_endpoint, tmp_path))
    return servers.emptied(moto_endpoint)


@pytest.fixture
def ministack(ministack_endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Clients of this test reach ministack."""
    servers.use(monkeypatch, servers.environment(ministack_endpoint, tmp_path))
    return ministack_endpoint


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Nothing of what is collected becomes garbage, and whoever looks for garbage later need not look at it."""
    gc.disable()
    try:
        compile_a_share(session.config)
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(*LOOK_FOR_GARBAGE)
        gc.enable()


def pytest_xdist_auto_num_workers() -> int:
    """Several processes share the tests where each can have a loopback of its own, which takes root.

    More than there are cores: many tests wait, for a silent IMDS to time out or for a program of a rollout.
    """
    return min(5, 5 * (os.cpu_count() or 1) // 2) if os.geteuid() == 0 and not NOT_ISOLATED else 0


def compile_a_share(config: pytest.Config) -> None:
    """In a fresh clone, processes that collect all tests at once would compile every file once each.

    A file that cannot be imported is told of when it is collected.
    """
    worker = getattr(config, 'workerinput', {'workerid': 'gw0', 'workercount': 1})
    if worker['workercount'] == 1 or config.args_source is not config.ArgsSource.TESTPATHS:
        return
    files = sorted(ROOT.rglob('test_*.py'))[int(worker['workerid'][2:]) :: worker['workercount']]
    for file in files:
        with suppress(Exception, pytest.skip.Exception):
            import_module('.'.join(file.relative_to(ROOT.parent).with_suffix('').parts))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first: no process is left with one of them when all others have finished.

    Those that wait stand evenly among them, so that the cores have work all the time.
    """
    files = list(dict.fromkeys(item.path for item in items))
    waiting = sorted((file for file in files if rank(file, WAITING) < len(WAITING)), key=lambda f: rank(f, WAITING))
    computing = sorted((file for file in files if file not in waiting), key=lambda file: rank(file, LONGEST))
    long = sum(rank(file, LONGEST) < len(LONGEST) for file in computing)
    place = {file: float(n) for n, file in enumerate(computing)}
    place |= {file: (n + 0.5) * long / len(waiting) for n, file in enumerate(waiting)}
    items.sort(key=lambda item: (place[item.path], item.path))


def rank(file: Path, names: Sequence[str]) -> int:
    return next((n for n, name in enumerate(names) if file.is_relative_to(ROOT / name)), len(names))


def pytest_report_header() -> str:
    if NOT_ISOLATED:
        return f'network: NOT isolated, {NOT_ISOLATED}; addresses of IMDS are refused by an audit hook only'
    return 'network: a namespace with nothing but loopback'
