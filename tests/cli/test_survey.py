"""Many hosts at once: one table by cause, the worst and most frequent first."""

import csv
import io
from dataclasses import replace

from datadog_checks.aws_diagnostics.cli.judged import Judged
from datadog_checks.aws_diagnostics.cli.survey import COLUMNS, first_line, table, write_csv
from datadog_checks.aws_diagnostics.facts import Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.values import InstanceId
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Status

from ..account.builders import account_facts
from ..builders import facts, imds
from ..emit.findings import failed, finding, not_applicable, passed, unknown
from .seen import seen

LIMIT_1 = finding(Failed('the limit is 1', headline='hop limit 1'), id='imds-hop-limit-too-low')
LIMIT_2 = finding(Failed('the limit is 2', headline='hop limit 2'), id='imds-hop-limit-too-low')
DISABLED = failed(id='imds-endpoint-disabled', title='IMDS is disabled', severity=Status.WARNING)
LOST = failed(id='hostname-lost', explained_by='imds-hop-limit-too-low')
SAVED_AT = '2026-11-27T20:00:00+00:00'


def host(number: int, *findings: Finding) -> Judged:
    id = InstanceId(f'i-{number:017x}')
    observed = facts(platform=Platform(True, 'DMI', id), imds=imds(instance_id=id))
    return seen(*findings, observed=observed, saved_at=SAVED_AT, source=f'facts/{number}.json')


FLEET = [
    *(host(number, LIMIT_1, LOST) for number in range(38)),
    host(38, DISABLED),
    host(39, DISABLED, LIMIT_2),
    host(40, passed()),
    host(41, unknown()),
]


def text(reports: list[Judged]) -> list[str]:
    return [f'{line.lead}{line.text}'.rstrip() for line in table(reports)]


def test_hosts_are_counted_by_cause() -> None:
    assert text(FLEET) == [
        'CRITICAL 42 hosts (39 critical, 1 warning, 1 unknown, 1 ok): '
        'hop limit 1: 38, hop limit 2: 1, IMDS is disabled: 2',
        f'facts saved {SAVED_AT}',
        '',
        'CRITICAL    38  hop limit 1 (imds-hop-limit-too-low): '
        'i-00000000000000000, i-00000000000000001, i-00000000000000002 and 35 more',
        'CRITICAL     1  hop limit 2 (imds-hop-limit-too-low): i-00000000000000027',
        'WARNING      2  IMDS is disabled (imds-endpoint-disabled): i-00000000000000026, i-00000000000000027',
        'UNKNOWN      1  not judged: could not look: i-00000000000000029',
        'OK           1  no problem found: i-00000000000000028',
    ]


def test_where_nothing_is_wrong_the_first_line_says_what_there_is() -> None:
    elsewhere = seen(not_applicable(), observed=facts(platform=Platform(False, 'Google'), imds=Unobserved('not asked')))
    assert text([host(1, passed()), host(2, passed()), elsewhere])[0] == ('OK 3 hosts: no problem found: 2, not EC2: 1')


def test_hosts_and_accounts_are_told_apart() -> None:
    line = first_line([host(1, passed()), seen(passed(), observed=account_facts())])
    assert line.text == '1 host and 1 account: no problem found: 2'


def test_statuses_are_counted_where_they_differ() -> None:
    reports = [host(38, DISABLED), host(41, unknown()), seen(passed(), observed=account_facts())]
    assert first_line(reports).text == ('2 hosts and 1 account (1 warning, 1 unknown, 1 ok): IMDS is disabled: 1')


def test_skipped_files_are_counted_and_what_they_would_have_told_is_unknown() -> None:
    line = first_line([host(1, passed()), host(2, passed())], skipped=1)
    assert (line.lead, line.text) == ('UNKNOWN ', '2 hosts, 1 file skipped: no problem found: 2')


def test_facts_of_several_times_say_from_when_to_when() -> None:
    later = replace(host(2, passed()), saved_at='2026-11-28T08:00:00+00:00')
    assert text([later, host(1, passed())])[1] == f'facts saved {SAVED_AT} to 2026-11-28T08:00:00+00:00'


def test_csv_has_each_cause_of_each_host_and_no_formula_for_a_spreadsheet() -> None:
    file = io.StringIO()
    formula = seen(finding(Failed('e', headline='=1+1')), source='-')
    write_csv(file, [host(7, LIMIT_1, LOST), host(39, DISABLED, LIMIT_2), host(40, passed()), formula])
    rows = list(csv.reader(io.StringIO(file.getvalue())))
    of_7 = ['i-00000000000000007', 'host', 'critical', 'imds-hop-limit-too-low', 'hop limit 1', 'hostname-lost']
    assert rows == [
        list(COLUMNS),
        [*of_7, SAVED_AT, 'facts/7.json'],
        [
            'i-00000000000000027',
            'host',
            'critical',
            'imds-hop-limit-too-low',
            'hop limit 2',
            '',
            SAVED_AT,
            'facts/39.json',
        ],
        [
            'i-00000000000000027',
            'host',
            'warning',
            'imds-endpoint-disabled',
            'IMDS is disabled',
            '',
            SAVED_AT,
            'facts/39.json',
        ],
        ['i-00000000000000028', 'host', 'ok', '', 'no problem found', '', SAVED_AT, 'facts/40.json'],
        ['i-0123456789abcdef0', 'host', 'critical', 'a-fault', "'=1+1", '', '', "'-"],
    ]
