"""What to do in AWS: look at what CloudWatch has, enable a region, start a stream."""

from ....facts.metrics import DimensionName, MetricName, NameSource
from ....facts.values import CloudWatchMetric, ResourceName
from ....remedies import Choice, Remedy, Step, Variable, Word, shell
from ....rules.metric_sources import home_of
from ...account_remedies import config_file
from ...integration.role import partition_of
from .causes import Question
from .timing import stopped_of_datadog

USUAL_MINUTES = 180
"""From which a value is expected where nobody says."""
MORE_POLLS = 'more calls to CloudWatch, which AWS charges for'
EVERY_UPDATE = 'you to AWS charges for every update of every metric in it, and to doubled values for some minutes'


def look_again(question: Question, region: Word = '') -> Step:
    asked = question.metric.asked
    given: tuple[Word, ...] = (*_name(asked.name), '--region', region or asked.region)
    for key, value in asked.dimensions.items():
        word = ResourceName.of(value)
        given += ('--dimension', (DimensionName.of(key) or Variable('DIMENSION'), '=', word or Variable('VALUE')))
    for tag in asked.tags:
        given += ('--tag', ResourceName.of(tag) or Variable('TAG'))
    minutes = round(question.age(question.metric.since) / 60)
    given += () if minutes == USUAL_MINUTES else ('--since', f'{minutes}m')
    words = ('aws-diagnostics', 'metrics', 'why', *given, '--config', config_file(question.expected))
    return Step('Look again', (shell(*words),))


def _name(name: MetricName) -> tuple[Word, ...]:
    """As the command takes it: a name of Datadog must be a known one."""
    if name.source is NameSource.TABLE:
        return (name.datadog,)
    return name.namespace, CloudWatchMetric.of(name.metric) or Variable('METRIC_NAME')


def look_at_home(question: Question) -> Remedy:
    home = home_of(question.namespace, partition_of(question.facts)) or question.region
    return Remedy(f'Look in {home}', then=(look_again(question, home),))


def enable_region(question: Question) -> Remedy:
    enable = shell('aws', 'account', 'enable-region', '--region-name', question.region)
    disable = shell('aws', 'account', 'disable-region', '--region-name', question.region)
    choice = Choice(
        f'Enable {question.region} in the account',
        (enable,),
        exposes='one more region in which resources can be created',
        undo=Step('Disable it again', (disable,)),
    )
    return Remedy(f'Enable {question.region}, or look in the region that has the resource', (choice,))


def list_metrics(question: Question) -> Remedy:
    name = question.metric.asked.name
    words: tuple[Word, ...] = ('aws', 'cloudwatch', 'list-metrics', '--region', question.region)
    metric = CloudWatchMetric.of(name.metric) or Variable('METRIC_NAME')
    command = shell(*words, '--namespace', name.namespace, '--metric-name', metric)
    return Remedy(
        'Look at what CloudWatch has', then=(Step('List its sets of dimensions', (command,)), look_again(question))
    )


def start_stream(question: Question) -> Remedy:
    stopped = stopped_of_datadog(question)
    name = ResourceName.of(stopped[0].name if stopped else '') or Variable('STREAM_NAME')
    start = shell('aws', 'cloudwatch', 'start-metric-streams', '--region', question.region, '--names', name)
    stop = shell('aws', 'cloudwatch', 'stop-metric-streams', '--region', question.region, '--names', name)
    choice = Choice('Start the stream again', (start,), EVERY_UPDATE, Step('Stop it', (stop,)))
    return Remedy('Start the stream; what it missed is not filled in', (choice,))
