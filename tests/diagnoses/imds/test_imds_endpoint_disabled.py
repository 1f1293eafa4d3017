from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_ENDPOINT_DISABLED
from datadog_checks.aws_diagnostics.facts import ContainerKind, Outcome, Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import INSTANCE_ID, NOW, agent, answered, container, facts, host
from tests.diagnoses.imds.conversations import LOST, connect_fails, disabled, kube2iam, without_token
from tests.diagnoses.tables import Row, remedy_test, verdict_test

FAILS = {
    'PUT and GET are answered 403': Row(
        facts(imds=disabled()),
        'the token PUT was answered 403, the GET with an invalid token was answered 403: '
        'the metadata endpoint of this instance is disabled',
        near_miss='PUT is answered 403, GET 401',
    ),
    'PUT is lost, GET answered 403': Row(
        facts(imds=without_token(LOST, answered(403))),
        'the token PUT connected and got no answer in time, the GET with an invalid token was answered '
        '403: the metadata endpoint of this instance is disabled',
        near_miss='PUT is lost, GET answered 401',
    ),
    'seen four minutes ago, while the probe backs off': Row(
        facts(imds=disabled(observed_at=NOW - 250)),
        'the token PUT was answered 403, the GET with an invalid token was answered 403: the metadata endpoint of '
        'this instance is disabled; observed 4 minutes ago (the probe backs off)',
        near_miss='PUT is answered 403, GET 401',
    ),
}
PASSES = {
    'all is well': Row(facts(), 'the token PUT was answered 200, the GET with the token was answered 200'),
    'PUT is answered 403, GET 401': Row(
        facts(imds=kube2iam()), 'the token PUT was answered 403, the GET with an invalid token was answered 401'
    ),
    'PUT is lost, GET answered 401': Row(
        facts(imds=without_token(LOST, answered(401))),
        'the token PUT connected and got no answer in time, the GET with an invalid token was answered 401',
    ),
}
UNKNOWN = {
    'IMDS not observed': Row(facts(imds=Unobserved('no sockets here')), 'no sockets here'),
    'PUT is answered 403, GET is lost': Row(
        facts(imds=without_token(answered(403), LOST)),
        'the token PUT was answered 403, the GET with an invalid token connected and got no answer in time',
    ),
}
NOT_APPLICABLE = {
    'nothing answers': Row(
        facts(imds=connect_fails(Outcome.REFUSED, 'ECONNREFUSED')),
        'nothing answers, and a disabled endpoint answers 403: the token PUT was refused at the TCP level (reset) '
        '(ECONNREFUSED), the GET with an invalid token was refused at the TCP level (reset) (ECONNREFUSED)',
    ),
}

SUMMARY = 'Enable the metadata endpoint of this instance, or name the host without it'
ENABLE = (
    'Enable it for IMDSv2 alone (exposes the metadata and the credentials of the instance role to every process that '
    f'can reach it): aws ec2 modify-instance-metadata-options --instance-id {INSTANCE_ID} --http-endpoint enabled '
    '--http-tokens required',
    'Or enable it and leave its other options as they are (exposes the same, by IMDSv1 too where that was allowed): '
    f'aws ec2 modify-instance-metadata-options --instance-id {INSTANCE_ID} --http-endpoint enabled',
    'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
    'metadata_options { http_endpoint = "enabled" }',
)
REMEDIES = {
    'on a host whose Agent has lost its name': (
        facts(imds=disabled(), agent=agent(hostname='ip-10-0-0-12', provider='os')),
        Remedy(
            SUMMARY,
            (
                'Without IMDS, name the host from what cloud-init found (exposes nothing; no tags). In datadog.yaml: '
                'hostname_file: /var/lib/cloud/data/instance-id',
                *ENABLE,
                'Then, as the Agent looks for its name only when it starts: Restart the Agent: sudo systemctl restart '
                'datadog-agent',
            ),
        ),
    ),
    'on a host without cloud-init, whose Agent has its name': (
        facts(imds=disabled(), host=host(cloud_init_instance_id='')),
        Remedy(SUMMARY, ENABLE),
    ),
    'in a pod': (
        facts(imds=disabled(), host=host(container=container(ContainerKind.POD))),
        Remedy(
            SUMMARY,
            (
                'Take the name that cloud-init found, without asking IMDS (exposes one read-only file; gives the name, '
                'not the tags; not on Bottlerocket, which lacks the file). '
                'Helm: providers.eks.ec2.useHostnameFromFile: true',
                *ENABLE,
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_ENDPOINT_DISABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_ENDPOINT_DISABLED, REMEDIES)
