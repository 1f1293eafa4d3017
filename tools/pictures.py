"""The pictures in docs/images/: code draws each from what it shows, so that none is out of date unnoticed."""

import base64
import hashlib
import io
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from datadog_checks.aws_diagnostics.cli.metrics.reconciled import Answer
from datadog_checks.aws_diagnostics.cli.metrics.reconciled_files import page_of
from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.facts import NetworkPath
from datadog_checks.aws_diagnostics.facts.both_sides import BothSides, Read, Scope
from datadog_checks.aws_diagnostics.facts.metrics import AVERAGE, MAXIMUM, MINIMUM, SAMPLE_COUNT, SUM
from datadog_checks.aws_diagnostics.facts.values import RegionName
from datadog_checks.aws_diagnostics.rules.metric_question import Question
from datadog_checks.aws_diagnostics.rules.reconciling import reconcile
from tests.browser import browser
from tests.simulator import namespaces_available
from tools.demo import command_line, run_in_world
from tools.demo.account import requests
from tools.demo.scenarios import SCENARIOS
from tools.documents import newest
from tools.pages import rendered

START, MINUTES = 1_800_003_600, 180
PEAKS = (40, 82, 150)
WIDTH, HEIGHT = 960, 1105
COLUMNS, WIDEST = 100, 110
"""Wider than that, nobody could read the picture on a page: what is longer ends with an ellipsis."""
DISPLAY = {
    'COLUMNS': str(COLUMNS),
    'LANG': 'C.UTF-8',
    'FORCE_COLOR': '1',
    'TERM': 'xterm-256color',
    # rich shows no spinner then.
    'TTY_INTERACTIVE': '0',
}
FONT_FACE = re.compile(r'\s*@font-face \{.*?\n    \}', re.DOTALL)
FONTS = 'DejaVu Sans Mono, Menlo, Consolas, monospace'


@dataclass(frozen=True, slots=True)
class Case:
    place: str
    gateways: tuple[str, ...]
    """From IMDS to the Agent, the way of the reply."""
    hop_limit: int

    @property
    def ttls(self) -> tuple[int, ...]:
        """Of the token reply on each link that it travels: every gateway takes one, and drops it where 0 is left."""
        return tuple(ttl for n in range(len(self.gateways) + 1) if (ttl := self.hop_limit - n) > 0)

    @property
    def dropped_by(self) -> int | None:
        """The number of the gateway that drops it, from 0; None where the reply arrives."""
        return len(self.ttls) - 1 if len(self.ttls) <= len(self.gateways) else None

    @property
    def needed(self) -> int | None:
        """The least hop limit with which the reply arrives, as the check itself concludes it."""
        return NetworkPath(measured_at=0.0, gateways=len(self.gateways)).hop_limit_needed

    @property
    def result(self) -> str:
        if self.dropped_by is None:
            return f'arrives with TTL {self.ttls[-1]}'
        return f'is dropped: needs a hop limit of {self.needed}'


BRIDGE, INNER = 'bridge of the host', 'bridge inside'
CASES = (
    Case('Agent on the host', (), 1),
    Case('Agent in a container behind a bridge', (BRIDGE,), 1),
    Case('Agent in a container behind a bridge', (BRIDGE,), 2),
    Case('Agent in a container of a container', (BRIDGE, INNER), 2),
)


def hop_limits(cases: tuple[Case, ...] = CASES) -> str:
    """How far the token response gets: one row for each case, in their order."""
    return rendered('hop_limit.svg.j2', cases=cases)


def reconciled_page(current: str) -> str:
    """That of `metrics reconcile --html` in a browser, for values that are the same each time.

    `current` is the picture that is there: it stays while the page is the same, and where there is no browser.
    """
    html = page_of(reconciled())
    digest = hashlib.sha256(html.encode()).hexdigest()
    program = shutil.which('chromium')
    if digest in current or program is None:
        return current
    with TemporaryDirectory() as folder, browser(Path(program)) as opened:
        file = Path(folder) / 'page.html'
        file.write_text(html, encoding='utf-8')
        opened.open(file, width=WIDTH)
        png = base64.b64encode(opened.picture(WIDTH, HEIGHT)).decode()
    return rendered('reconciled_page.svg.j2', width=WIDTH, height=HEIGHT, digest=digest, png=png)


def reconciled() -> Answer:
    """A load balancer whose requests Datadog has as a rate, doubled while a metric stream and the polls overlap."""
    name = metric_names().of_datadog('aws.elb.request_count')
    assert name is not None
    dimensions, tags = {'LoadBalancerName': 'web'}, ('loadbalancername:web', 'region:eu-west-1')
    end = START + 60 * MINUTES
    question = Question(name, dimensions, RegionName('eu-west-1'), tags, START, end, 60, SUM, 'sum')
    counts = [(START + 60 * minute, float(requests(minute, PEAKS))) for minute in range(MINUTES)]
    ones = tuple((time, 1.0) for time, _ in counts)
    cloudwatch = {SUM: tuple(counts), **dict.fromkeys((AVERAGE, MINIMUM, MAXIMUM), ones), SAMPLE_COUNT: tuple(counts)}
    shown = [(t, count / 60 * (2 if 100 <= (t - START) // 60 < 118 else 1)) for t, count in counts]
    sides = BothSides(SUM, name.per_second, 60, 'sum', dimensions, cloudwatch, (Scope((), tuple(shown)),))
    return Answer(question, Read(sides, name.type, question.datadog(name.type)), reconcile(sides))


def hop_limit_too_low(current: str) -> str:
    """The check in a pod behind the bridge of its node, on an instance with a hop limit of 1, as the demo runs it.

    `current` is the picture that is there: it stays where no namespaces are available, and where only times differ.
    """
    if not namespaces_available():
        return current
    (scenario,) = (s for s in SCENARIOS if s.name == 'hop-limit-too-low')
    printed = Text.from_ansi(run_in_world(scenario, DISPLAY).output.strip('\n'))
    lines = [Text(f'$ {command_line(scenario)}'), *printed.split()]
    return newest(terminal(lines, title=scenario.headline, name=scenario.name), current)


def terminal(lines: Sequence[Text], *, title: str, name: str) -> str:
    """The lines in their colours as an SVG that fetches no font. None is wrapped: a command is one line."""
    width = min(WIDEST, max(len(line.plain) for line in lines))
    console = Console(record=True, file=io.StringIO(), width=width, force_terminal=True, color_system='truecolor')
    for line in lines:
        console.print(line, no_wrap=True, overflow='ellipsis')
    svg = console.export_svg(title=title, theme=MONOKAI, unique_id=f'terminal-{name}')
    for font in ('Fira Code, monospace', 'arial'):
        svg = svg.replace(f'font-family: {font};', f'font-family: {FONTS};')
    return FONT_FACE.sub('', svg).rstrip() + '\n'
