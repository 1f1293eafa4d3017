from datadog_checks.aws_diagnostics.diagnoses.imds import IMDSV1_ENABLED
from datadog_checks.aws_diagnostics.expectations import Expectations, ImdsV1
from datadog_checks.aws_diagnostics.facts import Facts, NotSent, Outcome, Unobserved
from datadog_checks.aws_diagnostics.findings import Verdict
from datadog_checks.aws_diagnostics.remedies import Command, Language, Remedy, Step
from tests.builders import NOW, answered, facts, imds, unanswered
from tests.diagnoses.imds.conversations import captive_portal, disabled, kiam, kube2iam, v1_works
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
    'IMDSv1 may be on': Row(
        facts(imds=imds(**v1_works())), "imdsv1 is not set to 'disabled', so IMDSv1 may be enabled", Expectations()
    )
}
REMEDIES = {
    'on any instance': (
        facts(imds=imds(**v1_works())),
        OFF,
        Remedy(
            'Require IMDSv2 on this instance, once nothing uses IMDSv1 any more',
            then=(
                Step(
                    (
                        'Count the requests of the last week that used IMDSv1, which will stop '
                        'working; the GET without a token of this check is one of them '
                        '(imdsv1_probe_interval)'
                    ),
                    (
                        Command(
                            'aws cloudwatch get-metric-statistics --region eu-west-1 '
                            '--namespace AWS/EC2 --metric-name MetadataNoToken --dimensions '
                            '"Name=InstanceId,Value=i-0123456789abcdef0" --statistics Sum '
                            '--period 3600 --start-time 2026-09-14T14:13:20Z --end-time '
                            '2026-09-21T14:13:20Z'
                        ),
                    ),
                ),
                Step('See whether the Agent is ready: hostname-lost-when-imdsv2-enforced has to pass first'),
                Step(
                    (
                        'Require tokens on this instance, and for new ones in the aws_instance or '
                        'aws_launch_template of Terraform (to undo this, put back what '
                        'imds-options-before.json says)'
                    ),
                    (
                        Command(
                            'aws ec2 describe-instances --region eu-west-1 --instance-ids '
                            'i-0123456789abcdef0 --query '
                            "'Reservations[].Instances[].MetadataOptions' --output json > "
                            'imds-options-before.json'
                        ),
                        Command(
                            'aws ec2 modify-instance-metadata-options --region eu-west-1 '
                            '--instance-id i-0123456789abcdef0 --http-tokens required'
                        ),
                        Command('metadata_options {\n  http_tokens = "required"\n}', Language.HCL),
                    ),
                ),
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDSV1_ENABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDSV1_ENABLED, REMEDIES)
