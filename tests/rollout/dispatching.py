"""What the Cluster Agent hands to a runner, of what rollout/cluster-checks gives it."""

import re
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
def of_helm(*files: Path) -> str:
    (manifests,) = release(step(*files))
    text: str = manifests['ConfigMap/datadog-cluster-agent-confd']['data']['aws_diagnostics.yaml']
    return text


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


def resolved(instance: Instance, secret: dict[str, str]) -> Instance:
    """As /readsecret.sh resolves a handle: it is the name of a file in the directory that the Secret is mounted at."""
    handle = re.fullmatch(r'ENC\[(\w+)\]', instance['account']['app_key'])
    assert handle is not None
    return {**instance, 'account': {**instance['account'], 'app_key': secret[handle[1]]}}
