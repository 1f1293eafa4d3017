"""Something between this process and IMDS answers in its place, or changes or stops what passes."""

from ...expectations import Expectations
from ...facts import Facts, Imds, NetworkPath, observed
from ...findings import Diagnosis, Failed, NotApplicable, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Remedy
from ..links import guide
from .evidence import conversation, gateways, seen
from .fault import Fault, fault_of
from .interceptors import ways_past_the_interceptor
from .version_one import severity_behind_v1, still_hidden

SUSPECTS = {
    Fault.TOKEN_REFUSED: 'as a proxy that adds X-Forwarded-For makes it (kube2iam does)',
    Fault.WHITELISTED: 'as a proxy does that lets only some paths through (kiam does)',
    Fault.FOREIGN: 'as IMDS never answers (a captive portal or a web proxy does)',
    Fault.FILTERED: 'so something on the way stops the token request alone',
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
            return NotApplicable(f'nothing answers, neither IMDS nor anything in its place: {conversation(imds)}')
        case Fault.UNCLEAR:
            return Unknown(f'{conversation(imds)}: no single cause fits')
        case Fault.NONE:
            return _proxied_or_not(facts, imds)
    return Passed(f'{conversation(imds)}, which shows no interceptor')


def _token_lost(facts: Facts, expected: Expectations, imds: Imds) -> Verdict:
    path = facts.path
    if isinstance(path, NetworkPath) and path.intercepted:
        evidence = f'{conversation(imds)}: a proxy on the way answers in place of IMDS and loses it ({gateways(path)})'
        evidence = f'{evidence}{still_hidden(facts)}{seen(facts)}'
        return Failed(evidence, severity_behind_v1(facts, expected))
    if not isinstance(path, NetworkPath) or path.gateways != 0:
        return Passed(f'{conversation(imds)}, which shows no interceptor')
    evidence = (
        f'{conversation(imds)}, and as no gateway is in between it is not the hop limit: a filter drops the token '
        f'reply, or IMDS itself is in trouble{still_hidden(facts)}{seen(facts)}'
    )
    return Failed(evidence, Status.CRITICAL if expected.require_imdsv2 else Status.WARNING)


def _proxied_or_not(facts: Facts, imds: Imds) -> Verdict:
    path = facts.path
    if isinstance(path, NetworkPath) and path.intercepted is True:
        evidence = (
            f'IMDS works, but a proxy on the way answers in its place ({gateways(path)} up to it; another port is '
            'passed on from there), so the TTL measured is that of the proxy and tells nothing of the hop limit'
        )
        return Failed(evidence, Status.WARNING)
    return Passed(f'{conversation(imds)}, as IMDS answers')


def remedy(facts: Facts, _: Expectations) -> Remedy:
    return ways_past_the_interceptor(facts)


IMDS_INTERCEPTED = Diagnosis(
    id='imds-intercepted',
    title='Something on the way to the instance metadata service interferes with it',
    scope=Scope.HOST,
    service_check='imds',
    severity=Status.CRITICAL,
    tests=(
        'Compares the answers with those that EC2 gives, and asks the network path whether a proxy answers in its '
        'place.'
    ),
    harm=(
        'Credentials proxies (kube2iam, kiam), captive portals and web proxies refuse, redirect or replace '
        'requests to IMDS, so that the Agent gets no instance id and no tags, or those of another instance.'
    ),
    docs=guide('ec2-metadata-with-imds-v2'),
    judge=judge,
    remedy=remedy,
)
