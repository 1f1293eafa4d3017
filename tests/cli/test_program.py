"""The program as its own process: in pipes, on a terminal, without its extra, and however it ends."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.cli.exit_status import ExitStatus
from datadog_checks.aws_diagnostics.cli.page import NARROWEST
from tests.simulator import Behaviour, Persona
from tools.demo.loopback import loopback_imds

PROGRAM = [sys.executable, '-m', 'datadog_checks.aws_diagnostics']
WITHOUT_COLOUR_SETTINGS = {k: v for k, v in os.environ.items() if k not in ('NO_COLOR', 'FORCE_COLOR', 'COLUMNS')}
LABEL = len('service check  ')
ESCAPE = '\x1b'
DEADLINE = 300.0


@pytest.fixture
def never(tmp_path: Path) -> str:
    """A configuration with which nothing is asked."""
    file = tmp_path / 'conf.yaml'
    file.write_text('instances: [{ec2: never}]')
    return str(file)


def piped(*arguments: str, **environ: str) -> 'subprocess.CompletedProcess[str]':
    environ = {**WITHOUT_COLOUR_SETTINGS, **environ}
    return subprocess.run([*PROGRAM, *arguments], capture_output=True, text=True, timeout=DEADLINE, env=environ)


class Terminal:
    """A process whose stdout and stderr are a terminal, `columns` wide."""

    def __init__(self, *arguments: str, columns: int = 80, **environ: str) -> None:
        self._here, there = pty.openpty()
        self.shown = ''
        environ = {**WITHOUT_COLOUR_SETTINGS, 'TERM': 'xterm-256color', 'COLUMNS': str(columns), **environ}
        self.process = subprocess.Popen([*PROGRAM, *arguments], stdout=there, stderr=there, env=environ)
        os.close(there)

    def read(self, until: str = '') -> str:
        """What is shown, up to `until` or to the end of the process."""
        while not (until and until in self.shown):
            readable, _, _ = select.select([self._here], [], [], DEADLINE)
            assert readable, f'nothing more came after {self.shown!r}'
            try:
                part = os.read(self._here, 4096)
            except OSError:  # how Linux reports that the other end of a terminal is closed
                part = b''
            if not part:
                break
            self.shown += part.decode()
        return self.shown

    def end(self) -> int:
        self.read()
        os.close(self._here)
        return self.process.wait(DEADLINE)


def without_the(module: str) -> list[str]:
    """The program in an environment where this package is not installed."""
    blocker = (
        'import sys\n'
        'class Missing:\n'
        '    def find_spec(self, name, path=None, target=None):\n'
        f'        if name.partition(".")[0] == {module!r}:\n'
        '            raise ModuleNotFoundError(f"No module named {name!r}", name=name)\n'
        'sys.meta_path.insert(0, Missing())\n'
        'from datadog_checks.aws_diagnostics.cli import main\n'
        'sys.exit(main())\n'
    )
    return [sys.executable, '-c', blocker, 'list']


@pytest.mark.parametrize('missing', ['click', 'rich', 'yaml', 'pydantic', 'lazy_loader'])
def test_without_the_extra_one_line_says_how_to_install_it(missing):
    ended = subprocess.run(without_the(missing), capture_output=True, text=True, timeout=DEADLINE)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        ExitStatus.NOT_INSTALLED,
        '',
        f"aws-diagnostics needs {missing}: pip install 'datadog-aws-diagnostics[cli]'\n",
    )


def test_a_damaged_installation_is_not_mistaken_for_a_missing_extra():
    ended = subprocess.run(without_the('difflib'), capture_output=True, text=True, timeout=DEADLINE)
    assert ended.returncode not in (0, ExitStatus.NOT_INSTALLED)
    assert "No module named 'difflib'" in ended.stderr


def test_nothing_but_text_goes_into_a_pipe(never):
    ended = piped('check', '--config', never)
    assert (ended.returncode, ended.stderr) == (0, '')
    assert ESCAPE not in ended.stdout and '\r' not in ended.stdout


def test_the_console_script_is_the_same_program():
    script = Path(sys.executable).with_name('aws-diagnostics')
    ended = subprocess.run([script, 'list'], capture_output=True, text=True, timeout=DEADLINE)
    assert (ended.returncode, ended.stdout) == (0, piped('list').stdout)


def test_a_terminal_gets_colour(never):
    terminal = Terminal('check', '--config', never)
    assert terminal.end() == 0
    assert f'{ESCAPE}[32mOK        {ESCAPE}[0m' in terminal.shown


@pytest.mark.parametrize(
    ('arguments', 'environ'),
    [
        pytest.param(['--no-color'], {}, id='--no-color'),
        pytest.param([], {'NO_COLOR': '1'}, id='NO_COLOR'),
        pytest.param([], {'TERM': 'dumb'}, id='a terminal without colours'),
    ],
)
def test_colour_can_be_switched_off(arguments, environ):
    terminal = Terminal('list', *arguments, **environ)
    assert terminal.end() == 0
    assert ESCAPE not in terminal.shown


def test_an_empty_no_color_is_none():
    terminal = Terminal('list', NO_COLOR='')
    assert terminal.end() == 0
    assert f'{ESCAPE}[1;31mcritical' in terminal.shown


def test_a_spinner_turns_on_a_terminal_while_imds_is_silent_and_an_interrupt_ends_it(tmp_path):
    config = tmp_path / 'conf.yaml'
    with loopback_imds(Behaviour(persona=Persona.HANGING)) as imds:
        config.write_text(
            json.dumps(
                {'instances': [{'imds_endpoint': imds.endpoint, 'ec2': 'always', 'deadline': 30, 'timeout': 10}]}
            )
        )
        terminal = Terminal('check', '--config', str(config))
        for frame in '\\|':
            terminal.read(until=f'{frame}{ESCAPE}[0m Asking IMDS and the Agent, at most 30 s')
        terminal.process.send_signal(signal.SIGINT)
        status = terminal.end()
    assert status == ExitStatus.INTERRUPTED
    assert f'{ESCAPE}[?25h' in terminal.shown, 'the cursor must be visible again'
    assert 'Traceback' not in terminal.shown


def test_no_spinner_turns_where_stderr_is_no_terminal(never):
    """stdout may be one: `aws-diagnostics check 2> errors`."""
    here, there = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, 'check', '--config', never],
        stdout=there,
        stderr=subprocess.PIPE,
        env={**WITHOUT_COLOUR_SETTINGS, 'TERM': 'xterm'},
    )
    os.close(there)
    _, errors = process.communicate(timeout=DEADLINE)
    os.close(here)
    assert (process.returncode, errors) == (0, b'')


@pytest.mark.parametrize('columns', [20, 40, 80])
def test_a_narrow_terminal_wraps_words_and_leaves_commands_whole(columns):
    terminal = Terminal('explain', 'imds-hop-limit-too-low', '--no-color', columns=columns)
    assert terminal.end() == 0
    lines = terminal.shown.splitlines()
    assert any(re.search(r'https://\S+#\S+$', line) for line in lines)
    too_long = [line for line in lines if len(line) > max(columns, NARROWEST)]
    assert [line for line in too_long if ' ' in line[LABEL:].strip()] == [], 'only a single word may be too long'


def test_a_terminal_that_knows_no_letters_but_ascii_shows_escapes(tmp_path):
    config = tmp_path / 'größe.yaml'
    config.write_text('instances: []')
    ended = piped('check', '--config', str(config), PYTHONIOENCODING='ascii')
    assert ended.returncode == ExitStatus.CONFIGURATION
    assert r'gr\xf6\xdfe.yaml' in ended.stderr


def test_nobody_reads_the_output_any_more():
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run([*PROGRAM, 'list'], stdout=writer, stderr=subprocess.PIPE, timeout=DEADLINE)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (ExitStatus.OUTPUT_CLOSED, b'')


def test_nobody_reads_the_json_any_more():
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run([*PROGRAM, 'list', '--json'], stdout=writer, stderr=subprocess.PIPE, timeout=DEADLINE)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (ExitStatus.OUTPUT_CLOSED, b'')


@pytest.mark.skipif(not Path('/dev/full').exists(), reason='needs /dev/full')
def test_a_full_disk_is_no_verdict():
    with Path('/dev/full').open('wb') as full:
        ended = subprocess.run([*PROGRAM, 'list'], stdout=full, stderr=subprocess.PIPE, timeout=DEADLINE)
    assert ended.returncode == ExitStatus.DEFECT
    assert b'No space left on device' in ended.stderr
