from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_IMDSV1_STILL_USED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.diagnoses.imds_fleet.fleets import (
    COULD_NOT,
    ID,
    MODIFY,
    NOT_LOOKED_AT,
    OFF,
    OTHER_ID,
    SWITCHED_OFF,
    UNSWEPT,
    counts,
    in_one_region,
    use,
    wrong,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

TWO_ALLOW = {'counts': counts(('optional', 2, 'enabled', 2))}
NO_CLOUDWATCH = 'missing permission cloudwatch:GetMetricData in eu-west-1 (AccessDenied)'
ONE_USES = in_one_region(**TWO_ALLOW, tokenless=(use(ID, 0.0), use(OTHER_ID, 120.0)))

FAILS = {
    'one of two uses it': Row(
        ONE_USES,
        f'1 running instance used IMDSv1 in the last 14 days: {OTHER_ID} in eu-west-1 (MetadataNoToken 120); '
        '1 more allow it and did not use it',
        OFF,
        near_miss='two allow it, and CloudWatch counted no use',
    ),
    'one uses it, and the sweep is not complete': Row(
        in_one_region(**TWO_ALLOW, tokenless=(use(ID, 1.0),), complete=False, note='throttled'),
        f'1 running instance used IMDSv1 in the last 14 days: {ID} in eu-west-1 (MetadataNoToken 1); 0 more allow it '
        'and did not use it',
        OFF,
        near_miss='two allow it, and CloudWatch counted no use',
    ),
}
PASSES = {
    'two allow it, and CloudWatch counted no use': Row(
        in_one_region(**TWO_ALLOW, tokenless=(use(ID, 0.0), use(OTHER_ID, 0.0))),
        'none of 2 running instances that allow IMDSv1 used it in the last 14 days',
        OFF,
    ),
    'none allows it': Row(in_one_region(), 'no running instance allows IMDSv1', OFF),
}
UNKNOWN = {
    'the permission for CloudWatch is missing': Row(
        in_one_region(**TWO_ALLOW, tokenless=Unobserved(NO_CLOUDWATCH)),
        f'1 region could not be looked at as a whole: {NO_CLOUDWATCH}',
        OFF,
    ),
    'the permission for EC2 is missing': Row(in_one_region(**UNSWEPT), COULD_NOT, OFF),
    'CloudWatch has no values of one of two': Row(
        in_one_region(**TWO_ALLOW, tokenless=(use(ID, 0.0),)),
        'none of 1 running instance that allows IMDSv1 used it, but of 1 more nothing is known: CloudWatch has no '
        'values, or was not asked as it charges for it',
        OFF,
    ),
}
NOT_APPLICABLE = {
    'IMDSv1 may be used': Row(ONE_USES, "imdsv1 is not set to 'disabled', so IMDSv1 may be used"),
    'the feature is off': Row(ONE_USES, SWITCHED_OFF, NOT_LOOKED_AT),
}
REMEDIES = {
    'the unused one is behind one hop with containers': (
        in_one_region(
            counts=counts(('optional', 1, 'enabled', 2)),
            tokenless=(use(ID, 0.0), use(OTHER_ID, 120.0)),
            worst=(wrong(http_tokens='optional', containers='eks'),),
        ),
        OFF,
        Remedy(
            'Find what still uses IMDSv1 on these instances, and require tokens on the others',
            (
                f'On {OTHER_ID}: find the process that asks without a token, and update its SDK. '
                'https://github.com/aws/aws-imds-packet-analyzer names it',
                f'Require tokens, as nothing was asked for without one: {MODIFY} {ID} --http-tokens required '
                '--http-put-response-hop-limit 2',
                'Require tokens on the rest once their MetadataNoToken in CloudWatch stays at 0: the diagnosis '
                'imds-fleet-imdsv1-enabled has the commands',
            ),
        ),
    )
}

test_verdict = verdict_test(IMDS_FLEET_IMDSV1_STILL_USED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_IMDSV1_STILL_USED, REMEDIES)
