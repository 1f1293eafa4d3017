from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_HOSTS_MISNAMED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_facts
from tests.diagnoses.imds_fleet.fleets import (
    COULD_NOT,
    ID,
    LIST_ALL,
    MODIFY,
    NOT_LOOKED_AT,
    OTHER_ID,
    SWITCHED_OFF,
    TERRAFORM,
    UNSWEPT,
    counts,
    in_one_region,
    in_two_regions,
    wrong,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

BEHIND = 'with containers behind required tokens and a hop limit of 1'
ONE = {'misnamed': 1, 'counts': counts(('required', 1, 'enabled', 1)), 'worst': (wrong(containers='eks'),)}
TWELVE = {
    'misnamed': 12,
    'counts': counts(('required', 1, 'enabled', 12)),
    'worst': tuple(wrong(f'i-{n:017x}', containers='ecs', region='us-east-1') for n in range(8)),
}
IDS = ', '.join(f'i-{n:017x} (ecs)' for n in range(3))

FAILS = {
    'one node of EKS': Row(
        in_one_region(**ONE),
        f'1 running instance {BEHIND}: 1 in eu-west-1; for example {ID} (eks)',
        near_miss='nothing is wrong',
    ),
    'in two regions, the most first': Row(
        in_two_regions({'misnamed': 3}, TWELVE),
        f'15 running instances {BEHIND}: 12 in us-east-1, 3 in eu-west-1; for example {IDS}',
        near_miss='an instance allows IMDSv1, and another has no endpoint',
    ),
    'one is known, and another region could not be swept': Row(
        in_two_regions(UNSWEPT, TWELVE),
        f'at least 12 running instances {BEHIND}: 12 in us-east-1; for example {IDS}',
        near_miss='nothing is wrong',
    ),
}
PASSES = {
    'nothing is wrong': Row(in_one_region(), f'no running instance {BEHIND} in 1 region'),
    'an instance allows IMDSv1, and another has no endpoint': Row(
        in_two_regions(
            {'counts': counts(('optional', 1, 'enabled', 1))}, {'counts': counts(('required', 1, 'disabled', 1))}
        ),
        f'no running instance {BEHIND} in 2 regions',
    ),
}
UNKNOWN = {
    'the permission is missing': Row(in_one_region(**UNSWEPT), COULD_NOT),
    'the sweep is under way, and nothing wrong is found yet': Row(
        in_two_regions({}, {'complete': False, 'note': 'the budget of 500 calls to AWS in one run is used up'}),
        '1 region could not be looked at as a whole: the budget of 500 calls to AWS in one run is used up',
    ),
    'no region is known': Row(account_facts(fleet=Unobserved('no region is known')), 'no region is known'),
}
NOT_APPLICABLE = {'the feature is off': Row(in_one_region(**ONE), SWITCHED_OFF, NOT_LOOKED_AT)}

HELM = (
    'EKS: take the name that cloud-init found (exposes one read-only file; gives the name, not the tags; not on '
    'Bottlerocket). Helm: providers.eks.ec2.useHostnameFromFile: true',
    'EKS: run the Agent in the host network (exposes the network of the host to the Agent alone). Helm: '
    'agents.useHostNetwork: true',
)
TASK = (
    'ECS: run the Agent in the host network (exposes the network of the host to the Agent alone). Task definition: '
    '"networkMode": "host"'
)
RAISE = (
    'Raise the hop limit (exposes IMDS, credentials of the instance role included, to every container of the '
    f'instance): {MODIFY} {ID} --http-put-response-hop-limit 2'
)
SUMMARY = 'Let the Agents of these instances do without the hops, or raise the hop limit to 2'
LAST = (LIST_ALL, f'{TERRAFORM} {{ http_put_response_hop_limit = 2 }}')
REMEDIES = {
    'a node of EKS': (in_one_region(**ONE), Remedy(SUMMARY, (*HELM, RAISE, *LAST))),
    'an instance of EKS and one of ECS': (
        in_one_region(misnamed=2, worst=(wrong(containers='eks'), wrong(OTHER_ID, containers='ecs'))),
        Remedy(
            SUMMARY,
            (*HELM, TASK, RAISE, f'The same: {MODIFY} {OTHER_ID} --http-put-response-hop-limit 2', *LAST),
        ),
    ),
}

test_verdict = verdict_test(IMDS_FLEET_HOSTS_MISNAMED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_HOSTS_MISNAMED, REMEDIES)
