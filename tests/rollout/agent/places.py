"""Where a Linux package puts the Agent, and how the Agent speaks."""

import sys
from pathlib import Path
from typing import NoReturn

HOME = Path('/opt/datadog-agent')
ETC = Path('/etc/datadog-agent')


def say(text: str) -> None:
    sys.stdout.write(f'{text}\n')


def fail(message: str) -> NoReturn:
    sys.stderr.write(f'Error: {message}\n')
    sys.exit(255)
