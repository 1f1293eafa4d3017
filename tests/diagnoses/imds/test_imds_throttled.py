from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_THROTTLED
from datadog_checks.aws_diagnostics.facts import ContainerKind, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import answered, container, facts, host, imds
from tests.diagnoses.imds.conversations import connect_fails, throttled, without_token
from tests.diagnoses.tables import Row, remedy_test, verdict_test

FAILS = {
    'PUT is answered 503': Row(
        facts(imds=throttled(control=NotSent('IMDS throttles'))),
        'the token PUT was answered 503: IMDS is reached and asks to come again later',
        near_miss='PUT is answered 503 by another server',
    ),
    'PUT is answered 429': Row(
        facts(imds=without_token(answered(429), answered(401))),
        'the token PUT was answered 429, the GET with an invalid token was answered 401: IMDS is reached and asks to '
        'come again later',
        near_miss='PUT is answered 403',
    ),
    'the GET with the token is answered 503': Row(
        facts(imds=imds(metadata=answered(503))),
        'the token PUT was answered 200, the GET with the token was answered 503: IMDS is reached and asks to come '
        'again later',
        near_miss='all is well',
    ),
}
PASSES = {
    'all is well': Row(facts(), 'the token PUT was answered 200, the GET with the token was answered 200'),
    'PUT is answered 403': Row(
        facts(imds=without_token(answered(403), answered(401))),
        'the token PUT was answered 403, the GET with an invalid token was answered 401',
    ),
    'PUT is answered 503 by another server': Row(
        facts(imds=without_token(answered(503, server='envoy'), NotSent(''))),
        "the token PUT was answered 503 by 'envoy'",
    ),
}
UNKNOWN = {'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here')}
NOT_APPLICABLE = {
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.SILENT, control=NotSent(''))),
        'nothing answers: the token PUT found no connection: nothing came back',
    ),
}
DROPPED = (
    'see whether packets to link-local addresses are dropped: IMDS, DNS and NTP share 1024 packets per second for each '
    'network interface: ethtool -S eth0 | grep linklocal_allowance_exceeded'
)
KEEP = (
    'Keep tokens for their lifetime (up to six hours) and credentials until they expire, instead of asking each time; '
    'cache DNS answers on the host'
)
SUMMARY = 'Find who asks IMDS too often, and let them keep what they were told'
REMEDIES = {
    'on a host': (
        facts(imds=imds(metadata=answered(503))),
        Remedy(
            SUMMARY,
            (
                'On this host, see who is connected: sudo ss --tcp --processes dst 169.254.169.254',
                f'On this host, {DROPPED}',
                KEEP,
            ),
        ),
    ),
    'in a pod': (
        facts(imds=imds(metadata=answered(503)), host=host(container=container(ContainerKind.POD))),
        Remedy(
            SUMMARY,
            (
                'On the host of this container, see who is connected: sudo ss --tcp --processes dst 169.254.169.254; '
                'on Kubernetes, clients are in every pod of the node',
                f'On the host of this container, {DROPPED}',
                KEEP,
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_THROTTLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_THROTTLED, REMEDIES)
