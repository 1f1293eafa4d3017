"""Manifests for a cluster: read, patched by kubectl itself, and held against the schema of DatadogAgent."""

import subprocess
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from tests.rollout.environment import ROOT, home_of_its_own, system_program

CRD = Path(__file__).with_name('datadog_agent_crd.yaml')
Manifest = dict[str, Any]


def manifest(path: Path) -> Manifest:
    read: Manifest = yaml.safe_load(path.read_text())
    return read


def kubectl(*arguments: str | Path) -> Any:
    """What it prints as JSON. It asks no cluster: there is none."""
    command = [system_program('kubectl'), *arguments, '--output', 'json']
    with home_of_its_own() as env:
        ended = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=300, check=False)
    assert ended.returncode == 0, ended.stderr
    return yaml.safe_load(ended.stdout)


def patched(path: Path, patch: Path) -> Manifest:
    read: Manifest = kubectl('patch', '--local', '--filename', path, '--type', 'merge', '--patch-file', patch)
    return read


def problems(document: Manifest) -> list[str]:
    """What the API server would refuse or drop in a DatadogAgent, each with its place."""
    errors = Draft202012Validator(manifest(CRD)['schema']).iter_errors(document)
    return sorted(f'{".".join(map(str, error.path))}: {error.message}' for error in errors)
