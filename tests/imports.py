"""What each module of the package imports, read from its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PACKAGE = 'datadog_checks.aws_diagnostics'
SOURCE = Path(__file__).resolve().parent.parent / 'datadog_checks' / 'aws_diagnostics'


@dataclass(frozen=True)
class Import:
    file: str
    """Relative to the package."""
    line: int
    module: str
    """Absolute: 'datadog_checks.aws_diagnostics.facts', 'os.path'."""

    def __str__(self) -> str:
        return f'{self.file}:{self.line} imports {self.module}'

    @property
    def part(self) -> str:
        """The part of the package that imports: 'facts', 'check', '__init__'."""
        return part_of(self.file.removesuffix('.py').replace('/', '.'))

    @property
    def imported_part(self) -> str | None:
        """The part of the package that is imported; None for anything outside the package."""
        if not is_below(self.module, PACKAGE):
            return None
        return part_of(self.module.removeprefix(PACKAGE).removeprefix('.') or '__init__')

    @property
    def distribution(self) -> str:
        """'datadog_checks.base' for all below it, else the name of the top level."""
        base = 'datadog_checks.base'
        return base if is_below(self.module, base) else self.module.partition('.')[0]


def part_of(module: str) -> str:
    return module.partition('.')[0]


def is_below(module: str, parent: str) -> bool:
    return module == parent or module.startswith(f'{parent}.')


def imports(source: Path = SOURCE) -> Iterator[Import]:
    """Every import of every module below, those inside functions and under TYPE_CHECKING included."""
    for path in sorted(source.rglob('*.py')):
        file = path.relative_to(source).as_posix()
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            yield from (Import(file, line, module) for line, module in _modules(node, file))


def _modules(node: ast.AST, file: str) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Import):
        yield from ((node.lineno, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and not node.level:
        yield node.lineno, node.module or ''
    elif isinstance(node, ast.ImportFrom):
        directories = [*PACKAGE.split('.'), *file.split('/')[:-1]]
        base = directories[: len(directories) - node.level + 1]
        if node.module:
            yield node.lineno, '.'.join([*base, node.module])
        else:
            yield from ((node.lineno, '.'.join([*base, alias.name])) for alias in node.names)
