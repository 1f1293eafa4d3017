"""The host has a name that someone wrote into the Agent's configuration, beside its name on EC2."""

from ...expectations import Expectations
from ...facts import Facts, observed, why_unusable
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from ..remedies import restart_agent
from .agent_remedies import accept, remove_setting
from .names import own_instance_ids


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    name = agent.configuration.hostname
    if not name:
        return Passed("hostname is not set in the Agent's configuration")
    unusable = why_unusable(name)
    if unusable and agent.hostname != name:
        return NotApplicable(f'hostname is set to {name!r}, which the Agent does not take: {unusable}')
    if 'configuration' in expected.hostname_providers or expected.hostname == name:
        return Passed(f'hostname is set to {name!r}, as this check is told to expect')
    ids = own_instance_ids(facts)
    if name in ids:
        return Passed(f'hostname is set to {name!r}, which is the instance id')
    if not ids:
        return Unknown(f'hostname is set to {name!r}, and the instance id is not known')
    return Failed(f'hostname is set to {name!r}, and the instance id is {facts.instance_id}')


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    name = observed(facts.agent).configuration.hostname
    providers = (*expected.hostname_providers, 'configuration')
    return Remedy(
        'Keep the name and tell this check so, or let the Agent find the instance id; a duplicate of the host in '
        'Datadog disappears within hours and does not affect billing',
        (
            f'To keep the name (changes nothing in Datadog). {accept(providers=providers, hostname=name)}',
            'To be named by the instance id (the host changes its name in dashboards and monitors). '
            f'{remove_setting(facts, "hostname")}',
            f'After that: {restart_agent(facts)}',
        ),
    )


HOSTNAME_CONFIGURED_BY_HAND = Diagnosis(
    id='hostname-configured-by-hand',
    title='The host name is set by hand in the configuration of the Agent',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.WARNING,
    tests=('Compares the setting hostname (DD_HOSTNAME) with the instance id.'),
    harm=(
        'Another name makes the host appear twice in Datadog, once by the Agent and once by the AWS integration: '
        'the duplicate disappears after some hours and does not affect billing, but a name that is written into an'
        ' image or a template comes with every copy of it.'
    ),
    docs=guide('duplicated-hosts-when-installing-the-agent'),
    judge=judge,
    remedy=remedy,
    after=('hostname-of-another-instance',),
)
