"""The operating system's name, and whose name it is."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.host import read_os_hostname, read_uts_namespace
from datadog_checks.aws_diagnostics.facts import UtsNamespace

from .file_system import file_system


def test_the_hostname_is_the_kernel_s(tmp_path: Path) -> None:
    root = file_system(tmp_path, {'proc/sys/kernel/hostname': 'ip-10-0-0-12.eu-west-1.compute.internal\n'})
    assert read_os_hostname(root) == 'ip-10-0-0-12.eu-west-1.compute.internal'


def test_without_proc_the_platform_is_asked(tmp_path: Path) -> None:
    import platform

    assert read_os_hostname(tmp_path) == platform.node() != ''


@pytest.mark.parametrize(
    'link, expected',
    [
        pytest.param('uts:[4026531838]', UtsNamespace.HOST, id='the namespace that the kernel starts with'),
        pytest.param('uts:[4026532326]', UtsNamespace.OWN, id='a namespace made later'),
        pytest.param('uts:[]', UtsNamespace.UNKNOWN, id='no inode'),
        pytest.param('something else', UtsNamespace.UNKNOWN, id='not like a namespace'),
        pytest.param('uts:[' + '9' * 200 + ']', UtsNamespace.UNKNOWN, id='absurd inode'),
    ],
)
def test_the_namespace_is_told_by_its_inode(tmp_path: Path, link: str, expected: UtsNamespace) -> None:
    root = file_system(tmp_path, {}, {'proc/self/ns/uts': link})
    assert read_uts_namespace(root) is expected


def test_where_the_kernel_shows_no_namespace_nothing_is_known(tmp_path: Path) -> None:
    assert read_uts_namespace(tmp_path) is UtsNamespace.UNKNOWN


def test_a_regular_file_in_place_of_the_link_tells_nothing(tmp_path: Path) -> None:
    root = file_system(tmp_path, {'proc/self/ns/uts': 'uts:[4026531838]'})
    assert read_uts_namespace(root) is UtsNamespace.UNKNOWN


OWN_NAMESPACE = ['unshare', '--user', '--map-root-user', '--uts']
ASK = """
from pathlib import Path
from datadog_checks.aws_diagnostics.collect.host import read_os_hostname, read_uts_namespace
print(read_uts_namespace(Path('/')), read_os_hostname(Path('/')))
"""


def in_own_namespace(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*OWN_NAMESPACE, *command], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(
    shutil.which('unshare') is None or in_own_namespace('true').returncode != 0,
    reason='this kernel does not allow namespaces to be made',
)
def test_in_a_real_namespace_of_its_own_a_process_sees_its_own_name() -> None:
    script = f'hostname a-name-of-its-own && exec "{sys.executable}" -c "$1"'
    result = in_own_namespace('sh', '-c', script, 'sh', ASK)
    assert (result.stdout.strip(), result.stderr) == ('own a-name-of-its-own', '')
