"""No command and no tag carries the id of an instance that is not certain to be this one."""

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.emit import IDENTITY_TAGS, tags_of
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Host, Imds, Platform
from datadog_checks.aws_diagnostics.remedies import Language
from datadog_checks.aws_diagnostics.rules import instance_id_of
from tests.builders import INSTANCE_ID, OTHER_INSTANCE_ID, REGION, identity
from tests.diagnoses.test_every_diagnosis import EXPECTATIONS, FACTS, REPEATABLE
from tests.remedy_rules import commands_of

THIRD = type(INSTANCE_ID)('i-0aaaaaaaaaaaaaaaa')
IDS = st.sampled_from([None, INSTANCE_ID, OTHER_INSTANCE_ID, THIRD])
ANY_ID = re.compile(r'\bi-[0-9a-f]{17}\b')


@st.composite
def situations(draw: st.DrawFn) -> Facts:
    """Any facts, in which each source gives any id or none."""
    facts = draw(FACTS)
    platform = Platform(True, 'DMI', draw(IDS))
    host = replace(facts.host, cloud_init_instance_id=draw(IDS)) if isinstance(facts.host, Host) else facts.host
    imds = facts.imds
    if isinstance(imds, Imds):
        document = draw(st.sampled_from([None, identity(draw(IDS))]))
        imds = replace(imds, instance_id=draw(IDS), identity=document)
    return replace(facts, platform=platform, host=host, imds=imds)


@REPEATABLE
@given(facts=situations(), expected=EXPECTATIONS)
def test_a_command_carries_only_a_certain_id(facts: Facts, expected: Expectations) -> None:
    certain = {str(instance_id_of(facts))}
    for finding in diagnose(DIAGNOSES, facts, expected):
        for command in commands_of(finding.remedy) if finding.remedy else ():
            if command.language is Language.SHELL:
                assert set(ANY_ID.findall(command.text)) <= certain, finding.diagnosis.id
                assert certain != {'None'} or f'--region {REGION}' not in command.text, finding.diagnosis.id


@REPEATABLE
@given(facts=situations())
def test_a_tag_carries_only_a_certain_id_and_the_identity_with_it(facts: Facts) -> None:
    id, tags = instance_id_of(facts), tags_of(facts, (), tuple(IDENTITY_TAGS))
    assert [tag for tag in tags if ANY_ID.search(tag)] == ([f'instance_id:{id}'] if id else [])
    assert id is not None or tags == []
