"""Run by the Python of .venv-rollout: a question as JSON on standard input, what Helm made of it on standard output."""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.rollout.helm.cluster import Cluster

CHART = Path(__file__).with_name('chart')
RELEASE = 'datadog'
NAMESPACE = 'datadog'
SECONDS = 300
REFUSED = 3

helm: Any = import_module('helm_python')
Values = dict[str, Any]


def main() -> None:
    asked = json.load(sys.stdin)
    try:
        answer = {'release': release, 'size': size}[asked['question']](asked['steps'])
    except helm.HelmError as error:
        sys.stderr.write(f'{error}\n')
        sys.exit(REFUSED)
    json.dump(answer, sys.stdout)


def release(steps: list[Values]) -> list[list[Values]]:
    """What the cluster holds after each step. Helm keeps its history in memory."""
    with Cluster() as cluster, configuration(cluster, 'memory') as configured:
        held = []
        for number, step in enumerate(steps):
            apply(configured, step, first=number == 0)
            held.append(cluster.objects())
        return held


def size(steps: list[Values]) -> int:
    """Bytes of the Secret that Helm wants to write. The cluster measures it, and does not take it."""
    with Cluster() as cluster, configuration(cluster, 'secret') as configured:
        try:
            apply(configured, steps[0], first=True)
        except helm.HelmReleaseError:
            if not cluster.refused:
                raise
        return cluster.refused[0]


def configuration(cluster: Cluster, driver: str) -> Any:
    return helm.Config(kubeconfig_content=cluster.kubeconfig(), namespace=NAMESPACE, storage_driver=driver)


def apply(configured: Any, step: Values, *, first: bool) -> None:
    if step['action'] == 'rollback':
        configured.rollback(RELEASE, timeout=SECONDS)
    elif step['action'] == 'uninstall':
        configured.uninstall(RELEASE, timeout=SECONDS)
    else:
        do = configured.install if first else configured.upgrade
        do(CHART, RELEASE, values_of(step), timeout=SECONDS)


def values_of(step: Values) -> Values:
    """As the command line merges -f and then --set-file."""
    merged: Values = {}
    for file in step['files']:
        merged = merge(merged, helm.values_from_yaml(Path(file).read_text()))
    return merge(merged, helm.parse_set_file(step['set_file'])) if step['set_file'] else merged


def merge(older: Values, newer: Values) -> Values:
    """A mapping is merged, anything else is replaced."""
    merged = dict(older)
    for key, value in newer.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = merge(merged[key], value) if both else value
    return merged


if __name__ == '__main__':
    main()
