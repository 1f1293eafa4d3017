"""Carries out a Dockerfile on a test host, whose Agent is where it is in the image of the Agent."""

import json
import re
import shlex
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.rollout.environment import program
from tests.rollout.host import Host

PARSE = """
import io, json, sys
from dockerfile_parse import DockerfileParser
parser = DockerfileParser(fileobj=io.BytesIO(sys.stdin.buffer.read()))
json.dump([(found['instruction'], found['value']) for found in parser.structure], sys.stdout)
"""
"""Without the comments, lines that go on joined."""


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    ended = subprocess.run(
        [program('python3'), '-c', PARSE], input=dockerfile.read_text(), capture_output=True, text=True, check=True
    )
    return [(word, value) for word, value in json.loads(ended.stdout) if word != 'COMMENT']


def build(host: Host, dockerfile: Path, context: Path, given: Mapping[str, str] = {}) -> str:
    """The image that it begins with. Raises AssertionError where a command fails."""
    image = ''
    arguments: dict[str, str] = {}
    for word, value in instructions(dockerfile):
        match word:
            case 'ARG':
                name, _, default = value.partition('=')
                arguments[name] = given.get(name, default)
            case 'FROM':
                image = _expanded(value, arguments)
            case 'COPY':
                _copy(host, context, *shlex.split(_expanded(value, arguments)))
            case 'RUN':
                host.run('sh', '-c', value, env=arguments)
            case _:
                raise AssertionError(f'{word}: not known here')
    return image


def _expanded(text: str, arguments: Mapping[str, str]) -> str:
    return re.sub(r'\$\{(\w+)\}', lambda name: arguments[name[1]], text)


def _copy(host: Host, context: Path, source: str, target: str) -> None:
    destination = f'{target}{Path(source).name}' if target.endswith('/') else target
    host.run('install', '-D', '-m', '0644', context / source, destination)
