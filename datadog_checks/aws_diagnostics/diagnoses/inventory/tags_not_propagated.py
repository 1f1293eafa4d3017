"""Tags of resources that the operator names are in AWS and not in Datadog, for longer than Datadog needs."""

from collections.abc import Iterator, Mapping, Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved, observed
from ...facts.account import Feature, Integration, MissingTag, Policy, ResourceTags, Simulation
from ...facts.values import Arn
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Command, Remedy, Step, Variable, Word, shell
from ...rules.aws_tags import Resource, actions_for
from ...rules.lingering import not_collected
from ...text import ago, clean, counted, duration, listed, reason
from ..account_remedies import curl
from ..integration.denials import denier_of
from ..integration.permissions import compare
from ..integration.reported import ROLE_SIDE
from ..links import guide

SOURCE = '?source=Amazon%20Web%20Services'
LONGEST_KEY = 40
MOST_IN_COMMANDS = 3
"""Resources."""


def judge(facts: Facts, expected: Expectations) -> Verdict:
    resources = observed(facts.of_account.tags)
    if not resources:
        return NotApplicable('account.tagged_resources names no resource')
    late = _late(facts, expected)
    if late:
        return Failed(f'{listed(_lacking(facts, expected, late), 2, 200)}{_why(facts, late[0])}')
    unseen = [(r, r.compared.reason) for r in resources if isinstance(r.compared, Unobserved)]
    if unseen:
        (first, why), more = unseen[0], len(unseen) - 1
        others = f', and {counted(more, "more resource")}' if more else ''
        return Unknown(f'{_name(first.arn)} could not be compared{others}: {reason(why)}{_why(facts, first)}')
    return _nothing_late(facts, expected, resources)


def _nothing_late(facts: Facts, expected: Expectations, resources: Sequence[ResourceTags]) -> Verdict:
    young = [resource for resource in resources if resource.missing]
    patience = duration(expected.of_account.tags_settle_after)
    first = next((r for r in young if not _lasts(facts, expected, r.watched_since)), None)
    if first:
        since = ago(facts.observed_at - first.watched_since)
        what = f'{_name(first.arn)} lacks {_keys(first.missing)} in Datadog'
        return Unknown(f'{what}; first compared {since}, and Datadog can take {patience}')
    count = sum(r.compared for r in resources if isinstance(r.compared, int))
    some = counted(sum(len(r.missing) for r in young), 'tag')
    missing = f'; {some} not in Datadog yet, for less than {patience}' if young else ''
    right = 'no tag of AWS is overdue' if young else 'Datadog shows each tag of AWS that can be compared'
    return Passed(f'{right}: {counted(count, "tag")} of {counted(len(resources), "resource")}{missing}')


def _lasts(facts: Facts, expected: Expectations, since: float) -> bool:
    return facts.observed_at - since >= expected.of_account.tags_settle_after


def _late(facts: Facts, expected: Expectations) -> list[ResourceTags]:
    """Raises MissingFact."""
    resources = observed(facts.of_account.tags)
    return [r for r in resources if any(_lasts(facts, expected, tag.since) for tag in r.missing)]


def _lacking(facts: Facts, expected: Expectations, late: Sequence[ResourceTags]) -> Iterator[str]:
    patience = duration(expected.of_account.tags_settle_after)
    for resource in late:
        overdue = [tag for tag in resource.missing if _lasts(facts, expected, tag.since)]
        yield f'{_name(resource.arn)} lacks {_keys(overdue)} in Datadog, for {patience} or longer'


def _keys(missing: Sequence[MissingTag]) -> str:
    """Like '2 tags of AWS (team, owner with another value)'."""
    described = listed((f'{clean(tag.key, LONGEST_KEY)}{_elsewhere(tag)}' for tag in missing), longest=120)
    return f'{counted(len(missing), "tag")} of AWS ({described})'


def _elsewhere(tag: MissingTag) -> str:
    """A copy that somebody else has set is not what AWS has: nothing keeps it up to date."""
    if tag.sources:
        return f' only from {listed(tag.sources, at_most=2)}'
    return ' with another value' if tag.other_value else ''


def _name(arn: Arn) -> str:
    """Like 'ec2 instance/i-0123456789abcdef0'."""
    resource = Resource.of(arn)
    return clean(f'{resource.service} {resource.name}', 80)


def _why(facts: Facts, resource: ResourceTags) -> str:
    """What Datadog's record of the integration leaves out, as a clause."""
    record = facts.of_account.integration
    if not isinstance(record, Integration):
        return ''
    why = _left_out(record, resource) or _filtered(record, resource)
    return f'; {why}' if why else ''


def _filtered(record: Integration, resource: ResourceTags) -> str:
    """Whether the filters let this resource through is not judged: those of Datadog have wildcards and exclusions."""
    filters = () if isinstance(record.tag_filters, Unobserved) else record.tag_filters
    has_some = any(each.tags and each.namespace == resource.namespace for each in filters)
    return f'the integration has tag filters for {resource.namespace}, which may leave it out' if has_some else ''


def _left_out(record: Integration, resource: ResourceTags) -> str:
    return not_collected(record, resource.region, resource.namespace) if resource.namespace else ''


# What explains it


def can_explain(facts: Facts, cause: str) -> bool:
    """A role that cannot be assumed explains everything, and a missing permission only the tags that it gives."""
    resources = [resource for resource in observed(facts.of_account.tags) if resource.missing]
    if cause == 'integration-permissions-missing':
        policies = observed(facts.of_account.policies)
        return any(_not_granted(policies, resource) for resource in resources)
    if cause == 'integration-permissions-denied':
        simulation = observed(facts.of_account.simulation)
        return any(_denied(simulation, resource) for resource in resources)
    if cause in OF_THE_RECORD:
        record = observed(facts.of_account.integration)
        return any(OF_THE_RECORD[cause] in _left_out(record, resource) for resource in resources)
    return True


def _not_granted(policies: Sequence[Policy], resource: ResourceTags) -> bool:
    return any(entry.is_lost for entry in compare(actions_for(resource.service), policies))


def _denied(simulation: Simulation, resource: ResourceTags) -> bool:
    of_region = (r for r in simulation.results if r.region in ('', resource.region))
    return any(result.action in actions_for(resource.service) and denier_of(result) is not None for result in of_region)


OF_THE_RECORD: Mapping[str, str] = {
    'metric-collection-disabled': 'collects no metrics',
    'region-not-collected': 'does not include',
    'namespace-not-collected': 'excludes',
}
"""What each of these diagnoses finds in the record, in the words of `not_collected`."""


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    resources = facts.of_account.tags
    wrong = [] if isinstance(resources, Unobserved) else [r for r in resources if r.missing][:MOST_IN_COMMANDS]
    in_aws = [_get_resources(r.region, r.arn) for r in wrong] or [_get_resources(None, Variable('RESOURCE_ARN'))]
    hosts = [id for r in wrong if (id := Resource.of(r.arn).instance_id)] if wrong else [Variable('INSTANCE_ID')]
    shown = tuple(curl(expected, ('/api/v1/tags/hosts/', host, SOURCE)) for host in hosts)
    elsewhere = 'See in the Metrics Explorer of Datadog which tags the metrics of the resource have'
    steps = (
        Step('See the tags that AWS has', tuple(in_aws)),
        Step('See the tags of a host that the AWS integration has set in Datadog' if shown else elsewhere, shown),
        Step(
            'If a tag is only there from another source, such as the Agent or a user, remove it there or accept that '
            'it is not updated with AWS'
        ),
        Step(
            'If Datadog collects the resource and its role may read the tags, ask Datadog Support, with the ARN and '
            'the time since when each tag is missing'
        ),
    )
    return Remedy('Let Datadog read these tags: its record must include the resource, and its role the tags', (), steps)


def _get_resources(region: Word | None, arn: Word) -> Command:
    call = ('aws', 'resourcegroupstaggingapi', 'get-resources', '--region', region or Variable('AWS_REGION'))
    return shell(*call, '--resource-arn-list', arn)


TAGS_NOT_PROPAGATED = Diagnosis(
    id='tags-not-propagated',
    title='AWS tags of a resource are missing in Datadog',
    scope=Scope.ACCOUNT,
    feature=Feature.INVENTORY,
    service_check='inventory',
    severity=Status.WARNING,
    tests=(
        'Compares the tags that AWS has of the resources in `tagged_resources` with those that Datadog shows: of an '
        'EC2 instance those that the AWS integration set on its host, of a load balancer, an RDS instance, a Lambda '
        'function or a DynamoDB table those of its metrics. Only a tag that this check saw missing for longer than '
        'tags_settle_after counts; tags that AWS sets, and those that Datadog cannot spell, do not.'
    ),
    harm='Monitors, dashboards and ownership that use the tags of AWS leave such a resource out.',
    docs=guide('tag-collection-and-propagation-delays'),
    judge=judge,
    remedy=remedy,
    after=(
        *('integration-not-registered', 'integration-role-missing', *ROLE_SIDE[:-1]),
        *('integration-permissions-denied', 'integration-permissions-missing'),
        *('metric-collection-disabled', 'region-not-collected', 'namespace-not-collected'),
    ),
    can_explain=can_explain,
)
