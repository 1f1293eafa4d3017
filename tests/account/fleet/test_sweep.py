"""What a sweep asks for, and what it makes of the answers."""

import pytest

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.fleet import FleetSweep
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    Count,
    Fault,
    LaunchTemplate,
    MetadataDefaults,
    Region,
    TemplateCount,
    WrongInstance,
)
from datadog_checks.aws_diagnostics.facts.values import InstanceId, LaunchTemplateId, TemplateVersion
from tests.account.ec2_documents import Template
from tests.account.ec2_fleet import ECS_INSTANCE, EKS_NODE, Instance, Instances, instance_id, listed
from tests.account.ec2_server import Account
from tests.account.fleet.sweeping import NO_CLOUDWATCH, REGION, run, run_once

DEFAULTS = MetadataDefaults('required', managed_by='account')
MISNAMED = Instance('required', 1, tags=EKS_NODE)


def wrong(
    number: int, http_tokens: str, hop_limit: int, endpoint: str = 'enabled', containers: str = ''
) -> WrongInstance:
    id, name = InstanceId(instance_id(number)), f'node-{number}'
    return WrongInstance(id, REGION, http_tokens, hop_limit, endpoint, containers, name)


def test_a_sweep_says_what_is_wrong_and_counts_nothing_else(ec2: Account) -> None:
    ec2.instances[REGION] = listed(
        Instance(), MISNAMED, Instance('optional', 1, tags=ECS_INSTANCE), Instance(endpoint='disabled')
    )
    assert run_once().only == Region(
        REGION,
        (
            Count('optional', 1, 'enabled', 1),
            Count('required', 1, 'enabled', 1),
            Count('required', 2, 'disabled', 1),
        ),
        worst=(
            wrong(1, 'required', 1, containers='eks'),
            wrong(2, 'optional', 1, containers='ecs'),
            wrong(3, 'required', 2, endpoint='disabled'),
        ),
        complete=True,
        defaults=DEFAULTS,
        launch_templates=(),
        tokenless=Unobserved(NO_CLOUDWATCH),
    )


@pytest.mark.parametrize(
    'instance',
    [
        pytest.param(Instance(), id='tokens and two hops'),
        pytest.param(Instance(hop_limit=1), id='one hop, and no containers'),
        pytest.param(Instance(tags=EKS_NODE), id='containers, and two hops'),
        pytest.param(Instance('optional', 1, state='stopped'), id='IMDSv1 on an instance that does not run'),
        pytest.param(Instance(hop_limit=1, tags={'eks:cluster': 'x'}), id='a tag that is almost one of EKS'),
        pytest.param(Instance(hop_limit=1, tags={'team': 'eks:cluster-name'}), id='a tag with such a value'),
    ],
)
def test_an_instance_that_is_right_is_not_even_described(ec2: Account, instance: Instance) -> None:
    ec2.instances[REGION] = listed(instance, MISNAMED)
    bytes_of_one = _bytes_of(ec2, listed(MISNAMED))
    assert _bytes_of(ec2, listed(instance, MISNAMED)) == bytes_of_one


def _bytes_of(ec2: Account, instances: Instances) -> int:
    ec2.instances[REGION] = instances
    before = ec2.sent
    assert run_once().only.counts == (Count('required', 1, 'enabled', 1),)
    return ec2.sent - before


@pytest.mark.parametrize(
    ('tag', 'containers'),
    [
        ('eks:cluster-name', 'eks'),
        ('aws:eks:cluster-name', 'eks'),
        ('kubernetes.io/cluster/blue', 'eks'),
        ('alpha.eksctl.io/cluster-name', 'eks'),
        ('AmazonECSManaged', 'ecs'),
        ('aws:ecs:clusterName', 'ecs'),
    ],
)
def test_tags_tell_who_runs_containers(ec2: Account, tag: str, containers: str) -> None:
    ec2.instances[REGION] = listed(Instance('required', 1, tags={tag: ''}))
    assert [instance.containers for instance in run_once().only.worst] == [containers]


def test_no_instance_is_described_twice(ec2: Account) -> None:
    everything = Instance('optional', 1, 'disabled', tags=EKS_NODE)
    ec2.instances[REGION] = listed(everything, MISNAMED)
    assert run_once().only.counts == (Count('optional', 1, 'disabled', 1), Count('required', 1, 'enabled', 1))


def test_the_filters_of_the_operator_narrow_every_request(ec2: Account) -> None:
    blue = Instance('optional', tags={'team': 'blue'})
    ec2.instances[REGION] = listed(blue, Instance('optional', tags={'team': 'red'}), Instance('optional'))
    options = AccountOptions(fleet_filter=(('tag:team', ('blue', 'green')),))
    assert run_once(options=options).only.counts == (Count('optional', 2, 'enabled', 1),)
    filters = [r.filters for r in ec2.requests if r.action == 'DescribeInstances']
    assert [f['tag:team'] for f in filters] == [['blue', 'green']] * 3


def test_pages_are_small_and_what_is_kept_is_bounded_however_many_are_wrong(ec2: Account) -> None:
    ec2.instances[REGION] = Instances(250, lambda _: Instance('optional'))
    region = run_once().only
    assert region.counts == (Count('optional', 2, 'enabled', 250),)
    assert len(region.worst) == 8
    asked = [r for r in ec2.requests if r.action == 'DescribeInstances']
    assert {r.parameters['MaxResults'] for r in asked} == {'100'}
    assert len(asked) == 3 + 2


def test_what_ec2_does_not_document_is_kept_as_other(ec2: Account) -> None:
    odd = Instance('sometimes, "x"', 99, 'disabled', tags={'Name': 'odd'})
    ec2.instances[REGION] = listed(odd)
    (instance,) = run_once().only.worst
    assert (instance.http_tokens, instance.hop_limit, instance.endpoint) == ('other', 0, 'disabled')


def test_every_wrong_instance_is_passed_on_as_it_is_found(ec2: Account) -> None:
    found: list[WrongInstance] = []
    run(FleetSweep(AccountOptions(), found.append))
    assert len(found) == len({instance.instance_id for instance in found}) == 100


def test_control_characters_of_a_name_do_not_arrive(ec2: Account) -> None:
    ec2.instances[REGION] = listed(Instance('optional', tags={'Name': 'a\u2028b\tc\u202e' + 'x' * 300}))
    (instance,) = run_once().only.worst
    assert instance.name == 'a b c?' + 'x' * 119 + '...'


@pytest.mark.parametrize(
    ('served', 'defaults'),
    [
        pytest.param({}, MetadataDefaults(), id='nothing is set'),
        pytest.param(
            {
                'httpTokens': 'required',
                'httpPutResponseHopLimit': 2,
                'httpEndpoint': 'enabled',
                'managedBy': 'declarative-policy',
                'httpTokensEnforced': 'enabled',
            },
            MetadataDefaults('required', 'enabled', 2, 'enabled', 'declarative-policy'),
            id='everything is set by a declarative policy',
        ),
        pytest.param(
            {'httpTokens': 'no-preference', 'httpPutResponseHopLimit': -1}, MetadataDefaults(), id='taken back'
        ),
    ],
)
def test_the_defaults_of_a_region(ec2: Account, served: dict[str, str | int], defaults: MetadataDefaults) -> None:
    ec2.defaults = served
    assert run_once().only.defaults == defaults


@pytest.mark.parametrize(
    ('template', 'kept'),
    [
        pytest.param(
            Template('old', {'httpTokens': 'optional', 'httpPutResponseHopLimit': 1}),
            ('optional', 1, ''),
            id='IMDSv1 allowed',
        ),
        pytest.param(
            Template('closed', {'httpTokens': 'optional', 'httpEndpoint': 'disabled'}),
            ('optional', None, '', 'disabled'),
            id='the endpoint disabled, whatever else it says',
        ),
        pytest.param(
            Template('node', {'httpTokens': 'required', 'httpPutResponseHopLimit': 1}, EKS_NODE),
            ('required', 1, 'eks'),
            id='containers out of reach',
        ),
        pytest.param(
            Template('node', {'httpPutResponseHopLimit': 1}, ECS_INSTANCE),
            ('required', 1, 'ecs'),
            id='containers out of reach, by the tokens of the regional default',
        ),
        pytest.param(Template('web', {'httpTokens': 'required', 'httpPutResponseHopLimit': 1}), None, id='one hop'),
        pytest.param(Template('node', {'httpTokens': 'required'}, EKS_NODE), None, id='the AMI decides on the hops'),
        pytest.param(Template('bare'), None, id='the regional default requires tokens'),
    ],
)
def test_launch_templates_that_start_an_instance_wrong(
    ec2: Account, template: Template, kept: tuple[str, int | None, str] | tuple[str, int | None, str, str] | None
) -> None:
    ec2.templates = (Template('right', {'httpTokens': 'required', 'httpPutResponseHopLimit': 2}, EKS_NODE), template)
    expected = () if kept is None else (described('lt-' + '0' * 16 + '1', template.name, *kept),)
    assert run_once().only.launch_templates == expected


def described(
    id: str, name: str, http_tokens: str, hop_limit: int | None, containers: str, endpoint: str = ''
) -> LaunchTemplate:
    version = TemplateVersion('3')
    return LaunchTemplate(LaunchTemplateId(id), name, REGION, http_tokens, hop_limit, containers, version, endpoint)


def test_a_template_that_leaves_tokens_open_follows_the_regional_default(ec2: Account) -> None:
    ec2.defaults, ec2.templates = {'httpTokens': 'optional'}, (Template('bare'),)
    assert run_once().only.launch_templates == (described('lt-' + '0' * 17, 'bare', 'optional', None, ''),)


def test_many_templates_of_one_fault_do_not_hide_another(ec2: Account) -> None:
    misnaming = Template('node', {'httpTokens': 'required', 'httpPutResponseHopLimit': 1}, EKS_NODE)
    ec2.templates = (*(Template(f'old-{n}', {'httpTokens': 'optional'}) for n in range(120)), misnaming)
    region = run_once().only
    assert not isinstance(region.launch_templates, Unobserved)
    assert [t.http_tokens for t in region.launch_templates] == ['optional'] * 8 + ['required']
    assert region.template_counts == (TemplateCount(Fault.IMDSV1_ALLOWED, 120), TemplateCount(Fault.MISNAMED, 1))
    pages = [r.parameters['MaxResults'] for r in ec2.requests if r.action == 'DescribeLaunchTemplateVersions']
    assert pages == ['50'] * 3
