"""A launch template whose default version starts the next instance wrong."""

import re
from collections.abc import Sequence

from ...expectations import Expectations
from ...facts import Facts, Unobserved
from ...facts.account import Fault, Feature, Fleet, LaunchTemplate
from ...findings import Diagnosis, Scope, Status, Verdict
from ...remedies import Choice, Command, Remedy, Step, Variable, Word, new_file, script, sequence, yaml
from ...text import clean, counted
from ..links import ec2_user_guide
from .commands import HOPS_OF_A_CONTAINER, in_terraform
from .regions import clauses, fleet_of, imdsv1_may_be_on, judged, unobserved_in

ENDPOINT_DIAGNOSIS = 'imds-fleet-endpoint-disabled'
KARPENTER = re.compile('karpenter.k8s.aws/.*|Karpenter-.*')
MANAGED_NODE_GROUP = re.compile('eks-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}')
"""The names of templates that these make, and change or replace on their own."""
FILE = 'versions.txt'
OPTIONS = 'MetadataOptions={HttpEndpoint=enabled,HttpTokens=required,HttpPutResponseHopLimit='
WHERE = '--region <region> --launch-template-id <id>'
CREATE = (
    f'aws ec2 create-launch-template-version {WHERE} --source-version <version> \\\n'
    '  --launch-template-data <data> \\\n'
    '  --query LaunchTemplateVersion.VersionNumber --output text'
)
COMPARE = (
    f'aws ec2 describe-launch-template-versions {WHERE} --versions <version> <new> \\\n'
    "  --query 'LaunchTemplateVersions[].[LaunchTemplateId, VersionNumber, LaunchTemplateData.MetadataOptions]'"
)
MAKE_DEFAULT = f'aws ec2 modify-launch-template {WHERE} --default-version <new>'
RESTORE = f'aws ec2 modify-launch-template {WHERE} --default-version <version>'
NEW = Variable('NEW_VERSION')
PINNED = Step('Set Auto Scaling groups and fleets that name a version number to the new version: they keep the old one')


def judge(facts: Facts, expected: Expectations) -> Verdict:
    fleet, faults = fleet_of(facts), _faults(expected)
    unseen = unobserved_in(fleet.regions, lambda region: region.launch_templates)
    total = sum(region.templates(fault) for region in fleet.regions for fault in faults)
    examples = clauses([_described(template) for template in _wrong(fleet, faults)[:3]])
    wrong = f'{counted(total, "launch template")}{", for example" if total > 3 else ""}: {examples}' if total else ''
    return judged(fleet, wrong, unseen, 'no launch template starts instances wrong')


def _faults(expected: Expectations) -> tuple[Fault, ...]:
    """The worst first; what the operator accepts for instances is no fault of a template either."""
    accepted = ENDPOINT_DIAGNOSIS in expected.disabled_diagnoses
    return (
        Fault.MISNAMED,
        *(() if accepted else (Fault.ENDPOINT_DISABLED,)),
        *(() if imdsv1_may_be_on(expected) else (Fault.IMDSV1_ALLOWED,)),
    )


def _wrong(fleet: Fleet, faults: Sequence[Fault]) -> list[LaunchTemplate]:
    known = [t for r in fleet.regions if not isinstance(r.launch_templates, Unobserved) for t in r.launch_templates]
    return [template for fault in faults for template in known if template.fault is fault]


def _described(template: LaunchTemplate) -> str:
    name = f'{clean(template.name)} in {template.region}'
    match template.fault:
        case Fault.MISNAMED:
            return f'{name} requires tokens with a hop limit of 1, for {clean(template.containers)} nodes'
        case Fault.ENDPOINT_DISABLED:
            return f'{name} disables the metadata endpoint'
    return f'{name} allows IMDSv1'


def remedy(facts: Facts, expected: Expectations) -> Remedy:
    fleet = facts.of_account.fleet
    wrong = [] if isinstance(fleet, Unobserved) else _wrong(fleet, _faults(expected))
    own = [t for t in wrong if not KARPENTER.fullmatch(t.name) and not MANAGED_NODE_GROUP.fullmatch(t.name)]
    if wrong and not own:
        made = 'Set the right metadata options where these launch templates come from, not in the templates themselves'
        return Remedy(made, then=_by_their_maker(wrong))
    new_versions, make_default = _new_versions(own)
    in_code = in_terraform('http_tokens = "required"', f'http_put_response_hop_limit = {HOPS_OF_A_CONTAINER}')
    return Remedy(
        'Give these launch templates a default version with the right metadata options',
        (new_versions,),
        (make_default, *_by_their_maker(wrong), PINNED, in_code),
    )


def _by_their_maker(wrong: Sequence[LaunchTemplate]) -> tuple[Step, ...]:
    """Never by hand; where nothing is known, both are mentioned."""

    def made_by(maker: re.Pattern[str]) -> bool:
        return not wrong or any(maker.fullmatch(template.name) for template in wrong)

    karpenter = Step(
        'Karpenter makes the templates whose names start with karpenter.k8s.aws/ or Karpenter- and overwrites changes: '
        'set this in the EC2NodeClass',
        (yaml({'spec': {'metadataOptions': {'httpTokens': 'required', 'httpPutResponseHopLimit': 2}}}),),
    )
    node_group = Step(
        'EKS makes the templates that are named eks- and a UUID, for managed node groups; do not edit them, but create '
        'the node group again with a launch template of your own that has these options, for example in Terraform '
        '(aws_launch_template)',
        in_terraform('http_tokens = "required"', f'http_put_response_hop_limit = {HOPS_OF_A_CONTAINER}').commands,
    )
    return (*((karpenter,) if made_by(KARPENTER) else ()), *((node_group,) if made_by(MANAGED_NODE_GROUP) else ()))


def _new_versions(templates: Sequence[LaunchTemplate]) -> tuple[Choice, Step]:
    """New versions, and the step that makes them the default; old ones stay, so that going back is one command."""
    commands = _in_a_loop if len(templates) > 1 else _for_one
    create, default, restore = commands(templates)
    new = Choice(
        'Create a new version, which changes nothing yet, and print the metadata options of the old and the new one',
        (create,),
        undo=Step('Make the previous version the default again', (restore,)),
    )
    return new, Step(
        'If the options differ only where they should, make the new version the default, for instances started from '
        'then on',
        (default,),
    )


def _for_one(templates: Sequence[LaunchTemplate]) -> tuple[Command, ...]:
    values: dict[str, Word] = {
        'region': Variable('AWS_REGION'),
        'id': Variable('LAUNCH_TEMPLATE_ID'),
        'version': Variable('DEFAULT_VERSION'),
        'data': f'{OPTIONS}{HOPS_OF_A_CONTAINER}}}',
        'new': NEW,
    }
    for template in templates:
        values |= {'region': template.region, 'id': template.template_id}
        values |= {'version': template.version or Variable('DEFAULT_VERSION'), 'data': f'{OPTIONS}{_hops(template)}}}'}
    create = f'{NEW.name}=$({CREATE}) &&\n{COMPARE}'
    return tuple(script(template, **values) for template in (create, MAKE_DEFAULT, RESTORE))


def _in_a_loop(templates: Sequence[LaunchTemplate]) -> tuple[Command, ...]:
    """The file keeps region, template, previous and new version of each."""
    rows = '\n'.join(f'{t.region} {t.template_id} {t.version} {_hops(t)}' for t in templates if t.version)
    data = f'"{OPTIONS}$hops}}"'
    create, compare = (_in_variables(text).replace('\n', '\n  ') for text in (CREATE.replace('<data>', data), COMPARE))
    work = (
        f'new=$({create} < /dev/null) || continue\n'
        f'  echo "$region $id $version $new" >> {FILE}\n'
        f'  {compare} < /dev/null'
    )
    return (
        sequence(new_file(FILE), Command(f"{_while('region id version hops', work)} <<'END'\n{rows}\nEND")),
        Command(f'{_while("region id _ new", _in_variables(MAKE_DEFAULT) + " < /dev/null")} < {FILE}'),
        Command(f'{_while("region id version _", _in_variables(RESTORE) + " < /dev/null")} < {FILE}'),
    )


def _while(names: str, work: str) -> str:
    return f'while read -r {names}; do\n  {work}\ndone'


def _in_variables(template: str) -> str:
    for name in ('region', 'id', 'version', 'new'):
        template = template.replace(f'<{name}>', f'"${name}"')
    return template


def _hops(template: LaunchTemplate) -> int:
    return max(template.hop_limit or 1, HOPS_OF_A_CONTAINER if template.containers else 1)


IMDS_FLEET_LAUNCH_TEMPLATE_WRONG = Diagnosis(
    id='imds-fleet-launch-template-wrong',
    title='A launch template starts instances with the wrong metadata options',
    scope=Scope.ACCOUNT,
    feature=Feature.IMDS_POSTURE,
    service_check='imds_fleet',
    severity=Status.WARNING,
    tests=(
        'Reads the default version of every launch template, and the regional default for what it leaves open. '
        'Faults are required tokens with a hop limit of 1 on instances with tags of EKS or ECS; a disabled endpoint, '
        "unless imds-fleet-endpoint-disabled is disabled; and optional tokens when imdsv1 is 'disabled' in the "
        'configuration.'
    ),
    harm='Instances that it starts report the wrong hostname, or allow IMDSv1, however often running ones are fixed.',
    docs=ec2_user_guide('configuring-IMDS-new-instances.html'),
    judge=judge,
    remedy=remedy,
)
