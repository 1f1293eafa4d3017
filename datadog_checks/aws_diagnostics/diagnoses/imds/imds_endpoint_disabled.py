"""IMDS answers that it is disabled for this instance."""

from dataclasses import replace

from ...expectations import Expectations
from ...facts import Answer, Facts, Host, Imds, OperatingSystem, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Command, Remedy, Step, Variable, script
from ...rules import instance_id_of
from ..agent_remedies import restart_for_the_name
from ..applying import apply_settings
from ..around_imds import name_from_cloud_init
from ..host_remedies import MetadataOptions, as_step, change_metadata_options, for_new_instances
from ..links import ec2_user_guide
from ..places import operating_system
from ..which_instance import find_instance, how_to_find_instance, instance, region
from .credentials_proxies import THAT_FORWARDS_TOKENS, find_the_proxy
from .evidence import conversation, fate, seen
from .fault import Fault, fault_of

FOR_IMDSV2_ONLY = MetadataOptions(
    ('--http-endpoint', 'enabled', '--http-tokens', 'required'),
    'http_tokens = "required"',
    ('--http-endpoint', 'disabled', '--http-tokens', Variable('HTTP_TOKENS')),
    {'httpEndpoint': 'enabled', 'httpTokens': 'required'},
)

EXPOSED = 'the metadata and the credentials of the instance role to every process that can reach IMDS'
EITHER = 'The instance metadata endpoint is disabled, or a proxy is in the way'
HTTP_ENDPOINT = (
    'aws ec2 describe-instances --region <region> --instance-ids <instance> '
    "--query 'Reservations[].Instances[].MetadataOptions.HttpEndpoint' --output text"
)


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    match fault_of(imds):
        case Fault.DISABLED:
            return Failed(f'{conversation(imds)}: the metadata endpoint of this instance is disabled{seen(facts)}')
        case Fault.DISABLED_OR_PROXIED:
            return Failed(f'{conversation(imds)}: {_either(imds)}{seen(facts)}', headline=EITHER)
        case Fault.UNREACHABLE:
            return NotApplicable(f'nothing answers, and a disabled endpoint answers 403: {conversation(imds)}')
        case Fault.UNCLEAR:
            return Unknown(conversation(imds))
    return Passed(conversation(imds))


def _either(imds: Imds) -> str:
    """Why this is no certain verdict."""
    old = isinstance(imds.tokenless, Answer) and not imds.tokenless_is_present
    asked = 'was not sent in this run' if old else fate(imds.tokenless)
    return (
        'the metadata endpoint of this instance is disabled, or a proxy such as kube2iam forwards requests in a way '
        f'that EC2 refuses; a GET without a token would tell, which {asked}'
    )


def remedy(facts: Facts, _: Expectations) -> Remedy:
    if isinstance(facts.imds, Imds) and fault_of(facts.imds) is Fault.DISABLED_OR_PROXIED:
        return _find_out_which(facts)
    around = _without_imds(facts)
    return Remedy(
        f'Enable the metadata endpoint of this instance{", or name the host without IMDS" if around else ""}',
        (
            *around,
            change_metadata_options(
                facts,
                'Enable the endpoint for IMDSv2 only',
                FOR_IMDSV2_ONLY,
                EXPOSED,
            ),
            change_metadata_options(
                facts,
                'Enable the endpoint without changing its other options',
                MetadataOptions(('--http-endpoint', 'enabled'), '', ('--http-endpoint', 'disabled')),
                'the same, by IMDSv1 too where it was allowed',
            ),
        ),
        (
            *(apply_settings(facts) if _without_imds(facts) else ()),
            *restart_for_the_name(facts),
            *for_new_instances(facts, FOR_IMDSV2_ONLY, 'If you enabled the endpoint'),
        ),
    )


def _find_out_which(facts: Facts) -> Remedy:
    """The endpoint of an instance is not changed where it is enabled: that repairs nothing, and may end IMDSv1."""
    return Remedy(
        'See whether the metadata endpoint of this instance is disabled, or a proxy is in the way',
        then=(
            Step(
                f'See whether HttpEndpoint of this instance is disabled{how_to_find_instance(facts)}',
                (*find_instance(facts), script(HTTP_ENDPOINT, region=region(facts), instance=instance(facts))),
            ),
            _enable_if_disabled(facts),
            Step(
                'If it is enabled, find the proxy, and exempt the Agent from it or let it forward IMDSv2 (kube2iam by '
                f'an upgrade to {THAT_FORWARDS_TOKENS})',
                find_the_proxy(facts).commands,
            ),
            *restart_for_the_name(facts),
            *for_new_instances(facts, FOR_IMDSV2_ONLY, 'If you enabled the endpoint'),
        ),
    )


def _enable_if_disabled(facts: Facts) -> Step:
    only_if = replace(FOR_IMDSV2_ONLY, only_if=_only_if_disabled(facts))
    step = as_step(change_metadata_options(facts, 'If it is disabled, enable it for IMDSv2 only', only_if, find=False))
    return replace(step, text=f'{step.text}; this exposes {EXPOSED}')


def _only_if_disabled(facts: Facts) -> Command:
    return script(
        f'endpoint=$({HTTP_ENDPOINT}) && '
        '{ [ "$endpoint" = disabled ] || { echo "HttpEndpoint is $endpoint: nothing to enable"; false; }; }',
        region=region(facts),
        instance=instance(facts),
    )


def _without_imds(facts: Facts) -> tuple[Choice, ...]:
    """cloud-init wrote its file while IMDS answered. It helps where it holds the id of this instance for certain: an
    image can bring along that of another.
    """
    id = facts.host.cloud_init_instance_id if isinstance(facts.host, Host) else None
    if id is None or id != instance_id_of(facts) or operating_system(facts) is not OperatingSystem.LINUX:
        return ()
    return (name_from_cloud_init(facts),)


IMDS_ENDPOINT_DISABLED = Diagnosis(
    id='imds-endpoint-disabled',
    title='The instance metadata endpoint is disabled',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Asks IMDS for a token and, if none comes, for metadata with an invalid token: EC2 answers 403 to both while '
        'HttpEndpoint is disabled for the instance.'
    ),
    harm=(
        'The Agent gets neither the instance id nor the instance tags from IMDS, and may report this host under '
        'another name.'
    ),
    docs=ec2_user_guide('configuring-IMDS-existing-instances.html'),
    judge=judge,
    remedy=remedy,
)
