"""The Agent reports under the name of another instance, as when an image was built with a name in it."""

from ...expectations import Expectations
from ...facts import (
    Agent,
    ContainerKind,
    Facts,
    Host,
    HostnameProvider,
    HostnameSource,
    OperatingSystem,
    UtsNamespace,
    observed,
)
from ...facts.values import FilePath, InstanceId
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Command, Remedy, Step, new_file, script, sequence, shell
from ...rules import first_label, instance_id_in, instance_id_of, is_default_hostname, why_no_instance_id
from ...text import quoted
from ..agent_remedies import container_kind, remove_setting, restart_agent
from ..applying import restart_with_settings
from ..around_imds import CLOUD_INIT_FILE
from ..links import guide
from ..places import operating_system, rename
from ..which_instance import instance
from .agent_words import why_refused
from .wrong_name import is_or_holds

LONGEST_PATH = 120
FROM_THE_SYSTEM = (HostnameProvider.OS, HostnameProvider.FQDN, HostnameProvider.CONFIGURATION)
FOR_THE_IMAGE = (
    'Rebuild the image: leave hostname and hostname_file unset in it, install the Agent with DD_INSTALL_ONLY=true and '
    'do not start it while the image is built'
)

CLOUD_INIT_DID_NOT_RUN = Step(
    "Find out why cloud-init did not write this instance's ID to its file; do not write it by hand, or cloud-init "
    'treats this instance as already set up',
    (shell('cloud-init', 'status', '--long'),),
)


def judge(facts: Facts, expected: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if agent.hostname is None:
        return Unknown("the Agent's hostname is not known")
    if not agent.hostname:
        return NotApplicable('the Agent has no hostname')
    if agent.hostname == expected.hostname:
        return Passed(f'the name {quoted(agent.hostname)} is the expected_hostname')
    named = instance_id_in(agent.hostname)
    if named:
        return _against_the_instance(facts, agent.hostname, named)
    return _against_the_system(facts, agent, agent.hostname)


def _against_the_instance(facts: Facts, name: str, named: InstanceId) -> Verdict:
    id = instance_id_of(facts)
    if id is None:
        return Unknown(f'the name {quoted(name)} holds the id of an instance, and {why_no_instance_id(facts)}')
    if named == id:
        return Passed(f'the name {quoted(name)} {is_or_holds(name)} the id of this instance')
    return Failed(f'the name {quoted(name)} {is_or_holds(name)} the id of another instance, this one is {id}')


def _against_the_system(facts: Facts, agent: Agent, name: str) -> Verdict:
    """Two default names of EC2 that differ belong to two instances, or to one whose address has changed."""
    system = _name_of_the_system(facts)
    comparable = agent.provider is None or agent.provider in FROM_THE_SYSTEM
    if not comparable or not system or not (is_default_hostname(name) and is_default_hostname(system)):
        return Passed(f'the name {quoted(name)} is not an instance id')
    if first_label(name) == first_label(system):
        return Passed(f'the name {quoted(name)} is that of the operating system')
    return Failed(
        f'the name {quoted(name)} is a default EC2 name, but the operating system is called '
        f'{quoted(system)}: either the name was written into the image, or the Agent started before cloud-init '
        'had named the system',
        Status.WARNING,
    )


def _name_of_the_system(facts: Facts) -> str:
    """'' where the system that this process sees is not the host."""
    if not isinstance(facts.host, Host):
        return ''
    seen = facts.host.container.kind is ContainerKind.NONE or facts.host.uts_namespace is UtsNamespace.HOST
    return facts.host.os_hostname if seen else ''


def remedy(facts: Facts, _: Expectations) -> Remedy:
    known = isinstance(facts.agent, Agent) and facts.agent.source is not HostnameSource.INFERRED
    provider = facts.agent.provider if isinstance(facts.agent, Agent) and known else None
    if provider is HostnameProvider.AWS:
        return Remedy(
            'Let the Agent ask again: IMDS gave it that id when it started, so the IMDS of another instance answered '
            'then, or the Agent has run since this machine was copied',
            then=(restart_agent(facts),),
        )
    if provider is HostnameProvider.CONTAINER:
        node = Step('Register the node under a name of its own: see hostname-override of its kubelet, and its image')
        return Remedy('The name is that of the Kubernetes node: correct it there', then=(node, restart_agent(facts)))
    return Remedy(
        'Remove the name of the other instance, here and in the image',
        then=(*_on_this_instance(facts), *restart_with_settings(facts), _in_the_image(facts)),
    )


def _on_this_instance(facts: Facts) -> tuple[Step, ...]:
    """Where the name may come from, if that is not known; nothing where the operating system gave it and has another
    name by now: then the restart is enough.
    """
    if not isinstance(facts.agent, Agent):
        return (remove_setting(facts, 'hostname'), remove_setting(facts, 'hostname_file'))
    if facts.agent.configuration.hostname and not why_refused(facts.agent):
        return (remove_setting(facts, 'hostname'),)
    path = facts.agent.configuration.hostname_file
    if path is None:
        return _rename_the_system(facts, facts.agent)
    if container_kind(facts) is not ContainerKind.NONE:
        return (remove_setting(facts, 'hostname_file'),)
    if path == CLOUD_INIT_FILE:
        return (remove_setting(facts, 'hostname_file'), CLOUD_INIT_DID_NOT_RUN)
    name = quoted(path, LONGEST_PATH)
    return (Step(f'Write the id of this instance into {name}, after saving the file', _rewritten(facts, path)),)


def _rename_the_system(facts: Facts, agent: Agent) -> tuple[Step, ...]:
    if not agent.hostname or _name_of_the_system(facts) != agent.hostname:
        return ()
    text = 'Name the system by the id of this instance; to undo this, set the name that it had'
    return (Step(text, rename(operating_system(facts), instance(facts))),)


def _rewritten(facts: Facts, path: FilePath) -> tuple[Command, ...]:
    save = shell('sudo', 'cp', path, f'{path}.before')
    write = script("printf '%s\\n' <id> | sudo tee <path>", id=instance(facts), path=path)
    return (sequence(new_file(f'{path}.before'), save, write),)


def _in_the_image(facts: Facts) -> Step:
    by_file = isinstance(facts.agent, Agent) and facts.agent.configuration.hostname_file is not None
    if not by_file or operating_system(facts) is not OperatingSystem.LINUX:
        return Step(FOR_THE_IMAGE)
    clean = shell('sudo', 'cloud-init', 'clean')
    last = "the command removes cloud-init's state; run it last on the machine that the image is taken from"
    return Step(f'{FOR_THE_IMAGE}; {last}', (clean,))


HOSTNAME_OF_ANOTHER_INSTANCE = Diagnosis(
    id='hostname-of-another-instance',
    title='The Agent reports under the name of another instance',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.CRITICAL,
    tests=(
        'Compares the hostname under which the Agent reports with the id of this instance, and with the name of its '
        'operating system.'
    ),
    harm=(
        'An image that was built with a name in it gives that name to every instance started from it, so their metrics '
        'are mixed up in one host.'
    ),
    docs=guide('duplicated-hosts-when-installing-the-agent'),
    judge=judge,
    remedy=remedy,
)
