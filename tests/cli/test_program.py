"""The program as its own process: in pipes, on a terminal, without its extra, and however it ends."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.cli import ExitStatus, run
from datadog_checks.aws_diagnostics.cli.catalogue import generic_fix
from datadog_checks.aws_diagnostics.cli.page import NARROWEST
from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.remedies import Step
from tests.simulator import Behaviour, Persona
from tests.simulator.loopback import loopback_imds

PROGRAM = [sys.executable, '-m', 'datadog_checks.aws_diagnostics']
WITHOUT_COLOUR_SETTINGS = {k: v for k, v in os.environ.items() if k not in ('NO_COLOR', 'FORCE_COLOR', 'COLUMNS')}
SAVED = Path(__file__).with_name('saved') / 'schema-1.json'
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


def without_the(module: str, *arguments: str) -> list[str]:
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
    return [sys.executable, '-c', blocker, *(arguments or ('list',))]


@pytest.mark.parametrize('missing', ['click', 'rich', 'yaml'])
def test_without_the_extra_one_line_says_how_to_install_it(missing):
    ended = subprocess.run(without_the(missing), capture_output=True, text=True, timeout=DEADLINE)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        ExitStatus.NOT_INSTALLED,
        '',
        f"aws-diagnostics needs {missing}: pip install 'datadog-aws-diagnostics[cli]'\n",
    )


@pytest.mark.parametrize('missing', ['pydantic', pytest.param('lazy_loader', marks=pytest.mark.needs_base(37, 10))])
def test_only_a_configuration_needs_what_the_models_need(missing, never):
    ended = subprocess.run(without_the(missing, 'explain', 'imds-throttled'), capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, '')
    ended = subprocess.run(without_the(missing, 'check', '--config', never), capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (
        ExitStatus.NOT_INSTALLED,
        '',
        f"aws-diagnostics needs {missing}: pip install 'datadog-aws-diagnostics[cli]'\n",
    )


@pytest.mark.parametrize('missing', ['botocore', pytest.param('requests', marks=pytest.mark.needs_base(37, 10))])
@pytest.mark.parametrize(
    'arguments',
    [
        pytest.param(['fleet'], id='a command for accounts'),
        pytest.param(['check', '--config', 'account.yaml'], id='an account in the configuration'),
    ],
)
def test_an_account_is_not_asked_without_the_libraries_for_it(tmp_path, missing, arguments):
    (tmp_path / 'account.yaml').write_text('instances: [{account: {regions: [eu-west-1]}}]')
    command = without_the(missing, *arguments)
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=DEADLINE)
    needed = f"aws-diagnostics needs {missing}: pip install 'datadog-aws-diagnostics[cli]'\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (ExitStatus.NOT_INSTALLED, '', needed)


@pytest.mark.parametrize('module', ['.cli.commands', '.aws_diagnostics.check', '.configuration'])
def test_an_interrupt_while_modules_are_imported_is_no_traceback(module):
    interrupted = (
        'import signal, sys\n'
        'class Interrupt:\n'
        '    def find_spec(self, name, path=None, target=None):\n'
        f'        if name.endswith("{module}"):\n'
        '            signal.raise_signal(signal.SIGINT)\n'
        'sys.meta_path.insert(0, Interrupt())\n'
        'from datadog_checks.aws_diagnostics.cli import main\n'
        'sys.exit(main())\n'
    )
    ended = subprocess.run([sys.executable, '-c', interrupted], capture_output=True, text=True, timeout=DEADLINE)
    assert (ended.returncode, ended.stdout, ended.stderr) == (ExitStatus.INTERRUPTED, '', '')


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
    assert f'{ESCAPE}[32mOK {ESCAPE}[0m' in terminal.shown


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


@pytest.mark.parametrize(
    ('arguments', 'environ'),
    [
        pytest.param(['--no-color'], {}, id='--no-color'),
        pytest.param([], {'NO_COLOR': '1'}, id='NO_COLOR'),
        pytest.param([], {'TERM': 'dumb'}, id='a terminal without colours'),
    ],
)
def test_no_colour_and_no_spinner_where_escape_sequences_are_not_wanted(never, arguments, environ):
    terminal = Terminal('check', '--config', never, *arguments, **environ)
    assert terminal.end() == 0
    assert 'OK ' in terminal.shown and 'Asking' not in terminal.shown
    assert ESCAPE not in terminal.shown


def test_no_spinner_turns_where_one_line_is_wanted(never):
    terminal = Terminal('check', '--config', never, '-q')
    assert terminal.end() == 0
    assert 'Asking' not in terminal.shown and f'{ESCAPE}[?25' not in terminal.shown


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
    fix = generic_fix(next(d for d in DIAGNOSES if d.id == 'imds-hop-limit-too-low'))
    assert fix is not None
    steps = (*(Step(choice.text, choice.commands) for choice in fix.choices), *fix.then)
    undo = (choice.undo for choice in fix.choices if choice.undo is not None)
    commands = {line for step in (*steps, *undo) for c in step.commands for line in c.text.splitlines()}
    commands = {command.strip() for command in commands}
    assert commands <= {line.strip() for line in lines}
    too_long = [line for line in lines if len(line) > max(columns, NARROWEST) and line.strip() not in commands]
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


@pytest.mark.parametrize(
    'arguments',
    [
        pytest.param(['list'], id='lines'),
        pytest.param(['list', '--json'], id='JSON'),
        pytest.param(['judge', '--csv', str(SAVED)], id='CSV'),
        pytest.param(['--help'], id='help'),
    ],
)
def test_a_closed_output_is_no_verdict_and_no_defect(arguments):
    closed = ['sh', '-c', 'exec "$@" >&-', 'sh', *PROGRAM, *arguments]
    ended = subprocess.run(closed, stderr=subprocess.PIPE, timeout=DEADLINE)
    assert (ended.returncode, ended.stderr) == (
        ExitStatus.OUTPUT_FAILED,
        b'Error: standard output cannot be written: it is closed\n',
    )


@pytest.mark.skipif(not Path('/dev/full').exists(), reason='needs /dev/full')
@pytest.mark.parametrize(
    'arguments',
    [
        pytest.param(['list'], id='lines'),
        pytest.param(['list', '--json'], id='JSON'),
        pytest.param(['judge', '--csv', str(SAVED)], id='CSV'),
        pytest.param(['check', '--config', 'NEVER', '--save-facts', '-'], id='facts'),
        pytest.param(['--help'], id='help'),
    ],
)
def test_a_full_disk_is_no_verdict_and_no_defect(never, arguments):
    command = [*PROGRAM, *(never if argument == 'NEVER' else argument for argument in arguments)]
    with Path('/dev/full').open('wb') as full:
        ended = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, timeout=DEADLINE)
    told = ended.stderr.splitlines()[-1:]
    assert (ended.returncode, told) == (
        ExitStatus.OUTPUT_FAILED,
        [b'Error: standard output cannot be written: No space left on device'],
    )
    assert b'Traceback' not in ended.stderr and b'defect' not in ended.stderr


@pytest.mark.skipif(not Path('/dev/full').exists(), reason='needs /dev/full')
def test_where_stderr_cannot_be_written_either_the_status_still_tells():
    with Path('/dev/full').open('wb') as full:
        ended = subprocess.run([*PROGRAM, 'list'], stdout=full, stderr=full, timeout=DEADLINE)
        wrong = subprocess.run([*PROGRAM, 'lsit'], stderr=full, timeout=DEADLINE)
    assert (ended.returncode, wrong.returncode) == (ExitStatus.OUTPUT_FAILED, ExitStatus.USAGE)


@pytest.fixture
def completion(monkeypatch, capfd):
    """What the program prints for a shell, on both streams."""

    def printed(shell):
        monkeypatch.setenv('_AWS_DIAGNOSTICS_COMPLETE', f'{shell}_source')
        assert run([]) == 0
        return capfd.readouterr()

    return printed


EVIL = f'x{ESCAPE}[31m\x07\u202e'


@pytest.mark.parametrize(
    'arguments',
    [
        pytest.param([EVIL], id='a command'),
        pytest.param(['check', f'--{EVIL}'], id='an option'),
        pytest.param(['check', '--config', EVIL], id='a file'),
        pytest.param(['check', '--fail-on', EVIL], id='a word'),
        pytest.param(['check', '--only', EVIL], id='an id of --only'),
        pytest.param(['check', '--wait-ok', EVIL], id='a duration'),
        pytest.param(['explain', EVIL], id='an id'),
        pytest.param(['list', EVIL], id='one argument too many'),
    ],
)
def test_what_was_typed_wrong_does_not_act_on_the_terminal(arguments, capfd):
    status = run(arguments)
    out, err = capfd.readouterr()
    assert (status, out) == (ExitStatus.USAGE, '')
    assert err.startswith(('Usage: aws-diagnostics', 'Error: '))
    assert [c for c in err if c != '\n' and unicodedata.category(c) in ('Cc', 'Cf')] == []


@pytest.mark.parametrize(
    ('shell', 'marks'),
    [
        pytest.param('bash', ('complete -o nosort -F', '_AWS_DIAGNOSTICS_COMPLETE=bash_complete'), id='bash'),
        pytest.param('zsh', ('#compdef aws-diagnostics', '_AWS_DIAGNOSTICS_COMPLETE=zsh_complete'), id='zsh'),
        pytest.param('fish', ('complete --no-files --command aws-diagnostics', 'fish_complete'), id='fish'),
    ],
)
def test_every_shell_gets_its_completion(shell, marks, completion):
    out, err = completion(shell)
    assert err == ''
    assert [mark for mark in marks if mark not in out] == []


@pytest.mark.parametrize(
    ('typed', 'offered'),
    [
        pytest.param('aws-diagnostics ', 'permissions', id='commands'),
        pytest.param('aws-diagnostics check --wait', '--wait-ok', id='options'),
        pytest.param('aws-diagnostics explain imds-hop-limit-t', 'imds-hop-limit-too-low', id='ids to explain'),
        pytest.param('aws-diagnostics judge --only imds-thr', 'imds-throttled', id='ids to judge only'),
        pytest.param('aws-diagnostics check --fail-on c', 'critical', id='words'),
    ],
)
def test_bash_completes(typed, offered, completion):
    empty = "''" if typed.endswith(' ') else ''
    script = (
        f'{completion("bash").out}\n'
        f'COMP_WORDS=({typed}{empty}); COMP_CWORD={typed.count(" ")}\n'
        '_aws_diagnostics_completion aws-diagnostics; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    path = f'{Path(sys.executable).parent}:{os.environ["PATH"]}'
    ended = subprocess.run(
        ['bash', '-c', script],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        env={**WITHOUT_COLOUR_SETTINGS, 'PATH': path},
    )
    assert offered in ended.stdout.splitlines(), ended.stderr
