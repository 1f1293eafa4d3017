"""A name that many machines have."""

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES, diagnose
from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_not_unique import HOSTNAME_NOT_UNIQUE
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.builders import INSTANCE_ID, agent, configuration, expecting, facts, host, hostname_file
from tests.diagnoses.remedy_parts import RESTART, SET_BACK, upgrade_by_apt, upgrade_by_yum
from tests.diagnoses.tables import Row, remedy_test, verdict_test
from tests.remedy_rules import commands_of

PATH = '/var/lib/cloud/data/instance-id'
STAND_IN = 'iid-datasource-none'
OF_CLOUD_INIT = 'cloud-init gives it to every machine for which it finds no instance id'


def by_file(content: str) -> Facts:
    settings = configuration(hostname_file=PATH)
    file = hostname_file(PATH, content)
    return facts(
        agent=agent(hostname=content, provider='hostnameFile', configuration=settings, hostname_file=file),
        host=host(cloud_init_instance_id=None),
    )


def by_os(name: str, **settings: object) -> Facts:
    known = agent(hostname=name, provider='os', configuration=configuration(**settings))
    return facts(agent=known, host=host(os_hostname=name))


def by_hand(name: str) -> Facts:
    return facts(agent=agent(hostname=name, provider='configuration', configuration=configuration(hostname=name)))


FAILS = {
    "cloud-init's file without an instance id": Row(
        by_file(STAND_IN),
        f"the Agent is named '{STAND_IN}' by provider hostnameFile, which is no name of its own: {OF_CLOUD_INIT}",
        near_miss='the instance id by the file',
    ),
    'the same name by hand': Row(
        by_hand(STAND_IN),
        f"the Agent is named '{STAND_IN}' by provider configuration, which is no name of its own: {OF_CLOUD_INIT}",
        near_miss='a name that begins alike',
    ),
    'an operating system that nobody named': Row(
        by_os('localhost.localdomain'),
        "the Agent is named 'localhost.localdomain' by provider os, which is no name of its own: every machine calls "
        'itself that',
        near_miss='a host that is named after localhost',
    ),
}
FAILS |= {
    'the name of an image': Row(
        by_os('ubuntu'),
        Failed(
            "the Agent is named 'ubuntu' by provider os, which is no name of its own: images of that system bring it "
            'along for every machine that nothing else names',
            Status.WARNING,
        ),
        near_miss='the same name in a domain of its own',
    ),
}
PASSES = {
    'the same name in a domain of its own': Row(
        by_os('ubuntu.example.com'),
        "the Agent is named 'ubuntu.example.com', which is not a name that machines have by default",
    ),
    'the instance id by the file': Row(
        by_file(INSTANCE_ID), f"the Agent is named '{INSTANCE_ID}', which is not a name that machines have by default"
    ),
    'a name that begins alike': Row(
        by_hand('iid-web-01'), "the Agent is named 'iid-web-01', which is not a name that machines have by default"
    ),
    'a host that is named after localhost': Row(
        by_os('localhost-7'), "the Agent is named 'localhost-7', which is not a name that machines have by default"
    ),
    'the very name that is expected': Row(
        by_hand(STAND_IN),
        f"the Agent is named '{STAND_IN}', which is the expected_hostname",
        expecting(hostname=STAND_IN),
    ),
}
UNKNOWN = {
    'the name is not known': Row(facts(agent=agent(hostname=None)), "the Agent's hostname is not known"),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {'the Agent has no name': Row(facts(agent=agent(hostname='')), 'the Agent has no hostname')}
test_verdict = verdict_test(HOSTNAME_NOT_UNIQUE, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

PREFER = 'et the Agent use the instance id, in datadog.yaml'
PRIORITIZE = (Command('ec2_prioritize_instance_id_as_hostname: true', Language.YAML),)
NAME_THE_SYSTEM = Choice(
    'Name the system itself, on the host; the Agent then takes that name, or the instance id where it begins with ip- '
    'or domu',
    (Command('sudo hostnamectl set-hostname "${NEW_HOSTNAME:?}"'),),
    undo=Step('Set the name that it had before'),
)

test_remedy = remedy_test(
    HOSTNAME_NOT_UNIQUE,
    {
        'by a file': (
            by_file(STAND_IN),
            Remedy(
                'Give this host a name of its own: without the setting, the Agent asks for the instance id',
                then=(
                    Step(
                        'Remove hostname_file from datadog.yaml, and DD_HOSTNAME_FILE from the environment of the '
                        'Agent',
                        (
                            Command(
                                "sudo grep -nsE '^ *(hostname_file:|DD_HOSTNAME_FILE=)' "
                                '/etc/datadog-agent/datadog.yaml /etc/datadog-agent/environment'
                            ),
                        ),
                    ),
                    RESTART,
                    Step('If an image or a template brought the setting along, remove it there too'),
                ),
            ),
        ),
        'by the operating system': (
            by_os('localhost'),
            Remedy(
                'Give this host a name of its own',
                (Choice(f'L{PREFER}', PRIORITIZE, undo=SET_BACK), NAME_THE_SYSTEM),
                (RESTART,),
            ),
        ),
        'by the operating system, with an Agent that does not know the setting': (
            by_os('localhost', ec2_prioritize_instance_id_as_hostname=None),
            Remedy(
                'Give this host a name of its own',
                (
                    upgrade_by_apt('7.81.3', f', and then l{PREFER}', PRIORITIZE),
                    upgrade_by_yum('7.81.3', f', and then l{PREFER}', PRIORITIZE),
                    NAME_THE_SYSTEM,
                ),
                (RESTART,),
            ),
        ),
    },
)


@pytest.mark.parametrize('known', [by_file(STAND_IN), by_hand(STAND_IN), by_os('localhost.localdomain')])
def test_it_explains_every_other_fault_of_the_name_and_the_name_is_never_offered(known: Facts) -> None:
    failed = [finding for finding in diagnose(DIAGNOSES, known, Expectations()) if finding.failed]
    assert {finding.explained_by for finding in failed} == {None, 'hostname-not-unique'}
    assert [f.diagnosis.id for f in failed if f.explained_by is None] == ['hostname-not-unique']
    for diagnosis in (f.diagnosis for f in failed):
        offered = [command.text for command in commands_of(diagnosis.remedy(known, Expectations()))]
        assert [text for text in offered if 'expected_hostname' in text] == [], diagnosis.id
