"""Something between this process and IMDS answers in its place, or changes or blocks requests."""

from ...expectations import Expectations
from ...facts import Facts, Imds, NetworkPath, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from .evidence import conversation, gateways, seen, severity_behind_v1, still_hidden
from .fault import Fault, fault_of
from .interceptors import ways_past_the_interceptor

SUSPECTS = {
    Fault.TOKEN_REFUSED: 'as with a proxy that adds X-Forwarded-For (kube2iam does)',
    Fault.WHITELISTED: 'as with a proxy that allows only some paths (kiam does)',
    Fault.FOREIGN: 'which is no answer that IMDS gives (a captive portal or a web proxy does)',
    Fault.FILTERED: 'so something on the way blocks only the token request',
}


def judge(facts: Facts, expected: Expectations) -> Verdict:
    imds = observed(facts.imds)
    fault = fault_of(imds)
    match fault:
        case Fault.TOKEN_REFUSED | Fault.WHITELISTED | Fault.FOREIGN | Fault.FILTERED:
            evidence = f'{conversation(imds)}, {SUSPECTS[fault]}{still_hidden(facts)}{seen(facts)}'
            return Failed(evidence, severity_behind_v1(facts, expected))
        case Fault.TOKEN_LOST:
            return _token_lost(facts, expected, imds)
        case Fault.UNREACHABLE:
            return NotApplicable(f'neither IMDS nor anything in its place answers: {conversation(imds)}')
        case Fault.UNCLEAR:
            return Unknown(f'{conversation(imds)}: no single cause fits')
        case Fault.NONE:
            return _proxied_or_not(facts, imds)
    return Passed(f'{conversation(imds)}, which shows no interceptor')


def _token_lost(facts: Facts, expected: Expectations, imds: Imds) -> Verdict:
    path = facts.path
    if isinstance(path, NetworkPath) and path.intercepted:
        evidence = f'{conversation(imds)}: a proxy answers in place of IMDS and does not forward it ({gateways(path)})'
        evidence = f'{evidence}{still_hidden(facts)}{seen(facts)}'
        return Failed(evidence, severity_behind_v1(facts, expected))
    if not isinstance(path, NetworkPath) or path.gateways != 0:
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
    return Passed(f'{conversation(imds)}, as EC2 answers')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return ways_past_the_interceptor(facts)


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
)
