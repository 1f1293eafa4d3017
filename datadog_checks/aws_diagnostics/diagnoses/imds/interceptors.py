"""How to get past what stands between the Agent and IMDS: the guide's advice for kube2iam and kiam, and the others."""

from ...facts import ContainerKind, Facts, Imds, NetworkPath
from ...remedies import Remedy
from ..remedies import container_kind, restart_for_the_name, ways_around_the_hop_limit
from .fault import Fault, fault_of
from .reaching import firewall_rules

KIAM_ROUTES = '^/latest/(api/token|meta-data/.*|dynamic/instance-identity/document)$'


def ways_past_the_interceptor(facts: Facts) -> Remedy:
    match fault_of(facts.imds) if isinstance(facts.imds, Imds) else Fault.NONE:
        case Fault.TOKEN_LOST if isinstance(facts.path, NetworkPath) and facts.path.intercepted:
            found = _another_server(facts)
        case Fault.NONE:
            return _userspace_proxy(facts)
        case Fault.TOKEN_REFUSED if container_kind(facts) is not ContainerKind.NONE:
            found = _kube2iam(facts)
        case Fault.WHITELISTED if container_kind(facts) is not ContainerKind.NONE:
            found = _kiam(facts)
        case Fault.TOKEN_LOST | Fault.FILTERED:
            found = _filter(facts)
        case _:
            found = _another_server(facts)
    return Remedy(found.summary, (*found.steps, *restart_for_the_name(facts)))


def _kube2iam(facts: Facts) -> Remedy:
    return Remedy(
        'Let the credentials proxy (kube2iam behaves so) pass token and metadata requests on to IMDS',
        (
            *_find_the_proxy(facts),
            'Upgrade kube2iam to a release that passes PUT /latest/api/token and GETs with a token on without '
            'X-Forwarded-For (jtblin/kube2iam pull requests 270 and 279); exposes the metadata to the pods, while '
            'kube2iam keeps answering for credentials',
            *ways_around_the_hop_limit(container_kind(facts)),
        ),
    )


def _kiam(facts: Facts) -> Remedy:
    return Remedy(
        'Let the credentials proxy (kiam behaves so) pass token and metadata requests on to IMDS',
        (
            *_find_the_proxy(facts),
            'Allow the paths that the Agent asks for (exposes these to the pods, while kiam keeps answering for '
            f"credentials): kiam agent --whitelist-route-regexp='{KIAM_ROUTES}'",
            *ways_around_the_hop_limit(container_kind(facts)),
        ),
    )


def _find_the_proxy(facts: Facts) -> tuple[str, ...]:
    if container_kind(facts) is not ContainerKind.POD:
        return (firewall_rules(facts),)
    return ('See which one it is: kubectl get daemonsets --all-namespaces | grep -iE "kube2iam|kiam"',)


def _another_server(facts: Facts) -> Remedy:
    return Remedy(
        'Find what answers in place of IMDS, and let requests to IMDS pass it by',
        (
            'See who answers (asks for no token, and is no use of IMDSv1): curl --silent --noproxy "*" --output '
            f'/dev/null --dump-header - --header "X-aws-ec2-metadata-token: invalid" {_endpoint(facts)}/latest/',
            firewall_rules(facts),
            'Exempt the address of IMDS from the redirection (iptables REDIRECT or DNAT, service mesh, captive portal)',
        ),
    )


def _filter(facts: Facts) -> Remedy:
    return Remedy(
        'Find what stops PUT /latest/api/token or its answer',
        (
            firewall_rules(facts),
            'Let PUT requests and their answers pass where a proxy or an application firewall inspects HTTP',
            'If nothing filters it, stop and start the instance, or ask AWS support: IMDS itself may be in trouble',
        ),
    )


def _userspace_proxy(facts: Facts) -> Remedy:
    return Remedy(
        'Nothing needs repair if the proxy is wanted; know that the hop limit cannot be measured behind it',
        (
            'If the proxy is wanted, switch this diagnosis off in the configuration of this check: '
            'disabled_diagnoses: [imds-intercepted]',
            f'If it is not, find and remove the redirection. {firewall_rules(facts)}',
        ),
    )


def _endpoint(facts: Facts) -> str:
    return facts.imds.endpoint if isinstance(facts.imds, Imds) else 'http://169.254.169.254'
