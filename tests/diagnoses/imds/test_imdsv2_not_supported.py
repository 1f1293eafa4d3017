from datadog_checks.aws_diagnostics.diagnoses.imds import IMDSV2_NOT_SUPPORTED
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Remedy, Step
from tests.builders import agent, answered, facts
from tests.diagnoses.imds.conversations import connect_fails, kiam, no_tokens, without_token
from tests.diagnoses.remedy_parts import FIREWALL_RULES, RESTART
from tests.diagnoses.tables import Row, remedy_test, verdict_test

NO_TOKENS = (
    'the token PUT was answered 404, the GET with an invalid token was answered 200: tokens are not supported here; '
    'IMDSv1 still works and hides this (a GET without a token got 200 just now)'
)

FAILS = {
    'PUT is answered 404, IMDSv1 works': Row(
        facts(imds=no_tokens()), Failed(NO_TOKENS, Status.WARNING), near_miss='all is well'
    ),
    'PUT is answered 404, IMDSv1 works, and IMDSv2 is required': Row(
        facts(imds=no_tokens()),
        f'{NO_TOKENS}',
        expected=Expectations(require_imdsv2=True),
        near_miss='all is well',
    ),
    'PUT is answered 405, IMDSv1 was never tried': Row(
        facts(imds=without_token(answered(405), answered(401))),
        'the token PUT was answered 405, the GET with an invalid token was answered 401: tokens are not supported here',
        near_miss='all is well',
    ),
    'PUT is answered 501, no time for more': Row(
        facts(imds=without_token(answered(501), NotSent('the deadline is over'))),
        'the token PUT was answered 501: tokens are not supported here',
        near_miss='all is well',
    ),
}
PASSES = {
    'all is well': Row(facts(), 'the token PUT was answered 200, the GET with the token was answered 200'),
}
UNKNOWN = {'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here')}
NOT_APPLICABLE = {
    'everything is answered 404: kiam': Row(
        facts(imds=kiam()),
        'no answer says whether tokens are supported: the token PUT was answered 404, the GET '
        'with an invalid token was '
        'answered 404',
    ),
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.SILENT, control=NotSent(''))),
        'no answer says whether tokens are supported: the token PUT got no connection: nothing came back',
    ),
}
REMEDIES = {
    'on a host whose Agent has lost its name': (
        facts(imds=no_tokens(), agent=agent(hostname='ip-10-0-0-12')),
        Remedy(
            (
                'Every EC2 instance supports IMDSv2: find what answers instead, and make it forward PUT '
                '/latest/api/token'
            ),
            then=(
                FIREWALL_RULES,
                Step(
                    'Where a credentials proxy or an emulator of IMDS answers, upgrade it to a '
                    'release that forwards or grants IMDSv2 tokens, or exempt the Agent from it'
                ),
                RESTART,
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDSV2_NOT_SUPPORTED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDSV2_NOT_SUPPORTED, REMEDIES)
