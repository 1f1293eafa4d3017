"""A model of how the Agent names a host, to say what it would be named now, or in a situation that may come.

Providers in the Agent's order: configuration, hostnameFile, fargate, gce, azure, fqdn, container, os, aws. The first
five end the search; of the rest the last that succeeds gives the name. gce and azure cannot succeed on EC2. Source: the
Agent's pkg/util/hostname (providers.go, common.go, os_hostname_linux.go); for `aws` see aws_provider.py.

Unknowns are not guessed: every situation that agrees with what is known is played through, and the result is certain
only when all of them end with the same provider.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import Any

from ...rules import Version, at_least, why_unusable
from ...text import quoted
from .aws_provider import IMDSV2_AFTER_401, PREFER_IMDSV2, TRANSITION, Source, asks_aws, fetch_instance_id
from .situation import ContainerName, Situation

FILE_IS_A_PROVIDER = 37
"""The minor version of Agent 7. Before, a name from hostname_file was reported as `configuration`."""

ERAS: tuple[Version, ...] = tuple(
    (7, minor, 0) for minor in (17, IMDSV2_AFTER_401, PREFER_IMDSV2, FILE_IS_A_PROVIDER, TRANSITION)
)
"""One version of each kind that the model tells apart."""

UNKNOWNS: dict[str, tuple[str, tuple[Any, ...]]] = {
    'version': ("the Agent's version", ERAS),
    'file_usable': ('whether hostname_file holds a name', (True, False)),
    'container_name': ('which name the container runtime gives', tuple(ContainerName)),
    'on_ecs': ('whether the Agent takes this for ECS', (True, False)),
    'os_usable': ("whether the Agent takes the name of the system for the host's", (True, False)),
    'default_name': ('whether the full name of the system, which DNS gives, is a default EC2 name', (True, False)),
    'token': ('whether IMDSv2 gives the Agent a token', (True, False)),
    'with_token': ('whether IMDSv2 answers with a token', (True, False)),
    'without_token': ('whether IMDSv1 answers', (True, False)),
    'refused_without_token': ('whether IMDSv1 is refused with 401', (True, False)),
}


@dataclass(frozen=True, slots=True)
class Resolution:
    provider: str | None
    """The provider's name as the Agent writes it; None when it finds no name at all, or when that is not certain."""
    source: Source
    why: str
    """One clause; where it is not certain, 'without knowing the version', to be continued by what cannot be told."""
    certain: bool = True
    aws_asked: bool | None = False
    """The Agent comes to ask its provider `aws`; None when that is not certain."""


@lru_cache(maxsize=8)  # several diagnoses ask of the same situation
def resolve(situation: Situation) -> Resolution:
    if situation.doubt:
        return Resolution(None, Source.NOT_KNOWN, situation.doubt, False, None)
    outcomes = {world: _outcome(world) for world in _worlds(situation)}
    first = next(iter(outcomes.values()))
    asked = {outcome.aws_asked for outcome in outcomes.values()}
    aws_asked = first.aws_asked if len(asked) == 1 else None
    if len({outcome.provider for outcome in outcomes.values()}) > 1:
        open_questions = ' and '.join(_open_questions(situation, outcomes))
        return Resolution(None, Source.NOT_KNOWN, f'without knowing {open_questions}', False, aws_asked)
    if len(set(outcomes.values())) == 1:
        return first
    source = first.source if len({outcome.source for outcome in outcomes.values()}) == 1 else Source.NOT_KNOWN
    return Resolution(first.provider, source, 'that does not depend on what was not measured', True, aws_asked)


def without_imdsv1(situation: Situation) -> Situation:
    """The same host on the day when IMDSv2 is enforced."""
    refused = True if situation.without_token or situation.token else situation.refused_without_token
    enforced = situation.without_token is not False
    return replace(situation, without_token=False, refused_without_token=refused, enforced=enforced)


def _worlds(situation: Situation) -> Iterator[Situation]:
    """Every situation without unknowns that agrees with what is known: at most 5 * 3 * 2**8."""
    names = [name for name in UNKNOWNS if getattr(situation, name) is None]
    for values in product(*(UNKNOWNS[name][1] for name in names)):
        yield replace(situation, **dict(zip(names, values, strict=True)))


def _open_questions(situation: Situation, outcomes: dict[Situation, Resolution]) -> Iterator[str]:
    """The unknowns on which the provider depends."""
    for name, (question, values) in UNKNOWNS.items():
        if getattr(situation, name) is None and any(
            outcomes[replace(world, **{name: value})].provider != outcome.provider
            for world, outcome in outcomes.items()
            for value in values
        ):
            yield question


def _outcome(world: Situation) -> Resolution:
    return _given_by_hand(world) or _detected(world)


def _given_by_hand(world: Situation) -> Resolution | None:
    name = world.configuration.hostname
    if name and not why_unusable(name):
        return Resolution('configuration', Source.SETTING, f'hostname is set to {quoted(name)}')
    if world.file_usable:
        provider = 'hostnameFile' if at_least(_version(world), FILE_IS_A_PROVIDER) else 'configuration'
        return Resolution(provider, Source.FILE, 'hostname_file holds a name')
    if world.sidecar:
        return Resolution('fargate', Source.FARGATE, 'the sidecar of a task has no hostname')
    return None


def _detected(world: Situation) -> Resolution:
    provider, source, default = _found_before_aws(world)
    if not asks_aws(world, default):
        named = f'the name from {source} is not a default EC2 name' if provider else 'no name is found'
        return Resolution(provider, source, f'{named}, so AWS is not asked')
    fetched = fetch_instance_id(world, _version(world))
    if fetched.source is not Source.NOWHERE:
        return Resolution('aws', fetched.source, fetched.why, aws_asked=True)
    return Resolution(provider, source, fetched.why, aws_asked=True)


def _found_before_aws(world: Situation) -> tuple[str | None, Source, bool]:
    """Provider, source, and whether the name is a default one of EC2."""
    if world.container_name is not ContainerName.NOTHING:
        return 'container', Source.CONTAINER, world.container_name is ContainerName.DEFAULT
    if not world.os_usable:
        return None, Source.NOWHERE, False
    default = world.default_name is True
    return ('fqdn', Source.FQDN, default) if world.configuration.hostname_fqdn else ('os', Source.OS, default)


def _version(world: Situation) -> Version:
    assert world.version is not None, 'a situation without unknowns'
    return world.version
