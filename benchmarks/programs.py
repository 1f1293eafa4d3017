"""What a program takes that was not written by us, or is a process of its own: time, CPU and peak memory."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO

MEASURING = """
import json, os, sys, time
start = time.perf_counter()
process = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, used = os.wait4(process, 0)
with open(sys.argv[1], 'w') as file:
    cpu = used.ru_utime + used.ru_stime
    json.dump([os.waitstatus_to_exitcode(status), time.perf_counter() - start, cpu, used.ru_maxrss / 1024], file)
"""
"""In a small process: the peak of a program begins with that of the process that started it."""


@dataclass(frozen=True)
class Used:
    status: int
    wall: float
    """Seconds."""
    cpu: float
    """Seconds, with that of the processes that it waited for."""
    peak: float
    """MiB, of the largest process."""


def used_by(command: Sequence[str], environ: Mapping[str, str], output: IO[str] | int = subprocess.DEVNULL) -> Used:
    """`output` takes what the program prints, messages included."""
    with tempfile.NamedTemporaryFile('r') as file:
        measuring = (sys.executable, '-I', '-S', '-c', MEASURING, file.name)
        subprocess.run([*measuring, *command], stdout=output, stderr=output, env=dict(environ), check=True)
        return Used(*json.load(file))
