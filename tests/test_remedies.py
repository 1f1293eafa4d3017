"""Commands say what they were built from, whatever that holds."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml as yaml_library
from hypothesis import given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.remedies import (
    Choice,
    Command,
    Remedy,
    Step,
    Variable,
    new_file,
    script,
    sequence,
    shell,
    write_file,
    yaml,
)

REPEATABLE = settings(max_examples=60, deadline=None, derandomize=True, database=None)
ANY_TEXT = st.text(st.characters(exclude_characters='\0', exclude_categories=['Cs']), max_size=40)
SHELLS = ['bash', 'dash']


def run(command: Command, directory: Path, program: str = 'bash', **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [program, '-c', command.text],
        capture_output=True,
        cwd=directory,
        env={**os.environ, **environ},
        check=False,
        timeout=300,
    )


@pytest.mark.parametrize('program', SHELLS)
def test_a_word_is_one_argument_whatever_it_holds(program: str, tmp_path: Path) -> None:
    @REPEATABLE
    @given(words=st.lists(ANY_TEXT, max_size=4))
    def holds(words: list[str]) -> None:
        printed = run(shell('printf', '%s\\0', *words), tmp_path, program).stdout.split(b'\0')[:-1]
        assert printed == [word.encode() for word in words or ['']]

    holds()


@pytest.mark.parametrize('program', SHELLS)
def test_a_word_of_parts_and_a_variable_is_one_argument(program: str, tmp_path: Path) -> None:
    @REPEATABLE
    @given(before=ANY_TEXT, value=ANY_TEXT, after=ANY_TEXT)
    def holds(before: str, value: str, after: str) -> None:
        command = shell('printf', '%s', (before, Variable('NAME'), after))
        printed = run(command, tmp_path, program, NAME=value or 'set')
        assert printed.stdout == f'{before}{value or "set"}{after}'.encode()

    holds()


@pytest.mark.parametrize('program', SHELLS)
def test_a_variable_that_is_not_set_ends_the_command_before_it_runs(program: str, tmp_path: Path) -> None:
    ended = run(shell('touch', 'made', Variable('EXTERNAL_ID')), tmp_path, program)
    assert ended.returncode != 0
    assert b'EXTERNAL_ID' in ended.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('program', SHELLS)
def test_a_file_gets_its_content_and_only_variables_are_expanded(program: str, tmp_path: Path) -> None:
    content = '{"a": "${aws:username} $HOME `id` \\ ${EXTERNAL_ID:?}"}\n'
    run(write_file('trust.json', content), tmp_path, program, EXTERNAL_ID='secret')
    assert (tmp_path / 'trust.json').read_text() == content.replace('${EXTERNAL_ID:?}', 'secret')


@pytest.mark.parametrize('program', SHELLS)
def test_in_a_sequence_a_command_runs_only_after_the_one_before_succeeded(program: str, tmp_path: Path) -> None:
    steps = (write_file('a', '1'), shell('test', '-f', 'a'), shell('false'), shell('touch', 'never'))
    assert run(sequence(*steps), tmp_path, program).returncode == 1
    assert [path.name for path in tmp_path.iterdir()] == ['a']


@pytest.mark.parametrize('program', SHELLS)
def test_a_change_that_is_pasted_twice_keeps_the_backup_and_changes_nothing_again(program: str, tmp_path: Path) -> None:
    (tmp_path / 'state').write_text('first')
    change = sequence(new_file('before'), script('cat state > before'), script('printf changed >> state'))
    assert [run(change, tmp_path, program).returncode for _ in range(2)] == [0, 1]
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {'before': 'first', 'state': 'firstchanged'}


def test_a_script_takes_values_as_words(tmp_path: Path) -> None:
    command = script('for name in <first> other; do printf "%s|" "$name"; done < <file>', first='$(id) x', file='a b')
    (tmp_path / 'a b').touch()
    assert run(command, tmp_path).stdout == b'$(id) x|other|'


SCALARS: st.SearchStrategy[Any] = ANY_TEXT.filter(str.isprintable) | st.booleans() | st.integers(-9, 10**6)
MAPPINGS: st.SearchStrategy[Any] = st.recursive(
    st.dictionaries(st.text('ab_', min_size=1, max_size=4), SCALARS | st.lists(SCALARS, max_size=3), min_size=1),
    lambda inner: st.dictionaries(
        st.text('cd', min_size=1, max_size=3), inner | st.lists(inner, min_size=1, max_size=2), min_size=1
    ),
    max_leaves=6,
)


@REPEATABLE
@given(value=MAPPINGS)
def test_yaml_reads_back_as_what_it_was_built_from(value: dict[str, Any]) -> None:
    assert yaml_library.safe_load(yaml(value).text) == value


@pytest.mark.parametrize(
    ('remedy', 'first'),
    [
        pytest.param(Remedy('a', (Choice('b', (shell('c'),)),), (Step('d'),)), Step('b', (shell('c'),)), id='a choice'),
        pytest.param(Remedy('a', then=(Step('d'), Step('e'))), Step('d'), id='a step'),
        pytest.param(Remedy('a'), None, id='nothing'),
    ],
)
def test_what_to_do_first(remedy: Remedy, first: Step | None) -> None:
    assert remedy.first == first
