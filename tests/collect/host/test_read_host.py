"""The whole host."""

from dataclasses import replace
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.collect.host import HostReader, read_operating_system
from datadog_checks.aws_diagnostics.facts import (
    Container,
    ContainerKind,
    Dmi,
    Host,
    OperatingSystem,
    Unobserved,
    UtsNamespace,
)
from datadog_checks.aws_diagnostics.rules import platform_of
from tests.builders import INSTANCE_ID, NOW, host

from .file_system import file_system

NITRO = {
    'proc/sys/kernel/hostname': 'ip-10-0-0-12.eu-west-1.compute.internal\n',
    'proc/self/cgroup': '0::/system.slice/datadog-agent.service\n',
    'sys/devices/virtual/dmi/id/board_vendor': 'Amazon EC2\n',
    'sys/devices/virtual/dmi/id/board_asset_tag': INSTANCE_ID + '\n',
    'sys/devices/virtual/dmi/id/sys_vendor': 'Amazon EC2\n',
    'var/lib/cloud/data/instance-id': INSTANCE_ID + '\n',
    'run/cloud-init/cloud-id': 'aws\n',
}


def test_a_nitro_instance_is_observed_as_it_is(tmp_path: Path) -> None:
    root = file_system(tmp_path, NITRO, {'proc/self/ns/uts': 'uts:[4026531838]'})
    assert HostReader(root, {}).read(NOW) == host()
    assert platform_of(HostReader(root, {}).read(NOW)).instance_id == INSTANCE_ID


def test_an_agent_pod_sees_the_machine_s_firmware_and_its_own_name(tmp_path: Path) -> None:
    files = NITRO | {'proc/sys/kernel/hostname': 'datadog-agent-x7k2p\n', 'proc/self/cgroup': '0::/\n'}
    del files['var/lib/cloud/data/instance-id'], files['run/cloud-init/cloud-id']
    root = file_system(tmp_path, files, {'proc/self/ns/uts': 'uts:[4026532326]'})
    assert HostReader(root, {'KUBERNETES_SERVICE_HOST': '172.20.0.1'}).read(NOW) == replace(
        host(),
        os_hostname='datadog-agent-x7k2p',
        cloud_init_instance_id=None,
        cloud_init_platform='',
        container=Container(ContainerKind.POD, 'KUBERNETES_SERVICE_HOST is set'),
        uts_namespace=UtsNamespace.OWN,
    )


def test_where_there_are_no_such_files_everything_still_works(tmp_path: Path) -> None:
    found = HostReader(tmp_path, {}).read(NOW)
    assert found == Host(
        os_hostname=found.os_hostname,
        dmi=Unobserved('there is no /sys/devices/virtual/dmi/id'),
        hypervisor_uuid='',
        cloud_init_instance_id=None,
        cloud_init_platform='',
        container=Container(ContainerKind.NONE, 'no sign of a container'),
        uts_namespace=UtsNamespace.UNKNOWN,
        operating_system=OperatingSystem.LINUX,
    )
    assert found.os_hostname


def test_this_very_machine_can_be_observed() -> None:
    found = HostReader().read(NOW)
    assert found.os_hostname
    assert isinstance(found.dmi, Dmi | Unobserved)


def test_what_cannot_change_while_a_process_lives_is_read_once_an_hour(tmp_path: Path) -> None:
    root = file_system(tmp_path, NITRO, {'proc/self/ns/uts': 'uts:[4026531838]'})
    reader = HostReader(root, {})
    reader.read(NOW)
    (root / 'sys/devices/virtual/dmi/id/board_vendor').write_text('another\n')
    (root / 'proc/sys/kernel/hostname').write_text('renamed\n')
    (root / 'var/lib/cloud/data/instance-id').write_text('i-0fedcba9876543210\n')
    assert reader.read(NOW + 3599) == replace(host(), os_hostname='renamed')
    later = reader.read(NOW + 3600)
    assert isinstance(later.dmi, Dmi)
    assert (later.dmi.board_vendor, later.cloud_init_instance_id) == ('another', 'i-0fedcba9876543210')


def test_cloud_init_that_starts_after_the_agent_is_seen_in_the_next_run(tmp_path: Path) -> None:
    files = {name: text for name, text in NITRO.items() if 'cloud' not in name}
    reader = HostReader(file_system(tmp_path, files, {'proc/self/ns/uts': 'uts:[4026531838]'}), {})
    before = reader.read(NOW)
    assert (before.cloud_init_instance_id, before.cloud_init_platform) == (None, '')
    file_system(tmp_path, {name: text for name, text in NITRO.items() if 'cloud' in name})
    assert reader.read(NOW + 1) == host()


@pytest.mark.parametrize(
    ('name', 'system'),
    [
        ('linux', OperatingSystem.LINUX),
        ('win32', OperatingSystem.WINDOWS),
        ('darwin', OperatingSystem.MACOS),
        ('aix', OperatingSystem.OTHER),
    ],
)
def test_the_operating_system_is_that_of_python(name: str, system: OperatingSystem) -> None:
    assert read_operating_system(name) is system
