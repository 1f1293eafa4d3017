from collections.abc import Sequence

from datadog_checks.aws_diagnostics.diagnoses.imds_fleet import IMDS_FLEET_IMDSV1_STILL_USED
from datadog_checks.aws_diagnostics.facts import Unobserved
from datadog_checks.aws_diagnostics.facts.values import InstanceId
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.diagnoses.imds_fleet.fleets import (
    COULD_NOT,
    HERE,
    ID,
    KEEP,
    LOOPED,
    MODIFY,
    NOT_LOOKED_AT,
    OFF,
    OTHER_ID,
    SWITCHED_OFF,
    THESE,
    UNSWEPT,
    WRITE_CSV,
    counts,
    in_earnest,
    in_one_region,
    loop,
    use,
    wrong,
)
from tests.diagnoses.tables import RemedyTable, Row, remedy_test, verdict_test

TWO_ALLOW = {'counts': counts(('optional', 2, 'enabled', 2))}
NO_CLOUDWATCH = 'missing permission cloudwatch:GetMetricData in eu-west-1 (AccessDenied)'
ONE_USES = in_one_region(**TWO_ALLOW, tokenless=(use(ID, 0.0), use(OTHER_ID, 120.0)))

FAILS = {
    'one of two uses it': Row(
        ONE_USES,
        f'1 running instance used IMDSv1 in the last 14 days: {OTHER_ID} in eu-west-1 (MetadataNoToken 120); '
        '1 running instance allows IMDSv1 and did not use it',
        OFF,
        near_miss='two allow it, and CloudWatch counted no use',
    ),
    'one uses it, and the sweep is not complete': Row(
        in_one_region(**TWO_ALLOW, tokenless=(use(ID, 1.0),), complete=False, note='throttled'),
        f'1 running instance used IMDSv1 in the last 14 days: {ID} in eu-west-1 (MetadataNoToken 1)',
        OFF,
        near_miss='two allow it, and CloudWatch counted no use',
    ),
}
PASSES = {
    'two allow it, and CloudWatch counted no use': Row(
        in_one_region(**TWO_ALLOW, tokenless=(use(ID, 0.0), use(OTHER_ID, 0.0))),
        '2 running instances allow IMDSv1 and did not use it in the last 14 days',
        OFF,
    ),
    'none allows it': Row(in_one_region(), 'no running instance allows IMDSv1', OFF),
}
UNKNOWN = {
    'the permission for CloudWatch is missing': Row(
        in_one_region(**TWO_ALLOW, tokenless=Unobserved(NO_CLOUDWATCH)),
        f'1 region could not be fully scanned: {NO_CLOUDWATCH}',
        OFF,
    ),
    'the permission for EC2 is missing': Row(in_one_region(**UNSWEPT), COULD_NOT, OFF),
    'CloudWatch has no values of one of two': Row(
        in_one_region(**TWO_ALLOW, tokenless=(use(ID, 0.0),)),
        '1 running instance allows IMDSv1 and did not use it; nothing is known of 1 more: CloudWatch has no values, or '
        'was not asked because it charges for it',
        OFF,
    ),
}
NOT_APPLICABLE = {
    'IMDSv1 may be used': Row(ONE_USES, 'your configuration allows IMDSv1'),
    'the feature is off': Row(ONE_USES, SWITCHED_OFF, NOT_LOOKED_AT),
}
SUMMARY = 'Find what still uses IMDSv1 on these instances, and require tokens on the others'
THE_REST = Step(
    'Require tokens on the rest once their MetadataNoToken in CloudWatch stays at 0, as imds-fleet-imdsv1-enabled '
    'describes'
)
UNUSED = [InstanceId(f'i-{n:017x}') for n in range(25)]
REASON = 'IMDSv1 allowed'


def find_on(used: str) -> Step:
    return Step(
        f'On {used}, find the process that asks without a token and update its SDK '
        '(https://github.com/aws/aws-imds-packet-analyzer finds it)'
    )


def only(ids: Sequence[str], columns: str, *work: str) -> Command:
    return loop(columns, REASON, f'  case "$id" in {" | ".join(ids)}) ;; *) continue ;; esac', *work)


def change_them(ids: Sequence[str]) -> Step:
    raised = '  [ -n "$containers" ] && [ "$hops" -lt 2 ] && hops=2'
    say = '  echo "$id in $region: tokens required, hop limit $hops"'
    options = '    --http-tokens required --http-put-response-hop-limit "$hops" < /dev/null > /dev/null'
    return in_earnest(only(ids, 'id region _ hops _ containers reason', raised, say, f'  {LOOPED} \\', options))


def require(ids: Sequence[str], which: str = '') -> Choice:
    """Of all that the CSV file lists, only these, as CloudWatch says nothing of the others."""
    columns = 'id region _ hops _ containers reason'
    raised = '  [ -n "$containers" ] && [ "$hops" -lt 2 ] && hops=2'
    say = '  echo "$id in $region: tokens required, hop limit $hops"'
    options = '    --http-tokens required --http-put-response-hop-limit "$hops" < /dev/null > /dev/null'
    back = (
        '  echo "$id in $region: the previous options"',
        f'  {LOOPED} \\',
        '    --http-tokens "$tokens" --http-put-response-hop-limit "$hops" < /dev/null > /dev/null',
    )
    return Choice(
        f'Where nothing used IMDSv1, require tokens{which} on {THESE}',
        (
            WRITE_CSV,
            only(ids, columns, raised, say, f'  {LOOPED} --dry-run \\', options),
        ),
        undo=Step(KEEP, (only(ids, 'id region tokens hops _ _ reason', *back),)),
    )


REMEDIES: RemedyTable = {
    'the unused one is behind one hop with containers': (
        in_one_region(
            **TWO_ALLOW,
            tokenless=(use(ID, 0.0), use(OTHER_ID, 120.0)),
            worst=(wrong(http_tokens='optional', containers='eks'),),
        ),
        OFF,
        Remedy(
            SUMMARY,
            (
                Choice(
                    f'Where nothing used IMDSv1, require tokens on {HERE}',
                    (Command(f'{MODIFY} --http-tokens required --http-put-response-hop-limit 2'),),
                    undo=Step(
                        'Set the previous values again',
                        (Command(f'{MODIFY} --http-tokens optional --http-put-response-hop-limit 1'),),
                    ),
                ),
            ),
            (find_on(OTHER_ID), THE_REST),
        ),
    ),
    'of the unused one nothing else is known, so that the file says whether it runs containers': (
        in_one_region(**TWO_ALLOW, tokenless=(use(ID, 0.0), use(OTHER_ID, 120.0))),
        OFF,
        Remedy(SUMMARY, (require([ID]),), (change_them([ID]), find_on(OTHER_ID), THE_REST)),
    ),
    'more are unused than one script names': (
        in_one_region(**TWO_ALLOW, tokenless=(*(use(id, 0.0) for id in UNUSED), use(OTHER_ID, 120.0))),
        OFF,
        Remedy(
            SUMMARY,
            (require(UNUSED[:20], ', the first 20 of 25,'),),
            (change_them(UNUSED[:20]), find_on(OTHER_ID), THE_REST),
        ),
    ),
    'all of them use it': (
        in_one_region(**TWO_ALLOW, tokenless=(use(ID, 1.0), use(OTHER_ID, 120.0))),
        OFF,
        Remedy(SUMMARY, (), (find_on(f'{OTHER_ID}, {ID}'), THE_REST)),
    ),
}

test_verdict = verdict_test(IMDS_FLEET_IMDSV1_STILL_USED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_FLEET_IMDSV1_STILL_USED, REMEDIES)
