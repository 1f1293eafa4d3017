from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_ENDPOINT_DISABLED
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.diagnoses.imds_fleet.fleets import (
    COULD_NOT,
    ID,
    LIST_ALL,
    MODIFY,
    NOT_LOOKED_AT,
    SWITCHED_OFF,
    TERRAFORM,
    UNSWEPT,
    counts,
    in_one_region,
    in_two_regions,
    wrong,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

DISABLED = {'counts': counts(('optional', 1, 'disabled', 2), ('required', 2, 'disabled', 3))}
ONE = {'counts': counts(('required', 1, 'disabled', 1)), 'worst': (wrong(endpoint='disabled'),)}
WITHOUT = 'with the metadata endpoint disabled'

FAILS = {
    'whatever their other options are': Row(
        in_one_region(**DISABLED),
        f'5 running instances {WITHOUT}: 5 in eu-west-1',
        near_miss='the endpoint is enabled',
    ),
    'another region could not be swept': Row(
        in_two_regions(ONE, UNSWEPT),
        f'at least 1 running instance {WITHOUT}: 1 in eu-west-1; for example {ID}',
        near_miss='the endpoint is enabled',
    ),
}
PASSES = {
    'the endpoint is enabled': Row(
        in_one_region(counts=counts(('optional', 1, 'enabled', 2))), f'no running instance {WITHOUT} in 1 region'
    )
}
UNKNOWN = {'the permission is missing': Row(in_one_region(**UNSWEPT), COULD_NOT)}
NOT_APPLICABLE = {'the feature is off': Row(in_one_region(**ONE), SWITCHED_OFF, NOT_LOOKED_AT)}
REMEDIES = {
    'one instance': (
        in_one_region(**ONE),
        Remedy(
            'Name these hosts without IMDS, or enable the endpoint for IMDSv2 alone',
            (
                'Name the host from what cloud-init found (exposes nothing; gives the name, not the tags). In '
                'datadog.yaml: hostname_file: /var/lib/cloud/data/instance-id',
                'Enable the endpoint for IMDSv2 alone (exposes the metadata and the credentials of the instance role '
                f'to every process that can reach it): {MODIFY} {ID} --http-endpoint enabled --http-tokens required',
                LIST_ALL,
                f'{TERRAFORM} {{ http_endpoint = "enabled" }}',
            ),
        ),
    )
}

test_verdict = verdict_test(IMDS_FLEET_ENDPOINT_DISABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_ENDPOINT_DISABLED, REMEDIES)
