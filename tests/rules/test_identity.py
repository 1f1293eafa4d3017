"""Which instance this is: what each source counts for, and what becomes of sources that disagree."""

from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.facts import Facts, Identity, Imds, Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.values import AccountId, InstanceId, RegionName
from datadog_checks.aws_diagnostics.rules import (
    identity_of,
    instance_id_of,
    is_of_another_instance,
    of_this_instance,
    why_no_instance_id,
)
from datadog_checks.aws_diagnostics.rules.identity import is_proven
from tests.builders import (
    ACCOUNT,
    INSTANCE_ID,
    OTHER_INSTANCE_ID,
    REGION,
    agent,
    configuration,
    facts,
    host,
    hostname_file,
    identity,
    imds,
)

THIRD = InstanceId('i-0aaaaaaaaaaaaaaaa')
PATH = '/var/lib/cloud/data/instance-id'
FOREIGN = imds(instance_id=OTHER_INSTANCE_ID, identity=identity(OTHER_INSTANCE_ID))


def situation(
    firmware: InstanceId | None = None,
    conversation: Imds | Unobserved = Unobserved('silent'),
    file: InstanceId | None = None,
    **groups: object,
) -> Facts:
    return facts(
        platform=Platform(True, 'a sign of EC2', firmware),
        imds=conversation,
        host=host(cloud_init_instance_id=file),
        **groups,
    )


def named_by_file(id: InstanceId) -> object:
    settings = configuration(hostname_file=PATH)
    return agent(hostname=id, provider='hostnameFile', configuration=settings, hostname_file=hostname_file(PATH, id))


KNOWN = {
    'Nitro, where all agree': situation(INSTANCE_ID, imds(), INSTANCE_ID),
    'Nitro, where IMDS is silent': situation(INSTANCE_ID),
    "Nitro, with cloud-init's file from an image": situation(INSTANCE_ID, imds(), OTHER_INSTANCE_ID),
    "Nitro without IMDS, with cloud-init's file from an image": situation(INSTANCE_ID, file=OTHER_INSTANCE_ID),
    'Nitro, where IMDS proves nothing': situation(INSTANCE_ID, imds(identity=None)),
    'Xen, where IMDS proves itself': situation(None, imds()),
    'Xen, where cloud-init agrees with an IMDS that proves nothing': situation(None, imds(identity=None), INSTANCE_ID),
    'Xen, where the file that disagrees is the one that names the Agent': situation(
        None, imds(), OTHER_INSTANCE_ID, agent=named_by_file(OTHER_INSTANCE_ID)
    ),
}


@pytest.mark.parametrize('known', KNOWN.values(), ids=KNOWN)
def test_an_id_that_can_be_trusted_is_known(known: Facts) -> None:
    assert instance_id_of(known) == INSTANCE_ID
    assert of_this_instance(known) is known


NOT_KNOWN = {
    'nothing names the instance': (situation(), 'the instance id is not known: silent'),
    "only cloud-init's file": (
        situation(file=INSTANCE_ID),
        f"the instance id is not certain: only cloud-init's file says {INSTANCE_ID}",
    ),
    'only the file that names the Agent': (
        situation(file=INSTANCE_ID, agent=named_by_file(INSTANCE_ID)),
        f"the instance id is not certain: only cloud-init's file says {INSTANCE_ID}",
    ),
    'only the name of the Agent': (
        situation(None, imds(instance_id=None), agent=agent(hostname=INSTANCE_ID)),
        'the instance id is not known',
    ),
    'only IMDS, which proves nothing': (
        situation(None, imds(identity=None)),
        f'the instance id is not certain: only IMDS says {INSTANCE_ID}',
    ),
    'IMDS and the firmware disagree': (
        situation(INSTANCE_ID, FOREIGN),
        f'the instance id is disputed: the firmware says {INSTANCE_ID}, IMDS says {OTHER_INSTANCE_ID}',
    ),
    'IMDS that proves nothing and the firmware disagree': (
        situation(INSTANCE_ID, imds(instance_id=OTHER_INSTANCE_ID, identity=None)),
        f'the instance id is disputed: the firmware says {INSTANCE_ID}, IMDS says {OTHER_INSTANCE_ID}',
    ),
    'Xen, where IMDS and cloud-init disagree': (
        situation(None, imds(), OTHER_INSTANCE_ID),
        f"the instance id is disputed: IMDS says {INSTANCE_ID}, cloud-init's file says {OTHER_INSTANCE_ID}",
    ),
    'Xen, where IMDS that proves nothing and cloud-init disagree': (
        situation(None, imds(identity=None), OTHER_INSTANCE_ID),
        f"the instance id is disputed: IMDS says {INSTANCE_ID}, cloud-init's file says {OTHER_INSTANCE_ID}",
    ),
    'all three disagree': (
        situation(INSTANCE_ID, FOREIGN, THIRD),
        f'the instance id is disputed: the firmware says {INSTANCE_ID}, IMDS says {OTHER_INSTANCE_ID}, '
        f"cloud-init's file says {THIRD}",
    ),
}


@pytest.mark.parametrize(('unknown', 'why'), NOT_KNOWN.values(), ids=NOT_KNOWN)
def test_any_other_id_is_not_known_and_every_source_is_quoted(unknown: Facts, why: str) -> None:
    assert (instance_id_of(unknown), why_no_instance_id(unknown)) == (None, why)
    assert identity_of(unknown) is None


PROVEN = {
    'the document fits': imds(),
    'an id of EC2 that happens to begin like one that is counted up': imds(
        instance_id=InstanceId('i-0001a2b3c4d5e6f70'), identity=identity(InstanceId('i-0001a2b3c4d5e6f70'))
    ),
    'the document fits, and now the token is lost': imds(token=imds().control),
    'on a Snow device, whose document says little': imds(
        instance_id=InstanceId('s.i-0123456789abcdef0'),
        identity=Identity(
            None, None, 's.ami-0abcdef1234567890', 'sbe-c.large', '', InstanceId('s.i-0123456789abcdef0')
        ),
    ),
}
UNPROVEN = {
    'no document': imds(identity=None),
    'no id': imds(instance_id=None),
    'a document of another instance': imds(identity=identity(OTHER_INSTANCE_ID)),
    'a document without an id': imds(identity=identity(None)),
    'an id that is counted up, as by OpenStack': imds(
        instance_id=InstanceId('i-0000001a'), identity=identity(InstanceId('i-0000001a'))
    ),
    'a document without a region': imds(identity=replace(identity(), region=None)),
    'a document without an account': imds(identity=replace(identity(), account_id=None)),
    'a document of LocalStack, whose account AWS does not have': imds(
        identity=replace(identity(), account_id=AccountId('000000000000'))
    ),
    'a zone of another region': imds(identity=replace(identity(), region=RegionName('us-east-1'))),
    'a document of Snow without a type': imds(
        instance_id=InstanceId('s.i-0123abcd'),
        identity=Identity(REGION, ACCOUNT, '', '', '', InstanceId('s.i-0123abcd')),
    ),
}


@pytest.mark.parametrize('conversation', PROVEN.values(), ids=PROVEN)
def test_a_document_that_fits_the_id_proves_ec2(conversation: Imds) -> None:
    assert is_proven(conversation)


@pytest.mark.parametrize('conversation', UNPROVEN.values(), ids=UNPROVEN)
def test_anything_less_proves_nothing(conversation: Imds) -> None:
    assert not is_proven(conversation)


def test_an_imds_that_was_not_observed_proves_nothing() -> None:
    assert not is_proven(Unobserved('not asked'))


def test_of_the_imds_of_another_instance_nothing_is_left_to_be_judged() -> None:
    disputed = situation(INSTANCE_ID, FOREIGN, INSTANCE_ID)
    assert is_of_another_instance(disputed)
    left = of_this_instance(disputed)
    foreign = Unobserved('IMDS may be that of another instance')
    assert (left.imds, left.path, instance_id_of(left)) == (foreign, foreign, None)
    assert why_no_instance_id(left) == f'the instance id is not known: {foreign.reason}'


@pytest.mark.parametrize(
    'conversation',
    [
        pytest.param(imds(identity=identity(OTHER_INSTANCE_ID)), id='it names another instance'),
        pytest.param(imds(instance_id=None), id='IMDS gave no id'),
        pytest.param(FOREIGN, id='IMDS is that of another instance'),
    ],
)
def test_a_document_that_is_not_of_this_instance_gives_no_region(conversation: Imds) -> None:
    assert identity_of(situation(INSTANCE_ID, conversation)) is None


def test_the_document_of_saved_facts_without_an_id_counts_where_the_firmware_agrees() -> None:
    assert identity_of(situation(INSTANCE_ID, imds(identity=identity(None)))) == identity(None)
