"""The Agent reports under a name that is no name: many machines have it."""

from ...expectations import Expectations
from ...facts import Facts, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, Variable
from ...rules import is_of_an_image, why_shared
from ...text import quoted
from ..agent_remedies import remove_setting, setting_of_the_name
from ..applying import restart_with_settings
from ..links import guide
from ..places import operating_system, rename
from .agent_versions import prefer_instance_id


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if agent.hostname is None:
        return Unknown("the Agent's hostname is not known")
    if not agent.hostname:
        return NotApplicable('the Agent has no hostname')
    named = f'the Agent is named {quoted(agent.hostname)}'
    if agent.hostname == expected.hostname:
        return Passed(f'{named}, which is the expected_hostname')
    shared = why_shared(agent.hostname)
    if not shared:
        return Passed(f'{named}, which is not a name that machines have by default')
    by = f' by provider {agent.provider}' if agent.provider else ''
    severity = Status.WARNING if is_of_an_image(agent.hostname) else None
    return Failed(f'{named}{by}, which is no name of its own: {shared}', severity)


def remedy(facts: Facts, _: Expectations) -> Remedy:
    setting = setting_of_the_name(facts)
    if not setting:
        # Such a name is no default name of EC2, so that the Agent does not ask AWS for a better one by itself.
        ways = (*prefer_instance_id(facts), _name_the_system(facts))
        return Remedy('Give this host a name of its own', ways, restart_with_settings(facts))
    removing = remove_setting(facts, setting)
    return Remedy(
        'Give this host a name of its own: without the setting, the Agent asks for the instance id',
        then=(
            removing,
            *restart_with_settings(facts),
            Step('If an image or a template brought the setting along, remove it there too'),
        ),
    )


def _name_the_system(facts: Facts) -> Choice:
    return Choice(
        'Name the system itself, on the host; the Agent then takes that name, or the instance id where it begins with '
        'ip- or domu',
        rename(operating_system(facts), Variable('NEW_HOSTNAME')),
        undo=Step('Set the name that it had before'),
    )


HOSTNAME_NOT_UNIQUE = Diagnosis(
    id='hostname-not-unique',
    title="The Agent's hostname is not unique: many machines have it",
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.CRITICAL,
    tests=(
        'Compares the hostname under which the Agent reports with names that machines have before anybody named them: '
        "localhost and the like, what cloud-init's file holds where it found no instance id (iid-datasource-none), and "
        'names that images bring along (ubuntu, fedora), which are only a warning.'
    ),
    harm='All machines with that name are one host in Datadog: their metrics are mixed up, and monitors flap.',
    docs=guide('duplicated-hosts-when-installing-the-agent'),
    judge=judge,
    remedy=remedy,
)
