"""A host that reports under another name is an event."""

import pytest

from datadog_checks.aws_diagnostics.emit.memory import Naming, change, naming_of, remembered, to_remember
from datadog_checks.aws_diagnostics.facts import HostnameSource, Unobserved

from ..builders import INSTANCE_ID, agent, facts

AWS = Naming(INSTANCE_ID, 'aws')
OS = Naming('ip-10-0-0-12', 'os')
NOTHING = Naming()


@pytest.mark.parametrize(
    ('before', 'now', 'changed'),
    [
        pytest.param(
            AWS,
            OS,
            f"the hostname changed from '{INSTANCE_ID}' to 'ip-10-0-0-12', "
            "the hostname provider changed from 'aws' to 'os'",
            id='the host lost its instance id',
        ),
        pytest.param(
            AWS,
            Naming(INSTANCE_ID, 'hostnameFile'),
            "the hostname provider changed from 'aws' to 'hostnameFile'",
            id='the same name from another provider',
        ),
        pytest.param(AWS, AWS, None, id='nothing changed'),
        pytest.param(NOTHING, AWS, None, id='the first run of all'),
        pytest.param(AWS, NOTHING, None, id='the Agent could not be asked'),
        pytest.param(AWS, Naming(INSTANCE_ID, None), None, id='the provider could not be asked'),
    ],
)
def test_a_change_is_told_when_both_sides_are_known(before, now, changed):
    assert change(before, now) == changed


@pytest.mark.parametrize(
    ('the_agent', 'naming'),
    [
        pytest.param(agent(), AWS, id='provider from expvar'),
        pytest.param(agent(source=HostnameSource.INFERRED), Naming(INSTANCE_ID, None), id='provider only inferred'),
        pytest.param(agent(hostname='', provider=None), NOTHING, id='an Agent without a name'),
        pytest.param(Unobserved('no Agent'), NOTHING, id='no Agent'),
    ],
)
def test_only_what_is_certain_is_compared(the_agent, naming):
    assert naming_of(facts(agent=the_agent)) == naming


@pytest.mark.parametrize('text', ['', 'nonsense', '[]', '{}', '{"hostname": 1, "provider": ["aws"]}', 'null'])
def test_a_damaged_memory_is_no_memory(text):
    assert remembered(text) == NOTHING


def test_what_is_remembered_comes_back():
    assert remembered(to_remember(NOTHING, AWS)) == AWS


def test_what_is_not_known_now_keeps_its_last_known_value():
    assert remembered(to_remember(AWS, Naming('other', None))) == Naming('other', 'aws')
