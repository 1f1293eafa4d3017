"""`aws`, for commands that a remedy prints: each becomes a call of botocore to the server that the environment names.

    PATH=/where/programs(...)/wrote:$PATH
    aws iam get-role --role-name x --output json --query Role.Arn

`aws-diagnostics` is beside it. It knows what remedies use: `file://`, `--query`, `--output`, `--region`.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jmespath
from botocore.model import OperationModel, Shape

from tests.account.aws_account import operator
from tests.account.program_server import write_client

PROGRAMS = {
    'aws': ('tests.account.aws_command', 'main'),
    'aws-diagnostics': ('datadog_checks.aws_diagnostics.cli', 'run'),
}


def programs(directory: Path, server: str) -> Path:
    """Writes them into a new directory, and gives it. The server is that of tests.account.program_server."""
    folder = directory / 'programs'
    folder.mkdir()
    for name, (module, function) in PROGRAMS.items():
        write_client(folder / name, server, module, function)
    return folder


def main(words: Sequence[str]) -> int:
    service, operation, *rest = words
    options = dict(_options(rest))
    client: Any = operator(service, (options.pop('region', None) or ['us-east-1'])[0])
    output, query = options.pop('output', ['json'])[0], options.pop('query', [''])[0]
    method = operation.replace('-', '_')
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    answer = getattr(client, method)(**dict(_arguments(model, options)))
    answer.pop('ResponseMetadata')
    shown = jmespath.search(query, answer) if query else answer
    if shown:
        sys.stdout.write(f'{_text(shown) if output == "text" else json.dumps(shown, indent=4, default=str)}\n')
    return 0


def _text(shown: Any) -> str:
    """A list of lists by lines, one of scalars by tabs."""
    if isinstance(shown, list) and shown and isinstance(shown[0], list):
        return '\n'.join(map(_text, shown))
    return '\t'.join(map(str, shown)) if isinstance(shown, list) else str(shown)


def _options(words: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    name = ''
    values: list[str] = []
    for word in [*words, '--']:
        if word.startswith('--'):
            if name:
                yield name, values
            name, values = word.removeprefix('--'), []
        else:
            values.append(word)


def _arguments(model: OperationModel, options: Mapping[str, list[str]]) -> Iterator[tuple[str, Any]]:
    members = {''.join(name).lower(): (name, shape) for name, shape in model.input_shape.members.items()}
    for option, values in options.items():
        plain = option.replace('-', '')
        name, shape = members[plain if plain in members else plain.removeprefix('no')]
        yield name, _value(shape, values, negated=plain not in members)


def _structure(shape: Shape, text: str) -> dict[str, Any]:
    """Of the shorthand, like Key=tag:env,Values=prod,test."""
    pairs = (part.split('=', 1) for part in re.split(r',(?=[A-Za-z]+=)', text))
    return {name: _value(shape.members[name], value.split(','), negated=False) for name, value in pairs}


def _value(shape: Shape, values: Sequence[str], *, negated: bool) -> Any:
    match shape.type_name:
        case 'boolean':
            return not negated
        case 'list' if shape.member.type_name == 'structure':
            return [_structure(shape.member, value) for value in values]
        case 'list':
            return list(values)
        case 'map':
            return json.loads(values[0])
        case 'integer' | 'double' | 'long':
            return float(values[0]) if shape.type_name == 'double' else int(values[0])
    (value,) = values
    return Path(value.removeprefix('file://')).read_text() if value.startswith('file://') else value
