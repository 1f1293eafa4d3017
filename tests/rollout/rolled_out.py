"""What the tools of configuration management roll out, and what is on a host afterwards."""

import json
import re
from pathlib import Path

from tests.rollout.host import Entry, Host

WAYS = ('checks.d', 'wheel')
CONF = '/etc/datadog-agent/conf.d/aws_diagnostics.d/conf.yaml'
CHECKS_D = '/etc/datadog-agent/checks.d/aws_diagnostics.py'
SKIP_FILE = '/etc/datadog-agent/.skip_install_python_third_party_deps'
WHEELS = '/var/lib/aws_diagnostics'
CACHES = '/__pycache__'
REMEMBERED = '/opt/datadog-agent/run/aws_diagnostics'
"""What the check itself keeps from run to run."""


def artifacts(wheel: Path, newer_wheel: Path, single_file: Path, directory: Path) -> dict[str, Path]:
    """The files of versions 0.1.0 and 0.2.0, by the names that the modules and cookbooks expect. Some are new."""
    newer = directory / 'newer.py'
    newer.write_text(f"{single_file.read_text()}\n__version__ = '0.2.0'\n")
    files = {'aws_diagnostics-0.1.0.py': single_file, 'aws_diagnostics-0.2.0.py': newer}
    return {**files, wheel.name: wheel, newer_wheel.name: newer_wheel}


def running(host: Host) -> tuple[str, str]:
    """Which code the Agent loads, and its version."""
    (run,) = json.loads(host.run('datadog-agent', 'check', 'aws_diagnostics', '--json', user='dd-agent').stdout)
    return ('checks.d' if run['file'] == CHECKS_D else 'wheel'), run['version']


def without_memory(snapshot: dict[str, Entry]) -> dict[str, Entry]:
    return {path: entry for path, entry in snapshot.items() if not path.startswith(REMEMBERED)}


def left_on(host: Host) -> set[str]:
    """What of ours is on a host, beside what the check remembers."""
    found = host.run(
        'find',
        '/etc',
        '/opt',
        '/var',
        '-path',
        f'*{CACHES}*',
        '-prune',
        '-o',
        '-name',
        '*aws[_-]diagnostics*',
        '-print',
    )
    skip_file = [SKIP_FILE] if host.exists(SKIP_FILE) else []
    return {path for path in (*found.stdout.split(), *skip_file) if not path.startswith(REMEMBERED)}


def in_table(readme: Path) -> set[str]:
    """The names in the first column of the table of parameters."""
    rows = re.findall(r'^\| (`.*?) \|', readme.read_text(), re.MULTILINE)
    return {name for row in rows for name in re.findall(r'`(\w+)`', row)}
