from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_IMDSV1_ENABLED
from datadog_checks.aws_diagnostics.expectations import ImdsV1
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.account.builders import account_facts
from tests.diagnoses.imds_fleet.fleets import (
    COULD_NOT,
    HERE,
    ID,
    KEEP,
    LOOPED,
    MODIFY,
    NOT_LOOKED_AT,
    OFF,
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
from tests.diagnoses.tables import Row, remedy_test, verdict_test

SOME = {
    'counts': counts(('optional', 1, 'enabled', 4), ('optional', 2, 'enabled', 3)),
    'worst': (wrong(http_tokens='optional'),),
}
MAY = 'your configuration allows IMDSv1'

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
        'no running instances with IMDSv1 allowed in 1 region',
        OFF,
    )
}
UNKNOWN = {'the permission is missing': Row(in_one_region(**UNSWEPT), COULD_NOT, OFF)}
NOT_APPLICABLE = {
    'IMDSv1 may be on, and is': Row(in_one_region(**SOME), f'{MAY} (7 running instances with IMDSv1 allowed)'),
    'IMDSv1 may be on, and nothing is known': Row(account_facts(fleet=Unobserved('no region')), MAY),
    'the feature is off': Row(in_one_region(**SOME), SWITCHED_OFF, replace(NOT_LOOKED_AT, imdsv1=ImdsV1.DISABLED)),
}
EXPOSES = 'clients that still use IMDSv1 to losing instance metadata and role credentials'
SUMMARY = 'Require tokens on these instances once nothing there uses IMDSv1 any more (see imds-fleet-imdsv1-still-used)'
REASON = 'IMDSv1 allowed'
WORK = (
    'id region _ hops _ containers reason',
    REASON,
    '  [ -n "$containers" ] && [ "$hops" -lt 2 ] && hops=2',
    '  echo "$id in $region: tokens required, hop limit $hops"',
)
SET = '    --http-tokens required --http-put-response-hop-limit "$hops" < /dev/null > /dev/null'
BACK = loop(
    'id region tokens hops _ _ reason',
    REASON,
    '  echo "$id in $region: the previous options"',
    f'  {LOOPED} \\',
    '    --http-tokens "$tokens" --http-put-response-hop-limit "$hops" < /dev/null > /dev/null',
)
THEN = (in_terraform('http_tokens = "required"'),)


def require(hop_limit: int) -> Choice:
    return Choice(
        f'Require tokens on {HERE}',
        (Command(f'{MODIFY} --http-tokens required --http-put-response-hop-limit {hop_limit}'),),
        EXPOSES,
        Step(
            'Set the previous values again',
            (Command(f'{MODIFY} --http-tokens optional --http-put-response-hop-limit 1'),),
        ),
    )


ONE = counts(('optional', 1, 'enabled', 1))
REMEDIES = {
    'one on a host': (
        in_one_region(counts=ONE, worst=(wrong(http_tokens='optional'),)),
        OFF,
        Remedy(SUMMARY, (require(1),), THEN),
    ),
    'one with containers behind one hop, which IMDSv1 still hides': (
        in_one_region(counts=ONE, worst=(wrong(http_tokens='optional', containers='eks'),)),
        OFF,
        Remedy(SUMMARY, (require(2),), THEN),
    ),
    'many': (
        in_one_region(**SOME),
        OFF,
        Remedy(
            SUMMARY,
            (
                Choice(
                    f'Require tokens on {THESE}',
                    (WRITE_CSV, loop(*WORK, f'  {LOOPED} --dry-run \\', SET)),
                    EXPOSES,
                    Step(KEEP, (BACK,)),
                ),
            ),
            (in_earnest(loop(*WORK, f'  {LOOPED} \\', SET)), *THEN),
        ),
    ),
}

test_verdict = verdict_test(IMDS_FLEET_IMDSV1_ENABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_IMDSV1_ENABLED, REMEDIES)
