from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_IMDSV1_ENABLED
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.account.builders import account_facts
from tests.diagnoses.imds_fleet.fleets import (
    COULD_NOT,
    ID,
    LIST_ALL,
    MODIFY,
    NOT_LOOKED_AT,
    OFF,
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

SOME = {
    'counts': counts(('optional', 1, 'enabled', 4), ('optional', 2, 'enabled', 3)),
    'worst': (wrong(http_tokens='optional'),),
}
MAY = "imdsv1 is not set to 'disabled', so IMDSv1 may be on"

FAILS = {
    'whatever their hop limit is': Row(
        in_one_region(**SOME),
        f'7 running instances with IMDSv1 allowed: 7 in eu-west-1; for example {ID}',
        OFF,
        near_miss='tokens are required, or the endpoint is disabled',
    ),
    'another region could not be swept': Row(
        in_two_regions(SOME, UNSWEPT),
        f'at least 7 running instances with IMDSv1 allowed: 7 in eu-west-1; for example {ID}',
        OFF,
        near_miss='tokens are required, or the endpoint is disabled',
    ),
}
PASSES = {
    'tokens are required, or the endpoint is disabled': Row(
        in_one_region(counts=counts(('required', 1, 'enabled', 9), ('optional', 1, 'disabled', 2))),
        'no running instance with IMDSv1 allowed in 1 region',
        OFF,
    )
}
UNKNOWN = {'the permission is missing': Row(in_one_region(**UNSWEPT), COULD_NOT, OFF)}
NOT_APPLICABLE = {
    'IMDSv1 may be on, and is': Row(in_one_region(**SOME), f'{MAY} (7 running instances with IMDSv1 allowed)'),
    'IMDSv1 may be on, and nothing is known': Row(account_facts(fleet=Unobserved('no region')), MAY),
    'the feature is off': Row(in_one_region(**SOME), SWITCHED_OFF, replace(NOT_LOOKED_AT, imdsv1=ImdsV1.DISABLED)),
}
REMEDIES = {
    'one in containers behind one hop, one on a host': (
        in_one_region(
            counts=counts(('optional', 1, 'enabled', 2)),
            worst=(wrong(http_tokens='optional'), wrong(OTHER_ID, http_tokens='optional', containers='eks')),
        ),
        Expectations(imdsv1=ImdsV1.DISABLED),
        Remedy(
            'Require tokens on these instances, once nothing there uses IMDSv1 any more',
            (
                'See which of them still use IMDSv1, which stops working then: the diagnosis '
                'imds-fleet-imdsv1-still-used',
                'Require tokens (whatever still asks without one loses the metadata and the credentials of the '
                f'role): {MODIFY} {ID} --http-tokens required',
                f'The same: {MODIFY} {OTHER_ID} --http-tokens required --http-put-response-hop-limit 2',
                LIST_ALL,
                f'{TERRAFORM} {{ http_tokens = "required" }}',
            ),
        ),
    )
}

test_verdict = verdict_test(IMDS_FLEET_IMDSV1_ENABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_IMDSV1_ENABLED, REMEDIES)
