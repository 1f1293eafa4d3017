from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_ENDPOINT_DISABLED
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.diagnoses.imds_fleet.fleets import (
    COULD_NOT,
    HERE,
    KEEP,
    LOOPED,
    MODIFY,
    NOT_LOOKED_AT,
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
        f'at least 1 running instance {WITHOUT}: 1 in eu-west-1; for example i-0123456789abcdef0',
        near_miss='the endpoint is enabled',
    ),
}
PASSES = {
    'the endpoint is enabled': Row(
        in_one_region(counts=counts(('optional', 1, 'enabled', 2))), f'no running instances {WITHOUT} in 1 region'
    )
}
UNKNOWN = {'the permission is missing': Row(in_one_region(**UNSWEPT), COULD_NOT)}
NOT_APPLICABLE = {'the feature is off': Row(in_one_region(**ONE), SWITCHED_OFF, NOT_LOOKED_AT)}

FROM_A_FILE = Choice(
    "Use cloud-init's instance ID file instead of IMDS, in datadog.yaml of these hosts (gives the hostname, not the "
    'tags)',
    (Command('hostname_file: /var/lib/cloud/data/instance-id', Language.YAML),),
    undo=Step('Remove that line again'),
)
EXPOSES = 'IMDS and the credentials of the instance role to every process that can reach it'
RESTART = Step('Restart the Agents on these hosts; an Agent resolves its hostname only at startup')
SUMMARY = "Use cloud-init's instance ID file on these hosts, or enable the endpoint for IMDSv2 only"
REASON = 'metadata endpoint disabled'
WORK = (
    'id region _ hops _ containers reason',
    REASON,
    '  [ -n "$containers" ] && [ "$hops" -lt 2 ] && hops=2',
    '  echo "$id in $region: endpoint enabled, tokens required, hop limit $hops"',
)
SET = '    --http-endpoint enabled --http-tokens required --http-put-response-hop-limit "$hops" < /dev/null > /dev/null'
FORMER = '--http-tokens required --http-put-response-hop-limit 1'
BACK = loop(
    'id region tokens hops endpoint _ reason',
    REASON,
    '  echo "$id in $region: the previous options"',
    f'  {LOOPED} \\',
    '    --http-tokens "$tokens" --http-put-response-hop-limit "$hops" < /dev/null > /dev/null &&',
    f'  {LOOPED} \\',
    '    --http-endpoint "$endpoint" < /dev/null > /dev/null',
)


def enable(hop_limit: int) -> Choice:
    options = f'--http-endpoint enabled --http-tokens required --http-put-response-hop-limit {hop_limit}'
    return Choice(
        f'Enable the endpoint for IMDSv2 only on {HERE}',
        (Command(f'{MODIFY} {options}'),),
        EXPOSES,
        Step('Set the previous values again', (Command(f'{MODIFY} {FORMER} &&\n{MODIFY} --http-endpoint disabled'),)),
    )


THEN = (RESTART, in_terraform('http_tokens = "required"', when='If you enable the endpoint: for new instances'))
REMEDIES = {
    'one instance': (in_one_region(**ONE), Remedy(SUMMARY, (FROM_A_FILE, enable(1)), THEN)),
    'one that runs containers, which one hop would cut off': (
        in_one_region(**{**ONE, 'worst': (wrong(endpoint='disabled', containers='eks'),)}),
        Remedy(SUMMARY, (FROM_A_FILE, enable(2)), THEN),
    ),
    'many instances': (
        in_one_region(**DISABLED, worst=(wrong(endpoint='disabled'),)),
        Remedy(
            SUMMARY,
            (
                FROM_A_FILE,
                Choice(
                    f'Enable the endpoint for IMDSv2 only on {THESE}',
                    (WRITE_CSV, loop(*WORK, f'  {LOOPED} --dry-run \\', SET)),
                    EXPOSES,
                    Step(KEEP, (BACK,)),
                ),
            ),
            (in_earnest(loop(*WORK, f'  {LOOPED} \\', SET)), *THEN),
        ),
    ),
}

test_verdict = verdict_test(IMDS_FLEET_ENDPOINT_DISABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_ENDPOINT_DISABLED, REMEDIES)
