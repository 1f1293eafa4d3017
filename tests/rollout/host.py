"""A Linux host with a Datadog Agent to roll something out to: this machine's own files, under layers of its own.

Every command runs in the mount namespace of its host, in which the directories that a rollout writes to are overlays.
What a command writes stays in the layers of the host, and the machine keeps its files.
"""

import copy
import hashlib
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

AGENT = Path(__file__).with_name('agent')
OWN = ('etc', 'opt', 'usr/local', 'var', 'root', 'srv')
"""The directories that a host has of its own, beside /run. /tmp is shared."""
COMPARED = ('etc', 'opt', 'usr/local')
EMBEDDED = '/opt/datadog-agent/embedded'
DD_AGENT = 64990
SECONDS = 300
MOUNTED = 'mounted'
WITHIN = 'cd "$1" && shift && exec "$@"'

Entry = tuple[int, int, int, str]
"""Owner, group, permissions, digest of the content."""


class Host:
    def __init__(self, directory: Path, embedded: Path) -> None:
        """`embedded` is a virtual environment with what the Agent embeds; it stays as it is."""
        self.directory = directory
        self._embedded = embedded
        self._generation = 0
        self._keeper: subprocess.Popen[str] | None = None
        self._lay_out()
        self._install_agent()
        self.pristine = self.snapshot()

    def copied(self, directory: Path) -> 'Host':
        """Another host, as this one is now, with layers of its own in a directory that is there and empty."""
        subprocess.run(['cp', '--archive', f'{self.directory}/.', directory], check=True)
        other = copy.copy(self)
        other.directory = directory
        other._keeper = None
        other._write_mounts()
        return other

    def remove_layers(self) -> None:
        self._leave()
        shutil.rmtree(self.directory)

    def run(
        self,
        *command: str | Path,
        user: str = 'root',
        check: bool = True,
        env: Mapping[str, str] = {},
        input: str = '',
        cwd: Path | str = '/',
    ) -> subprocess.CompletedProcess[str]:
        """Raises AssertionError with what was printed when `check` and the status is not 0."""
        become = () if user == 'root' else ('sudo', '-u', user)
        ended = subprocess.run(
            ['nsenter', f'--mount={self._entered()}', '/bin/sh', '-c', WITHIN, 'sh', cwd, *become, *command],
            env={'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/root'}
            | {'LANG': 'C.UTF-8', **env},
            input=input,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        printed = f'{" ".join(map(str, command))}\n{ended.stdout}{ended.stderr}'
        assert not check or ended.returncode == 0, f'status {ended.returncode}: {printed}'
        return ended

    def read(self, path: str) -> str:
        return self.run('cat', path).stdout

    def exists(self, path: str) -> bool:
        return self.run('test', '-e', path, check=False).returncode == 0

    def remove(self, path: str) -> None:
        self.run('rm', '-rf', path)

    def write(self, path: str, text: str, owner: str = 'root', mode: int = 0o644) -> None:
        script = 'mkdir -p "$(dirname "$1")" && cat >"$1" && chown "$2" "$1" && chmod "$3" "$1"'
        self.run('sh', '-c', script, 'write', path, f'{owner}:{owner}', f'{mode:o}', input=text)

    def stat(self, path: str) -> tuple[str, str, int]:
        """Owner, group and permissions."""
        owner, group, mode = self.run('stat', '-c', '%U %G %a', path).stdout.split()
        return owner, group, int(mode, 8)

    def restarts(self) -> int:
        """How often the Agent was restarted since it was installed."""
        counted = self.directory / 'run' / 'datadog-agent' / 'restarts'
        return len(counted.read_text().splitlines()) if counted.exists() else 0

    def installed(self) -> str:
        """The version of the package in the embedded Python, '' where it is not there."""
        shown = self.run('datadog-agent', 'integration', 'show', '-q', 'datadog-aws-diagnostics', check=False)
        return shown.stdout.strip()

    def upgrade_agent(self, embedded: Path | None = None) -> subprocess.CompletedProcess[str]:
        """What the package manager does: the embedded Python is new, everything else stays.

        The result is that of the package's script afterwards, whose status fails the upgrade.
        """
        self._package_script('before')
        self._generation += 1
        self._embedded = embedded or self._embedded
        self._prepare_embedded()
        return self._package_script('after')

    def snapshot(self) -> dict[str, Entry]:
        """Whatever differs from the machine below: path -> owner, group, permissions and content."""
        layers = {f'/{name}': self._upper(name) for name in COMPARED} | {EMBEDDED: self._embedded_layer / 'upper'}
        return {
            f'{shown}/{path.relative_to(layer)}': _entry(path)
            for shown, layer in layers.items()
            for path in _files_below(layer)
        }

    @property
    def _mounts(self) -> Path:
        return self.directory / 'mounts.sh'

    @property
    def _embedded_layer(self) -> Path:
        return self.directory / 'embedded' / str(self._generation)

    def _upper(self, name: str) -> Path:
        return self.directory / 'layers' / name / 'upper'

    def _lay_out(self) -> None:
        for name in OWN:
            (self._upper(name)).mkdir(parents=True)
            self._upper(name).with_name('work').mkdir()
            self._upper(name).chmod(0o755)
        for path in ('systemd/system', 'datadog-agent', 'lock'):
            (self.directory / 'run' / path).mkdir(parents=True)
        (self._upper('opt') / 'datadog-agent' / 'embedded').mkdir(parents=True)
        self._prepare_embedded_layer()

    def _prepare_embedded_layer(self) -> None:
        for name in ('upper', 'work'):
            (self._embedded_layer / name).mkdir(parents=True)
        self._write_mounts()

    def _entered(self) -> str:
        """Its mount namespace, in which a program waits: to mount anew costs ten times as much as most commands."""
        if self._keeper is None:
            unshare = ('unshare', '--mount', '--propagation', 'private', '/bin/sh', self._mounts)
            pipe = subprocess.PIPE
            self._keeper = subprocess.Popen(unshare, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True)
            said = self._keeper.stdout.readline() if self._keeper.stdout else ''
            assert said == f'{MOUNTED}\n', said
        return f'/proc/{self._keeper.pid}/ns/mnt'

    def _leave(self) -> None:
        """The program ends with its standard input, so also when the tests are killed."""
        if self._keeper is not None:
            self._keeper.communicate()
            self._keeper = None

    def _write_mounts(self) -> None:
        self._leave()
        lines = [_overlay(f'/{name}', f'/{name}', self._upper(name).parent) for name in OWN]
        lines.append(_overlay(EMBEDDED, str(self._embedded), self._embedded_layer))
        lines.append(f'mount --bind {self.directory}/run /run')
        self._mounts.write_text('\n'.join(('set -eu', *lines, f'echo {MOUNTED}', 'exec cat')))

    def _install_agent(self) -> None:
        self._add_user()
        programs = self._upper('usr/local') / 'bin'
        programs.mkdir()
        for program, source in (
            ('datadog-agent', 'datadog-agent.sh'),
            ('systemctl', 'systemctl.sh'),
            ('service', 'systemctl.sh'),
            ('sudo', 'sudo.sh'),
        ):
            shutil.copy(AGENT / source, programs / program)
            (programs / program).chmod(0o755)
        scripts = self._upper('opt') / 'datadog-agent' / 'bin'
        shutil.copytree(AGENT, scripts / 'agent', ignore=shutil.ignore_patterns('__pycache__'))
        shutil.copy(AGENT / 'run.sh', scripts / 'run')
        (scripts / 'run').chmod(0o755)
        self.run('sh', '-c', LAY_OUT_AGENT)
        self._prepare_embedded()
        self._package_script('after')

    def _add_user(self) -> None:
        for file, line in (
            ('passwd', f'dd-agent:x:{DD_AGENT}:{DD_AGENT}:Datadog Agent:/opt/datadog-agent:/usr/sbin/nologin'),
            ('group', f'dd-agent:x:{DD_AGENT}:'),
            ('shadow', 'dd-agent:*:20000:0:99999:7:::'),
        ):
            below = Path('/etc', file).read_text()
            (self._upper('etc') / file).write_text(f'{below}{line}\n')

    def _prepare_embedded(self) -> None:
        if not self._embedded_layer.exists():
            self._prepare_embedded_layer()
        self.run('sh', '-c', OWN_EMBEDDED)

    def _package_script(self, when: str) -> subprocess.CompletedProcess[str]:
        return self.run('/opt/datadog-agent/bin/run', 'upgrade', when, check=False)


@contextmanager
def copy_of(host: Host, directory: Path) -> Iterator[Host]:
    """In a directory that is there and empty, and is removed at the end."""
    copied = host.copied(directory)
    try:
        yield copied
    finally:
        copied.remove_layers()


LAY_OUT_AGENT = """
set -eu
cd /opt/datadog-agent
touch requirements-agent-release.txt final_constraints-py3.txt .post_python_installed_packages.txt
mkdir run
mkdir -p /etc/datadog-agent/conf.d /etc/datadog-agent/checks.d /var/log/datadog
echo 'hostname_trust_uts_namespace: false' >/etc/datadog-agent/datadog.yaml
chmod 640 /etc/datadog-agent/datadog.yaml
chown -R dd-agent:dd-agent /etc/datadog-agent /var/log/datadog run
touch /run/datadog-agent/running /run/datadog-agent/enabled
embedded/bin/python3 -m compileall -q bin/agent
"""

OWN_EMBEDDED = """
set -eu
chown dd-agent:dd-agent /opt/datadog-agent /opt/datadog-agent/embedded/bin
for packages in /opt/datadog-agent/embedded/lib/python3*/site-packages; do
    chown dd-agent:dd-agent "$packages" "$packages/datadog_checks"
done
"""
"""The real Agent gives its user everything below embedded/; what pip writes to is enough."""


def _overlay(mounted: str, lower: str, layer: Path) -> str:
    options = f'lowerdir={lower},upperdir={layer}/upper,workdir={layer}/work'
    return f'mount -t overlay overlay -o {options} {mounted}'


def _files_below(layer: Path) -> Iterator[Path]:
    for directory, directories, files in os.walk(layer):
        directories[:] = [name for name in directories if name != '__pycache__']
        yield from (Path(directory, name) for name in (*directories, *files))


def _entry(path: Path) -> Entry:
    found = path.lstat()
    content = ''
    if stat.S_ISREG(found.st_mode):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
    elif stat.S_ISLNK(found.st_mode):
        content = str(path.readlink())
    return found.st_uid, found.st_gid, found.st_mode, content
