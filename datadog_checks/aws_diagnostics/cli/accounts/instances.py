"""One cluster check for each account on record, each in a file of its own, and the same files as values of Helm.

The Cluster Agent dispatches a file as a whole: several instances in one file run on one runner
(DataDog/datadog-agent#55724; the setting that splits them is off by default). So every account has its own file in
`aws_diagnostics.d`, which Helm knows as `clusterAgent.advancedConfd`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ...configuration import with_defaults
from ...facts import Unobserved
from ...facts.account import RoleTemplate
from ...facts.values import AccountId, Partition
from ..configuration_file import read_mapping
from ..files import PrivateFile, beginning_of, partition_suffix, stem_of
from .answer import Answer
from .written import FOLDER, OPTION, Written

MARK = '# Written by `aws-diagnostics accounts --write-config`, which replaces it: edit a copy.\n'
REFERENCE = re.compile(r'ENC\[[^\]\s]{1,512}\]|%%env_[A-Za-z_][A-Za-z0-9_]{0,127}%%')
"""To a key: a secret of the Agent, or a variable of its environment, which the Agent resolves in a file, too."""
APP_KEY = 'ENC[datadog_app_key]'
"""As rollout/cluster-checks has it."""
SECRETS = ('api_key', 'app_key', 'assume_role_external_id')
OF_EVERY_ACCOUNT = ('datadog_site', 'features', 'max_api_calls')
OF_EVERY_INSTANCE = ('metrics', 'min_collection_interval', 'tags')
CONFIG_MAP = 1 << 20
"""Bytes that Kubernetes takes in one ConfigMap."""
REFUSAL = 'it exists and was not written by this command: remove it or choose another directory'


@dataclass(frozen=True, slots=True)
class Plan:
    directory: Path
    template: RoleTemplate
    instance: Mapping[str, Any]
    """What all instances have in common."""
    not_taken_over: tuple[str, ...]

    def write(self, answer: Answer) -> Written:
        """Raises Failure (CANNOT_WRITE), and then has replaced nothing where one of the files is not ours."""
        if isinstance(answer.sides.records, Unobserved):
            return Written(self.directory, answer.sides.records.reason)
        accounts, left_out = _chosen(answer)
        texts = {each: self._text(*each) for each in accounts}
        values = {partition: self._values(partition, texts) for partition in sorted({p for _, p in accounts})}
        named = tuple(
            (partition, self.directory / f'values{partition_suffix(partition, "-")}.yaml') for partition in values
        )
        wanted = {self.directory / FOLDER / f'{stem_of(*each)}.yaml': text for each, text in texts.items()}
        wanted |= {path: values[partition] for partition, path in named}
        ours, different = self._replaced(wanted)
        return Written(
            self.directory,
            new=len(different - ours),
            changed=len(different & ours),
            same=len(wanted) - len(different),
            not_needed=() if answer.sides.records.without_id else tuple(sorted(ours - set(wanted))),
            left_out=left_out,
            not_taken_over=self.not_taken_over,
            values=named,
            too_large=tuple(path for _, path in named if len(wanted[path].encode()) > CONFIG_MAP),
        )

    def _replaced(self, wanted: Mapping[Path, str]) -> tuple[set[Path], set[Path]]:
        """The files of an earlier run, and those of `wanted` that were other or none. Raises Failure."""
        folder = PrivateFile(self.directory / FOLDER, OPTION, _is_ours, REFUSAL)
        try:
            folder.path.mkdir(parents=True, exist_ok=True)
            ours = {
                path for path in (*self.directory.glob('values*.yaml'), *folder.path.glob('*.yaml')) if _is_ours(path)
            }
            different = {p for p, text in wanted.items() if p not in ours or p.read_bytes() != text.encode()}
        except OSError as e:
            raise folder.cannot_be_written(str(e.strerror)) from None
        files = {path: PrivateFile(path, OPTION, _is_ours, REFUSAL) for path in different}
        for file in files.values():
            file.refuse_to_overwrite()
        for path, file in files.items():
            with file.replacing() as opened:
                opened.write(wanted[path])
        return ours, different

    def _text(self, account_id: AccountId, partition: Partition) -> str:
        role = str(self.template.arn(account_id, partition))
        given = {**self.instance, 'account': {**self.instance['account'], 'assume_role_arn': role}}
        content = {'cluster_check': True, 'init_config': {}, 'instances': [given]}
        return MARK + yaml.safe_dump(content, sort_keys=False, width=1000)

    def _values(self, partition: Partition, texts: Mapping[tuple[AccountId, Partition], str]) -> str:
        """Each file as a block of text."""
        blocks = (
            f'      {stem_of(*each)}.yaml: |-\n' + ''.join(f'        {line}\n' for line in text.splitlines())
            for each, text in texts.items()
            if each[1] == partition
        )
        return f'{MARK}clusterAgent:\n  advancedConfd:\n    {FOLDER}:\n{"".join(blocks)}'


def planned(directory: Path, template: RoleTemplate, config: Path | None) -> Plan:
    """Raises Failure (CONFIGURATION). `config` was read before, and has one account instance."""
    given: Mapping[str, Any] = {'account': {}}
    if config is not None:
        document: Any = read_mapping(config, '--config')
        instance = next(instance for instance in document['instances'] if 'account' in instance)
        given = with_defaults(instance, document.get('init_config'))
    account = {name: given['account'][name] for name in OF_EVERY_ACCOUNT if name in given['account']}
    keys = {name: str(given['account'].get(name) or '') for name in SECRETS}
    references = {name: key for name, key in keys.items() if REFERENCE.fullmatch(key)}
    common = {
        'account': {'app_key': APP_KEY, **references, **account},
        'min_collection_interval': 3600,
        'empty_default_hostname': True,
        **{name: given[name] for name in OF_EVERY_INSTANCE if name in given},
    }
    known = {*OF_EVERY_ACCOUNT, *OF_EVERY_INSTANCE, *references, 'account', 'assume_role_arn', 'empty_default_hostname'}
    return Plan(directory, template, common, tuple(n for n in (*given['account'], *given) if n not in known))


def _chosen(
    answer: Answer,
) -> tuple[list[tuple[AccountId, Partition]], tuple[tuple[str, tuple[AccountId, ...]], ...]]:
    """Each account once in each partition, and why the others have no file."""
    recorded = [row for row in answer.rows if row.records]
    chosen = [
        (row.account_id, partition)
        for row in recorded
        if not row.closed
        for partition in dict.fromkeys(record.partition for record in row.records)
        if partition is not None
    ]
    closed = tuple(row.account_id for row in recorded if row.closed)
    nowhere = tuple(row.account_id for row in recorded if all(record.partition is None for record in row.records))
    reasons = (('AWS says that they are closed', closed), ('their record names no partition', nowhere))
    return chosen, tuple((why, ids) for why, ids in reasons if ids)


def _is_ours(path: Path) -> bool:
    return beginning_of(path, len(MARK.encode())) == MARK.encode()
