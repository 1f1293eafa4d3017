"""Which instance is this? Whoever shows, tags, compares or commands by an instance id asks here.

An id is known where sources support it that can be trusted together:

- the firmware (DMI board_asset_tag, on Nitro): nothing between this process and the machine can change it;
- IMDS, where it grants a token with its own header and gives an identity document that fits the id: a router, a VPN or
  a proxy can still lead to the IMDS of another instance, which proves itself just as well;
- an id without that proof or from behind a gateway before a host, and cloud-init's file, which an image may bring
  along: each of them counts only where the other says the same.

A host name, or the file that gives it, is no source: it is what is judged by the id.
"""

import re
from dataclasses import replace

from ..facts import Agent, Facts, Host, HostnameFile, Identity, Imds, NetworkPath, Unobserved
from ..facts.values import InstanceId
from ..text import LONGEST_NAME, listed

COUNTER = re.compile('i-000[0-9a-f]{5}')
"""The ids that OpenStack counts up (`i-%08x`, in its emulation of EC2's API). Those of EC2 are random, and
have had 17 digits since 2016."""
ON_SNOW = 's.'
OF_AN_EMULATOR = '000000000000'
"""The account that LocalStack gives. AWS has none with this number."""


def instance_id_of(facts: Facts) -> InstanceId | None:
    """The id of this instance; None where the sources disagree, or do not suffice."""
    firmware, imds, cloud_init = _sources(facts).values()
    if firmware:
        return firmware if imds in (None, firmware) else None
    if imds is None:
        return None
    if is_proven(facts.imds) and not gateway_before_the_host(facts):
        return imds if cloud_init in (None, imds) or _names_the_agent(facts, cloud_init) else None
    return imds if cloud_init == imds else None


def why_no_instance_id(facts: Facts) -> str:
    """Why `instance_id_of` gives none, as one clause that quotes what the sources say."""
    said = {source: id for source, id in _sources(facts).items() if id}
    told = listed((f'{source} says {id}' for source, id in said.items()), longest=LONGEST_NAME)
    if len(said) > 1:
        return f'the instance id is disputed: {told}'
    if said:
        behind = ', which answered behind a gateway' if gateway_before_the_host(facts) and 'IMDS' in said else ''
        return f'the instance id is not certain: only {told}{behind}'
    why = f': {facts.imds.reason}' if isinstance(facts.imds, Unobserved) else ''
    return f'the instance id is not known{why}'


def is_of_another_instance(facts: Facts) -> bool:
    """The IMDS that answers names another instance than the firmware of this machine."""
    firmware, imds, _ = _sources(facts).values()
    return firmware is not None and imds is not None and firmware != imds


def may_be_of_another_instance(facts: Facts) -> bool:
    """Something speaks against the id that IMDS gives, and nothing settles it."""
    firmware, imds, cloud_init = _sources(facts).values()
    if firmware or imds is None or instance_id_of(facts):
        return is_of_another_instance(facts)
    return cloud_init is not None or gateway_before_the_host(facts)


def gateway_before_the_host(facts: Facts) -> bool:
    """A gateway has shown itself, and no container explains it: on EC2 none lies between a host and its own IMDS."""
    near = isinstance(facts.host, Host) and facts.host.container.has_the_host_network
    return near and isinstance(facts.path, NetworkPath) and facts.path.confirmed and bool(facts.path.gateways)


def of_this_instance(facts: Facts) -> Facts:
    """Without what the IMDS of another instance said, and the way to it; then no instance id is known either."""
    if not is_of_another_instance(facts):
        return facts
    foreign = Unobserved('IMDS may be that of another instance')
    host = facts.host if isinstance(facts.host, Unobserved) else replace(facts.host, cloud_init_instance_id=None)
    return replace(facts, platform=replace(facts.platform, instance_id=None), host=host, imds=foreign, path=foreign)


def identity_of(facts: Facts) -> Identity | None:
    """The identity document, where it is that of this instance."""
    if not isinstance(facts.imds, Imds) or facts.imds.identity is None or facts.imds.instance_id is None:
        return None
    named = facts.imds.identity.instance_id or facts.imds.instance_id
    return facts.imds.identity if named == facts.imds.instance_id == instance_id_of(facts) else None


def is_proven(imds: Imds | Unobserved) -> bool:
    """The id came from EC2: its identity document fits, which is asked for only with a token that IMDS granted.

    Of the document of an instance on a Snow device only some fields have values (`instance-identity/document` in the
    AWS Snowball Edge developer guide).
    """
    if isinstance(imds, Unobserved) or imds.identity is None or imds.instance_id is None:
        return False
    document, id = imds.identity, imds.instance_id
    if document.instance_id != id or COUNTER.fullmatch(id):
        return False
    if id.startswith(ON_SNOW):
        return document.instance_type != ''
    located = document.region is not None and document.availability_zone.startswith(document.region)
    return located and document.account_id not in (None, OF_AN_EMULATOR)


def _sources(facts: Facts) -> dict[str, InstanceId | None]:
    return {
        'the firmware': facts.platform.instance_id,
        'IMDS': facts.imds.instance_id if isinstance(facts.imds, Imds) else None,
        "cloud-init's file": facts.host.cloud_init_instance_id if isinstance(facts.host, Host) else None,
    }


def _names_the_agent(facts: Facts, id: InstanceId | None) -> bool:
    """The Agent has its name from the file that holds this id, so the file is judged, and speaks against nothing."""
    file = facts.agent.hostname_file if isinstance(facts.agent, Agent) else None
    return isinstance(file, HostnameFile) and file.content == id
