"""The page of `metrics reconcile --html` in a browser, for values that are the same each time."""

import base64
import hashlib
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from datadog_checks.aws_diagnostics.cli.metrics.reconciled import Answer
from datadog_checks.aws_diagnostics.cli.metrics.reconciled_files import page_of
from datadog_checks.aws_diagnostics.collect.metric_names import metric_names
from datadog_checks.aws_diagnostics.facts.both_sides import BothSides, Read, Scope
from datadog_checks.aws_diagnostics.facts.metrics import AVERAGE, MAXIMUM, MINIMUM, SAMPLE_COUNT, SUM
from datadog_checks.aws_diagnostics.facts.values import RegionName
from datadog_checks.aws_diagnostics.rules.metric_question import Question
from datadog_checks.aws_diagnostics.rules.reconciling import reconcile
from tests.browser import browser
from tools.demo.account import requests

START, MINUTES = 1_800_003_600, 180
PEAKS = (40, 82, 150)
WIDTH, HEIGHT = 960, 1105
FORM = """<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">
<title>The page of metrics reconcile: verdict, evidence, both curves, and what remains</title>
<!-- of a page with sha256 {digest} -->
<image width="{width}" height="{height}" href="data:image/png;base64,{png}"/>
</svg>
"""


def page(current: str) -> str:
    """`current` is the picture that is there: it stays while the page is the same, and where there is no browser."""
    html = page_of(answer())
    digest = hashlib.sha256(html.encode()).hexdigest()
    program = shutil.which('chromium')
    if digest in current or program is None:
        return current
    with TemporaryDirectory() as folder, browser(Path(program)) as opened:
        file = Path(folder) / 'page.html'
        file.write_text(html, encoding='utf-8')
        opened.open(file, width=WIDTH)
        png = base64.b64encode(opened.picture(WIDTH, HEIGHT)).decode()
    return FORM.format(width=WIDTH, height=HEIGHT, digest=digest, png=png)


def answer() -> Answer:
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
