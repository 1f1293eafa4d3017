"""The blocks of commands in the documents, and which of them are executed where."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
GENERATED = ROOT / 'docs/diagnoses.md'
"""Its commands are those of the remedies, which tests/remedy_rules.py reads."""
DOCUMENTS = (ROOT / 'README.md', ROOT / 'CONTRIBUTING.md', *sorted({*ROOT.glob('docs/*.md')} - {GENERATED}))
BLOCK = re.compile(
    r'(?:<!-- needs an (?P<needs>Agent|account) -->\n)?^```(?P<language>\w+)\n(?P<text>.*?)^```',
    re.MULTILINE | re.DOTALL,
)

AN_AGENT_ALONE = 'only a real Agent has `status` and `diagnose`, and strace and tcpdump need rights that no test has'
ITSELF = 'the tests would run themselves, and build what other tests build elsewhere'
IN_A_WORLD = 'no cluster is here: tests/packages/test_zip_application.py runs it with a namespace in place of the pod'
COMPLETION = 'it changes the shell of a person; tests/cli/test_program.py asks for completions'
NOT_EXECUTED = {
    'make demo\n': f'{ITSELF}: tests/test_demo.py',
    'make lint ': ITSELF,
    'make test PYTEST_ARGS=': ITSELF,
    'kubectl exec --namespace': IN_A_WORLD,
    'kubectl debug --namespace': IN_A_WORLD,
    'docker run --rm --interactive --network': IN_A_WORLD,
    'make release\n': f'{ITSELF}: tests/packages/test_release.py',
    'make checks-d\n': f'{ITSELF}: tests/packages/',
    'make wheel\nsha256sum ': f'{ITSELF}: tests/test_packaging.py compares two builds',
    'sudo -u dd-agent datadog-agent check aws_diagnostics\nsudo -u dd-agent strace': AN_AGENT_ALONE,
    'sudo -u dd-agent datadog-agent check aws_diagnostics\nsudo datadog-agent status': AN_AGENT_ALONE,
    'sudo datadog-agent diagnose': AN_AGENT_ALONE,
    'eval "$(_AWS_DIAGNOSTICS_COMPLETE=': COMPLETION,
    '_AWS_DIAGNOSTICS_COMPLETE=fish_source ': COMPLETION,
    'make man\nman -l ': f'{ITSELF}: tests/cli/test_man_pages.py',
    'python3.11 -m venv /opt/aws-diagnostics': 'it writes to /opt; tests/cli/test_installation.py installs elsewhere',
}
"""How a block begins -> why no test executes it.

Every other block is executed as it stands, but for those of the AWS CLI: no account is at hand, so
tests/test_document_commands.py holds each of their commands against AWS's own models.
"""


@dataclass(frozen=True)
class Block:
    document: str
    """Relative to the repository."""
    needs: str
    """'Agent', 'account' or ''."""
    language: str
    text: str

    def __str__(self) -> str:
        return f'{self.document}: {self.text.partition(chr(10))[0]}'

    @property
    def executed(self) -> bool:
        of_the_aws_cli = all(command.startswith('aws ') for command in commands(self.text))
        return not of_the_aws_cli and not any(self.text.startswith(beginning) for beginning in NOT_EXECUTED)


def blocks(language: str = 'shell') -> Iterator[Block]:
    for path in DOCUMENTS:
        for match in BLOCK.finditer(path.read_text(encoding='utf-8')):
            if match['language'] == language:
                name = path.relative_to(ROOT).as_posix()
                yield Block(name, match['needs'] or '', language, match['text'])


def commands(text: str) -> list[str]:
    """The command lines, with the lines that a backslash continues joined."""
    return [line.strip() for line in re.sub(r'\\\n\s*', '', text).splitlines() if line.strip()]


(INSTALLING,) = [block for block in blocks() if '.venv-cli/bin/pip' in block.text]
"""Of the command line: it takes an environment of its own."""
