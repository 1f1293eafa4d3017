from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_HOSTS_MISNAMED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.builders import account_facts
from tests.diagnoses.imds_fleet.fleets import (
    COULD_NOT,
    HERE,
    KEEP,
    LOOPED,
    MODIFY,
    NOT_LOOKED_AT,
    OTHER_ID,
    OTHER_REGION,
    SWITCHED_OFF,
    THESE,
    UNSWEPT,
    WRITE_CSV,
    counts,
    in_earnest,
    in_one_region,
    in_terraform,
    in_two_regions,
    loop,
    wrong,
)
from tests.diagnoses.remedy_parts import APPLY_HELM
from tests.diagnoses.tables import Row, remedy_test, verdict_test

BEHIND = 'where containers cannot reach IMDSv2 (tokens required, hop limit 1)'
ONE = {'counts': counts(('required', 1, 'enabled', 1)), 'worst': (wrong(containers='eks'),)}
TWELVE = {
    'counts': counts(('required', 1, 'enabled', 12)),
    'worst': tuple(wrong(f'i-{n:017x}', containers='ecs', region=OTHER_REGION) for n in range(8)),
}
IDS = ', '.join(f'i-{n:017x} (ecs)' for n in range(3))

FAILS = {
    'one node of EKS': Row(
        in_one_region(**ONE),
        f'1 running instance {BEHIND}: 1 in eu-west-1; for example i-0123456789abcdef0 (eks)',
        near_miss='nothing is wrong',
    ),
    'in two regions, the most first': Row(
        in_two_regions({'counts': counts(('required', 1, 'enabled', 3))}, TWELVE),
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
    'nothing is wrong': Row(in_one_region(), f'no running instances {BEHIND} in 1 region'),
    'an instance allows IMDSv1, and another has no endpoint': Row(
        in_two_regions(
            {'counts': counts(('optional', 1, 'enabled', 1))}, {'counts': counts(('required', 1, 'disabled', 1))}
        ),
        f'no running instances {BEHIND} in 2 regions',
    ),
}
UNKNOWN = {
    'the permission is missing': Row(in_one_region(**UNSWEPT), COULD_NOT),
    'the sweep is under way, and nothing wrong is found yet': Row(
        in_two_regions({}, {'complete': False, 'note': 'the budget of 500 calls to AWS in one run is used up'}),
        '1 region could not be fully scanned: the budget of 500 calls to AWS in one run is used up',
    ),
    'no region is known': Row(account_facts(fleet=Unobserved('no region is known')), 'no region is known'),
}
NOT_APPLICABLE = {'the feature is off': Row(in_one_region(**ONE), SWITCHED_OFF, NOT_LOOKED_AT)}

TO_THE_HOST = "the host's network to the Agent, and the Agent's ports on the host"
BACK_TO_FALSE = Step('Set it back to false in the Helm values')
FROM_A_FILE = Choice(
    "On EKS, use cloud-init's instance ID file instead of IMDS, in the Helm values: it gives the hostname, not the "
    'tags, and Bottlerocket has no such file',
    (Command('providers:\n  eks:\n    ec2:\n      useHostnameFromFile: true', Language.HELM),),
    'one read-only file of the host to the Agent',
    BACK_TO_FALSE,
)
HOST_NETWORK_OF_EKS = Choice(
    'On EKS, run the Agent in the host network, in the Helm values',
    (Command('agents:\n  useHostNetwork: true', Language.HELM),),
    TO_THE_HOST,
    BACK_TO_FALSE,
)
HOST_NETWORK_OF_ECS = Choice(
    'On ECS, run the Agent in the host network, in a new revision of its task definition',
    (Command('{\n  "networkMode": "host"\n}', Language.JSON),),
    TO_THE_HOST,
    Step('Update the service to the previous revision of the task definition'),
)
EXPOSES = 'IMDS and the credentials of the instance role to every container on them'
REASON = 'containers cannot reach IMDSv2'
SAY = '  echo "$id in $region: hop limit 2"'
SET = '    --http-put-response-hop-limit 2 < /dev/null > /dev/null'
RAISE_ONE = Choice(
    f'Raise the hop limit to 2 on {HERE}',
    (Command(f'{MODIFY} --http-put-response-hop-limit 2'),),
    EXPOSES,
    Step('Set the previous values again', (Command(f'{MODIFY} --http-put-response-hop-limit 1'),)),
)
RAISE_MANY = Choice(
    f'Raise the hop limit to 2 on {THESE}',
    (
        WRITE_CSV,
        loop('id region _ _ _ _ reason', REASON, SAY, f'  {LOOPED} --dry-run \\', SET),
    ),
    EXPOSES,
    Step(
        KEEP,
        (
            loop(
                'id region _ hops _ _ reason',
                REASON,
                '  echo "$id in $region: the previous options"',
                f'  {LOOPED} \\',
                '    --http-put-response-hop-limit "$hops" < /dev/null > /dev/null',
            ),
        ),
    ),
)
CHANGE_THEM = in_earnest(loop('id region _ _ _ _ reason', REASON, SAY, f'  {LOOPED} \\', SET))
SUMMARY = 'Avoid the extra hop, or raise the hop limit to 2'
RESTART = Step('Restart the Agents on these instances; an Agent resolves its hostname only at startup')
IN_TERRAFORM = in_terraform('http_put_response_hop_limit = 2')
KARPENTER = Step(
    'For new nodes of Karpenter, set this in their EC2NodeClass',
    (Command('spec:\n  metadataOptions:\n    httpPutResponseHopLimit: 2', Language.YAML),),
)
NODE_GROUP = Step(
    'For new nodes of a managed node group, set it in a launch template of your own: EKS overwrites changes of the one '
    'that it makes'
)
REFUSED = Step(
    'Where AWS refuses the change, use the host network: on nodes of EKS Auto Mode, which always have a hop limit of '
    '1, on ECS Managed Instances, and where a declarative policy sets the options'
)
OF_EKS = (IN_TERRAFORM, KARPENTER, NODE_GROUP, REFUSED)
REMEDIES = {
    'a node of EKS': (
        in_one_region(**ONE),
        Remedy(SUMMARY, (FROM_A_FILE, HOST_NETWORK_OF_EKS, RAISE_ONE), (APPLY_HELM, RESTART, *OF_EKS)),
    ),
    'an instance of EKS and one of ECS': (
        in_one_region(
            counts=counts(('required', 1, 'enabled', 2)),
            worst=(wrong(containers='eks'), wrong(OTHER_ID, containers='ecs')),
        ),
        Remedy(
            SUMMARY,
            (FROM_A_FILE, HOST_NETWORK_OF_EKS, HOST_NETWORK_OF_ECS, RAISE_MANY),
            (CHANGE_THEM, APPLY_HELM, RESTART, *OF_EKS),
        ),
    ),
    'many of ECS, of which a few are known by name': (
        in_one_region(counts=counts(('required', 1, 'enabled', 40)), worst=(wrong(containers='ecs'),)),
        Remedy(SUMMARY, (HOST_NETWORK_OF_ECS, RAISE_MANY), (CHANGE_THEM, RESTART, IN_TERRAFORM, REFUSED)),
    ),
}

test_verdict = verdict_test(IMDS_FLEET_HOSTS_MISNAMED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_HOSTS_MISNAMED, REMEDIES)
