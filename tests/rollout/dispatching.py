"""What the Cluster Agent hands to a runner, of what rollout/cluster-checks gives it."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.rollout.environment import ROOT
from tests.rollout.helm.releases import release, step
from tests.rollout.kubernetes import manifest

CLUSTER_CHECKS = ROOT / 'rollout' / 'cluster-checks'
VALUES = CLUSTER_CHECKS / 'values.yaml'
SEVERAL = CLUSTER_CHECKS / 'values-several-accounts.yaml'
DATADOG_AGENT = CLUSTER_CHECKS / 'datadog-agent.yaml'
CLUSTER_TAGS = ['cluster_name:prod', 'kube_cluster_name:prod']

Instance = dict[str, Any]


@cache
def files_of_helm(*files: Path) -> dict[str, str]:
    """By their paths in conf.d of the Cluster Agent: the chart mounts a key `mysql.d--1.yaml` as `mysql.d/1.yaml`."""
    (manifests,) = release(step(*files))
    data: dict[str, str] = manifests['ConfigMap/datadog-cluster-agent-confd']['data']
    return {key.replace('--', '/', 1): text for key, text in data.items()}


def of_helm(*files: Path) -> str:
    return files_of_helm(*files)['aws_diagnostics.yaml']


def of_operator() -> str:
    override = manifest(DATADOG_AGENT)['spec']['override']['clusterAgent']
    text: str = override['extraConfd']['configDataMap']['aws_diagnostics.yaml']
    return text


def dispatched(text: str) -> list[Instance]:
    """What the Cluster Agent makes of a file: each instance without a host of its own, with the tags of the cluster."""
    document = yaml.safe_load(text)
    assert document.pop('cluster_check') is True
    assert sorted(document) == ['init_config', 'instances']
    return [{**given, 'empty_default_hostname': True, 'tags': CLUSTER_TAGS} for given in document['instances']]


def dispatched_apart(files: Mapping[str, str]) -> list[Instance]:
    """The instances that the dispatcher can give to different runners: a file goes to one runner as a whole, unless
    cluster_checks.instance_sharding_enabled is on, and only files of the name of the check are its configuration."""
    assert all(re.fullmatch(r'aws_diagnostics(\.yaml|\.d/[^/]+\.yaml)', path) for path in files)
    apart = []
    for text in files.values():
        (instance,) = dispatched(text)
        apart.append(instance)
    return apart


def resolved(instance: Instance, secret: dict[str, str]) -> Instance:
    """As /readsecret.sh resolves a handle: it is the name of a file in the directory that the Secret is mounted at."""
    handle = re.fullmatch(r'ENC\[(\w+)\]', instance['account']['app_key'])
    assert handle is not None
    return {**instance, 'account': {**instance['account'], 'app_key': secret[handle[1]]}}
