"""Copies of the modules of rollout/terraform, in which Terraform runs."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rollout.terraform.workspace import MODULE, Workspace, Workspaces, provider


@pytest.fixture(scope='session')
def providers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    directory = tmp_path_factory.mktemp('providers')
    with provider('datadog', directory) as datadog, provider('aws', directory) as aws:
        yield {**datadog, **aws}


@pytest.fixture
def workspace(tmp_path: Path, providers: dict[str, Any]) -> Workspaces:
    """A copy of a module, in which Terraform may write."""

    def copied(module: Path) -> Workspace:
        shutil.copytree(
            module, tmp_path, ignore=lambda _, names: {n for n in names if n[-3:] != '.tf'}, dirs_exist_ok=True
        )
        return Workspace(tmp_path, providers)

    return copied


@pytest.fixture
def module(workspace: Workspaces) -> Workspace:
    return workspace(MODULE)
