from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_ENDPOINT_DISABLED
from datadog_checks.aws_diagnostics.facts import ContainerKind, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests import builders
from tests.builders import NOW, agent, answered, container, facts, host
from tests.diagnoses.imds.conversations import (
    LOST,
    connect_fails,
    disabled,
    disabled_or_proxied,
    kube2iam,
    web_filter,
    without_token,
)
from tests.diagnoses.remedy_parts import (
    APPLY_HELM,
    CLOUD_INIT_IN_A_POD,
    CLOUD_INIT_ON_A_HOST,
    FIREWALL_RULES,
    ON_AUTO_MODE,
    RESTART,
    as_step,
    in_terraform,
    metadata_options,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

REFUSED = 'the token PUT was answered 403, the GET with an invalid token was answered 403'
EITHER = (
    'the metadata endpoint of this instance is disabled, or a proxy such as kube2iam forwards requests in a way that '
    'EC2 refuses'
)

FAILS = {
    'PUT and GET are answered 403': Row(
        facts(imds=disabled()),
        'the token PUT was answered 403, the GET with an invalid token was answered 403: '
        'the metadata endpoint of this instance is disabled',
        near_miss='PUT and GET are answered 403 by a server without a name',
    ),
    'PUT is lost, GET answered 403': Row(
        facts(imds=without_token(LOST, answered(403), tokenless=answered(403), tokenless_at=NOW)),
        'the token PUT connected and got no answer in time, the GET with an invalid token was answered '
        '403: the metadata endpoint of this instance is disabled',
        near_miss='PUT is lost, GET answered 401',
    ),
    'PUT and GET are answered 403, and a GET without a token is not allowed': Row(
        facts(imds=disabled_or_proxied(tokenless=NotSent('turned off by imdsv1_probe_interval'))),
        f'{REFUSED}: {EITHER}; a GET without a token would tell, which was not sent (turned off by '
        'imdsv1_probe_interval)',
        near_miss='kube2iam, whose GET without a token is answered',
    ),
    'PUT and GET are answered 403, and a GET without a token was answered before': Row(
        facts(imds=disabled(tokenless=answered(), tokenless_at=NOW - 200)),
        f'{REFUSED}: {EITHER}; a GET without a token would tell, which was not sent in this run',
        near_miss='kube2iam, whose GET without a token is answered',
    ),
    'PUT and GET are answered 403, and the GET without a token is lost': Row(
        facts(imds=disabled(tokenless=LOST)),
        f'{REFUSED}: {EITHER}; a GET without a token would tell, which connected and got no answer in time',
        near_miss='kube2iam, whose GET without a token is answered',
    ),
    'seen four minutes ago, while the probe backs off': Row(
        facts(imds=disabled(observed_at=NOW - 250)),
        'the token PUT was answered 403, the GET with an invalid token was answered 403: the metadata endpoint of '
        'this instance is disabled; observed 4 minutes ago (the probe backs off)',
        near_miss='PUT is answered 403, GET 401',
    ),
}
PASSES = {
    'all is well': Row(facts(), 'the token PUT was answered 200, the GET with the token was answered 200'),
    'PUT is answered 403, GET 401': Row(
        facts(imds=kube2iam()), 'the token PUT was answered 403, the GET with an invalid token was answered 401'
    ),
    'kube2iam, whose GET without a token is answered': Row(facts(imds=disabled(tokenless=answered())), REFUSED),
    'PUT and GET are answered 403 by a server without a name': Row(facts(imds=web_filter()), REFUSED),
    'PUT is lost, GET answered 401': Row(
        facts(imds=without_token(LOST, answered(401))),
        'the token PUT connected and got no answer in time, the GET with an invalid token was answered 401',
    ),
}
UNKNOWN = {
    'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'PUT is answered 403, GET is lost': Row(
        facts(imds=without_token(answered(403), LOST)),
        'the token PUT was answered 403, the GET with an invalid token connected and got no answer in time',
    ),
}
NOT_APPLICABLE = {
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.REFUSED, 'ECONNREFUSED')),
        'nothing answers, and a disabled endpoint answers 403: the token PUT was refused (TCP reset) '
        '(ECONNREFUSED), the GET with an invalid token was refused (TCP reset) (ECONNREFUSED)',
    ),
}


def enable(managed: str = '') -> tuple[Choice, ...]:
    return (
        metadata_options(
            'Enable the endpoint for IMDSv2 only',
            '--http-endpoint enabled --http-tokens required',
            '--http-endpoint disabled --http-tokens "${HTTP_TOKENS:?}"',
            'the metadata and the credentials of the instance role to every process that can reach IMDS',
            '',
            managed,
        ),
        metadata_options(
            'Enable the endpoint without changing its other options',
            '--http-endpoint enabled',
            '--http-endpoint disabled',
            'the same, by IMDSv1 too where it was allowed',
            '',
            managed,
        ),
    )


ENABLE = enable()
IMDSV2_ONLY = 'http_tokens = "required"'
NEW_INSTANCES = in_terraform(IMDSV2_ONLY, 'If you enabled the endpoint, set this in Terraform too')
OR_WITHOUT = 'Enable the metadata endpoint of this instance, or name the host without IMDS'

NEW_NODES = (
    Step(
        'If you enabled the endpoint, set this too in the EC2NodeClass, where Karpenter starts the nodes',
        (
            Command(
                'spec:\n  metadataOptions:\n    httpEndpoint: enabled\n    httpTokens: required',
                Language.YAML,
            ),
        ),
        for_new_instances=True,
    ),
    in_terraform(
        IMDSV2_ONLY,
        'If you enabled the endpoint, set this too in your own launch template for a managed node group, in Terraform',
        'aws_launch_template',
    ),
)
ENDPOINT = (
    'aws ec2 describe-instances --region eu-west-1 --instance-ids i-0123456789abcdef0 '
    "--query 'Reservations[].Instances[].MetadataOptions.HttpEndpoint' --output text"
)


def if_disabled(managed: str = '') -> Step:
    enable = as_step(
        metadata_options(
            'If it is disabled, enable it for IMDSv2 only',
            '--http-endpoint enabled --http-tokens required',
            '',
            managed=managed,
        )
    )
    only_if = (
        f'endpoint=$({ENDPOINT}) && '
        '{ [ "$endpoint" = disabled ] || { echo "HttpEndpoint is $endpoint: nothing to enable"; false; }; } &&\n'
    )
    exposes = 'the metadata and the credentials of the instance role to every process that can reach IMDS'
    return Step(f'{enable.text}; this exposes {exposes}', (Command(f'{only_if}{enable.commands[0].text}'),))


SEEN_BEFORE = disabled_or_proxied(instance_id=builders.INSTANCE_ID, identity=builders.identity())
FIND_OUT = 'See whether the metadata endpoint of this instance is disabled, or a proxy is in the way'
LOOK = Step('See whether HttpEndpoint of this instance is disabled', (Command(ENDPOINT),))
IF_ENABLED = (
    'If it is enabled, find the proxy, and exempt the Agent from it or let it forward IMDSv2 (kube2iam by an upgrade '
    'to a release that forwards PUT /latest/api/token, and GETs with a token, without X-Forwarded-For '
    '(jtblin/kube2iam pull requests 270 and 279))'
)

REMEDIES = {
    'on a host, where a proxy may be in the way, whose Agent has lost its name': (
        facts(imds=SEEN_BEFORE, agent=agent(hostname='ip-10-0-0-12', provider='os')),
        Remedy(
            FIND_OUT,
            then=(LOOK, if_disabled(), Step(IF_ENABLED, FIREWALL_RULES.commands), RESTART, NEW_INSTANCES),
        ),
    ),
    'in a pod, where kube2iam may be in the way': (
        facts(imds=SEEN_BEFORE, host=host(container=container(ContainerKind.POD))),
        Remedy(
            FIND_OUT,
            then=(
                LOOK,
                if_disabled(ON_AUTO_MODE),
                Step(
                    IF_ENABLED,
                    (Command('kubectl get daemonsets --all-namespaces | grep -iE "kube2iam|kiam"'),),
                ),
                *NEW_NODES,
            ),
        ),
    ),
    'on a host whose Agent has lost its name': (
        facts(imds=disabled(), agent=agent(hostname='ip-10-0-0-12', provider='os')),
        Remedy(OR_WITHOUT, (CLOUD_INIT_ON_A_HOST, *ENABLE), (RESTART, NEW_INSTANCES)),
    ),
    'on a host whose file of cloud-init names another instance': (
        facts(imds=disabled(), host=host(cloud_init_instance_id=builders.OTHER_INSTANCE_ID)),
        Remedy('Enable the metadata endpoint of this instance', ENABLE, (NEW_INSTANCES,)),
    ),
    'on a host without cloud-init, whose Agent has its name': (
        facts(imds=disabled(), host=host(cloud_init_instance_id=None)),
        Remedy('Enable the metadata endpoint of this instance', ENABLE, (NEW_INSTANCES,)),
    ),
    'in a pod': (
        facts(imds=disabled(), host=host(container=container(ContainerKind.POD))),
        Remedy(
            OR_WITHOUT,
            (CLOUD_INIT_IN_A_POD, *enable(ON_AUTO_MODE)),
            (
                APPLY_HELM,
                *NEW_NODES,
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_ENDPOINT_DISABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_ENDPOINT_DISABLED, REMEDIES)
