"""Which instances run containers, as far as their tags tell.

An ECS container instance that carries no tag of ECS is not recognised: EC2 does not know of its containers.
"""

from collections.abc import Iterable

EKS = ('eks:cluster-name', 'aws:eks:cluster-name', 'kubernetes.io/cluster/*', 'alpha.eksctl.io/*')
ECS = ('AmazonECSManaged', 'aws:ecs:*')
TAG_KEYS = (*EKS, *ECS)
"""Values of the EC2 filter tag-key, where * stands for any characters."""


def containers_of(tag_keys: Iterable[str]) -> str:
    """'eks', 'ecs' or ''. A Kubernetes cluster of another kind than EKS counts as 'eks': its tags are the same."""
    keys = tuple(tag_keys)
    if any(_fits(key, EKS) for key in keys):
        return 'eks'
    return 'ecs' if any(_fits(key, ECS) for key in keys) else ''


def _fits(key: str, patterns: Iterable[str]) -> bool:
    return any(key.startswith(p[:-1]) if p.endswith('*') else key == p for p in patterns)
