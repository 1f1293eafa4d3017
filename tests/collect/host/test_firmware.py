"""Firmware, hypervisor and cloud-init."""

from pathlib import Path

from datadog_checks.aws_diagnostics.collect.host import (
    read_cloud_init_instance_id,
    read_cloud_init_platform,
    read_dmi,
    read_hypervisor_uuid,
)
from datadog_checks.aws_diagnostics.facts import Dmi, Unobserved

from .file_system import file_system

DMI = 'sys/devices/virtual/dmi/id/'
NITRO = {
    DMI + 'board_vendor': 'Amazon EC2\n',
    DMI + 'board_asset_tag': 'i-0123456789abcdef0\n',
    DMI + 'sys_vendor': 'Amazon EC2\n',
    DMI + 'product_uuid': 'ec2f1234-5678-90ab-cdef-1234567890ab\n',
    DMI + 'bios_version': '1.0\n',
    DMI + 'product_name': 'm7i.large\n',
}


def test_a_nitro_instance_tells_its_id(tmp_path: Path) -> None:
    assert read_dmi(file_system(tmp_path, NITRO)) == Dmi(
        board_vendor='Amazon EC2',
        board_asset_tag='i-0123456789abcdef0',
        sys_vendor='Amazon EC2',
        product_uuid='ec2f1234-5678-90ab-cdef-1234567890ab',
        bios_version='1.0',
    )


def test_a_xen_instance_has_no_board(tmp_path: Path) -> None:
    files = {DMI + 'sys_vendor': 'Xen\n', DMI + 'bios_version': '4.11.amazon\n', 'sys/hypervisor/uuid': 'ec2a-1\n'}
    root = file_system(tmp_path, files)
    assert read_dmi(root) == Dmi(sys_vendor='Xen', bios_version='4.11.amazon')
    assert read_hypervisor_uuid(root) == 'ec2a-1'


def test_without_dmi_nothing_was_observed_rather_than_empty(tmp_path: Path) -> None:
    assert read_dmi(tmp_path) == Unobserved('there is no /sys/devices/virtual/dmi/id')


def test_an_empty_directory_was_observed(tmp_path: Path) -> None:
    assert read_dmi(file_system(tmp_path, {DMI: ''})) == Dmi()


def test_a_file_that_cannot_be_opened_counts_as_empty(tmp_path: Path) -> None:
    root = file_system(tmp_path, {DMI + 'board_vendor': 'Amazon EC2'}, {DMI + 'product_uuid': 'product_uuid'})
    assert read_dmi(root) == Dmi(board_vendor='Amazon EC2')


def test_a_directory_in_place_of_a_file_counts_as_empty(tmp_path: Path) -> None:
    root = file_system(tmp_path, {DMI + 'board_vendor': 'Amazon EC2', DMI + 'product_uuid/': ''})
    assert read_dmi(root) == Dmi(board_vendor='Amazon EC2')


def test_cloud_init_remembers_instance_and_platform(tmp_path: Path) -> None:
    files = {'var/lib/cloud/data/instance-id': 'i-0123456789abcdef0\n', 'run/cloud-init/cloud-id-aws': 'aws\n'}
    root = file_system(tmp_path, files, {'run/cloud-init/cloud-id': 'cloud-id-aws'})
    assert read_cloud_init_instance_id(root) == 'i-0123456789abcdef0'
    assert read_cloud_init_platform(root) == 'aws'


def test_without_cloud_init_and_xen_the_values_are_empty(tmp_path: Path) -> None:
    assert (read_cloud_init_instance_id(tmp_path), read_cloud_init_platform(tmp_path)) == (None, '')
    assert read_hypervisor_uuid(tmp_path) == ''
