"""The manual pages are complete, and roff reads them without a complaint."""

import shutil
import subprocess

import pytest

from datadog_checks.aws_diagnostics.cli.hosts import hosts
from datadog_checks.aws_diagnostics.cli.metrics import metrics
from datadog_checks.aws_diagnostics.cli.program import whole_program
from tools.man_pages import main, pages

COMMANDS = {
    f'aws-diagnostics-{name}': command
    for group, commands in (('', whole_program().commands), ('hosts-', hosts.commands), ('metrics-', metrics.commands))
    for name, command in ((f'{group}{each}', found) for each, found in commands.items())
}
ZERO = {
    'aws-diagnostics-accounts': 'nothing is wrong',
    'aws-diagnostics-hosts': 'to 3 as the help of each command says',
    'aws-diagnostics-hosts-duplicates': 'no instance is there twice',
    'aws-diagnostics-hosts-lingering-tags': 'no host keeps such tags',
    'aws-diagnostics-hosts-remove-lingering-tags': 'all done',
    'aws-diagnostics-metrics': 'to 3 as the help of each command says',
    'aws-diagnostics-metrics-reconcile': 'both sides agree',
    'aws-diagnostics-metrics-why': 'present or expected',
}
"""What the exit status 0 means where it is no verdict of diagnoses."""
PAGES = dict(pages('2026-11-27'))


def test_every_command_has_its_page() -> None:
    assert set(PAGES) == {'aws-diagnostics', *COMMANDS}


@pytest.mark.parametrize('name', COMMANDS)
def test_a_page_names_every_option_of_its_command(name: str) -> None:
    page = PAGES[name].replace('\\-', '-')
    options = [option for parameter in COMMANDS[name].params for option in parameter.opts if option[0] == '-']
    assert [option for option in options if option not in page] == []


@pytest.mark.parametrize('name', PAGES)
def test_a_page_says_what_the_exit_status_means(name: str) -> None:
    zero = ZERO.get(name, 'ok: judged and fine')
    assert f'.SH EXIT STATUS\n0 {zero}' in PAGES[name]


@pytest.mark.skipif(shutil.which('groff') is None, reason='needs groff')
@pytest.mark.parametrize('name', PAGES)
def test_roff_reads_a_page_without_a_complaint(name: str) -> None:
    read = subprocess.run(
        ['groff', '-man', '-Tutf8', '-ww', '-z'], input=PAGES[name], capture_output=True, text=True, timeout=60
    )
    assert (read.returncode, read.stderr) == (0, '')


def test_the_pages_are_written_into_a_directory(tmp_path, capsys, monkeypatch) -> None:
    monkeypatch.setenv('SOURCE_DATE_EPOCH', '1795737600')
    assert main([str(tmp_path / 'man')]) == 0
    written = {path.stem: path.read_text() for path in (tmp_path / 'man').iterdir()}
    assert written.keys() == PAGES.keys()
    assert '2026-11-27' in written['aws-diagnostics']
