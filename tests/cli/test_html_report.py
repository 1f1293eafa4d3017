"""`judge --html` and `check --html`: reports of hosts and accounts as one page, as a browser shows it and prints it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from datadog_checks.aws_diagnostics.cli import run
from datadog_checks.aws_diagnostics.cli.html_report import MARK, NAMED, write_reports
from datadog_checks.aws_diagnostics.cli.judged import Judged
from datadog_checks.aws_diagnostics.facts import NetworkPath
from datadog_checks.aws_diagnostics.facts.values import InstanceId
from datadog_checks.aws_diagnostics.findings import Finding, Status
from datadog_checks.aws_diagnostics.remedies import Remedy, Step, shell
from tests.browser import Page, browser
from tests.rollout.environment import system_program

from ..account.builders import account_facts
from ..builders import facts, imds, path
from ..emit.findings import failed, passed, unknown
from .seen import seen

SAVED = Path(__file__).with_name('saved')
HOSTILE = '</dd><script>document.title = "no"</script><img src=http://127.0.0.1:9/ onerror=alert(1)>\u202e\x1b[2J'
COMMAND = shell('aws', 'ec2', 'modify-instance-metadata-options', '--http-put-response-hop-limit', '2')
FAULT = replace(failed('the limit is 1'), remedy=Remedy('Raise it', then=(Step('Raise the limit', (COMMAND,)),)))


@pytest.fixture(scope='module')
def page() -> Iterator[Page]:
    with browser(system_program('chromium')) as opened:
        yield opened


def host(number: int, *findings: Finding) -> Judged:
    return seen(*findings, observed=facts(imds=imds(instance_id=InstanceId(f'i-{number:017x}'))))


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    file = tmp_path / 'page.html'
    account = seen(failed(severity=Status.WARNING), unknown(id='b'), observed=account_facts())
    write_reports(file, [*(host(number, FAULT) for number in range(NAMED + 2)), host(99, passed()), account])
    return file


def text(page: Page) -> str:
    found: str = page.value('document.body.innerText')
    return found


def test_the_verdict_and_the_table_by_cause_come_first(page: Page, fleet: Path) -> None:
    page.open(fleet)
    shown = text(page)
    assert shown.startswith('aws-diagnostics: 23 hosts and 1 account\n\nCRITICAL 23 hosts and 1 account (22 critical, ')
    rows = page.value(
        "[...document.querySelectorAll('tbody')[0].rows].map((r) => [...r.cells].map((c) => c.innerText))"
    )
    assert [row[:2] for row in rows] == [['CRITICAL', '23'], ['OK', '1']]
    assert rows[0][3].endswith(f', {host(NAMED - 1).subject} and 3 more')


def test_each_report_unfolds_to_its_evidence_and_its_fix(page: Page, fleet: Path) -> None:
    page.open(fleet)
    assert 'the limit is 1' not in text(page)
    page.value("document.querySelectorAll('details').forEach((each) => each.open = true)")
    shown = text(page)
    assert shown.count('Evidence\nthe limit is 1') == NAMED + 2
    assert page.value("document.querySelector('pre').innerText") == COMMAND.text
    assert 'UNKNOWN 1 not judged: could not look' in shown


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('width', [360, 1280])
def test_it_is_no_wider_than_the_screen_also_unfolded(page: Page, fleet: Path, width: int, scheme: str) -> None:
    page.open(fleet, width=width, scheme=scheme)
    page.value("document.querySelectorAll('details').forEach((each) => each.open = true)")
    assert page.value('document.documentElement.scrollWidth') <= width
    paper = 'rgb(255, 255, 255)' if scheme == 'light' else 'rgb(20, 23, 28)'
    assert page.value('getComputedStyle(document.body).backgroundColor') == paper


def test_it_asks_nobody_and_its_policy_lets_no_script_run(page: Page, fleet: Path) -> None:
    page.open(fleet)
    assert (page.requested, page.complaints) == ([fleet.as_uri()], [])
    changed = fleet.with_name('changed.html')
    changed.write_text(fleet.read_text().replace('</footer>', '</footer><script>document.title = "no"</script>'))
    page.open(changed)
    assert page.value('document.title') != 'no'
    assert any('Content Security Policy' in each for each in page.complaints)


def test_what_is_foreign_is_only_text(page: Page, tmp_path: Path) -> None:
    file = tmp_path / 'page.html'
    named = replace(seen(failed(HOSTILE, id='x'), observed=account_facts()), name=HOSTILE)
    write_reports(file, [named], [HOSTILE])
    page.open(file)
    assert page.value('document.title') == 'aws-diagnostics: 1 account'
    assert page.value("[document.querySelectorAll('img').length, document.scripts.length]") == [0, 1]
    shown = text(page)
    assert shown.count('<script>document.title = "no"</script>') >= 3
    assert ('\u202e' in shown, '\x1b' in shown) == (False, False)
    assert (page.requested, page.complaints) == ([file.as_uri()], [])


WAY = "[...document.querySelectorAll('.way li')].map((each) => each.innerText)"
FAR = path(gateways=1, gateway_addresses=('172.17.0.1',), hop_limit=None, remaining_ttl=None, reply_lost=True)


@pytest.mark.parametrize(
    ('observed', 'drawn', 'caption'),
    [
        pytest.param(
            path(),
            ['this process', 'TTL 2', 'IMDS'],
            'response hop limit 2, measured; 1 needed',
            id='nothing in between',
        ),
        pytest.param(
            path(gateways=1, gateway_addresses=('172.17.0.1',), remaining_ttl=1),
            ['this process', 'TTL 1', 'gateway 172.17.0.1', 'TTL 2', 'IMDS'],
            'response hop limit 2, measured; 2 needed',
            id='behind a bridge',
        ),
        pytest.param(
            replace(FAR, hop_limit_at_most=1),
            ['this process', 'dropped before', 'gateway 172.17.0.1', 'TTL at most 1', 'IMDS'],
            'response hop limit at most 1; 2 needed; the token response does not arrive',
            id='one hop too far',
        ),
        pytest.param(
            path(gateways=2, gateway_addresses=(None, '10.0.0.1'), hop_limit=None, note='no TTL was read'),
            ['this process', '', 'gateway that stays silent', '', 'gateway 10.0.0.1', '', 'IMDS'],
            'response hop limit not known; 3 needed (no TTL was read)',
            id='the hop limit is not known',
        ),
        pytest.param(
            replace(FAR, hop_limit_at_most=2, gateways_back=2),
            ['this process', '', 'gateway 172.17.0.1', '', 'IMDS'],
            'response hop limit at most 2; 3 needed; the way back passes 2; the token response does not arrive',
            id='the way back is longer than the one that shows',
        ),
        pytest.param(
            path(gateways=None, hop_limit=None),
            ['this process', '', 'gateways not counted', '', 'IMDS'],
            'response hop limit not known',
            id='nothing was counted',
        ),
    ],
)
def test_the_way_to_imds_is_drawn_as_it_was_measured(
    page: Page, tmp_path: Path, observed: NetworkPath, drawn: list[str], caption: str
) -> None:
    file = tmp_path / 'page.html'
    write_reports(file, [seen(FAULT, observed=facts(path=observed))])
    page.open(file, width=360)
    assert page.value(WAY) == drawn
    assert page.value("document.querySelector('figcaption').innerText") == f'Way of the token response: {caption}'
    assert page.value('document.documentElement.scrollWidth') <= 360


def test_a_hostile_reason_in_the_path_is_only_text(page: Page, tmp_path: Path) -> None:
    file = tmp_path / 'page.html'
    write_reports(file, [seen(FAULT, observed=facts(path=path(hop_limit=None, note=HOSTILE)))])
    page.open(file)
    assert page.value("[document.querySelectorAll('img').length, document.scripts.length]") == [0, 1]
    assert '<script>document.title = "no"</script>' in page.value("document.querySelector('figcaption').innerText")
    assert page.requested == [file.as_uri()]


def test_a_command_is_copied_by_its_button(page: Page, tmp_path: Path) -> None:
    file = tmp_path / 'page.html'
    write_reports(file, [host(1, FAULT)])
    page.open(file)
    page.value("document.querySelectorAll('details').forEach((each) => each.open = true)")
    page.value("document.querySelector('.copy').click()")
    said = """new Promise((done) => {
      const look = () => {
        const text = document.querySelector('.copy').innerText;
        text === 'Copy' ? requestAnimationFrame(look) : done(text);
      };
      look();
    })"""
    assert page.ask('Runtime.evaluate', expression=said, awaitPromise=True)['result']['value'] in ('Copied', 'Selected')


def test_every_finding_is_there_to_unfold(page: Page, tmp_path: Path) -> None:
    file = tmp_path / 'page.html'
    write_reports(file, [host(1, FAULT, passed(id='b'), unknown(id='c'))])
    page.open(file)
    page.value("document.querySelectorAll('details').forEach((each) => each.open = true)")
    rows = page.value("[...document.querySelectorAll('.report tr')].map((r) => [...r.cells].map((c) => c.innerText))")
    assert rows == [
        ['CRITICAL', 'a-fault', 'the limit is 1'],
        ['OK', 'b', 'fine'],
        ['UNKNOWN', 'c', 'could not look'],
    ]


def test_on_paper_every_report_has_its_line(page: Page, fleet: Path) -> None:
    page.open(fleet, media='print')
    seen_on_paper = "[...document.querySelectorAll('.report')].filter((each) => each.offsetHeight > 0).length"
    assert page.value(seen_on_paper) == NAMED + 4
    assert page.pdf().startswith(b'%PDF-')


def test_on_paper_a_report_that_is_open_has_its_fix_and_all_findings(page: Page, tmp_path: Path) -> None:
    file = tmp_path / 'page.html'
    write_reports(file, [host(1, FAULT, passed(id='b'))])
    page.open(file, media='print')
    shown = text(page)
    assert [words in shown for words in ('Fix: Raise it', COMMAND.text, 'OK\tb\tfine', 'Copy')] == [
        True,
        True,
        True,
        False,
    ]
    assert page.value("document.querySelector('pre').offsetHeight") > 0


def test_saved_facts_become_a_page(page: Page, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / 'page.html'
    saved = sorted(SAVED.glob('*.json'))[0]
    run(['judge', str(saved), '--html', str(file)])
    verdict = capsys.readouterr().out.splitlines()[0]
    page.open(file)
    assert verdict in text(page)


def test_a_page_replaces_an_earlier_one_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / 'page.html'
    saved = str(sorted(SAVED.glob('*.json'))[0])
    file.write_text('mine')
    assert run(['judge', saved, '--html', str(file)]) == 73
    assert (file.read_text(), 'it exists and is not such a page' in capsys.readouterr().err) == ('mine', True)
    file.write_text(f'<!doctype html>\n{MARK}\n')
    assert run(['judge', saved, '--html', str(file)]) != 73
    assert file.read_text().endswith('</html>\n')
    assert run(['judge', saved, '--html', '-']) == 64
