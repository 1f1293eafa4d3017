"""Commands in the form of the operating system or the runtime that the Agent runs on.

Sources: the pages of Datadog's documentation on Windows and macOS (agent/supported_platforms) and on agent commands.
"""

from ..facts import Facts, Host, OperatingSystem
from ..facts.values import RegionName
from ..remedies import Command, Language, Variable, Word, shell

AGENT_EXE = '& "$env:ProgramFiles\\Datadog\\Datadog Agent\\bin\\agent.exe"'
SERVICE = 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\datadogagent'
"""Where Windows keeps the environment of the Agent's service."""


def operating_system(facts: Facts) -> OperatingSystem:
    """LINUX where it was not looked at: the Agents of old facts, and those that a catalogue is for."""
    system = facts.host.operating_system if isinstance(facts.host, Host) else None
    return system or OperatingSystem.LINUX


def powershell(*lines: str) -> Command:
    """Literals of ours; nothing of the host enters them, as `quoted` is for POSIX shells alone."""
    return Command('\n'.join(lines), Language.POWERSHELL)


def restart(system: OperatingSystem) -> tuple[Command, ...]:
    """Of an Agent in no container."""
    match system:
        case OperatingSystem.WINDOWS:
            return (powershell(f'{AGENT_EXE} restart-service'),)
        case OperatingSystem.MACOS:
            job = 'com.datadoghq.agent'
            return shell('launchctl', 'stop', job), shell('launchctl', 'start', job)
    return (shell('sudo', 'systemctl', 'restart', 'datadog-agent'),)


def find_setting(system: OperatingSystem, key: str, variable: str) -> tuple[Command, ...]:
    """Where a setting of an Agent in no container stands. `key` and `variable` are names of ours."""
    match system:
        case OperatingSystem.WINDOWS:
            return (
                powershell(f'Select-String -Path "$env:ProgramData\\Datadog\\datadog.yaml" -Pattern \'^ *{key}:\''),
                powershell(f"(Get-ItemProperty -Path '{SERVICE}').Environment", f'$env:{variable}'),
            )
        case OperatingSystem.MACOS:
            return (
                shell('grep', '-nsE', f'^ *{key}:', '/opt/datadog-agent/etc/datadog.yaml'),
                shell('launchctl', 'getenv', variable),
            )
    files = ('/etc/datadog-agent/datadog.yaml', '/etc/datadog-agent/environment')
    return (shell('sudo', 'grep', '-nsE', f'^ *({key}:|{variable}=)', *files),)


def rename(system: OperatingSystem, name: Word) -> tuple[Command, ...]:
    """Of the system itself; nothing where a value would have to be quoted for another shell."""
    match system:
        case OperatingSystem.LINUX:
            return (shell('sudo', 'hostnamectl', 'set-hostname', name),)
        case OperatingSystem.MACOS:
            return (shell('sudo', 'scutil', '--set', 'HostName', name),)
    return ()


def as_the_agent(system: OperatingSystem, *words: Word) -> tuple[Command, ...]:
    """Of an Agent in no container: on macOS its user is the one who is logged in."""
    match system:
        case OperatingSystem.WINDOWS:
            return ()
        case OperatingSystem.MACOS:
            return (shell(*words),)
    return (shell('sudo', '-u', 'dd-agent', *words),)


def user_of_the_agent(system: OperatingSystem) -> str:
    """Of an Agent in no container."""
    others = {OperatingSystem.WINDOWS: 'ddagentuser', OperatingSystem.MACOS: 'the user who runs the Agent'}
    return others.get(system, 'dd-agent')


def agent_status(system: OperatingSystem) -> tuple[Command, ...]:
    """Of an Agent in no container."""
    if system is OperatingSystem.WINDOWS:
        return (powershell(f'{AGENT_EXE} status'),)
    return as_the_agent(system, 'datadog-agent', 'status')


def restart_container() -> tuple[Command, ...]:
    return shell('docker', 'ps'), shell('docker', 'restart', Variable('AGENT_CONTAINER'))


def restart_pods() -> tuple[Command, ...]:
    daemonset = ('daemonset/', Variable('DAEMONSET'))
    return (
        shell('kubectl', 'get', 'daemonsets', '--all-namespaces'),
        shell('kubectl', 'rollout', 'restart', '--namespace', Variable('NAMESPACE'), daemonset),
    )


def new_deployment(region: RegionName | Variable) -> tuple[Command, ...]:
    """Of the newest revision of a task of ECS."""
    where = ('--region', region)
    cluster, service = ('--cluster', Variable('CLUSTER')), Variable('SERVICE')
    newest = ('--task-definition', Variable('TASK_FAMILY'), '--force-new-deployment')
    used = ('--query', 'services[].taskDefinition')
    return (
        shell('aws', 'ecs', 'list-clusters', *where),
        shell('aws', 'ecs', 'list-services', *where, *cluster),
        shell('aws', 'ecs', 'describe-services', *where, *cluster, '--services', service, *used),
        shell('aws', 'ecs', 'update-service', *where, *cluster, '--service', service, *newest),
    )
