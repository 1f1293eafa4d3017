"""The Agent reports under the name of another instance, as it does from an image that was built with a name in it."""

from ...expectations import Expectations
from ...facts import Agent, ContainerKind, Facts, Host, UtsNamespace, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from ..remedies import restart_agent
from .agent_remedies import remove_setting
from .names import first_label, instance_id_in, is_default_hostname, own_instance_ids

FROM_THE_SYSTEM = ('os', 'fqdn', 'configuration')
FOR_THE_IMAGE = (
    'Build the image anew: leave hostname and hostname_file unset in it, install the Agent with DD_INSTALL_ONLY=true '
    'and do not start it while the image is built'
)


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if agent.hostname is None:
        return Unknown('the host name of the Agent is not known')
    if not agent.hostname:
        return NotApplicable('the Agent has no host name')
    if agent.hostname == expected.hostname:
        return Passed(f'the name {agent.hostname!r} is the one that expected_hostname demands')
    named = instance_id_in(agent.hostname)
    if named:
        return _against_the_instance(facts, agent.hostname, named)
    return _against_the_system(facts, agent, agent.hostname)


def _against_the_instance(facts: Facts, name: str, named: str) -> Verdict:
    ids = own_instance_ids(facts)
    if not ids:
        return Unknown(f'the name {name!r} is an instance id, and the id of this instance is not known')
    if named in ids:
        return Passed(f'the name {name!r} holds the id of this instance')
    return Failed(f'the name {name!r} holds the id of another instance, this one is {facts.instance_id}')


def _against_the_system(facts: Facts, agent: Agent, name: str) -> Verdict:
    """Two default names of EC2 that differ belong to two instances, or to one whose address has changed."""
    system = _name_of_the_system(facts)
    comparable = agent.provider is None or agent.provider in FROM_THE_SYSTEM
    if not comparable or not system or not (is_default_hostname(name) and is_default_hostname(system)):
        return Passed(f'the name {name!r} is no instance id')
    if first_label(name) == first_label(system):
        return Passed(f'the name {name!r} is that of the system')
    return Failed(
        f'the name {name!r} is a default EC2 name, but the system is called {system!r}: it was written into the image, '
        'or taken before cloud-init had named the system',
        Status.WARNING,
    )


def _name_of_the_system(facts: Facts) -> str:
    """'' where the system that this process sees is not the host."""
    if not isinstance(facts.host, Host):
        return ''
    seen = facts.host.container.kind is ContainerKind.NONE or facts.host.uts_namespace is UtsNamespace.HOST
    return facts.host.os_hostname if seen else ''


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return Remedy(
        'Take the name of the other instance away, here and in the image',
        (*_where_it_comes_from(facts), f'On this instance: {restart_agent(facts)}', FOR_THE_IMAGE),
    )


def _where_it_comes_from(facts: Facts) -> tuple[str, ...]:
    settings = observed(facts.agent).configuration
    if settings.hostname:
        return (remove_setting(facts, 'hostname'),)
    if settings.hostname_file:
        return (
            f'See who writes {settings.hostname_file}: cloud-init does so at the first boot of an instance, unless its '
            'state was left in the image (sudo cloud-init clean, before the image is taken)',
        )
    return ()


HOSTNAME_OF_ANOTHER_INSTANCE = Diagnosis(
    id='hostname-of-another-instance',
    title='The Agent reports under the name of another instance',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.CRITICAL,
    tests=(
        'Compares the name under which the Agent reports with the id of this instance, and with the name of the system.'
    ),
    harm=(
        'An image that was taken with a name in it gives that name to every instance that starts from it: their '
        'metrics are mixed into one host.'
    ),
    docs=guide('duplicated-hosts-when-installing-the-agent'),
    judge=judge,
    remedy=remedy,
)
