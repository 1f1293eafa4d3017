from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_THROTTLED
from datadog_checks.aws_diagnostics.facts import ContainerKind, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.builders import answered, container, facts, host, imds
from tests.diagnoses.imds.conversations import broken_proxy, connect_fails, throttled, without_token
from tests.diagnoses.remedy_parts import DROPPED_PACKETS, DROPPED_PACKETS_AROUND
from tests.diagnoses.tables import Row, remedy_test, verdict_test

FAILS = {
    'PUT is answered 503': Row(
        facts(imds=throttled(control=NotSent('IMDS throttles'))),
        'the token PUT was answered 503: IMDS is reachable and asks clients to retry later',
        near_miss='PUT is answered 503 by another server',
    ),
    'PUT is answered 503 without a name, and the GET by EC2': Row(
        facts(imds=without_token(answered(503, server=''), answered(401))),
        'the token PUT was answered 503, the GET with an invalid token was answered 401: IMDS is reachable and asks '
        'clients to retry later',
        near_miss='PUT is answered 503 by a server without a name',
    ),
    'PUT is answered 429': Row(
        facts(imds=without_token(answered(429), answered(401))),
        (
            'the token PUT was answered 429, the GET with an invalid token was answered 401: IMDS '
            'is reachable and asks clients to retry later'
        ),
        near_miss='PUT is answered 403',
    ),
    'the GET with the token is answered 503': Row(
        facts(imds=imds(metadata=answered(503))),
        (
            'the token PUT was answered 200, the GET with the token was answered 503: IMDS is '
            'reachable and asks clients to retry later'
        ),
        near_miss='all is well',
    ),
}
PASSES = {
    'PUT is answered 503 by a server without a name': Row(
        facts(imds=broken_proxy()), 'the token PUT was answered 503, the GET with an invalid token was answered 503'
    ),
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
        'nothing answers: the token PUT got no connection: nothing came back',
    ),
}
REMEDIES = {
    'on a host': (
        facts(imds=imds(metadata=answered(503))),
        Remedy(
            'Find clients that poll IMDS too often and make them cache',
            then=(
                Step(
                    'See which processes are connected to IMDS, on this host',
                    (Command('sudo ss --tcp --processes dst 169.254.169.254'),),
                ),
                DROPPED_PACKETS,
                Step(
                    'Make clients keep tokens for their lifetime (up to six hours) and '
                    'credentials until they expire; cache DNS answers on the host'
                ),
            ),
        ),
    ),
    'in a pod': (
        facts(imds=imds(metadata=answered(503)), host=host(container=container(ContainerKind.POD))),
        Remedy(
            'Find clients that poll IMDS too often and make them cache',
            then=(
                Step(
                    (
                        'See which processes are connected to IMDS, on the host of this container, '
                        'in every pod of the node'
                    ),
                    (Command('sudo ss --tcp --processes dst 169.254.169.254'),),
                ),
                DROPPED_PACKETS_AROUND,
                Step(
                    'Make clients keep tokens for their lifetime (up to six hours) and '
                    'credentials until they expire; cache DNS answers on the host'
                ),
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_THROTTLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_THROTTLED, REMEDIES)
