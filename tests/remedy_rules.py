"""What holds for every remedy: its commands are complete, of one language, and would be accepted as printed."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import botocore
import hcl2
import yaml
from lark.exceptions import LarkError

from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tools.commands import refusal

LONGEST_TEXT = 400
GLUED = re.compile(
    r'(?<![\w/.-])(?:sudo|aws|aws-diagnostics|docker|kubectl|helm|systemctl|ip route|iptables|nft|terraform)'
    r' (?:-\S|[a-z]+[a-z-]* (?:-\S|[a-z0-9./-]*[./-])|[a-z0-9]+-[a-z-]+)'
)
"""A command inside a sentence: a program, and what could be its arguments."""
PLACEHOLDER = re.compile(
    r'\.\.\.|…|<[A-Za-z][A-Za-z_ -]*>'
    r'|(?<![\w${:/.-])(?!DD_|AWS_|UTC\b|(?:SERVICE|RESOURCE)_CONTROL_POLICY\b|PER_TOPIC_PER_(?:BROKER|PARTITION)\b)[A-Z]{2,}_[A-Z_]{2,}(?![\w:}=-])'
)
"""What a reader would have to replace, and a shell would take as it is. `${NAME:?}` stops instead."""
HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1(.*?)\n(?:.*?\n)?\2$", re.DOTALL | re.MULTILINE)
OPERATORS = re.compile('[;|&<>()]+')
KEYWORDS = frozenset({'do', 'done', 'then', 'else', 'fi', 'while', 'for', 'if', '!', '{', '}'})
SHELLCHECK = Path(sys.executable).with_name('shellcheck')
OPERATIONS_ARE_KNOWN = tuple(map(int, botocore.__version__.split('.')[:2])) >= (1, 36)
"""Not to the botocore of an old Agent, which lacks some that the AWS CLI of an operator has."""
FAULTS_OF_SCRIPTS: dict[str, tuple[str, ...]] = {}
"""What bash and shellcheck say of each script that was read so far."""


def faults_of(remedy: Remedy) -> list[str]:
    """Every rule that the remedy breaks, as sentences; empty for one that is right."""
    texts = [remedy.summary, *(part.text for part in parts_of(remedy))]
    texts += [choice.exposes for choice in remedy.choices if choice.exposes]
    faults = [f'{text!r}: {fault}' for text in texts for fault in _faults_of_text(text)]
    commands = commands_of(remedy)
    _read_scripts([command.text for command in commands if command.language is Language.SHELL])
    return faults + [f'{command.text!r}: {fault}' for command in commands for fault in _faults_of(command)]


def parts_of(remedy: Remedy) -> tuple[Choice | Step, ...]:
    undoing = (choice.undo for choice in remedy.choices if choice.undo is not None)
    return (*remedy.choices, *undoing, *remedy.then)


def commands_of(remedy: Remedy) -> tuple[Command, ...]:
    return tuple(command for part in parts_of(remedy) for command in part.commands)


def simple_commands(text: str) -> Iterator[list[str]]:
    """The words of each command of a shell script; here-documents and redirections are left out."""
    lines = HEREDOC.sub(lambda found: found[3], text).replace('\\\n', ' ').splitlines()
    for line in lines:
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split = True
        for is_operator, words in groupby(lexer, key=lambda word: OPERATORS.fullmatch(word) is not None):
            if not is_operator and (found := _without_keywords(list(words))):
                yield found


def _without_keywords(words: list[str]) -> list[str]:
    """Without `do`, `sudo -u USER`, assignments before the program, and so on."""
    while words and (words[0] in KEYWORDS or re.fullmatch(r'[A-Za-z_]\w*=.*', words[0], re.DOTALL)):
        words = words[1:]
    if words[:1] == ['sudo']:
        return _without_keywords(words[3:] if words[1:2] == ['-u'] else words[1:])
    return words


def _faults_of_text(text: str) -> Iterator[str]:
    if not text.isprintable() or not text.strip():
        yield 'is not one line of printable text'
    if text != text.strip() or text.endswith(('.', ':', ',')):
        yield 'ends with a full stop, a colon, a comma or space'
    if len(text) > LONGEST_TEXT:
        yield f'has {len(text)} characters, allowed are {LONGEST_TEXT}'
    if found := GLUED.search(text):
        yield f'holds a command ({found[0]!r}), which belongs into commands'


@cache
def _faults_of(command: Command) -> tuple[str, ...]:
    return tuple(_every_fault_of(command))


def _every_fault_of(command: Command) -> Iterator[str]:
    if command.text != command.text.strip() or not command.text.replace('\n', '').isprintable():
        yield 'is not printable, or has space around it'
    if found := PLACEHOLDER.search(command.text):
        yield f'holds a placeholder: {found[0]!r}'
    match command.language:
        case Language.SHELL:
            yield from FAULTS_OF_SCRIPTS[command.text] or _faults_of_programs(command.text)
        case Language.JSON:
            yield from _refused_by(json.loads, command.text)
        case Language.YAML | Language.HELM:
            yield from _refused_by(_mapping, command.text)
        case Language.HCL:
            yield from _refused_by(hcl2.loads, f'{command.text}\n')


def _mapping(text: str) -> None:
    if not isinstance(yaml.safe_load(text), dict):
        raise ValueError('not a mapping')


def _refused_by(parse: Callable[[str], object], text: str) -> Iterator[str]:
    try:
        parse(text)
    except (ValueError, yaml.YAMLError, LarkError) as e:
        yield f'is not valid: {type(e).__name__}: {str(e)[:200]}'


def _read_scripts(scripts: Sequence[str]) -> None:
    """All at once: to start a shell and shellcheck costs more than to read a script."""
    new = [script for script in dict.fromkeys(scripts) if script not in FAULTS_OF_SCRIPTS]
    if not new:
        return
    with TemporaryDirectory() as directory:
        files = [Path(directory, str(number)) for number in range(len(new))]
        for file, script in zip(files, new, strict=True):
            file.write_text(f'{script}\n')
        by_bash, by_shellcheck = _faults_by_bash(files), _faults_by_shellcheck(files)
    FAULTS_OF_SCRIPTS.update({script: by_bash[f] or by_shellcheck[f] for script, f in zip(new, files, strict=True)})


def _faults_by_bash(files: Sequence[Path]) -> dict[Path, tuple[str, ...]]:
    loop = 'for file; do bash -n "$file" > "$file.said" 2>&1 || echo "exit status $?" >> "$file.said"; done'
    subprocess.run(['bash', '-c', loop, 'bash', *files], check=True, timeout=300)
    said = {file: file.with_name(f'{file.name}.said').read_text().strip() for file in files}
    return {file: (f'bash: {text}',) if text else () for file, text in said.items()}


def _faults_by_shellcheck(files: Sequence[Path]) -> dict[Path, tuple[str, ...]]:
    # SC2154: variables that the reader sets. SC2148: there is no first line with an interpreter.
    checked = subprocess.run(
        [SHELLCHECK, '--shell=bash', '--format=json1', '--exclude=SC2154,SC2148', *files],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert checked.returncode in (0, 1), checked.stderr
    found: dict[Path, list[str]] = {file: [] for file in files}
    for comment in json.loads(checked.stdout)['comments']:
        said = f'shellcheck: line {comment["line"]}: {comment["message"]} (SC{comment["code"]})'
        found[Path(comment['file'])].append(said)
    return {file: tuple(faults) for file, faults in found.items()}


def _faults_of_programs(script: str) -> Iterator[str]:
    for words in simple_commands(script):
        if (words[0] != 'aws' or OPERATIONS_ARE_KNOWN) and (reason := refusal(words)):
            yield f'{words[0]}: {reason}'
