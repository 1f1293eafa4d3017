"""`metrics reconcile`: the same minutes of one metric from CloudWatch and from Datadog, and what makes them agree."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import click

from ...collect.account_options import AccountOptions, with_agent_defaults
from ...collect.both_sides import BothSidesReader, Read
from ...facts import MissingFact
from ...facts.both_sides import BothSides
from ...facts.metrics import Dimensions, MetricType
from ...facts.values import RegionName
from ...findings import Status
from ...rules.metric_question import Question
from ...rules.reconciling import AGREE, Reconciled, Verdict
from ...rules.reconciling import reconcile as judged
from ...text import counted, escaped
from .. import ExitStatus, Failure, page
from ..document import printed
from ..options import colour_option, config_option, described_agent, json_option
from ..page import BLANK, Line, Wrap
from ..permissions import account_instance
from ..pipeline import tell
from ..report import STYLES, summary
from .asked import dimension_option, dimensions_of, name_argument, region_option
from .compared import Request, check_listed, question_of, statistic_option, time_options
from .curves import curves
from .reconciled import Answer, document, evidence, headline
from .reconciled_files import STDOUT, Target, targets, write_all

MOST_METRICS = 1000
"""That are asked for without a question; they cost $0.01."""
LISTED = 14 * 86400
"""Seconds: what had no value for so long CloudWatch does not list."""
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
@click.option('--html', 'html_file', metavar='FILE', help='Write one page with the curves, which asks no server.')
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


@dataclass(frozen=True, slots=True)
class Cost:
    """Said before the first metric is requested, and asked about where it is much."""

    yes: bool
    colour: bool

    def agree(self, question: Question, metrics: int) -> None:
        """Raises UsageError where nobody can be asked, and Abort where somebody says no."""
        tell(
            f'CloudWatch is asked for at most {counted(metrics, "metric")} ($0.01 for 1,000). That Datadog is asked '
            f'for {question.name.datadog} keeps it on polls of ten minutes.',
            self.colour,
        )
        if metrics <= MOST_METRICS or self.yes:
            return
        if not sys.stdin.isatty():
            raise click.UsageError(
                f'{metrics:,} metrics would be requested, allowed without --yes are at most {MOST_METRICS:,}'
            )
        click.confirm('Request them?', abort=True, err=True)


def compared(question: Question, account: AccountOptions, cost: Cost) -> Answer:
    """Raises Failure (CONFIGURATION) without keys for Datadog, and UsageError for dimensions that CloudWatch does not
    have."""
    nothing = BothSides('', question.name.per_second, question.period, question.aggregator, question.dimensions, {}, ())
    if not question.name.metric:
        missing = (
            f'{question.name.datadog} is not a metric of CloudWatch: Datadog computes it, or takes it from elsewhere'
        )
        read = Read(nothing, MetricType.UNKNOWN, question.datadog(MetricType.UNKNOWN))
        return Answer(question, read, Reconciled(Verdict.INCOMPARABLE, missing=missing))
    with ExitStack() as stack:
        reader = _reader(question, account, stack, cost.colour)
        if isinstance(reader, str):
            read = Read(replace(nothing, unread=(reader,)), MetricType.UNKNOWN, question.datadog(MetricType.UNKNOWN))
        else:
            others = _others(reader, question)
            cost.agree(question, 2 * len(question.statistics) + 1 + len(others))
            read = reader.read(others)
    return Answer(question, read, judged(read.sides))


def _reader(question: Question, account: AccountOptions, stack: ExitStack, colour: bool) -> BothSidesReader | str:
    """Why not, where AWS cannot be asked."""
    from ...collect.account_run import AccountRun
    from ...collect.aws.metric_data import CloudWatchMetrics
    from ...collect.aws.session import open_session
    from ...collect.datadog_metrics import DatadogMetrics
    from ...collect.run import NotCollected, log_defect

    run = AccountRun(account, '', log_defect)
    try:
        datadog = DatadogMetrics(run.datadog(run.deadline, with_keys=True), run.deadline)
        session = stack.enter_context(open_session(account, run.budget))
    except MissingFact as e:
        raise Failure(f'{e}', ExitStatus.CONFIGURATION) from None
    except NotCollected as e:
        return f'AWS: {e}'
    steps = 4 + len(question.windows) * (1 + len(question.tags))
    on_step = stack.enter_context(page.progress(steps, colour))
    return BothSidesReader(CloudWatchMetrics(session, run.budget), datadog, question, on_step)


def _others(reader: BothSidesReader, question: Question) -> tuple[Dimensions, ...]:
    """The sets of dimensions that hold more than the asked one. Raises UsageError where CloudWatch has no such set."""
    from ...collect.run import NotCollected

    try:
        listed = reader.listed(question.dimensions)
        if listed.complete and time.time() - question.start < LISTED:
            check_listed(question, listed.sets, lambda: reader.listed({}).sets)
    except NotCollected as e:
        reader.note(f'CloudWatch: the other sets of dimensions are not known: {e}')
        return ()
    return tuple(each for each in listed.sets if dict(each) != dict(question.dimensions))


def shown(answer: Answer, files: Sequence[Target], as_json: bool, colour: bool) -> int:
    write_all(files, answer)
    to_stdout = any(target.file is None for target in files)
    if as_json:
        click.echo(printed('metrics reconcile', time.time(), document(answer)))
    else:
        console = page.stderr(colour) if to_stdout else page.stdout(colour)
        page.write(console, report(answer, console.width if console.is_terminal else page.WITHOUT_TERMINAL))
    return answer.exit_status


def report(answer: Answer, width: int, unicode: Callable[[], bool] = lambda: _is_unicode(sys.stdout)) -> Iterator[Line]:
    question = answer.question
    what = f'{answer.result.verdict}: {question.name.datadog}: {headline(answer)}'
    yield Line(what, _word(answer), STYLE[answer.exit_status], Wrap.ON_A_TERMINAL)
    for sentence in evidence(answer):
        yield Line(sentence, '  - ')
    if (answer.cloudwatch or answer.datadog) and unicode():
        yield BLANK
        statistic = answer.result.statistic or question.statistic
        named = ((f'CloudWatch {statistic}', answer.cloudwatch), ('Datadog', answer.datadog))
        for line in curves(named, question.start, question.end, width):
            yield Line(escaped(line), wrap=Wrap.NEVER)
    yield BLANK
    shows = "shows CloudWatch's values" if answer.result.verdict in AGREE else 'was asked'
    yield Line(f'The query of Datadog that {shows}:')
    yield Line(answer.query, '  ', wrap=Wrap.NEVER)
    if answer.remedy:
        yield Line(summary(answer.remedy), 'fix  ')


def _word(answer: Answer) -> str:
    return {0: 'AGREE ', 1: 'DIFFER '}.get(answer.exit_status, 'UNKNOWN ')


def _is_unicode(stream: object) -> bool:
    return str(getattr(stream, 'encoding', '') or '').lower().replace('-', '') == 'utf8'
