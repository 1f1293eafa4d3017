"""How to fix a fault, as data: alternatives to pick one from, then steps to follow, each with whole commands.

A command is complete and runs as printed. What comes from outside enters one only as a `Checked` value, which is then
quoted; what is not known is a `Variable`, which stops the shell before anything is changed.
"""

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Language(StrEnum):
    SHELL = 'shell'
    POWERSHELL = 'powershell'
    HCL = 'hcl'
    """Terraform and OpenTofu."""
    YAML = 'yaml'
    """datadog.yaml, conf.yaml, a Kubernetes manifest: the step says which."""
    HELM = 'helm'
    """Values of Datadog's Helm chart, as YAML."""
    JSON = 'json'
    """A part of an ECS task definition, an IAM policy: the step says which."""


@dataclass(frozen=True, slots=True)
class Command:
    text: str
    """Complete, without prose; several lines where the language wants that."""
    language: Language = Language.SHELL


@dataclass(frozen=True, slots=True)
class Step:
    text: str
    """One sentence without a full stop at its end: what to do, or what the commands do."""
    commands: tuple[Command, ...] = ()
    for_new_instances: bool = False
    """It mends nothing that runs, but keeps new instances from having the fault: a terminal shows it with -v."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several ways to the goal."""

    text: str
    commands: tuple[Command, ...] = ()
    exposes: str = ''
    """What it exposes or costs, as a clause; '' where it is nothing."""
    undo: Step | None = None
    """How to take it back; None where taking it back is to restore what was there before."""


@dataclass(frozen=True, slots=True)
class Remedy:
    summary: str
    """One sentence: what to do."""
    choices: tuple[Choice, ...] = ()
    """Pick one; the least harmful first."""
    then: tuple[Step, ...] = ()
    """Follow all of them in order, whichever was picked."""

    @property
    def first(self) -> Step | None:
        """What to do first, where there is room for no more."""
        if self.choices:
            return Step(self.choices[0].text, self.choices[0].commands)
        return self.then[0] if self.then else None


# Words of a shell command


@dataclass(frozen=True, slots=True)
class Variable:
    """A value that the reader has to set: `"${NAME:?}"` ends the command where it is not set."""

    name: str


Word: TypeAlias = str | Variable | tuple[str | Variable, ...]
"""A literal of ours, a Checked value, a variable, or several of them that make one word together."""

SPECIAL_IN_DOUBLE_QUOTES = re.compile(r'([\\"$`])')
IN_SINGLE_QUOTES = re.compile("^[^!]*'[^!]*$")
"""What is easier to read in double quotes. An interactive bash expands ! in them."""
PLACE = re.compile('<([a-z_]+)>')


def shell(*words: Word) -> Command:
    """One command line; every word is one argument, whatever it holds."""
    return Command(' '.join(quoted(word) for word in words))


def script(template: str, **values: Word) -> Command:
    """Shell with pipes, loops or redirections: a literal of ours, in which `<name>` becomes that value, quoted."""
    return Command(PLACE.sub(lambda place: quoted(values[place[1]]) if place[1] in values else place[0], template))


def sequence(*commands: Command) -> Command:
    """Shell commands of which each runs only when the one before succeeded."""
    *first, last = commands
    return Command('\n'.join((*(_continued(command.text) for command in first), last.text)))


def new_file(path: str) -> Command:
    """Fails, and says why, where a backup of an earlier run would be overwritten."""
    said = quoted(f'{path} exists: move it away first, it may be your only backup')
    return Command(f'{{ [ ! -s {quoted(path)} ] || {{ echo {said}; false; }}; }}')


def _continued(text: str) -> str:
    """With && behind it; behind the first line of a here-document, whose last line must be only the delimiter."""
    first, newline, rest = text.partition('\n')
    return f'{first} &&{newline}{rest}' if '<<' in first else f'{text} &&'


def quoted(word: Word) -> str:
    """One argument of a POSIX shell."""
    if isinstance(word, str):
        return shlex.quote(word)
    parts = word if isinstance(word, tuple) else (word,)
    if not any(isinstance(part, Variable) or IN_SINGLE_QUOTES.search(part) for part in parts):
        return shlex.quote(''.join(map(str, parts)))
    return '"' + ''.join(_in_double_quotes(part) for part in parts) + '"'


def _in_double_quotes(part: str | Variable) -> str:
    if isinstance(part, Variable):
        return f'${{{part.name}:?}}'
    return SPECIAL_IN_DOUBLE_QUOTES.sub(r'\\\1', part)


def write_file(path: str, content: str, end: str = 'END') -> Command:
    """Shell that writes a small file; `${NAME:?}` in the content is the only thing that the shell expands."""
    protected = re.sub(r'\\|`|\$(?!\{[A-Z_]+:\?\})', lambda special: f'\\{special[0]}', content.rstrip('\n'))
    return Command(f'cat > {shlex.quote(path)} <<{end}\n{protected}\n{end}')


def hcl_string(word: Word) -> str:
    """A string of HCL; a variable becomes one of Terraform, which asks for it."""
    if isinstance(word, Variable):
        return f'var.{word.name.lower()}'
    parts = word if isinstance(word, tuple) else (word,)
    return '"' + ''.join(_in_hcl(part) for part in parts) + '"'


def _in_hcl(part: str | Variable) -> str:
    if isinstance(part, Variable):
        return f'${{var.{part.name.lower()}}}'
    return json.dumps(part, ensure_ascii=False)[1:-1].replace('${', '$${').replace('%{', '%%{')


Value: TypeAlias = 'str | int | bool | Sequence[Value] | Mapping[str, Value]'
PLAIN = re.compile(r'(?!-)[A-Za-z_/][A-Za-z0-9_./@-]*')
RESERVED = frozenset({'true', 'false', 'yes', 'no', 'on', 'off', 'null', 'y', 'n'})


def yaml(value: Mapping[str, Value], language: Language = Language.YAML) -> Command:
    """A mapping in block style, its lists of scalars in flow style."""
    return Command('\n'.join(_block(value)), language)


def json_part(value: Value) -> Command:
    return Command(json.dumps(value, indent=2), Language.JSON)


def _block(value: Mapping[str, Value], indent: str = '') -> Iterator[str]:
    for key, item in value.items():
        if isinstance(item, Mapping):
            yield f'{indent}{_scalar(key)}:'
            yield from _block(item, f'{indent}  ')
        elif isinstance(item, str | int) or not any(isinstance(each, Mapping) for each in item):
            yield f'{indent}{_scalar(key)}: {_flow(item)}'
        else:
            yield f'{indent}{_scalar(key)}:'
            yield from _entries(item, f'{indent}  ')


def _entries(items: Sequence[Value], indent: str) -> Iterator[str]:
    for item in items:
        lines = list(_block(item)) if isinstance(item, Mapping) else [_flow(item)]
        yield f'{indent}- {lines[0]}'
        yield from (f'{indent}  {line}' for line in lines[1:])


def _flow(value: Value) -> str:
    if isinstance(value, str | int):
        return _scalar(value)
    assert not isinstance(value, Mapping), 'a mapping is written in block style'
    return f'[{", ".join(_flow(item) for item in value)}]'


def _scalar(value: str | int) -> str:
    if not isinstance(value, str):
        return json.dumps(value)
    return value if PLAIN.fullmatch(value) and value.lower() not in RESERVED else json.dumps(value, ensure_ascii=False)
