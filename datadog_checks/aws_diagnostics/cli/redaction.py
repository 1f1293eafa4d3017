"""Facts for a support ticket: whatever identifies a host, account or person becomes a pseudonym.

Names still match where they matched before, so `judge` finds the same. Regions, settings, numbers and times stay, and
what AWS and Datadog publish. A field that is not listed here is taken for a name: a new one is redacted until somebody
decides otherwise.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from importlib import resources
from typing import Any, TypeVar, cast

from ..diagnoses import DIAGNOSES
from ..facts.account.load_balancers import AvailabilityZone
from ..facts.values import AgentHostname, Checked, CloudProvider, HostName, Partition, RegionName, TemplateVersion
from .judged import Observation
from .pseudonyms import DOMAIN_OF_AWS, PUBLIC, REGION, RESOURCE, WORDS_OF_METRICS, Pseudonyms

Value = TypeVar('Value')

DATA = resources.files('datadog_checks.aws_diagnostics') / 'data'


def _services() -> set[str]:
    lists = (file for file in (DATA / 'iam_permissions').iterdir() if file.name.endswith('.json'))
    return {'kms', 'sts'}.union(*(re.findall('"([a-z0-9-]{2,40}):', file.read_text('utf-8')) for file in lists))


SERVICES = '|'.join(sorted(_services()))
"""As actions begin, like `ec2`, from the permissions that Datadog requires: `acme-corp:ProdAdmin` has the same form."""
OPTIONS = frozenset(re.findall('[a-z0-9]+(?:_[a-z0-9]+)+', (DATA / 'conf.yaml.example').read_text('utf-8'))) | {
    *('cloud_provider_metadata', 'ec2_imdsv2_transition_payload_enabled', 'ec2_metadata_timeout', 'ec2_prefer_imdsv2'),
    *('ec2_prioritize_instance_id_as_hostname', 'ec2_use_dmi', 'ec2_use_windows_prefix_detection', 'hostname_file'),
    *('hostname_force_config_as_canonical', 'hostname_fqdn', 'hostname_trust_uts_namespace', 'instance_id'),
    *('all_proxy', 'http_proxy', 'https_proxy', 'no_proxy', 'no_proxy_nonexact_match', 'use_proxy_for_cloud_metadata'),
    *('aws_diagnostics', 'dd_url', 'auth_token_file_path', 'ipc_cert_file_path', 'cmd_host', 'cmd_port', 'expvar_port'),
}
"""Of this check and of the Agent. Other words with underscores may be names."""
TAGS_OF_LOAD_BALANCERS = 'availability[-_]zone|aws_account|loadbalancer|loadbalancername|name|region|targetgroup'
KEPT: Mapping[str, str] = {
    'region': REGION,
    'regions': REGION,
    'Region.name': REGION,
    'availability_zone': rf'{REGION}([a-z]|-[a-z]{{3}}-[0-9][a-z])?',
    'partition': r'aws(-[a-z]{1,12}){0,3}',
    'instance_type': r'[a-z][a-z0-9-]{1,15}\.([0-9]{0,2}x?large|nano|micro|small|medium|metal(-[0-9]{2}xl)?)',
    'endpoint': 'enabled|disabled',
    'http_tokens': 'optional|required',
    'http_tokens_enforced': 'enabled|disabled|no-preference',
    'managed_by': 'account|declarative-policy',
    'containers': 'eks|ecs',
    'RequiredPermissions.source': 'api|cache|recorded',
    'cloud_init_platform': 'aws|ec2|gce|azure|none|nocloud|openstack',
    'cloud_provider_metadata': 'aws|gcp|azure|alibaba|oracle|ibm|tencent',
    'disabled_diagnoses': '|'.join(diagnosis.id for diagnosis in DIAGNOSES),
    'provider': 'aws|os|container|configuration|hostnameFile|fqdn|fargate|gce|azure',
    'hostname_providers': 'aws|os|container|configuration|hostnameFile|fqdn|fargate|gce|azure',
    'board_vendor': 'Amazon EC2|Xen|Google|Microsoft Corporation|QEMU',
    'sys_vendor': 'Amazon EC2|Xen|Google|Microsoft Corporation|QEMU',
    'bios_version': r'[0-9.]{1,12}amazon',
    'server': 'EC2ws',
    'device': 'lo|(eth|ens|enX|tun|tap|wg|tailscale|utun|docker|cni|br)[0-9]{1,2}',
    'device_kind': 'bond|bridge|dummy|ipip|ipvlan|macvlan|tun|veth|vlan|vxlan|wireguard|',
    'destination': '0.0.0.0/0|169.254.0.0/16|169.254.169.254/32|::/0|fd00:ec2::254/128',
    'Route.protocol': 'kernel|boot|static|ra|zebra|bird|dhcp|keepalived|[0-9]{1,3}|',
    'content_type': r'[a-z]{1,20}/[a-z+.-]{1,20}',
    'site': r'(us[0-9]|ap[0-9]|uk[0-9])?\.?(datadoghq\.com|datadoghq\.eu|ddog-gov\.com)',
    'effect': 'Allow|Deny',
    'operator': r'[A-Za-z]{1,40}(:[A-Za-z]{1,40})?',
    'key': r'(aws|sts|iam):[A-Za-z]{1,60}',
    **WORDS_OF_METRICS,
    'namespace': r'AWS/[A-Za-z0-9]{1,40}',
    'namespaces': r'AWS/[A-Za-z0-9]{1,40}',
    'patterns': r'aws\.[a-z0-9_.*]{1,200}',
    'aggregator': 'avg|max|min|sum',
    'CountingQuery.metric': r'aws\.[a-z]{1,20}elb\.(un_)?healthy_host_count(\.[a-z]{1,20})?|aws\.elb\.[a-z_.]{1,40}',
    'scope': rf'{TAGS_OF_LOAD_BALANCERS}|{REGION}|\*|',
    'by': TAGS_OF_LOAD_BALANCERS,
    'ResourceTags.service': SERVICES,
    'sources': 'Datadog|Users|Chef|Puppet',
    'as_of': '[0-9]{4}-[0-9]{2}-[0-9]{2}',
    'version': 'v?[0-9]{1,6}',
    **dict.fromkeys(
        ('actions', 'not_actions', 'as_a_whole', 'action', 'standard', 'resource_collection'),
        rf'\*|({SERVICES}):[A-Za-z*?]{{1,99}}',
    ),
}
"""Field, or class and field -> the values that say nothing of whose they are."""

SENTENCES = frozenset({'reason', 'evidence', 'note', 'detail', 'error', 'provider_errors'})
"""Fields with prose, in which names, ids and addresses may be quoted."""
NAMES = frozenset(
    {'hostname', 'os_hostname', 'name', 'names', 'similar', 'content', 'role_name', 'cloud_init_instance_id'}
)
"""Fields with names that may look like words: a host named 'web' is redacted in sentences, too."""

TOP_LEVEL = frozenset({'com', 'net', 'org', 'io', 'internal', 'local', 'localdomain'})
"""Labels of domains that are words of sentences, or of nobody."""

TOKEN = re.compile(r"[^\s'\"(),;\[\]{}<>=]+")
"""A word of a sentence, without the punctuation around it."""
OURS = re.compile(
    r'[A-Za-z]+|cloud-init|instance-id|meta-data|IMDSv[12]'
    r'|\d{1,6}(\.\d{1,3})?(ms|s|%)?|\d{1,3}\.\d{1,3}\.\d{1,3}'
    r'|http://(169\.254\.169\.254|127\.0\.0\.1)(:\d{1,5})?(/latest/(api/token|meta-data(/instance-id)?|dynamic/instance-identity/document))?'
    r'|/(sys|proc)/[a-z_./-]{1,60}|/var/lib/cloud/data/instance-id|/run/cloud-init/[a-z-]{1,30}|/\.dockerenv'
    r'|(?i:ec2)|board_(vendor|asset_tag)|(sys_)?vendor|bios_version|product_uuid|s3|eth0|ipv[46]|imdsv[12]|route53|v[0-9]'
    rf'|{"|".join(sorted(OPTIONS))}|({SERVICES}):[A-Z][A-Za-z]{{2,60}}\*?|{REGION}'
)
"""Words, numbers and versions; paths that every host has; the names of options, of AWS's permissions and regions."""


class Redaction:
    """The pseudonyms of one run."""

    def __init__(self, pseudonyms: Pseudonyms | None = None) -> None:
        self._pseudonyms = pseudonyms or Pseudonyms()
        self._names: frozenset[str] = frozenset()

    def observation(self, observation: Observation) -> Observation:
        self._names = frozenset(part for name in _names(observation) for part in _parts(name))
        return self._value(observation, '', '')

    def _value(self, value: Value, owner: str, field: str) -> Value:
        result: object = value
        if isinstance(value, str) and not isinstance(value, Enum):
            result = (
                self._checked(value, owner, field) if isinstance(value, Checked) else self._text(value, owner, field)
            )
        elif is_dataclass(value) and not isinstance(value, type):
            name = type(value).__name__
            changed = {f.name: self._value(getattr(value, f.name), name, f.name) for f in fields(value)}
            result = replace(cast(Any, value), **changed)
        elif isinstance(value, tuple | frozenset):
            result = type(value)(self._value(item, owner, field) for item in value)
        elif isinstance(value, dict):
            of_keys = 'dimension' if field == 'dimensions' else 'provider'
            result = {self._value(key, owner, of_keys): self._value(v, owner, field) for key, v in value.items()}
        return cast(Value, result)

    def _text(self, text: str, owner: str, field: str) -> str:
        kept = KEPT.get(f'{owner}.{field}', KEPT.get(field))
        if kept is not None and re.fullmatch(kept, text):
            return text
        if field in SENTENCES:
            return TOKEN.sub(lambda token: self._word(token[0]), text)
        return self._pseudonyms.of(text)

    def _checked(self, value: Checked, owner: str, field: str) -> Checked:
        """Of the same type; a pseudonym that would be too long for it is shortened."""
        if isinstance(value, RegionName | AvailabilityZone | Partition | CloudProvider | TemplateVersion):
            return value
        short = self._pseudonyms.short(value)
        candidates = (
            self._text(value, owner, field),
            short,
            f'/{short}',
            f'arn:aws:iam:::{short}',
            'http://198.18.0.0',
            '198.18.0.0',
            '198.18.0.0/15',
            'other0',
            '00000000-0000-0000-0000-000000000000',
        )
        return next(made for made in map(type(value).of, candidates) if made is not None)

    def _word(self, token: str) -> str:
        word = token.rstrip('.:!?')
        ours = OURS.fullmatch(word) and not RESOURCE.fullmatch(word) and not self._is_name(word)
        return token if ours or not word else self._pseudonyms.of(word) + token[len(word) :]

    def _is_name(self, word: str) -> bool:
        """Whether it is a name of this observation, or a path or URL with one in it."""
        return any(part.casefold() in self._names for part in (word, *re.split('[./:]', word)))


def _parts(name: str) -> Iterator[str]:
    """The name and each of its labels, in lower case; not what every name may have."""
    domain = DOMAIN_OF_AWS.search(name)
    labels = (name[: domain.start()] if domain else name).split('.')
    for part in (name, *labels):
        if len(part) > 1 and not part.isdigit() and part not in PUBLIC and part.casefold() not in TOP_LEVEL:
            yield part.casefold()


def _names(value: object, field: str = '') -> Iterator[str]:
    if isinstance(value, RegionName):
        return
    if isinstance(value, str):
        yield from [value] if value and (field in NAMES or isinstance(value, HostName | AgentHostname)) else []
    elif is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            yield from _names(getattr(value, each.name), each.name)
    elif isinstance(value, tuple | frozenset):
        for item in value:
            yield from _names(item, field)
