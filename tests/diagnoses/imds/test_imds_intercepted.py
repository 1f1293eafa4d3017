import re
from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_INTERCEPTED
from datadog_checks.aws_diagnostics.diagnoses.imds.credentials_proxies import KIAM_ROUTES
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.builders import NOW, answered, container, facts, host, imds, path, unanswered
from tests.diagnoses.imds.conversations import (
    LOST,
    as_html,
    broken_proxy,
    captive_portal,
    connect_fails,
    credential_helper,
    disabled,
    disabled_or_proxied,
    kiam,
    kube2iam,
    nginx,
    throttled,
    token_lost,
    v1_works,
    web_filter,
    without_token,
    without_ttl,
)
from tests.diagnoses.remedy_parts import APPLY_HELM, CLOUD_INIT_IN_A_POD, FIREWALL_RULES, HOST_NETWORK_OF_A_POD
from tests.diagnoses.tables import Row, remedy_test, verdict_test

KUBE2IAM = (
    'the token PUT was answered 403, the GET with an invalid token was answered 401, as with a proxy that adds '
    'X-Forwarded-For (kube2iam does)'
)
NO_GATEWAY = path(gateways=0, reply_lost=True, remaining_ttl=None, hop_limit=None)
LOST_HERE = (
    'the token PUT connected and got no answer in time, the GET with an invalid token was answered 401; '
    'there is no gateway in between, so this is not the hop limit: a filter drops the token reply, or IMDS itself is '
    'failing'
)

NAMELESS = "without the name of EC2's server (EC2ws), which its answers bear: a proxy or a filter answers in its place"
ALTERED = 'IMDS works, but something alters its answers or answers in its place'

FAILS = {
    'PUT is answered 403, GET 401: kube2iam': Row(
        facts(imds=kube2iam()), KUBE2IAM, near_miss='PUT and GET are answered 403: disabled'
    ),
    'kube2iam, while IMDSv1 works': Row(
        facts(imds=kube2iam(**v1_works(tokenless_at=NOW - 130))),
        Failed(
            f'{KUBE2IAM}; IMDSv1 still works and hides this (a GET without a token got 200 2 minutes ago)',
            Status.WARNING,
        ),
        near_miss='PUT and GET are answered 403: disabled',
    ),
    'kube2iam, while IMDSv1 works and IMDSv2 is required': Row(
        facts(imds=kube2iam(**v1_works())),
        f'{KUBE2IAM}; IMDSv1 still works and hides this (a GET without a token got 200 just now)',
        expected=Expectations(require_imdsv2=True),
        near_miss='PUT and GET are answered 403: disabled',
    ),
    'a token is granted, the GET with it answered 403: kube2iam': Row(
        facts(imds=imds(metadata=answered(403))),
        (
            'the token PUT was answered 200, the GET with the token was answered 403, as with a '
            'proxy that adds X-Forwarded-For (kube2iam does)'
        ),
        near_miss='all is well',
    ),
    'everything is answered 404: kiam': Row(
        facts(imds=kiam()),
        (
            'the token PUT was answered 404, the GET with an invalid token was answered 404, as '
            'with a proxy that allows only some paths (kiam does)'
        ),
        near_miss='PUT is answered 404, GET 401: no tokens',
    ),
    'PUT is answered 200 without a token: captive portal': Row(
        facts(imds=captive_portal()),
        (
            "the token PUT was answered 200 with a web page by 'nginx', the GET with an invalid "
            "token was answered 200 with a web page by 'nginx', which is no answer that IMDS gives "
            '(a captive portal or a web proxy does)'
        ),
        near_miss='all is well',
    ),
    'PUT is answered 403 by a web proxy, GET 401': Row(
        facts(imds=without_token(answered(403, server='squid/6.6'), answered(401))),
        (
            "the token PUT was answered 403 by 'squid/6.6', the GET with an invalid token was "
            'answered 401, which is no answer that IMDS gives (a captive portal or a web proxy does)'
        ),
        near_miss='PUT and GET are answered 403: disabled',
    ),
    'everything is answered 404 by nginx': Row(
        facts(imds=nginx()),
        "the token PUT was answered 404 by 'nginx/1.25.3', the GET with an invalid token was answered 404 by "
        "'nginx/1.25.3', which is no answer that IMDS gives (a captive portal or a web proxy does)",
        near_miss='PUT is answered 404, GET 401: no tokens',
    ),
    'a credential helper grants tokens and knows no instance id': Row(
        facts(imds=credential_helper()),
        'the token PUT was answered 200, the GET with the token was answered 404, which is no answer that IMDS gives '
        '(a captive portal or a web proxy does)',
        near_miss='all is well',
    ),
    'EC2 grants a token, and the GET with it is answered 404 without a name: kiam': Row(
        facts(imds=imds(metadata=answered(404, server=''))),
        'the token PUT was answered 200, the GET with the token was answered 404, as with a proxy that allows only '
        'some paths (kiam does)',
        near_miss='all is well',
    ),
    'everything is answered 403 by a server without a name: a web filter': Row(
        facts(imds=web_filter()),
        f'the token PUT was answered 403, the GET with an invalid token was answered 403, {NAMELESS}',
        near_miss='PUT and GET are answered 403: disabled',
    ),
    'PUT is answered 503 by a server without a name: the way of a proxy is down': Row(
        facts(imds=broken_proxy()),
        f'the token PUT was answered 503, the GET with an invalid token was answered 503, {NAMELESS}',
        near_miss='IMDS throttles',
    ),
    'everything works, but for the time to live of the token': Row(
        facts(imds=without_ttl()),
        Failed(f'{ALTERED}: the token comes without its time to live', Status.WARNING),
        near_miss='all is well',
    ),
    'everything works, as text/html': Row(
        facts(imds=as_html()),
        Failed(f'{ALTERED}: the token comes as text/html, the instance id comes as text/html', Status.WARNING),
        near_miss='all is well',
    ),
    'PUT is lost, GET answered 404: kiam': Row(
        facts(imds=without_token(LOST, answered(404))),
        (
            'the token PUT connected and got no answer in time, the GET with an invalid token was '
            'answered 404, as with a proxy that allows only some paths (kiam does)'
        ),
        near_miss='PUT is lost behind a gateway: the hop limit',
    ),
    'PUT is lost, GET answered 400': Row(
        facts(imds=without_token(LOST, answered(400))),
        (
            'the token PUT connected and got no answer in time, the GET with an invalid token was '
            'answered 400, which is no answer that IMDS gives (a captive portal or a web proxy does)'
        ),
        near_miss='PUT is lost behind a gateway: the hop limit',
    ),
    'an answer that is not HTTP': Row(
        facts(imds=without_token(unanswered(Outcome.MALFORMED, 'no status line'), NotSent('no time'))),
        (
            'the token PUT got an answer that is not HTTP (no status line), which is no answer that '
            'IMDS gives (a captive portal or a web proxy does)'
        ),
        near_miss='all is well',
    ),
    'the name of the server holds control characters': Row(
        facts(imds=without_token(answered(407, server='squid\r\n\x1b[31m'), NotSent(''))),
        (
            "the token PUT was answered 407 by 'squid \ufffd[31m', which is no answer that IMDS gives (a "
            'captive portal or a web proxy does)'
        ),
        near_miss='all is well',
    ),
    'PUT is not even acknowledged, GET is answered': Row(
        facts(imds=without_token(unanswered(Outcome.LOST, acknowledged=False), answered(401))),
        (
            'the token PUT connected and got no answer in time, the GET with an invalid token was '
            'answered 401, so something on the way blocks only the token request'
        ),
        near_miss='PUT is lost behind a gateway: the hop limit',
    ),
    'PUT is lost without a gateway': Row(
        facts(imds=token_lost(), path=NO_GATEWAY),
        Failed(LOST_HERE, Status.WARNING),
        near_miss='PUT is lost behind a gateway: the hop limit',
    ),
    'PUT is lost without a gateway and IMDSv2 is required': Row(
        facts(imds=token_lost(), path=NO_GATEWAY),
        Failed(LOST_HERE, Status.CRITICAL),
        expected=Expectations(require_imdsv2=True),
        near_miss='PUT is lost behind a gateway: the hop limit',
    ),
    'PUT is lost by a proxy on the way': Row(
        facts(imds=token_lost(), path=path(gateways=0, intercepted=True, remaining_ttl=None, hop_limit=None)),
        'the token PUT connected and got no answer in time, the GET with an invalid token was answered '
        '401: a proxy answers in place of IMDS and does not forward it (no gateway)',
        near_miss='PUT is lost behind a gateway: the hop limit',
    ),
    'everything works, by a proxy on the way': Row(
        facts(path=path(gateways=1, gateway_addresses=('172.17.0.1',), intercepted=True)),
        Failed(
            (
                'IMDS works, but a proxy answers in its place (1 gateway: 172.17.0.1 up to it; '
                "another port is forwarded), so the measured TTL is the proxy's and says nothing "
                'about the hop limit'
            ),
            Status.WARNING,
        ),
        near_miss='everything works behind a gateway',
    ),
}
WORKS = 'the token PUT was answered 200, the GET with the token was answered 200, as EC2 answers'
PASSES = {
    'all is well': Row(facts(), WORKS),
    'all is well, and the path was not measured': Row(facts(path=Unobserved('gVisor')), WORKS),
    'everything works, and whether a proxy answers is not known': Row(facts(path=path(intercepted=None)), WORKS),
    'everything works behind a gateway': Row(facts(path=path(gateways=1, gateway_addresses=('172.17.0.1',))), WORKS),
    'IMDS throttles': Row(
        facts(imds=throttled()),
        'the token PUT was answered 503, the GET with an invalid token was answered 503, which shows no interceptor',
    ),
    'everything works, by a server with a name of its own': Row(
        facts(imds=imds(token=answered(token_granted=True, server='envoy'), metadata=answered(server='envoy'))),
        "the token PUT was answered 200 by 'envoy', the GET with the token was answered 200 by 'envoy', as EC2 answers",
    ),
    'PUT and GET are answered 403: disabled': Row(
        facts(imds=disabled()),
        'the token PUT was answered 403, the GET with an invalid token was answered 403, which shows no interceptor',
    ),
    'PUT is answered 404, GET 401: no tokens': Row(
        facts(imds=without_token(answered(404), answered(401))),
        'the token PUT was answered 404, the GET with an invalid token was answered 401, which shows no interceptor',
    ),
    'PUT is lost behind a gateway: the hop limit': Row(
        facts(imds=token_lost(), path=path(gateways=1, reply_lost=True)),
        'the token PUT connected and got no answer in time, the GET with an invalid token was answered '
        '401, which shows no interceptor',
    ),
}
UNKNOWN = {
    'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'PUT is answered 403, GET is lost': Row(
        facts(imds=without_token(answered(403), LOST)),
        'the token PUT was answered 403, the GET with an invalid token connected and got no answer in time: no '
        'single cause fits',
    ),
    'PUT and GET are answered 403, and a GET without a token is not allowed': Row(
        facts(imds=disabled_or_proxied()),
        'the token PUT was answered 403, the GET with an invalid token was answered 403: a proxy, or a disabled '
        'endpoint: see imds-endpoint-disabled',
    ),
}
NOT_APPLICABLE = {
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.SILENT, control=NotSent(''))),
        'neither IMDS nor anything in its place answers: the token PUT got no connection: nothing came back',
    ),
}

ROUTES = (
    '^/latest/(api/token|dynamic/instance-identity/document|meta-data/(ami-id|hostname|instance-id|instance-type'
    '|local-hostname|local-ipv4|mac|network/.*|placement/.*|public-hostname|public-ipv4|spot/.*|tags/.*))$'
)


@pytest.mark.parametrize(
    ('path', 'allowed'),
    [
        ('/latest/api/token', True),
        ('/latest/meta-data/instance-id', True),
        ('/latest/meta-data/tags/instance', True),
        ('/latest/meta-data/iam/security-credentials/web', False),
        ('/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance', False),
        ('/latest/user-data', False),
    ],
)
def test_kiam_is_told_to_let_through_what_the_agent_reads_and_no_credentials(path: str, allowed: bool) -> None:
    assert bool(re.search(KIAM_ROUTES, path)) is allowed


POD = host(container=container(ContainerKind.POD))
ANOTHER_SERVER = Remedy(
    'Find what answers in place of IMDS, and let IMDS requests bypass it',
    then=(
        Step(
            'See who answers, with a request that asks for no token and does not count as use of IMDSv1',
            (
                Command(
                    "curl --silent --noproxy '*' --output /dev/null --dump-header - "
                    "--header 'X-aws-ec2-metadata-token: invalid' "
                    'http://169.254.169.254/latest/'
                ),
            ),
        ),
        FIREWALL_RULES,
        Step('Exempt the IMDS address from the redirection (iptables REDIRECT or DNAT, service mesh, captive portal)'),
    ),
)
ANOTHER_SERVER_AROUND = replace(
    ANOTHER_SERVER,
    then=(
        ANOTHER_SERVER.then[0],
        replace(FIREWALL_RULES, text=FIREWALL_RULES.text.replace('on this host', 'on the host of this container')),
        ANOTHER_SERVER.then[2],
    ),
)

REMEDIES = {
    'kube2iam in a pod': (
        facts(imds=kube2iam(), host=POD),
        Remedy(
            'Bypass the proxy (it looks like kube2iam), or let it forward IMDSv2',
            (
                CLOUD_INIT_IN_A_POD,
                HOST_NETWORK_OF_A_POD,
                Choice(
                    (
                        'Upgrade kube2iam to a release that forwards PUT /latest/api/token, and '
                        'GETs with a token, without X-Forwarded-For (jtblin/kube2iam pull requests '
                        '270 and 279)'
                    ),
                    (Command('kubectl get daemonsets --all-namespaces | grep -iE "kube2iam|kiam"'),),
                    exposes='the metadata to the pods, while kube2iam keeps answering for credentials',
                    undo=Step('Go back to the release that ran before'),
                ),
            ),
            (APPLY_HELM,),
        ),
    ),
    'kiam in a pod': (
        facts(imds=kiam(), host=POD),
        Remedy(
            'Bypass the proxy (it looks like kiam), or let it forward IMDSv2',
            (
                CLOUD_INIT_IN_A_POD,
                HOST_NETWORK_OF_A_POD,
                Choice(
                    'Allow the paths that the Agent asks for, as one more argument of the kiam agent',
                    (
                        Command('kubectl get daemonsets --all-namespaces | grep -iE "kube2iam|kiam"'),
                        Command(f'args: ["--whitelist-route-regexp={ROUTES}"]', Language.YAML),
                    ),
                    exposes='these paths to the pods, while kiam keeps answering for credentials',
                    undo=Step('Remove the argument again'),
                ),
            ),
            (APPLY_HELM,),
        ),
    ),
    'captive portal on a host': (
        facts(imds=captive_portal()),
        ANOTHER_SERVER,
    ),
    'a web server in a pod, that knows no path': (
        facts(imds=nginx(), host=POD),
        ANOTHER_SERVER_AROUND,
    ),
    'a credential helper in a pod': (
        facts(imds=credential_helper(), host=POD),
        ANOTHER_SERVER_AROUND,
    ),
    'a web filter on a host': (
        facts(imds=web_filter()),
        ANOTHER_SERVER,
    ),
    'something that acts like kube2iam on a host': (
        facts(imds=kube2iam()),
        ANOTHER_SERVER,
    ),
    'something that acts like kiam on a host': (
        facts(imds=kiam()),
        ANOTHER_SERVER,
    ),
    'a proxy on the way that loses the token reply': (
        facts(imds=token_lost(), path=path(gateways=0, intercepted=True)),
        ANOTHER_SERVER,
    ),
    'a filter on the host': (
        facts(imds=token_lost(), path=NO_GATEWAY),
        Remedy(
            'Find what blocks PUT /latest/api/token or its answer',
            then=(
                FIREWALL_RULES,
                Step(
                    'Let PUT requests and their answers through where a proxy or an application firewall inspects HTTP'
                ),
                Step(
                    'If nothing filters them, stop and start the instance, or ask AWS support: '
                    'IMDS itself may be failing'
                ),
            ),
        ),
    ),
    'a userspace proxy': (
        facts(path=path(intercepted=True)),
        Remedy(
            'Nothing needs repair if the proxy is wanted; the hop limit cannot be measured behind it',
            (
                Choice(
                    'Keep the proxy, and turn this diagnosis off in the conf.yaml of this check',
                    (Command('instances:\n  - disabled_diagnoses: [imds-intercepted]', Language.YAML),),
                    undo=Step('Remove the option again'),
                ),
                Choice(
                    'Find the redirection and remove it',
                    (
                        Command('sudo iptables-save | grep -iF -e 169.254 -e reject -e drop'),
                        Command('sudo nft list ruleset | grep -iF -e 169.254 -e reject -e drop'),
                    ),
                ),
            ),
        ),
    ),
    'a proxy that alters what it passes on': (
        facts(imds=without_ttl()),
        Remedy(
            'Nothing needs repair if the proxy is wanted',
            (
                Choice(
                    'Keep the proxy, and turn this diagnosis off in the conf.yaml of this check',
                    (Command('instances:\n  - disabled_diagnoses: [imds-intercepted]', Language.YAML),),
                    undo=Step('Remove the option again'),
                ),
                Choice(
                    'Find the redirection and remove it',
                    (
                        Command('sudo iptables-save | grep -iF -e 169.254 -e reject -e drop'),
                        Command('sudo nft list ruleset | grep -iF -e 169.254 -e reject -e drop'),
                    ),
                ),
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_INTERCEPTED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_INTERCEPTED, REMEDIES)
