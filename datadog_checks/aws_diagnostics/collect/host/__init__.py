"""The host: firmware, hypervisor, cloud-init, operating system name, container.

Reads local files and the environment only. Every file is optional, so that it works on Windows too, where most of
them do not exist.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from ...facts import Host
from .container import read_container
from .firmware import read_cloud_init_instance_id, read_cloud_init_platform, read_dmi, read_hypervisor_uuid
from .names import read_os_hostname, read_uts_namespace

__all__ = ['read_host']

ROOT = Path('/')


def read_host(root: Path = ROOT, environ: Mapping[str, str] = os.environ) -> Host:
    """`root` is where the file system starts. Never raises for a file that is absent, unreadable or malformed."""
    return Host(
        os_hostname=read_os_hostname(root),
        dmi=read_dmi(root),
        hypervisor_uuid=read_hypervisor_uuid(root),
        cloud_init_instance_id=read_cloud_init_instance_id(root),
        cloud_init_platform=read_cloud_init_platform(root),
        container=read_container(root, environ),
        uts_namespace=read_uts_namespace(root),
    )
