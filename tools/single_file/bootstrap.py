"""AWS Diagnostics $version: the check `aws_diagnostics` of the Datadog Agent, in one file for its checks.d.

Built by `make checks-d` from the package datadog_checks.aws_diagnostics; change the package, not this file.
It belongs in /etc/datadog-agent/checks.d/ and needs an Agent that embeds Python 3.11 or newer.

What runs is the text of the package, imported from PAYLOAD below: a ZIP archive, compressed with bzip2, in Base64.
SHA256 is the digest of the archive. Docstrings and the command line are left out; line numbers are those of the
source. To look inside:

    python3 aws_diagnostics.py --list                 # names and sizes
    python3 aws_diagnostics.py --extract DIRECTORY    # the files, conf.yaml.example and the licence among them

Before it is installed, or before the Agent is restarted, it says what it refuses in a conf.yaml:

    /opt/datadog-agent/embedded/bin/python3 aws_diagnostics.py --validate FILE

Where the wheel datadog-aws-diagnostics is installed too, the wheel runs and PAYLOAD is not used.
"""

from __future__ import annotations

# Python 3.8 has to be able to read this file, to say what is wrong there.
import argparse
import base64
import bz2
import hashlib
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import io
import os
import sys
import types
import zipfile
from typing import Sequence  # noqa: UP035

PACKAGE = 'datadog_checks.aws_diagnostics'
SHA256 = '$sha256'


def archive() -> zipfile.ZipFile:
    """Raises ImportError when this file is not what was built."""
    try:
        content = bz2.decompress(base64.b64decode(PAYLOAD))
    except (ValueError, OSError) as e:
        raise ImportError(f'{__file__} is damaged: its payload cannot be decoded ({e}); copy the file again') from None
    digest = hashlib.sha256(content).hexdigest()
    if digest != SHA256:
        raise ImportError(f'{__file__} is damaged: the SHA-256 of its payload is {digest}, not {SHA256}')
    return zipfile.ZipFile(io.BytesIO(content))


class PackageInMemory(importlib.abc.MetaPathFinder, importlib.abc.ExecutionLoader):
    """Imports from an archive. The file of a module is `root`, then its name in the archive."""

    def __init__(self, content: zipfile.ZipFile, root: str) -> None:
        self._content, self._root, self._names = content, root, frozenset(content.namelist())

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if self._name(fullname) else None

    def _name(self, module: str) -> str:
        """Its name in the archive; '' for what is not in there."""
        stem = module.replace('.', '/')
        return next((name for name in (f'{stem}/__init__.py', f'{stem}.py') if name in self._names), '')

    def is_package(self, fullname: str) -> bool:
        return self._name(fullname).endswith('/__init__.py')

    def get_filename(self, fullname: str) -> str:
        return f'{self._root}/{self._name(fullname)}'

    def get_source(self, fullname: str) -> str:
        """For the compiler, and for the lines in a traceback."""
        return self._content.read(self._name(fullname)).decode()

    def get_resource_reader(self, fullname: str) -> types.SimpleNamespace:
        """Of the files beside a package, for importlib.resources."""
        directory = zipfile.Path(self._content, self._name(fullname).replace('__init__.py', ''))
        return types.SimpleNamespace(files=lambda: directory)


def load(anyway: bool = False) -> types.ModuleType:
    """The package of the wheel where one is installed, else, or `anyway`, that of PAYLOAD. Raises ImportError."""
    if sys.version_info < (3, 11):  # noqa: UP036
        raise ImportError(f'AWS Diagnostics needs an Agent with Python 3.11 or newer, not {sys.version.split()[0]}')
    installed = importlib.util.find_spec(PACKAGE)
    # Directories that are left over from a wheel make a package without an origin.
    if anyway or installed is None or installed.origin is None:
        sys.modules.pop(PACKAGE, None)
        sys.meta_path.insert(0, PackageInMemory(archive(), os.path.abspath(__file__)))  # noqa: PTH100
    return importlib.import_module(PACKAGE)


def validate(file: str) -> int:
    """What this version says of a conf.yaml, whichever is installed: it is asked before it is put in place."""
    try:
        load(anyway=True)
        return int(importlib.import_module(f'{PACKAGE}.configuration.conf_yaml').main([file]))
    except ImportError as e:
        sys.stderr.write(f'{e}; run this with /opt/datadog-agent/embedded/bin/python3\n')
        return 1


def main() -> None:
    parser = argparse.ArgumentParser(description='Look into this file, the check aws_diagnostics of the Datadog Agent.')
    parser.add_argument('--version', action='version', version='$version')
    wanted = parser.add_mutually_exclusive_group(required=True)
    wanted.add_argument('--list', action='store_true', help='print the name and size of every file')
    wanted.add_argument('--extract', metavar='DIRECTORY', help='write the files into a directory that is new or empty')
    wanted.add_argument(
        '--validate', metavar='FILE', help='say what the check refuses in a conf.yaml, - for standard input'
    )
    arguments = parser.parse_args()
    if arguments.list:
        archive().printdir()
    elif arguments.validate:
        sys.exit(validate(arguments.validate))
    elif os.path.isdir(arguments.extract) and os.listdir(arguments.extract):  # noqa: PTH112, PTH208
        parser.error(f'--extract: {arguments.extract} is not empty')
    else:
        archive().extractall(arguments.extract)


PAYLOAD = """
$payload
"""

if __name__ == '__main__':
    main()
else:
    package = load()
    AwsDiagnosticsCheck, __version__ = package.AwsDiagnosticsCheck, package.__version__
