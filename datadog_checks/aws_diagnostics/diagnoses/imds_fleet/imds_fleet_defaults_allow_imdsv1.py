"""A new instance that asks for nothing allows IMDSv1, because its region has no better default."""

from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Feature, MetadataDefaults, Region
from ...findings import Diagnosis, NotApplicable, Scope, Status, Verdict
from ...remedies import Choice, Command, Remedy, Step, Variable, Word, json_part, new_file, script, sequence, shell
from ...text import clean, listed
from ..links import ec2_user_guide
from .commands import block
from .regions import clauses, fleet_of, imdsv1_may_be_on, judged, unobserved_in

REGION = Variable('AWS_REGION')
BEFORE = 'imds-defaults-before.json'
PREVIOUS = f'PREVIOUS_HTTP_TOKENS is HttpTokens in {BEFORE}, or no-preference where that file names none'
DECLARATIVE_POLICY = 'declarative-policy'
MODIFY = 'aws ec2 modify-instance-metadata-defaults --region "$region" --http-tokens'


def judge(facts: Facts, expected: Expectations) -> Verdict:
    if imdsv1_may_be_on(expected):
        return NotApplicable('your configuration allows IMDSv1')
    fleet = fleet_of(facts)
    faults = clauses([f'{region.name}: {_described(d)}' for region, d in _allowing(fleet.regions)])
    unseen = unobserved_in(fleet.regions, lambda region: region.defaults)
    return judged(fleet, faults, unseen, 'new instances require tokens by default')


def _allowing(regions: Sequence[Region]) -> list[tuple[Region, MetadataDefaults]]:
    known = ((r, r.defaults) for r in regions if not isinstance(r.defaults, Unobserved))
    return [(r, d) for r, d in known if d.http_tokens != 'required' and d.http_tokens_enforced != 'enabled']


def _described(defaults: MetadataDefaults) -> str:
    by = f', set by the {clean(defaults.managed_by).replace("-", " ")}' if defaults.managed_by else ''
    if not defaults.http_tokens:
        return 'http_tokens has no default, so the AMI of a new instance decides'
    return f'http_tokens is {clean(defaults.http_tokens)} by default{by}'


def remedy(facts: Facts, _: Expectations) -> Remedy:
    fleet = facts.of_account.fleet
    wrong = [] if isinstance(fleet, Unobserved) else _allowing(fleet.regions)
    own = [(region, d) for region, d in wrong if d.managed_by != DECLARATIVE_POLICY]
    by_policy = [region.name for region, d in wrong if d.managed_by == DECLARATIVE_POLICY]
    return Remedy(
        'Require tokens by default for new instances',
        (_in_the_account(own),) if own or not wrong else (),
        (
            *((_in_the_policy(by_policy),) if by_policy else ()),
            Step(
                'Where new instances run containers that use IMDS, raise their hop limit too, in Terraform',
                (block('metadata_options', 'http_endpoint = "enabled"', 'http_put_response_hop_limit = 2'),),
            ),
        ),
    )


def _in_the_account(wrong: Sequence[tuple[Region, MetadataDefaults]]) -> Choice:
    required = _require([region.name for region, _ in wrong])
    back = 'Set the previous default again'
    return Choice(
        'Set the default of the account; running instances and launch templates keep their options',
        (required if wrong else sequence(new_file(BEFORE), _save(), required),),
        'IMDSv1 clients on new instances to losing instance metadata',
        Step(back if wrong else f'{back}: {PREVIOUS}', (_restore([(r.name, _before(d)) for r, d in wrong]),)),
    )


def _save() -> Command:
    return script(
        f'aws ec2 get-instance-metadata-defaults --region <region> --output json > {BEFORE}',
        region=REGION,
    )


def _before(defaults: MetadataDefaults) -> str:
    return 'optional' if defaults.http_tokens == 'optional' else 'no-preference'


def _require(names: Sequence[str]) -> Command:
    if len(names) > 1:
        return Command(f'for region in {" ".join(names)}; do\n  echo "$region"\n  {MODIFY} required > /dev/null\ndone')
    return _for_one(names, 'required')


def _restore(before: Sequence[tuple[str, str]]) -> Command:
    if len(before) > 1:
        rows = '\n'.join(' '.join(row) for row in before)
        loop = f'while read -r region tokens; do\n  {MODIFY} "$tokens" < /dev/null > /dev/null\ndone'
        return Command(f"{loop} <<'END'\n{rows}\nEND")
    return _for_one([name for name, _ in before], before[0][1] if before else Variable('PREVIOUS_HTTP_TOKENS'))


def _for_one(names: Sequence[str], tokens: Word) -> Command:
    region = names[0] if names else REGION
    return shell('aws', 'ec2', 'modify-instance-metadata-defaults', '--region', region, '--http-tokens', tokens)


def _in_the_policy(names: Sequence[str]) -> Step:
    return Step(
        f'In {listed(names)}, the default comes from a declarative policy of the organization, which this account '
        'cannot change: ask for this in that policy',
        (json_part({'ec2_attributes': {'instance_metadata_defaults': {'http_tokens': {'@@assign': 'required'}}}}),),
    )


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
    harm='Unless tokens are required by default, what is fixed today comes back with the next instance.',
    docs=ec2_user_guide('configuring-IMDS-new-instances.html'),
    judge=judge,
    remedy=remedy,
)
