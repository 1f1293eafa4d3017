"""Every setting with the default of the Agent's version."""

from collections.abc import Mapping
from dataclasses import fields

import pytest

from datadog_checks.aws_diagnostics.collect.agent.configuration import read_configuration
from datadog_checks.aws_diagnostics.facts import AgentConfiguration, ProxySettings
from datadog_checks.aws_diagnostics.rules import Version
from tests.builders import configuration

from .agents import described

CURRENT = (7, 81, 3)


def configured(settings: Mapping[str, object], version: Version | None = CURRENT) -> AgentConfiguration:
    return read_configuration(described(settings), version, ProxySettings())


def test_a_current_agent_without_settings_has_the_defaults() -> None:
    assert configured({}) == AgentConfiguration()


SETTINGS: dict[str, list[tuple[object, object]]] = {
    'hostname': [
        ('web-1', 'web-1'),
        (' web-1 ', ' web-1 '),
        ('web-1\n', 'web-1\n'),
        (' ', ' '),
        ('web-1\ud800', 'web-1\ufffd'),
        (1234, '1234'),
        ('', ''),
        (True, ''),
        (['a'], ''),
        ('a\x1bb', 'a\ufffdb'),
    ],
    'hostname_file': [
        ('/var/lib/cloud/data/instance-id', '/var/lib/cloud/data/instance-id'),
        (None, None),
        ('a relative path', None),
        ('/line\nfeed', None),
    ],
    'hostname_fqdn': [(True, True), ('true', True), ('maybe', False)],
    'hostname_force_config_as_canonical': [(True, True), ('1', True), ({}, False)],
    'hostname_trust_uts_namespace': [(True, True), ('t', True), ('x', False)],
    'ec2_prefer_imdsv2': [(True, True), ('true', True), ('false', False), ('x', False)],
    'ec2_imdsv2_transition_payload_enabled': [(False, False), ('false', False), ('x', True)],
    'ec2_use_dmi': [(False, False), ('0', False), (None, True)],
    'ec2_prioritize_instance_id_as_hostname': [(True, True), ('x', False)],
    'ec2_use_windows_prefix_detection': [(True, True), ('x', False)],
    'ec2_metadata_timeout': [(500, 0.5), ('1000', 1.0), (0, 0.3), (-1, 0.3), ('fast', 0.3), (10**9, 0.3)],
    'cloud_provider_metadata': [
        (['gcp'], ('gcp',)),
        ([], ()),
        ('gcp azure', ('gcp', 'azure')),
        (['aws', '$(id)', 'a b'], ('aws',)),
        (7, ('aws', 'gcp', 'azure', 'alibaba', 'oracle', 'ibm')),
    ],
}


def test_every_setting_has_cases() -> None:
    assert {field.name for field in fields(AgentConfiguration)} == {*SETTINGS, 'proxy'}


@pytest.mark.parametrize(
    'key, value, expected',
    [
        pytest.param(key, value, expected, id=f'{key} is {value!r}')
        for key, cases in SETTINGS.items()
        for value, expected in cases
    ],
)
def test_a_setting_is_taken_and_nonsense_leaves_the_default(key: str, value: object, expected: object) -> None:
    assert configured({key: value}) == configuration(**{key: expected})


def test_what_is_known_of_proxies_is_passed_on() -> None:
    proxy = ProxySettings(http_proxy_configured=True)
    assert read_configuration(described(), CURRENT, proxy) == configuration(proxy=proxy)


OLD = ['transition', 'trust', 'dmi', 'prioritize']


@pytest.mark.parametrize(
    'version, unknown',
    [
        pytest.param((7, 64, 0), [], id='7.64.0 knows all'),
        pytest.param((8, 0, 0), [], id='a major version to come knows all'),
        pytest.param((7, 63, 3), ['transition'], id='7.63.3 has no transition'),
        pytest.param((6, 53, 1), ['transition'], id='the last Agent 6 has no transition'),
        pytest.param((7, 41, 1), ['transition', 'trust'], id='7.41.1 cannot be told to trust the namespace'),
        pytest.param((7, 40, 1), ['transition', 'trust', 'dmi'], id='7.40.1 does not read DMI'),
        pytest.param((7, 36, 1), OLD, id='7.36.1 does not prioritize'),
        pytest.param((7, 21, 1), [*OLD, 'prefer'], id='7.21.1 cannot prefer IMDSv2'),
        pytest.param((6, 15, 1), [*OLD, 'prefer', 'windows'], id='6.15.1 knows none'),
        pytest.param((5, 32, 8), [*OLD, 'prefer', 'windows'], id='Agent 5 knows none'),
    ],
)
def test_a_setting_that_the_version_does_not_know_is_none_even_when_it_is_set(
    version: Version, unknown: list[str]
) -> None:
    keys = {
        'transition': 'ec2_imdsv2_transition_payload_enabled',
        'dmi': 'ec2_use_dmi',
        'trust': 'hostname_trust_uts_namespace',
        'prioritize': 'ec2_prioritize_instance_id_as_hostname',
        'prefer': 'ec2_prefer_imdsv2',
        'windows': 'ec2_use_windows_prefix_detection',
    }
    absent = {keys[name]: None for name in unknown}
    everything_on = dict.fromkeys(keys.values(), True)
    timeout = {} if (version >= (6, 23, 0) and version[1] >= 23) or version[0] > 7 else {'ec2_metadata_timeout': 0.1}
    assert configured({}, version) == configuration(**absent, **timeout)
    assert configured(everything_on, version) == configuration(**{**everything_on, **absent}, **timeout)


@pytest.mark.parametrize(
    'version, seconds',
    [
        pytest.param((7, 22, 1), 0.1, id='fixed before 7.23'),
        pytest.param((6, 22, 1), 0.1, id='fixed before 6.23'),
        pytest.param((7, 23, 0), 0.5, id='a setting from 7.23 on'),
        pytest.param((8, 0, 0), 0.5, id='a setting in a major version to come'),
        pytest.param(None, 0.5, id='a setting where the version is not known'),
    ],
)
def test_an_old_agent_waits_as_long_as_it_always_did(version: Version | None, seconds: float) -> None:
    assert configured({'ec2_metadata_timeout': 500}, version).ec2_metadata_timeout == seconds


def test_where_the_version_is_not_known_a_setting_counts_only_when_it_is_set() -> None:
    assert configured({'ec2_prefer_imdsv2': 'true'}, version=None) == configuration(
        ec2_prefer_imdsv2=True,
        ec2_imdsv2_transition_payload_enabled=None,
        ec2_use_dmi=None,
        hostname_trust_uts_namespace=None,
        ec2_prioritize_instance_id_as_hostname=None,
        ec2_use_windows_prefix_detection=None,
    )
