"""What the Agent makes of the platform that it runs on: ECS in its kinds, or the sidecar of one task or pod.

By its own rules, which differ from what tells the kind of this container: pkg/config/env of the Agent (environment.go,
environment_containers.go, environment_detection.go) and pkg/util/fargate.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from ...facts import Container, ContainerKind, Ecs
from ...rules import at_least
from .interface import AgentInterface
from .settings import TRUE, as_boolean, as_text, as_texts, parse_version

EXECUTION = 'AWS_EXECUTION_ENV'
ON_FARGATE, ON_MANAGED_INSTANCES, ON_EC2 = 'AWS_ECS_FARGATE', 'AWS_ECS_MANAGED_INSTANCES', 'AWS_ECS_EC2'
SET_IN_A_TASK = (
    'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
    'ECS_CONTAINER_METADATA_URI',
    'ECS_CONTAINER_METADATA_URI_V4',
)
OF_THE_ECS_AGENT = 'etc/ecs/ecs.config'
"""Its mere existence makes an Agent outside of a task one "on ECS" (pull request 16579)."""
TURNED_OFF_BY = ('AUTOCONFIG_FROM_ENVIRONMENT', 'AUTCONFIG_FROM_ENVIRONMENT')
"""Older names of the setting, one of them misspelt, that win over it."""
FEATURES = {'ecsec2': Ecs.EC2, 'ecsmanagedinstances': Ecs.MANAGED_INSTANCES}
SIDECAR_SINCE = 73
"""The minor version of Agent 7 that knows `ecs_deployment_mode`."""
LONGEST_PATTERN = 64


def read_sidecar(agent: AgentInterface, environ: Mapping[str, str]) -> Container | None:
    """What makes the Agent report a task or pod in place of a host; None where nothing but Fargate itself does."""
    if as_boolean(agent.setting('eks_fargate'), False):
        return Container(ContainerKind.FARGATE, 'eks_fargate is true')
    mode = as_text(agent.setting('ecs_deployment_mode'), '')
    version = parse_version(agent.version())
    knows = version is None or at_least(version, SIDECAR_SINCE)
    if mode.lower() == 'sidecar' and knows and environ.get(EXECUTION) == ON_MANAGED_INSTANCES:
        return Container(
            ContainerKind.SIDECAR, f'ecs_deployment_mode is sidecar and {EXECUTION} is {ON_MANAGED_INSTANCES!r}'
        )
    return None


def read_ecs(agent: AgentInterface, environ: Mapping[str, str], root: Path) -> Ecs:
    """`root` is where the file system starts."""
    if not _looks_around(agent, environ):
        return Ecs.NONE
    seen = _recognised(agent, environ, root)
    if any(feature is seen and _is_excluded(agent, name) for name, feature in FEATURES.items()):
        seen = Ecs.NONE
    wanted = as_texts(agent.setting('autoconfig_include_features'), ())
    return next((FEATURES[name.lower()] for name in wanted if name.lower() in FEATURES), seen)


def _looks_around(agent: AgentInterface, environ: Mapping[str, str]) -> bool:
    for name in TURNED_OFF_BY:
        if name in environ:
            return environ[name].lower() in TRUE
    return as_boolean(agent.setting('autoconfig_from_environment'), True)


def _recognised(agent: AgentInterface, environ: Mapping[str, str], root: Path) -> Ecs:
    where = environ.get(EXECUTION, '')
    if where == ON_FARGATE or environ.get('ECS_FARGATE'):
        return Ecs.NONE
    if where == ON_MANAGED_INSTANCES:
        return Ecs.MANAGED_INSTANCES
    if as_boolean(agent.setting('eks_fargate'), False):
        return Ecs.NONE
    in_a_task = where == ON_EC2 or any(environ.get(name) for name in SET_IN_A_TASK)
    return Ecs.EC2 if in_a_task or _exists(root / OF_THE_ECS_AGENT) else Ecs.NONE


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # no permission for its directory: the Agent does not see it either
        return False


def _is_excluded(agent: AgentInterface, feature: str) -> bool:
    """By regular expressions that match anywhere in the name of a feature; malformed ones count for nothing."""
    patterns = as_texts(agent.setting('autoconfig_exclude_features'), ())
    return any(_matches(pattern.removeprefix('name:').lower(), feature) for pattern in patterns)


def _matches(pattern: str, feature: str) -> bool:
    try:
        return len(pattern) <= LONGEST_PATTERN and re.search(pattern, feature) is not None
    except (re.error, RecursionError, OverflowError):
        return False
