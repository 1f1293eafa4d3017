"""What the documents beside the manifests name is there, in this version."""

import re
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics import __version__
from tests.rollout.environment import ROOT

DIRECTORIES = [ROOT / 'rollout' / name for name in ('helm', 'operator', 'cluster-checks')]
VERSION = re.compile(r'aws[-_]diagnostics-(\d+\.\d+\.\d+)')
ONE_SCREEN = 60

of_each = pytest.mark.parametrize('directory', DIRECTORIES, ids=lambda directory: directory.name)


def readme(directory: Path) -> str:
    return (directory / 'README.md').read_text()


@of_each
def test_the_readme_names_every_file(directory: Path) -> None:
    files = {path.name for path in directory.iterdir()} - {'README.md'}
    assert {name for name in files if f'`{name}`' not in readme(directory)} == set()


@of_each
def test_what_the_commands_and_links_name_is_there(directory: Path) -> None:
    named = [ROOT / path for path in re.findall(r'(?:-f |--patch-file )(rollout/\S+?\.yaml)', readme(directory))]
    named += [directory / link for link in re.findall(r'\]\((?!https:)([^)#]+)', readme(directory))]
    assert len(named) > 2
    assert [str(path) for path in named if not path.exists()] == []


@of_each
def test_every_version_is_that_of_the_package(directory: Path) -> None:
    named = {version for path in directory.iterdir() for version in VERSION.findall(path.read_text())}
    assert named == {__version__}


@of_each
def test_a_readme_is_one_screen(directory: Path) -> None:
    assert len(readme(directory).splitlines()) <= ONE_SCREEN
