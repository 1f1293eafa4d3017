"""What goes into a support ticket names no host, account, person or address, and is judged as before."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.cli import ExitStatus, run
from datadog_checks.aws_diagnostics.cli.codec import encode
from datadog_checks.aws_diagnostics.cli.judged import Observation, judged
from datadog_checks.aws_diagnostics.cli.pseudonyms import Pseudonyms
from datadog_checks.aws_diagnostics.cli.redaction import Redaction
from datadog_checks.aws_diagnostics.cli.saved_facts import dumps, loads, read
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.values import (
    AccountId,
    AgentHostname,
    Arn,
    DatadogMetric,
    FilePath,
    HostName,
    ImdsEndpoint,
    InstanceId,
    RoleName,
)
from datadog_checks.aws_diagnostics.rules import instance_id_of

from ..account.balancers import classic, group, later, load_balancers, monitored, queries
from ..account.builders import ACCOUNT_ID, account_expectations, account_facts
from ..account.lag_builders import lag_facts, metric_lag, monitor, watched
from ..builders import INSTANCE_ID, NOW, agent, facts, host, imds, path
from .any_facts import SCALARS, values_of

SCHEMA_1 = Path(__file__).with_name('saved') / 'schema-1.json'
KEY = b'of this test'
NO_SHRINKING = (Phase.explicit, Phase.generate)
FEW = settings(
    max_examples=20, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=NO_SHRINKING
)
CANARIES = (
    'i-0dead0beef0dead0b',
    '914286350771',
    '10.20.30.40',
    'fd12:3456:789a::1',
    'ip-10-20-30-40.eu-west-1.compute.internal',
    'db7.corp.acme.example',
    'alice@acme.example',
    'arn:aws:iam::914286350771:role/team/acme-reader',
    'ec2dead0-beef-4dea-9bee-0deadbeefde0',
    'http://10.20.30.40:8080/acme',
    'alice-laptop',
    '/home/alice/acme7.yaml',
    'AIDAACME7EXAMPLE',
    'ec2-54-12-33-44.eu-west-1.compute.amazonaws.com',
    'ec2-54-12-33-44.amazonaws.com',
    '914286350771.dkr.ecr.eu-west-1.amazonaws.com',
    'prod-db-01',
    'acme-payments-web-12',
    'payments_acme_prod',
    'db7',
    'acme-corp:ProdAdmin',
    'xx.acme-corp-1.compute.internal',
    'http://169.254.169.254/latest/meta-data/iam/security-credentials/acme-reader',
)
MARKS = re.compile(
    r'0dead|914286350771|10[.-]20[.-]30[.-]40|54[.-]12[.-]33|fd12:3456|acme|alice|prod-db|\bdb7\b|ProdAdmin',
    re.IGNORECASE,
)
SENTENCES = [f"the name '{canary}' is not ({canary}), seen {canary}: {canary}." for canary in CANARIES]
CANARY_TEXTS = st.sampled_from([*CANARIES, *SENTENCES])
FIELDS_OF_CANARIES: dict[type, st.SearchStrategy[Any]] = {
    **SCALARS,
    str: CANARY_TEXTS,
    InstanceId: st.just(InstanceId(CANARIES[0])),
    AccountId: st.just(AccountId(CANARIES[1])),
    HostName: st.sampled_from([HostName(CANARIES[4]), HostName(CANARIES[5])]),
    Arn: st.just(Arn(CANARIES[7])),
    RoleName: st.just(RoleName('acme-reader')),
    FilePath: st.just(FilePath(CANARIES[11])),
    ImdsEndpoint: st.just(ImdsEndpoint('http://10.20.30.40:8080')),
}


@FEW
@given(values_of(Facts, FIELDS_OF_CANARIES), values_of(Expectations, FIELDS_OF_CANARIES))
def test_no_canary_in_any_text_field_survives(observed: Facts, expected: Expectations) -> None:
    redacted = Redaction().observation(Observation(observed, expected))
    assert MARKS.findall(json.dumps(encode(redacted.facts))) == []
    assert MARKS.findall(json.dumps(encode(redacted.expectations))) == []


@pytest.mark.parametrize('canary', CANARIES)
def test_no_canary_survives_in_an_error_text(canary: str) -> None:
    observed = facts(path=Unobserved(f"no answer from {canary}: '{canary}' refused"))
    redacted = Redaction().observation(Observation(observed, Expectations())).facts
    assert isinstance(redacted.path, Unobserved)
    assert MARKS.findall(redacted.path.reason) == []


@FEW
@given(values_of(Facts), values_of(Expectations))
def test_any_facts_stay_facts(observed: Facts, expected: Expectations) -> None:
    redacted = Redaction().observation(Observation(observed, expected))
    assert loads(dumps([redacted], NOW, redacted=True)).instances == (redacted,)


MISNAMED = facts(
    agent=agent(hostname='web', provider='os'),
    host=host(os_hostname='web'),
    imds=imds(endpoint='http://169.254.169.254'),
    path=path(gateways=1, gateway_addresses=('172.17.0.1',)),
)
NAMED = Expectations(hostname=AgentHostname('web.example.com'))
OF_INSTANCE = watched('aws.ec2.cpuutilization', InstanceId=INSTANCE_ID)
WATCHED = lag_facts(
    metric_lag(31, 72, 45), metric_lag(watched=OF_INSTANCE, detailed=False), monitors=(monitor(evaluation_delay=0),)
)
STREAMED = lag_facts(
    monitors=tuple(
        monitor(number, metrics=(metric,), streamed=(metric,), evaluation_delay=0)
        for number, metric in enumerate(map(DatadogMetric, ('aws.lambda.errors', 'aws.lambda.acme')))
    )
)
STALE = facts(agent=agent(hostname='i-0fedcba9876543210'))


SUMMED = {
    scope: load_balancers(later(), queries=queries(f'sum:aws.applicationelb.healthy_host_count{{{scope}}}'))
    for scope in (
        '*',
        'name:web',
        'loadbalancer:app/web/50dc6c495c0c9188,targetgroup:targetgroup/web/73e2d6bc24d8a067,region:eu-west-1',
        'name:other',
        f'aws_account:{ACCOUNT_ID}',
        'env:prod',
    )
}
COUNT = 'sum:aws.applicationelb.healthy_host_count'
SUMMED['zones that are told apart'] = load_balancers(later(), queries=queries(f'{COUNT}{{*}} by {{availability_zone}}'))
SUMMED['zones, for a share'] = load_balancers(
    later(), queries=monitored(f'max(last_5m):{COUNT}{{env:prod}} by {{env}} / {COUNT}{{env:prod}} by {{env}} < 0.5')
)


def test_names_of_load_balancers_and_monitors_are_pseudonyms() -> None:
    named = load_balancers(
        classic(name='acme-payments'),
        later(group(name='acme-web'), name='acme'),
        queries=queries('sum:aws.elb.healthy_host_count{name:acme-payments,acme:web} by {acme}'),
        gaps=(Unobserved('2 chosen load balancers of eu-west-1 not looked at: acme-payments'),),
    )
    named = replace(named, queries=tuple(replace(q, name='acme hosts') for q in named.queries))  # type: ignore[union-attr]
    redacted = Redaction().observation(Observation(account_facts(load_balancers=named), account_expectations())).facts
    saved = json.dumps(encode(redacted.of_account.load_balancers))
    assert MARKS.findall(saved) == []
    assert ['aws.elb.healthy_host_count' in saved, 'eu-west-1a' in saved, '"sum"' in saved] == [True, True, True]


@pytest.mark.parametrize(
    'observation',
    [
        *(pytest.param(o, id=f'saved number {n}') for n, o in enumerate(read(SCHEMA_1).instances)),
        pytest.param(Observation(facts(), Expectations()), id='healthy'),
        pytest.param(Observation(MISNAMED, Expectations()), id='named by the host'),
        pytest.param(
            Observation(STALE, Expectations(hostname=AgentHostname('web.example.com'))), id='named by another instance'
        ),
        pytest.param(Observation(account_facts(), account_expectations()), id='a healthy account'),
        pytest.param(Observation(WATCHED, account_expectations()), id='watched metrics, one of them late'),
        pytest.param(Observation(STREAMED, account_expectations()), id='monitors of metrics that a stream carries'),
        *(
            pytest.param(
                Observation(account_facts(load_balancers=SUMMED[name]), account_expectations()), id=f'a sum over {name}'
            )
            for name in SUMMED
        ),
    ],
)
def test_redacted_facts_are_judged_as_before(observation: Observation) -> None:
    before, after = judged(observation), judged(Redaction().observation(observation))
    assert [(f.diagnosis.id, f.word, f.explained_by) for f in after.findings] == [
        (f.diagnosis.id, f.word, f.explained_by) for f in before.findings
    ]


@pytest.mark.parametrize(
    ('text', 'form'),
    [
        (INSTANCE_ID, r'i-[0-9a-f]{17}'),
        ('i-0123abcd', r'i-[0-9a-f]{8}'),
        ('s.i-0123456789abcdef0', r's\.i-[0-9a-f]{17}'),
        (f'{INSTANCE_ID}-production', r'i-[0-9a-f]{17}-x[0-9a-f]{10}'),
        (ACCOUNT_ID, r'\d{12}'),
        ('172.17.0.1', r'198\.1[89]\.\d+\.\d+'),
        ('2a05:d018::1', r'2001:db8:.*'),
        ('http://10.0.0.1:80', r'http://198\.1[89]\.\d+\.\d+:80'),
        ('http://[2a05:d018::1]', r'http://\[2001:db8:.*\]'),
        ('ip-10-0-0-12.eu-west-1.compute.internal', r'ip-198-1[89]-\d+-\d+\.eu-west-1\.compute\.internal'),
        ('domU-12-31-38-04.ec2.internal', r'domU-[0-9a-f]{10}\.ec2\.internal'),
        ('web.example.com', r'x[0-9a-f]{10}\.x[0-9a-f]{10}\.x[0-9a-f]{10}'),
        (f'arn:aws:iam::{ACCOUNT_ID}:role/a/b', r'arn:aws:iam::\d{12}:role/x[0-9a-f]{10}/x[0-9a-f]{10}'),
        (f'AWS:arn:aws:iam::{ACCOUNT_ID}:root', r'AWS:arn:aws:iam::\d{12}:root'),
        ('/etc/agent/name', r'/x[0-9a-f]{10}/x[0-9a-f]{10}/x[0-9a-f]{10}'),
    ],
)
def test_a_pseudonym_has_the_form_of_what_it_replaces(text: str, form: str) -> None:
    made = Pseudonyms(KEY).of(text)
    assert re.fullmatch(form, made)
    assert made != text


@pytest.mark.parametrize(
    'text',
    [
        '464622532012',
        'AWS:arn:aws:iam::464622532012:root',
        'arn:aws:iam::aws:policy/SecurityAudit',
        'DatadogIntegrationRole',
        '169.254.169.254',
        'Service:ec2.amazonaws.com',
        'ecs-tasks.amazonaws.com',
        'route53.amazonaws.com',
        'ec2.amazonaws.com.cn',
        'AWS:*',
    ],
)
def test_what_is_public_stays(text: str) -> None:
    assert Pseudonyms(KEY).of(text) == text


def test_the_same_value_has_the_same_pseudonym_wherever_it_is() -> None:
    named = facts(agent=agent(hostname=INSTANCE_ID, provider_errors={'os': f'{INSTANCE_ID} is not web'}))
    redacted = Redaction().observation(Observation(named, Expectations())).facts
    id = instance_id_of(redacted)
    assert id is not None
    found = Counter(re.findall(r'\bi-[0-9a-f]{17}', json.dumps(encode(redacted))))
    assert set(found) == {id}
    assert found[id] >= 4


def test_a_short_name_is_still_the_beginning_of_the_full_one() -> None:
    pseudonyms = Pseudonyms(KEY)
    assert pseudonyms.of('web.example.com').startswith(f'{pseudonyms.of("web")}.')


def test_a_name_that_looks_like_a_word_is_found_in_sentences_too() -> None:
    observed = facts(host=host(os_hostname='web'), path=Unobserved("the host 'web' has no sockets"))
    redacted = Redaction().observation(Observation(observed, Expectations())).facts
    assert isinstance(redacted.path, Unobserved)
    assert re.fullmatch(r"the host 'x[0-9a-f]{10}' has no sockets", redacted.path.reason)


@pytest.mark.parametrize('word', ['payments', 'PAYMENTS', 'Prod', 'ledger', 'ap-south-1', 'http_proxy'])
def test_every_label_of_a_known_name_is_a_name_in_sentences_in_any_case(word: str) -> None:
    observed = facts(
        agent=agent(hostname='Payments.prod.example.com'),
        host=host(os_hostname='ledger.ap-south-1.http_proxy.eu-west-1.compute.internal'),
        path=Unobserved(f'no sockets on {word}: refused'),
    )
    redacted = Redaction().observation(Observation(observed, Expectations())).facts
    assert isinstance(redacted.path, Unobserved)
    assert re.fullmatch(r'no sockets on x[0-9a-f]{10}: refused', redacted.path.reason)


@pytest.mark.parametrize(
    'text',
    [
        'ec2_prefer_imdsv2 is off in eu-west-1',
        'missing permission: iam:GetRole in us-gov-east-1',
        'ec2:DescribeInstances took 3.5s',
        'PUT http://169.254.169.254/latest/api/token: no answer',
        'an internal error in eusc-de-east-1',
        "EC2: DMI board_vendor is 'Amazon EC2', and board_asset_tag names no instance",
    ],
)
def test_the_words_of_the_product_and_of_aws_stay_in_sentences(text: str) -> None:
    named = host(os_hostname='ip-10-0-0-1.eu-west-1.compute.internal')
    observed = facts(host=named, agent=agent(hostname='web.internal'), path=Unobserved(text))
    redacted = Redaction().observation(Observation(observed, Expectations())).facts
    assert redacted.path == Unobserved(text)


def test_without_the_key_nobody_can_compute_a_pseudonym_so_every_run_has_others() -> None:
    assert Pseudonyms(KEY).of(ACCOUNT_ID) == Pseudonyms(KEY).of(ACCOUNT_ID)
    assert len({Pseudonyms().of(ACCOUNT_ID) for _ in range(20)}) == 20


def test_judge_redacts_its_report_and_check_the_facts_that_it_saves(tmp_path, capsys, monkeypatch) -> None:
    assert run(['judge', '--redact', '--json', str(SCHEMA_1)]) != ExitStatus.DEFECT
    shown = capsys.readouterr().out
    assert [known for known in (INSTANCE_ID, ACCOUNT_ID, '172.17.0.1', str(SCHEMA_1)) if known in shown] == []
    config = tmp_path / 'conf.yaml'
    config.write_text('instances: [{ec2: never}]')
    monkeypatch.setenv('HOSTNAME', 'acme7')
    named = ['--agent-hostname', 'db7.corp.acme.example']
    assert run(['check', '--config', str(config), '--redact', '--save-facts', str(tmp_path / 'f.json'), *named]) == 0
    saved = (tmp_path / 'f.json').read_text()
    assert MARKS.findall(saved + capsys.readouterr().out) == []
    assert loads(saved).redacted
