"""The page of `metrics reconcile --html`, as a browser shows it: what is drawn, in both schemes, on narrow and wide
screens and on paper; and that it asks nobody for anything."""

import hashlib
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import pytest

from tests.account.metrics.both_sides import MINUTES, WEB, Both, points, requests
from tests.browser import Page, browser
from tests.rollout.environment import system_program

PARTS = resources.files('datadog_checks.aws_diagnostics') / 'cli' / 'html'
ASKED = ('aws.elb.request_count', '--dimension', 'LoadBalancerName=web')
COLOURS = {'light': (0xB4, 0x53, 0x0A), 'dark': (0xFF, 0xAB, 0x5E)}
"""Of Datadog's curve."""
DRAWN = """[...document.querySelectorAll('.chart canvas')].map((canvas) => {
  const {data, width} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const columns = new Set();
  for (let i = 0; i < data.length; i += 4)
    if (Math.abs(data[i] - RED) + Math.abs(data[i + 1] - GREEN) + Math.abs(data[i + 2] - BLUE) < 24)
      columns.add((i / 4) % width);
  return columns.size / width;
})"""
"""In which share of its columns each canvas has the colour."""


@pytest.fixture(scope='module')
def page() -> Iterator[Page]:
    with browser(system_program('chromium')) as opened:
        yield opened


def written(both: Both, folder: Path, *more: str) -> Path:
    file = folder / 'page.html'
    both.run(*ASKED, *more, '--html', str(file))
    return file


@pytest.fixture
def rate(both: Both, tmp_path: Path) -> Path:
    samples = requests()
    both.sampled('AWS/ELB', 'RequestCount', WEB, samples)
    shown = points(samples, 'Sum', 1 / 60)
    both.stored('aws.elb.request_count', shown, 'loadbalancername:web', type='rate')
    return written(both, tmp_path)


def drawn(page: Page, scheme: str) -> list[float]:
    red, green, blue = COLOURS[scheme]
    script = DRAWN.replace('RED', str(red)).replace('GREEN', str(green)).replace('BLUE', str(blue))
    found: list[float] = page.value(script)
    return found


@pytest.mark.parametrize('scheme', ['light', 'dark'])
@pytest.mark.parametrize('width', [360, 1280])
def test_three_charts_are_drawn_within_the_screen(page: Page, rate: Path, width: int, scheme: str) -> None:
    page.open(rate, width=width, scheme=scheme)
    both, reconciled, difference = drawn(page, scheme)
    assert both > 0.6
    assert reconciled > 0.6
    assert difference == 0
    assert page.value('document.documentElement.scrollWidth') <= width
    assert page.value('getComputedStyle(document.body).backgroundColor') == (
        'rgb(255, 255, 255)' if scheme == 'light' else 'rgb(20, 23, 28)'
    )


def test_what_is_written_is_the_verdict_with_its_arithmetic_and_the_query(page: Page, rate: Path) -> None:
    page.open(rate)
    text = page.value('document.body.innerText')
    assert "PER SECOND Datadog has CloudWatch's Sum for each second: divided by 60" in text
    assert re.search(r'CloudWatch = Datadog: \d\d:\d\d \d+ = 60 x ', text)
    assert '.as_count().rollup(sum, 60).fill(null)' in text
    rows = page.value("document.querySelectorAll('details tbody tr').length")
    labels = page.value("[...document.querySelectorAll('.u-legend')].map((l) => l.innerText.replace(/\\s+/g, ' '))")
    assert rows == MINUTES
    assert ['CloudWatch Sum' in labels[0], 'Datadog, reconciled' in labels[1], 'difference' in labels[2]] == [True] * 3


def test_the_page_asks_nobody_and_its_policy_lets_no_other_script_run(page: Page, rate: Path) -> None:
    page.open(rate)
    assert (page.requested, page.complaints) == ([rate.as_uri()], [])
    changed = rate.with_name('changed.html')
    changed.write_text(rate.read_text().replace('</footer>', '</footer><script>document.title = "no"</script>'))
    page.open(changed)
    assert page.value('document.title') != 'no'
    assert any('Content Security Policy' in each for each in page.complaints)


def test_on_paper_it_is_black_on_white_with_its_charts(page: Page, rate: Path) -> None:
    page.open(rate, media='print')
    assert drawn(page, 'light')[0] > 0.6
    assert page.pdf().startswith(b'%PDF-')


def test_without_a_transformation_there_is_one_chart_and_the_reason(page: Page, both: Both, tmp_path: Path) -> None:
    both.sampled('AWS/ELB', 'RequestCount', WEB, requests(1))
    both.stored('aws.elb.request_count', points(requests(2), 'Sum', 1 / 7), 'loadbalancername:web', type='rate')
    page.open(written(both, tmp_path))
    assert len(drawn(page, 'light')) == 1
    text = page.value('document.body.innerText')
    assert text.count('There is no transformation that makes the sides agree.') == 2
    assert 'UNKNOWN no verdict: no documented difference explains the values' in text


def test_foreign_names_are_only_text(page: Page, both: Both, tmp_path: Path) -> None:
    hostile = '</script><img src=http://127.0.0.1:9/ onerror=alert(1)><script>document.title="no"</script>\u202e'
    both.sampled('AWS/ELB', 'RequestCount', {'LoadBalancerName': hostile}, requests())
    file = tmp_path / 'page.html'
    status, _, error = both.run('AWS/ELB', 'RequestCount', '--dimension', f'LoadBalancerName={hostile}')
    assert (status, 'is not allowed' in error) == (64, True)
    shown = hostile[:-1]
    both.sampled('AWS/ELB', 'RequestCount', {'LoadBalancerName': shown}, requests())
    both.run('aws.elb.request_count', '--dimension', f'LoadBalancerName={shown}', '--html', str(file))
    page.open(file)
    assert page.requested == [file.as_uri()]
    assert page.value("document.querySelectorAll('img').length") == 0
    assert f'LoadBalancerName={shown}' in page.value('document.body.innerText')


def test_uplot_is_the_version_that_is_noted() -> None:
    noted = (PARTS / 'README.md').read_text(encoding='utf-8')
    script = (PARTS / 'uPlot.iife.min.js').read_bytes()
    version = re.search(rb'uPlot \(v([0-9.]+)\)', script)
    assert version is not None
    assert f'uPlot](https://github.com/leeoniya/uPlot) {version[1].decode()}' in noted
    for name in ('uPlot.iife.min.js', 'uPlot.min.css'):
        assert f'`{name}`: sha256 {hashlib.sha256((PARTS / name).read_bytes()).hexdigest()}' in noted
