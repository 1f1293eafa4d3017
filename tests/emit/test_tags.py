"""Every sample says which instance it is about."""

import pytest

from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS, tags_of
from datadog_checks.aws_diagnostics.facts import Platform, Unobserved

from ..builders import INSTANCE_ID, OTHER_INSTANCE_ID, facts, host, identity, imds

UNSEEN = Unobserved('no')
NAMELESS = facts(platform=Platform(True, 'the option ec2 is always'), host=UNSEEN, imds=UNSEEN)


@pytest.mark.parametrize(
    ('observed', 'tags'),
    [
        pytest.param(facts(), [f'instance_id:{INSTANCE_ID}'], id='IMDS told the instance id'),
        pytest.param(facts(imds=UNSEEN), [f'instance_id:{INSTANCE_ID}'], id='the firmware told it'),
        pytest.param(
            facts(imds=imds(identity=None), platform=Platform(True, 'x'), host=host()),
            [f'instance_id:{INSTANCE_ID}'],
            id='IMDS told it without proof, and cloud-init the same',
        ),
        pytest.param(
            facts(imds=imds(instance_id=None), platform=Platform(True, 'x'), host=host()),
            [],
            id='only cloud-init told it, which an image may have brought along',
        ),
        pytest.param(
            facts(imds=imds(instance_id=OTHER_INSTANCE_ID, identity=identity(OTHER_INSTANCE_ID))),
            [],
            id='IMDS and the firmware disagree',
        ),
        pytest.param(NAMELESS, [], id='nobody told it'),
    ],
)
def test_the_instance_id_is_a_tag_when_it_is_known(observed, tags):
    assert tags_of(observed, (), tuple(IDENTITY_TAGS) if not tags else ()) == tags


def test_identity_tags_have_the_names_of_the_aws_integration():
    assert tags_of(facts(), ('team:a',), tuple(IDENTITY_TAGS)) == [
        'team:a',
        f'instance_id:{INSTANCE_ID}',
        'region:eu-west-1',
        'availability-zone:eu-west-1a',
        'aws_account:123456789012',
        'image:ami-0abcdef1234567890',
        'instance-type:m7i.large',
    ]


def test_only_the_identity_tags_asked_for_are_sent():
    assert tags_of(facts(), (), ('region',)) == [f'instance_id:{INSTANCE_ID}', 'region:eu-west-1']


def test_an_unknown_identity_adds_no_tag():
    assert tags_of(facts(imds=imds(identity=None)), ('team:a',), ('region',)) == [
        'team:a',
        f'instance_id:{INSTANCE_ID}',
    ]
