"""What the commands of a remedy do to a trust policy: run by bash with a stand-in for AWS's command line."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jmespath

from datadog_checks.aws_diagnostics.remedies import Choice, Command
from tests.remedy_rules import simple_commands

STAND_IN = f"""#!{sys.executable}
import json, os, pathlib, sys
import jmespath
words = sys.argv[1:]
options = dict(zip(words[2::2], words[3::2]))
store = pathlib.Path(os.environ['STORE'])
if words[:2] == ['iam', 'get-role']:
    role = {{'Role': {{'AssumeRolePolicyDocument': json.loads(store.read_text())}}}}
    print(json.dumps(jmespath.search(options['--query'], role), indent=4))
elif words[:2] == ['iam', 'update-assume-role-policy']:
    store.write_text(pathlib.Path(options['--policy-document'].removeprefix('file://')).read_text())
else:
    sys.exit(f'unexpected: {{words}}')
"""


def changed_by(choice: Choice, document: dict[str, Any], external_id: str) -> dict[str, Any]:
    """The document that the last query of the choice makes, with the variable set."""
    (command,) = choice.commands
    *_, words = (words for words in simple_commands(command.text) if '--query' in words)
    query = words[words.index('--query') + 1].replace('${EXTERNAL_ID:?}', external_id)
    changed: dict[str, Any] = jmespath.search(query, {'Role': {'AssumeRolePolicyDocument': document}})
    return changed


class Shell:
    """A directory in which commands run, with an `aws` that keeps one trust policy."""

    def __init__(self, directory: Path, document: dict[str, Any]) -> None:
        self.directory = directory
        self._store = directory / 'aws-has'
        self._store.write_text(json.dumps(document))
        programs = directory / 'programs'
        programs.mkdir()
        (programs / 'aws').write_text(STAND_IN)
        (programs / 'aws').chmod(0o755)
        path = f'{programs}{os.pathsep}{os.environ["PATH"]}'
        self._environment = {'PATH': path, 'STORE': str(self._store)}

    def run(self, command: Command, **variables: str) -> int:
        ran = subprocess.run(
            ['bash', '-c', command.text],
            cwd=self.directory,
            env={**self._environment, **variables},
            capture_output=True,
            check=False,
            timeout=60,
        )
        return ran.returncode

    @property
    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self._store.read_text())
        return document
