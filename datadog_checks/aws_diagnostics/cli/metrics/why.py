"""`metrics why`: why a metric is not in Datadog, step by step."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click

from ...collect.account_options import AccountOptions, with_agent_defaults
from ...configuration import Options
from ...diagnoses.cloudwatch.missing import NOT_REACHED, Explained, why
from ...diagnoses.cloudwatch.missing.causes import Outcome, Result
from ...diagnoses.cloudwatch.missing.remedies import remedy_of
from ...facts import Facts, Unobserved
from ...facts.account import Feature, WatchedMetric
from ...facts.metrics import Watched
from ...facts.values import RegionName
from ...findings import Status
from ...rules.dimension_tags import scope_in_datadog
from ...rules.metric_names import main_of
from .. import page
from ..codec import Json
from ..document import printed, remedy_document
from ..options import colour_option, config_option, described_agent, json_option
from ..page import BLANK, Line, Wrap
from ..permissions import account_instance, narrowed
from ..pipeline import tell
from ..report import STYLES, fix_steps, summary
from ..settling import settling
from .asked import (
    Since,
    Tag,
    dimension_option,
    dimension_tag_option,
    dimensions_of,
    name_argument,
    names_of,
    region_of,
    region_option,
    tags_by_dimension,
)

EXIT: Mapping[Outcome, Status] = {
    Outcome.PRESENT: Status.OK,
    Outcome.EXPECTED: Status.OK,
    Outcome.CONFIGURATION: Status.WARNING,
    Outcome.PERMISSION: Status.WARNING,
    Outcome.AWS: Status.WARNING,
    Outcome.TIMING: Status.WARNING,
    Outcome.UNKNOWN: Status.UNKNOWN,
}
STYLE_OF = {
    Result.OK: STYLES[Status.OK],
    Result.FAILS: STYLES[Status.CRITICAL],
    Result.UNKNOWN: STYLES[Status.UNKNOWN],
    Result.NOT_APPLICABLE: '',
}
LOOKED_AT = frozenset({Feature.ROLE, Feature.PERMISSIONS})
COUNTS_AS_USE = (
    'Datadog polls a metric that is asked for every 10 minutes instead of hourly, for 30 days and all its resources; '
    'CloudWatch charges for the polls, and $0.01 for 1,000 metrics that this command asks for (at most 5)'
)


@click.command(
    name='why',
    epilog='Exit status: 0 present or expected; 1 configuration, permission, aws or timing; 3 unknown.',
)
@name_argument
@dimension_option
@region_option
@click.option(
    '--since', metavar='3h|TIME', type=Since(), default='3h', show_default=True, help='From when a value is expected.'
)
@click.option('--tag', 'tags', metavar='KEY:VALUE', multiple=True, type=Tag(), help='A tag of Datadog. Repeatable.')
@dimension_tag_option
@config_option
@json_option
@click.option('-q', '--quiet', is_flag=True, help='Show the first line only.')
@colour_option
def why_(
    name: Sequence[str],
    dimensions: Sequence[tuple[str, str]],
    region: RegionName | None,
    since: float,
    tags: Sequence[str],
    dimension_tags: Sequence[tuple[str, str]],
    config: Path | None,
    as_json: bool,
    quiet: bool,
    colour: bool,
) -> int:
    """Why is this metric not in Datadog? The steps are those of the checklist in Datadog's guide.

    NAME is Datadog's, like aws.elb.request_count, or it is NAMESPACE METRIC of CloudWatch, like AWS/ELB RequestCount.
    The first step that fails is the reason; what could not be looked at is unknown, and the search goes on.
    """
    if as_json and quiet:
        raise click.UsageError('--json and -q exclude each other')
    options = narrowed(account_instance(config), LOOKED_AT)
    assert options.account is not None
    named = main_of(names_of(name))
    asked = Watched(named, dimensions_of(dimensions), region or region_of(named, options.account), tuple(tags))
    account = replace(
        options.account,
        watched_metrics=(asked,),
        watched_for=since,
        dimension_tags=(*options.account.dimension_tags, *tags_by_dimension(dimension_tags, asked.dimensions).items()),
    )
    if not quiet and not as_json:
        tell(COUNTS_AS_USE, colour)
    found = _explained(replace(options, account=account), asked, colour and not quiet)
    if as_json:
        click.echo(printed('metrics why', time.time(), document(found)))
    else:
        lines = report(found)
        page.write(page.stdout(colour), [next(lines)] if quiet else lines)
    return EXIT[found.outcome]


def _explained(options: Options, asked: Watched, spinner: bool) -> Explained:
    from ...collect.account import AccountCollector

    assert options.account is not None
    with page.waiting(f'Asking AWS and Datadog, at most {options.account.deadline:g} s', spinner):
        facts = AccountCollector(with_agent_defaults(options.account, described_agent())).collect()
    return why(facts, options.expectations, _metric(facts, asked, options.account))


def _metric(facts: Facts, asked: Watched, account: AccountOptions) -> WatchedMetric:
    watched = facts.of_account.watched
    if isinstance(watched, Unobserved):
        scope, since = scope_in_datadog(asked, dict(account.dimension_tags)), facts.observed_at - account.watched_for
        return WatchedMetric.not_observed(asked, since, scope, watched)
    (metric,) = watched
    return metric


def document(found: Explained) -> dict[str, Json]:
    """As docs/schemas/metrics-why.schema.json describes it."""
    asked, remedy = found.question.metric.asked, remedy_of(found)
    return {
        'metric': {
            'datadog': asked.name.datadog,
            'namespace': asked.name.namespace,
            'name': asked.name.metric,
            'dimensions': dict(asked.dimensions),
            'region': asked.region,
            'tags': list(found.question.metric.scope),
        },
        'verdict': found.outcome,
        'step': found.step,
        'cause': found.cause,
        'evidence': found.evidence,
        'steps': [{'step': step, 'result': a.result, 'evidence': a.evidence} for step, a in found.steps],
        'remedy': None if remedy is None else remedy_document(remedy),
    }


def report(found: Explained) -> Iterator[Line]:
    style = STYLES[EXIT[found.outcome]]
    sentence = f'{found.question.shown}: {found.meaning} ({found.cause})'
    yield Line(sentence, f'{found.outcome.upper()} ', style, Wrap.ON_A_TERMINAL)
    yield BLANK
    left = [step for step, answer in found.steps if answer == NOT_REACHED]
    for step, answer in found.steps:
        if step not in left:
            yield Line(answer.evidence, f'{step:14}{answer.result:15}', STYLE_OF[answer.result])
    if left:
        yield Line(f'{", ".join(left)}: {NOT_REACHED.evidence}')
    unknown = (answer.evidence for _, answer in found.steps if answer.result is Result.UNKNOWN)
    for hint in dict.fromkeys(settling(reason, (), found.question.facts) for reason in unknown):
        yield from [Line(f'{hint}.')] if hint else []
    remedy = remedy_of(found)
    if remedy:
        yield BLANK
        yield Line(summary(remedy), 'fix  ')
        yield from fix_steps(remedy.choices, remedy.then, '     ', undo=False)
