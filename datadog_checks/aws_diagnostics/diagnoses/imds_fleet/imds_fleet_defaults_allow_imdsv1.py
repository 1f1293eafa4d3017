"""A new instance that asks for nothing allows IMDSv1, as its region has no better default."""

from shlex import quote

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Feature, MetadataDefaults, Region
from ...findings import Diagnosis, NotApplicable, Scope, Status, Verdict
from ...remedies import Remedy
from ..links import ec2_user_guide
from .commands import MOST_COMMANDS
from .imdsv1 import imdsv1_may_be_on
from .regions import judged, regions_of, unobserved_in

DECLARATIVE_POLICY = 'declarative-policy'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if imdsv1_may_be_on(expected):
        return NotApplicable("imdsv1 is not set to 'disabled', so new instances may allow it")
    regions = regions_of(facts)
    faults = [f'{region.name}: {_described(d)}' for region, d in _allowing(regions)]
    unseen = unobserved_in(regions, lambda region: region.defaults)
    return judged(regions, faults, unseen, 'new instances require tokens by default')


def _allowing(regions: tuple[Region, ...]) -> list[tuple[Region, MetadataDefaults]]:
    known = ((r, r.defaults) for r in regions if not isinstance(r.defaults, Unobserved))
    return [(r, d) for r, d in known if d.http_tokens != 'required' and d.http_tokens_enforced != 'enabled']


def _described(defaults: MetadataDefaults) -> str:
    by = f', set by the {defaults.managed_by}' if defaults.managed_by else ''
    if not defaults.http_tokens:
        return 'http_tokens has no default, so the AMI of a new instance decides'
    return f'http_tokens is {defaults.http_tokens} by default{by}'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    wrong = _allowing(regions_of(facts))
    own = [region.name for region, d in wrong if d.managed_by != DECLARATIVE_POLICY]
    steps = [
        'aws ec2 modify-instance-metadata-defaults --region ' + quote(name) + ' --http-tokens required'
        for name in own[:MOST_COMMANDS]
    ]
    return Remedy(
        'Let new instances require tokens unless they ask for something else',
        (
            *(f'Running instances and what launch templates say stay as they are: {step}' for step in steps[:1]),
            *(f'The same: {step}' for step in steps[1:]),
            *_by_policy(wrong),
            *_for_other_regions(own),
        ),
    )


def _by_policy(wrong: list[tuple[Region, MetadataDefaults]]) -> tuple[str, ...]:
    names = [region.name for region, d in wrong if d.managed_by == DECLARATIVE_POLICY]
    if not names:
        return ()
    where = ', '.join(names[:MOST_COMMANDS])
    return (
        f'In {where} the default comes from a declarative policy of the organization, which this account cannot '
        'change: ask for ec2_attributes.instance_metadata_defaults.http_tokens required there',
    )


def _for_other_regions(own: list[str]) -> tuple[str, ...]:
    more = len(own) - MOST_COMMANDS
    return (f'The same with --region for {more} more: {", ".join(own[MOST_COMMANDS:])}',) if more > 0 else ()


IMDS_FLEET_DEFAULTS_ALLOW_IMDSV1 = Diagnosis(
    id='imds-fleet-defaults-allow-imdsv1',
    title='New instances of the account allow IMDSv1 by default',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.WARNING,
    tests=(
        'Reads the instance metadata defaults of each region, whether they are enforced and who manages them; '
        "applies only when imdsv1 is 'disabled' in the configuration."
    ),
    harm=('Without a default that requires tokens, what is repaired today comes back with the next instance.'),
    docs=ec2_user_guide('configuring-IMDS-new-instances.html'),
    judge=judge,
    remedy=remedy,
)
