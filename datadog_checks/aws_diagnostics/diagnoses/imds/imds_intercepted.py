"""Something between this process and IMDS answers in its place, or changes or blocks requests."""

from ...expectations import Expectations
from ...facts import Answer, ContainerKind, Exchange, Facts, Imds, NetworkPath, observed
from ...facts.exchange import is_granted
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Remedy, Step, yaml
from ..agent_remedies import container_kind, restart_for_the_name
from ..applying import apply_settings
from ..links import guide
from .blocking import ask_without_a_token, firewall_rules
from .credentials_proxies import past_kiam, past_kube2iam
from .evidence import conversation, gateways, seen, severity_behind_v1, still_hidden
from .fault import Fault, fault_of, why_unclear
from .no_way import off_this_system
from .routes import is_local, taken

SUSPECTS = {
    Fault.TOKEN_REFUSED: 'as with a proxy that adds X-Forwarded-For (kube2iam does)',
    Fault.TOKEN_UNKNOWN: (
        'as where the PUT and the GET reach different servers, or a proxy changes the token on its way'
    ),
    Fault.WHITELISTED: 'as with a proxy that allows only some paths (kiam does)',
    Fault.FOREIGN: 'which is no answer that IMDS gives (a captive portal or a web proxy does)',
    Fault.NAMELESS: (
        "without the name of EC2's server (EC2ws), which its answers bear: a proxy or a filter answers in its place"
    ),
    Fault.FILTERED: 'so something on the way blocks only the token request',
}


def judge(facts: Facts, expected: Expectations) -> Verdict:
    imds = observed(facts.imds)
    fault = fault_of(imds)
    match fault:
        case _ if fault in SUSPECTS:
            way = taken(facts) if is_local(facts) else ''
            evidence = f'{conversation(imds)}, {SUSPECTS[fault]}{way}{still_hidden(facts)}{seen(facts)}'
            return Failed(evidence, severity_behind_v1(facts, expected))
        case Fault.TOKEN_LOST:
            return _token_lost(facts, expected, imds)
        case Fault.UNREACHABLE:
            return NotApplicable(f'neither IMDS nor anything in its place answers: {conversation(imds)}')
        case Fault.UNCLEAR:
            return Unknown(f'{conversation(imds)}: {why_unclear(imds)}')
        case Fault.DISABLED_OR_PROXIED:
            return Unknown(f'{conversation(imds)}: a proxy, or a disabled endpoint: see imds-endpoint-disabled')
        case Fault.NONE:
            return _proxied_or_not(facts, imds)
    return Passed(f'{conversation(imds)}, which shows no interceptor')


def _token_lost(facts: Facts, expected: Expectations, imds: Imds) -> Verdict:
    path = facts.path
    if isinstance(path, NetworkPath) and path.intercepted:
        evidence = f'{conversation(imds)}: a proxy answers in place of IMDS and does not forward it ({gateways(path)})'
        evidence = f'{evidence}{still_hidden(facts)}{seen(facts)}'
        return Failed(evidence, severity_behind_v1(facts, expected))
    if not isinstance(path, NetworkPath) or path.gateways != 0 or path.gateways_back:
        return Passed(f'{conversation(imds)}, which shows no interceptor')
    evidence = (
        f'{conversation(imds)}; there is no gateway in between, so this is not the hop limit: a filter drops the token '
        f'reply, or IMDS itself is failing{still_hidden(facts)}{seen(facts)}'
    )
    return Failed(evidence, Status.CRITICAL if expected.require_imdsv2 else Status.WARNING)


def _proxied_or_not(facts: Facts, imds: Imds) -> Verdict:
    path = facts.path
    if isinstance(path, NetworkPath) and path.intercepted is True:
        evidence = (
            f'IMDS works, but a proxy answers in its place ({gateways(path)} up to it; another port is forwarded), so '
            "the measured TTL is the proxy's and says nothing about the hop limit"
        )
        return Failed(evidence, Status.WARNING)
    if changes := _changes(imds):
        evidence = f'IMDS works, but something alters its answers or answers in its place: {changes}{seen(facts)}'
        return Failed(evidence, Status.WARNING)
    return Passed(f'{conversation(imds)}, as EC2 answers')


def _changes(imds: Imds) -> str:
    """What EC2 does otherwise, in answers that the Agent can use."""
    found = (
        ('the token comes without its time to live', not is_granted(imds.token)),
        ('the token comes as text/html', _is_html(imds.token)),
        ('the instance id comes as text/html', _is_html(imds.metadata)),
    )
    return ', '.join(change for change, is_so in found if is_so)


def _is_html(exchange: Exchange) -> bool:
    return isinstance(exchange, Answer) and exchange.is_html


def remedy(facts: Facts, _: Expectations) -> Remedy:
    """How to get past it."""
    match fault_of(facts.imds) if isinstance(facts.imds, Imds) else Fault.FOREIGN:
        case Fault.NONE:
            return _userspace_proxy(facts)
        case _ if is_local(facts):
            found = off_this_system(facts)
        case Fault.TOKEN_LOST if isinstance(facts.path, NetworkPath) and facts.path.intercepted:
            found = _another_server(facts)
        case Fault.TOKEN_REFUSED if container_kind(facts) is not ContainerKind.NONE:
            found = past_kube2iam(facts)
        case Fault.WHITELISTED if container_kind(facts) is not ContainerKind.NONE:
            found = past_kiam(facts)
        case Fault.TOKEN_LOST | Fault.FILTERED:
            found = _filter(facts)
        case _:
            found = _another_server(facts)
    applied = apply_settings(facts) if found.choices else ()
    return Remedy(found.summary, found.choices, (*found.then, *applied, *restart_for_the_name(facts)))


def _another_server(facts: Facts) -> Remedy:
    return Remedy(
        'Find what answers in place of IMDS, and let IMDS requests bypass it',
        then=(
            Step(
                'See who answers, with a request that asks for no token and does not count as use of IMDSv1',
                (ask_without_a_token(facts),),
            ),
            firewall_rules(facts),
            Step(
                'Exempt the IMDS address from the redirection (iptables REDIRECT or DNAT, service mesh, captive portal)'
            ),
        ),
    )


def _filter(facts: Facts) -> Remedy:
    return Remedy(
        'Find what blocks PUT /latest/api/token or its answer',
        then=(
            firewall_rules(facts),
            Step('Let PUT requests and their answers through where a proxy or an application firewall inspects HTTP'),
            Step(
                'If nothing filters them, stop and start the instance, or ask AWS support: IMDS itself may be failing'
            ),
        ),
    )


def _userspace_proxy(facts: Facts) -> Remedy:
    on_the_path = isinstance(facts.path, NetworkPath) and facts.path.intercepted
    unmeasured = '; the hop limit cannot be measured behind it' if on_the_path else ''
    return Remedy(
        f'Nothing needs repair if the proxy is wanted{unmeasured}',
        (
            Choice(
                'Keep the proxy, and turn this diagnosis off in the conf.yaml of this check',
                (yaml({'instances': [{'disabled_diagnoses': ['imds-intercepted']}]}),),
                undo=Step('Remove the option again'),
            ),
            Choice('Find the redirection and remove it', firewall_rules(facts).commands),
        ),
    )


IMDS_INTERCEPTED = Diagnosis(
    id='imds-intercepted',
    title='Something intercepts requests to the instance metadata service',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Compares the answers with those of EC2, and checks on the network path whether a proxy answers in its place.'
    ),
    harm=(
        'Credentials proxies (kube2iam, kiam), captive portals and web proxies refuse, redirect or replace '
        'requests to IMDS. The Agent then gets no instance id and no tags, or those of another instance.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
    after=('imds-behind-gateway',),
)
