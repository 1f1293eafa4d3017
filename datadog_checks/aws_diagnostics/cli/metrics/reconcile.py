"""`metrics reconcile`: the same minutes of one metric from CloudWatch and from Datadog, and what makes them agree."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click

from ...collect.account_options import with_agent_defaults
from ...facts.values import RegionName
from ...findings import Status
from ...rules.reconciling import Verdict
from ...text import escaped
from .. import Failure, page
from ..document import printed
from ..options import colour_option, config_option, described_agent, json_option
from ..page import BLANK, Line, Wrap
from ..permissions import account_instance
from ..report import STYLES, summary
from ..settling import of_access
from .asked import dimension_option, dimensions_of, name_argument, region_option
from .comparing import MOST_METRICS, Cost, compared
from .curves import curves
from .question import Request, question_of, statistic_option, time_options
from .reconciled import Answer, document, evidence, headline
from .reconciled_files import STDOUT, Target, targets, write_all

STYLE = {Status.OK: STYLES[Status.OK], 1: STYLES[Status.WARNING], Status.UNKNOWN: STYLES[Status.UNKNOWN]}


@click.command(
    name='reconcile',
    epilog='Exit status: 0 both sides agree after the transformation that the verdict names; 1 they do not; 3 unknown.',
)
@name_argument
@dimension_option
@region_option
@time_options
@statistic_option
@click.option('--html', 'html_file', metavar='FILE', help='Write a self-contained HTML page with the curves.')
@click.option(
    '--csv', 'csv_file', metavar='FILE|-', help='Write the values; - is stdout, the report goes to stderr then.'
)
@click.option('--yes', is_flag=True, help=f'Do not ask before more than {MOST_METRICS:,} metrics are requested.')
@config_option
@json_option
@colour_option
def reconcile(
    name: Sequence[str],
    dimensions: Sequence[tuple[str, str]],
    region: RegionName | None,
    html_file: str | None,
    csv_file: str | None,
    yes: bool,
    config: Path | None,
    as_json: bool,
    colour: bool,
    request: Request,
) -> int:
    """Why does Datadog show another value than CloudWatch? Compares the same minutes of both, and finds the factor.

    NAME is Datadog's, like aws.elb.request_count, or it is NAMESPACE METRIC of CloudWatch, like AWS/ELB RequestCount.

    CloudWatch charges $0.01 for 1,000 metrics that are requested. Being asked for keeps a metric on polls of ten
    minutes, which CloudWatch charges for, too: Datadog polls what nobody queries once an hour only.
    """
    if as_json and csv_file == STDOUT:
        raise click.UsageError('--json and --csv - exclude each other: both are stdout')
    files = targets(html_file, csv_file)
    options = account_instance(config).account
    assert options is not None
    account = with_agent_defaults(options, described_agent())
    asked = question_of(name, dimensions_of(dimensions), region, request, account, time.time())
    answer = compared(asked, account, Cost(yes, colour))
    return shown(answer, files, as_json, colour)


def shown(answer: Answer, files: Sequence[Target], as_json: bool, colour: bool) -> int:
    try:
        write_all(files, answer)
    except Failure:  # what was paid for is shown all the same
        _show(answer, any(target.file is None for target in files), as_json, colour)
        raise
    _show(answer, any(target.file is None for target in files), as_json, colour)
    return answer.exit_status


def _show(answer: Answer, to_stdout: bool, as_json: bool, colour: bool) -> None:
    if as_json:
        click.echo(printed('metrics reconcile', time.time(), document(answer)))
    else:
        console = page.stderr(colour) if to_stdout else page.stdout(colour)
        page.write(console, report(answer, console.width))


def report(answer: Answer, width: int, unicode: Callable[[], bool] = lambda: _is_unicode(sys.stdout)) -> Iterator[Line]:
    question = answer.question
    word = _word(answer)
    verdict = '' if word == answer.result.verdict.upper() else f'{answer.result.verdict}: '
    what = f'{verdict}{question.name.datadog}: {headline(answer)}'
    yield Line(what, f'{word} ', STYLE[answer.exit_status], Wrap.ON_A_TERMINAL)
    for sentence in evidence(answer):
        yield Line(sentence, '  - ')
    if (answer.cloudwatch or answer.datadog) and unicode():
        yield BLANK
        named = ((f'CloudWatch {answer.statistic}', answer.cloudwatch), ('Datadog', answer.datadog))
        for line in curves(named, question.start, question.end, width):
            yield Line(escaped(line), wrap=Wrap.NEVER)
    yield BLANK
    yield Line(f'The query of Datadog {answer.query_shows}:')
    yield Line(answer.query, '  ', wrap=Wrap.NEVER)
    if answer.remedy:
        yield Line(summary(answer.remedy), 'fix  ')
    access = dict.fromkeys(of_access(each.rpartition(': ')[2]) for each in answer.sides.unread)
    yield from (Line(f'{hint}.') for hint in access if hint)


def _word(answer: Answer) -> str:
    """Sides that were not compared do not differ."""
    if answer.result.verdict in (Verdict.INCOMPARABLE, Verdict.UNKNOWN):
        return answer.result.verdict.upper()
    return 'DIFFER' if answer.exit_status else 'AGREE'


def _is_unicode(stream: object) -> bool:
    return str(getattr(stream, 'encoding', '') or '').lower().replace('-', '') == 'utf8'
