"""IMDS answers that it is disabled for this instance."""

from ...expectations import Expectations
from ...facts import Facts, Host, OperatingSystem, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Variable
from ...rules import instance_id_of
from ..agent_remedies import restart_for_the_name
from ..applying import apply_settings
from ..around_imds import name_from_cloud_init
from ..host_remedies import MetadataOptions, change_metadata_options, for_new_instances
from ..links import ec2_user_guide
from ..places import operating_system
from .evidence import conversation, seen
from .fault import Fault, fault_of

FOR_IMDSV2_ONLY = MetadataOptions(
    ('--http-endpoint', 'enabled', '--http-tokens', 'required'),
    'http_tokens = "required"',
    ('--http-endpoint', 'disabled', '--http-tokens', Variable('HTTP_TOKENS')),
    {'httpEndpoint': 'enabled', 'httpTokens': 'required'},
)


def judge(facts: Facts, _: Expectations) -> Verdict:
    imds = observed(facts.imds)
    match fault_of(imds):
        case Fault.DISABLED:
            return Failed(f'{conversation(imds)}: the metadata endpoint of this instance is disabled{seen(facts)}')
        case Fault.UNREACHABLE:
            return NotApplicable(f'nothing answers, and a disabled endpoint answers 403: {conversation(imds)}')
        case Fault.UNCLEAR:
            return Unknown(conversation(imds))
    return Passed(conversation(imds))


def remedy(facts: Facts, _: Expectations) -> Remedy:
    around = _without_imds(facts)
    return Remedy(
        f'Enable the metadata endpoint of this instance{", or name the host without IMDS" if around else ""}',
        (
            *around,
            change_metadata_options(
                facts,
                'Enable the endpoint for IMDSv2 only',
                FOR_IMDSV2_ONLY,
                'the metadata and the credentials of the instance role to every process that can reach IMDS',
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
