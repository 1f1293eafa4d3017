"""The Agent's provider `aws`: when it is asked, and where it looks for the instance id.

Settled by reading the Agent's source (pkg/util/ec2: the instance id fetcher, `UseIMDSv2`, `DoHTTPRequest`, the DMI
fallback; pkg/util/hostname: `resolveEC2Hostname`):

- Either of `ec2_prefer_imdsv2` (from 7.22) and `ec2_imdsv2_transition_payload_enabled` (from 7.64, on by default) makes
  it ask for a token first. Whatever goes wrong with the token, it asks again without one, which is IMDSv1. When a token
  was granted and the GET with it fails, it does not ask again.
- Without both it speaks only IMDSv1. From 7.18 to 7.21 it spoke IMDSv1 first, and IMDSv2 after the
  status 401 alone; before, IMDSv1.
- With the transition setting on, an instance id that IMDS does not give comes from the firmware, where that is a Nitro
  instance's, `ec2_use_dmi` allows it and this is not Fargate. Disabling aws in `cloud_provider_metadata` keeps the
  Agent from IMDS, not from the firmware.

Conflict: the matrix in the Agent's README (pkg/util/hostname) gives `os` for a token reply that is lost while IMDSv1
answers, and for every failure of IMDS on 7.64 and later. It leaves out the retry without a token and the firmware,
both of which are in the source. The source is followed here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from ...facts import AgentConfiguration
from ...rules import Version, at_least

if TYPE_CHECKING:
    from .situation import Situation

IMDSV2_AFTER_401, PREFER_IMDSV2, TRANSITION = 18, 22, 64
"""The minor versions of Agent 7 that brought each."""


class Source(StrEnum):
    """Where a name comes from."""

    IMDSV2 = 'IMDSv2'
    IMDSV1 = 'IMDSv1'
    DMI = 'DMI'
    """board_asset_tag of the firmware."""
    SETTING = 'the setting hostname'
    FILE = 'the file of hostname_file'
    FARGATE = 'Fargate'
    CONTAINER = 'the container runtime'
    FQDN = 'the operating system, fully qualified'
    OS = 'the operating system'
    NOWHERE = 'nowhere'
    NOT_KNOWN = 'not known'


class ImdsMode(StrEnum):
    """Which versions of IMDS the Agent speaks, in which order."""

    V1_ONLY = 'only IMDSv1'
    V1_THEN_V2 = 'IMDSv1, and IMDSv2 after a 401'
    V2_THEN_V1 = 'IMDSv2, and IMDSv1 without a token'


@dataclass(frozen=True, slots=True)
class Fetched:
    source: Source
    """NOWHERE when the instance id was not found."""
    why: str


def imds_mode(configuration: AgentConfiguration, version: Version) -> ImdsMode:
    can_prefer_v2 = at_least(version, PREFER_IMDSV2)
    if (can_prefer_v2 and configuration.ec2_prefer_imdsv2 is True) or in_transition(configuration, version):
        return ImdsMode.V2_THEN_V1
    after_401 = at_least(version, IMDSV2_AFTER_401) and not can_prefer_v2
    return ImdsMode.V1_THEN_V2 if after_401 else ImdsMode.V1_ONLY


def in_transition(configuration: AgentConfiguration, version: Version) -> bool:
    return at_least(version, TRANSITION) and configuration.ec2_imdsv2_transition_payload_enabled is not False


def aws_metadata_enabled(configuration: AgentConfiguration) -> bool:
    return 'aws' in (provider.lower() for provider in configuration.cloud_provider_metadata)


def asks_aws(world: 'Situation', found_default_name: bool) -> bool:
    prioritized = world.configuration.ec2_prioritize_instance_id_as_hostname is True
    return world.on_ecs is True or found_default_name or prioritized


def fetch_instance_id(world: 'Situation', version: Version) -> Fetched:
    """In a situation without unknowns."""
    fetched = _from_imds(world, version)
    if fetched.source is not Source.NOWHERE or not in_transition(world.configuration, version):
        return fetched
    return _from_firmware(world, fetched.why)


def _from_imds(world: 'Situation', version: Version) -> Fetched:
    if not aws_metadata_enabled(world.configuration):
        return Fetched(Source.NOWHERE, 'cloud_provider_metadata does not contain aws, so IMDS is not asked')
    match imds_mode(world.configuration, version):
        case ImdsMode.V2_THEN_V1:
            return _v2_then_v1(world)
        case ImdsMode.V1_THEN_V2:
            return _v1_then_v2(world)
    return _v1_only(world)


def _v2_then_v1(world: 'Situation') -> Fetched:
    if world.token and world.with_token:
        return Fetched(Source.IMDSV2, 'IMDSv2 answers')
    if world.token:
        return Fetched(Source.NOWHERE, 'the Agent gets a token of IMDSv2, and no instance id with it')
    if world.without_token:
        return Fetched(Source.IMDSV1, 'IMDSv2 gives the Agent no token, and IMDSv1 answers')
    return Fetched(Source.NOWHERE, f'IMDSv2 gives the Agent no token, and IMDSv1 {_silent(world)}')


def _v1_then_v2(world: 'Situation') -> Fetched:
    if world.without_token:
        return Fetched(Source.IMDSV1, 'IMDSv1 answers')
    if not world.refused_without_token:
        return Fetched(Source.NOWHERE, f'IMDSv1 {_silent(world)}, and IMDSv2 is tried only after the status 401')
    refused = f'IMDSv1 {"will be" if world.enforced else "is"} refused with 401'
    if world.token and world.with_token:
        return Fetched(Source.IMDSV2, f'{refused}, and IMDSv2 answers')
    return Fetched(Source.NOWHERE, f'{refused}, and IMDSv2 does not answer the Agent')


def _v1_only(world: 'Situation') -> Fetched:
    if world.without_token:
        return Fetched(Source.IMDSV1, 'IMDSv1 answers')
    return Fetched(Source.NOWHERE, f'the Agent speaks only IMDSv1, which {_silent(world)}')


def _silent(world: 'Situation') -> str:
    return 'will not answer' if world.enforced else 'does not answer'


def _from_firmware(world: 'Situation', why: str) -> Fetched:
    allowed = world.configuration.ec2_use_dmi is not False and not world.sidecar
    if allowed and world.firmware_names_instance:
        return Fetched(Source.DMI, f'{why}; the firmware (DMI board_asset_tag) names the instance')
    missing = 'does not name an instance' if allowed else 'is not asked (ec2_use_dmi)'
    return Fetched(Source.NOWHERE, f'{why}; the firmware {missing}')
