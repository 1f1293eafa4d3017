"""What firmware and hypervisor say of the machine, and what cloud-init kept from its boot."""

from dataclasses import fields
from pathlib import Path

from ...facts import Dmi, Unobserved
from ...facts.values import InstanceId
from .text_file import read_value

DMI = 'sys/devices/virtual/dmi/id'


def read_dmi(root: Path) -> Dmi | Unobserved:
    """Every field of `Dmi` is the file of the same name; one that may not be read counts as empty.

    Source: the Agent reads the same directory; arm64 and some container runtimes have none.
    """
    directory = root / DMI
    if not directory.is_dir():
        return Unobserved(f'there is no /{DMI}')
    return Dmi(**{field.name: read_value(directory / field.name) for field in fields(Dmi)})


def read_hypervisor_uuid(root: Path) -> str:
    return read_value(root / 'sys/hypervisor/uuid')


def read_cloud_init_instance_id(root: Path) -> InstanceId | None:
    return InstanceId.of(read_value(root / 'var/lib/cloud/data/instance-id'))


def read_cloud_init_platform(root: Path) -> str:
    return read_value(root / 'run/cloud-init/cloud-id')
