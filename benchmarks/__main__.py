"""What one run of the check costs, first on a host, beside what any client of IMDS pays, then for an account.

Run by `make bench`; `python -m benchmarks.account` measures only the second.
"""

import statistics
import subprocess
import sys

from benchmarks.costs import RUNS, Cost, costs_of_asking
from benchmarks.series import main as count_series
from tests.simulator import Topology, World, namespaces_available

IMPORTS = 5
BESIDE = """
import gc, json, re, resource, sys, typing
from datadog_checks.base import AgentCheck
from datadog_checks.base.utils.models import validation
from pydantic import BaseModel

class Another(AgentCheck):
    def check(self, _):
        self.gauge('another', 1)
        self.service_check('another', 0)
        self.set_metadata('version', '1.0')

class Options(BaseModel):
    name: typing.Optional[str] = None

Options(name='another')
Another('another', {}, [{}]).run()

def used():
    gc.collect()
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    resident = re.search(r'VmRSS:\\s*(\\d+)', open('/proc/self/status').read())[1]
    return cpu.ru_utime + cpu.ru_stime, int(resident) / 1024

cpu, memory = used()
from datadog_checks.aws_diagnostics import AwsDiagnosticsCheck
loaded, _ = used()
check = AwsDiagnosticsCheck('aws_diagnostics', {}, [json.loads(sys.argv[1])])
error = check.run()
assert not error, error
_, resident = used()
print(loaded - cpu, resident - memory)
"""
"""What this check adds to a process of the Agent in which another check, with options of its own, runs already."""

REPORT = """
import importlib, re, resource, sys
importlib.import_module(sys.argv[1])
used = resource.getrusage(resource.RUSAGE_SELF)
# Not ru_maxrss: it begins with that of the process that forked this one.
peak = re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]
print(used.ru_utime + used.ru_stime, peak)
"""


def costs_of_importing(module: str) -> tuple[float, float]:
    """Median seconds of user and system time, and peak memory in MiB, of a process that imports `module`."""
    printed = [
        subprocess.check_output([sys.executable, '-c', REPORT, module], text=True).split() for _ in range(IMPORTS)
    ]
    return statistics.median(float(cpu) for cpu, _ in printed), statistics.median(
        float(kib) for _, kib in printed
    ) / 1024


def costs_beside_another_check(instance: str) -> tuple[float, float]:
    """Median seconds of CPU to import, and median MiB that are resident in addition after a run."""
    command = [sys.executable, '-W', 'ignore', '-c', BESIDE, instance]
    printed = [subprocess.check_output(command, text=True).split()[-2:] for _ in range(IMPORTS)]
    cpus, sizes = zip(*((float(cpu), float(size)) for cpu, size in printed), strict=True)
    return statistics.median(cpus), statistics.median(sizes)


def print_asking(title: str, costs: dict[str, Cost]) -> None:
    first = next(iter(costs.values()))
    print(f'\n{title}')
    print(f'{"median of " + str(RUNS) + " runs":44} {"wall ms":>8} {"CPU ms":>8} {"CPU, first = 1":>15}')
    for name, measured in costs.items():
        print(f'{name:44} {measured.wall:8.2f} {measured.cpu:8.2f} {measured.cpu / first.cpu:15.2f}')


def print_importing() -> None:
    print(f'\n{"a process that imports, median of " + str(IMPORTS):44} {"CPU s":>8} {"MiB":>8}')
    for module in ('datadog_checks.base', 'pydantic.main', 'requests', 'datadog_checks.aws_diagnostics'):
        cpu, memory = costs_of_importing(module)
        print(f'{module:44} {cpu:8.2f} {memory:8.1f}')
    print(f'\n{"added to a process with another check":44} {"CPU s":>8} {"MiB":>8}')
    cpu, memory = costs_beside_another_check(
        '{"imds_endpoint": "http://127.0.0.1:1", "agent_expvar_port": 1, "ec2": "always"}'
    )
    print(f'{"this check, a host instance, after a run":44} {cpu:8.2f} {memory:8.1f}')


def print_account() -> None:
    """Loaded only now: what stands in for AWS would be in the figures of a host."""
    from benchmarks.account.__main__ import main as measure_an_account

    print('\nAn account instance')
    measure_an_account()


def main() -> int:
    if not namespaces_available():
        print('network namespaces are not allowed here', file=sys.stderr)
        return 1
    for title, topology, hop_limit in (
        ('On the host, hop limit 2', Topology.HOST, 2),
        ('In a container behind one gateway, hop limit 2', Topology.CONTAINER, 2),
    ):
        with World(topology, tokens='required', hop_limit=hop_limit) as world:
            print_asking(title, world.run(costs_of_asking))
    print_importing()
    print()
    count_series()
    print_account()
    return 0


if __name__ == '__main__':
    sys.exit(main())
