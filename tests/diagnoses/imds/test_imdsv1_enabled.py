from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDSV1_ENABLED
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import Facts, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.findings import Verdict
from datadog_checks.aws_diagnostics.remedies import Command, Remedy, Step
from tests.builders import INSTANCE_ID, NOW, answered, facts, imds, unanswered
from tests.diagnoses.imds.conversations import captive_portal, disabled, kiam, kube2iam, v1_works
from tests.diagnoses.remedy_parts import as_step, in_terraform, metadata_options
from tests.diagnoses.tables import Row, remedy_test, verdict_test

OFF = Expectations(imdsv1=ImdsV1.DISABLED)


def row(situation: Facts, verdict: Verdict | str, near_miss: str = '') -> Row:
    return Row(situation, verdict, OFF, near_miss)


FAILS = {
    'a GET without a token was answered 40 minutes ago': row(
        facts(imds=imds(**v1_works(tokenless_at=NOW - 2400))),
        'the GET without a token was answered 200 40 minutes ago',
        near_miss='a GET without a token was refused 40 minutes ago',
    ),
    'a GET without a token passes kube2iam': row(
        facts(imds=kube2iam(**v1_works())),
        'the GET without a token was answered 200 just now',
        near_miss='a GET without a token was refused 40 minutes ago',
    ),
}
PASSES = {
    'a GET without a token was refused 40 minutes ago': row(
        facts(imds=imds(tokenless_at=NOW - 2400)), 'the GET without a token was answered 401 40 minutes ago'
    ),
    'the whole endpoint is disabled': row(
        facts(imds=disabled(tokenless=answered(403), tokenless_at=NOW)),
        'the GET without a token was answered 403 just now',
    ),
}
UNKNOWN = {
    'IMDS not observed': row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'a GET without a token was never allowed': row(
        facts(imds=imds(tokenless=NotSent('switched off by imdsv1_probe_interval'), tokenless_at=None)),
        'the GET without a token was not sent (switched off by imdsv1_probe_interval)',
    ),
    'a GET without a token was lost': row(
        facts(imds=imds(tokenless=unanswered(Outcome.LOST))),
        'the GET without a token connected and got no answer in time',
    ),
    'a GET without a token brought a web page': row(
        facts(imds=imds(tokenless=answered(200, content_type='text/html; charset=utf-8'))),
        'the GET without a token was answered 200 with a web page just now, which says nothing about IMDSv1',
    ),
    'a GET without a token was throttled': row(
        facts(imds=imds(tokenless=answered(503))),
        'the GET without a token was answered 503 just now, which says nothing about IMDSv1',
    ),
    'kiam allows nothing': row(
        facts(imds=kiam(tokenless=answered(404), tokenless_at=NOW)),
        'the GET without a token was answered 404 just now, but something else answers in place of IMDS',
    ),
    'a captive portal answers everything': row(
        facts(imds=captive_portal(**v1_works())),
        'the GET without a token was answered 200 just now, but something else answers in place of IMDS',
    ),
}
NOT_APPLICABLE = {
    'IMDSv1 may be on': Row(facts(imds=imds(**v1_works())), 'your configuration allows IMDSv1', Expectations())
}
COUNT = (
    "Count the instance's IMDSv1 requests of the last week, which will stop working; this check makes one per "
    'imdsv1_probe_interval'
)
READY = Step('Wait until hostname-lost-when-imdsv2-enforced passes, so that the Agent keeps its hostname')


def uses(region: str, start: str, end: str) -> Command:
    return Command(
        f'aws cloudwatch get-metric-statistics --region {region} --namespace AWS/EC2 --metric-name MetadataNoToken '
        f'--dimensions Name=InstanceId,Value={INSTANCE_ID} --statistics Sum --period 3600 --start-time {start} '
        f'--end-time {end}'
    )


def require_tokens(region: str) -> Step:
    choice = metadata_options('Require tokens', '--http-tokens required', '--http-tokens optional', region='eu-west-1')
    commands = tuple(Command(c.text.replace('--region eu-west-1', f'--region {region}')) for c in choice.commands)
    return as_step(replace(choice, commands=commands))


REMEDIES = {
    'on any instance': (
        facts(imds=imds(**v1_works())),
        OFF,
        Remedy(
            'Require IMDSv2 once nothing on this instance uses IMDSv1',
            then=(
                Step(COUNT, (uses('eu-west-1', '2026-09-14T14:13:20Z', '2026-09-21T14:13:20Z'),)),
                READY,
                require_tokens('eu-west-1'),
                in_terraform('http_tokens = "required"'),
            ),
        ),
    ),
    'on an instance whose region is not known: it is found once': (
        facts(imds=imds(identity=None, **v1_works())),
        OFF,
        Remedy(
            'Require IMDSv2 once nothing on this instance uses IMDSv1',
            then=(
                Step(
                    f'{COUNT}; the first command, run on it, prints AWS_REGION',
                    (
                        Command('cloud-init query region'),
                        uses('"${AWS_REGION:?}"', '2026-09-14T14:13:20Z', '2026-09-21T14:13:20Z'),
                    ),
                ),
                READY,
                require_tokens('"${AWS_REGION:?}"'),
                in_terraform('http_tokens = "required"'),
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDSV1_ENABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDSV1_ENABLED, REMEDIES)
