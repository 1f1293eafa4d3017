"""Renders the state aws_diagnostics once for every pillar it is given. Run by the Python that Salt is installed in.

Standard input: {"directory": for all files of Salt, "roots": [directories of states], "pillars": [...]}.
Standard output: for every pillar, a list of [state id, its comment or ''], or a list of errors.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import salt.client  # type: ignore[import-not-found, unused-ignore]
import salt.config  # type: ignore[import-not-found, unused-ignore]


def minion(directory: str, roots: list[str]) -> Any:
    options = salt.config.minion_config(None)
    options.update(root_dir=directory, cachedir=directory, pki_dir=directory, sock_dir=directory, conf_file='')
    options.update(id='minion', file_client='local', file_roots={'base': roots}, pillar_roots={'base': [directory]})
    options.update(grains={'os': 'Amazon'}, log_level='quiet')
    return salt.client.Caller(mopts=options)


def states(rendered: list[str] | Mapping[str, Any]) -> list[Any]:
    if isinstance(rendered, list):
        return rendered
    return sorted([name, next(comments(state), '')] for name, state in rendered.items())


def comments(state: Mapping[str, Any]) -> Iterator[str]:
    for argument in state.get('test', []):
        if 'comment' in argument:
            yield argument['comment']


if __name__ == '__main__':
    asked = json.load(sys.stdin)
    calling = minion(asked['directory'], asked['roots'])
    rendered = [calling.cmd('state.show_sls', 'aws_diagnostics', pillar=pillar) for pillar in asked['pillars']]
    json.dump([states(sls) for sls in rendered], sys.stdout)
