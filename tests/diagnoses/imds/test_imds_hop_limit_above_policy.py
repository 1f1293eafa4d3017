from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_HOP_LIMIT_ABOVE_POLICY
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Unobserved
from datadog_checks.aws_diagnostics.remedies import Remedy
from tests.builders import INSTANCE_ID, container, facts, host, path
from tests.diagnoses.tables import Row, remedy_test, verdict_test

ONE = Expectations(max_hop_limit=1)
TWO = Expectations(max_hop_limit=2)

FAILS = {
    'the hop limit is one more than allowed': Row(
        facts(), 'the hop limit is 2 and max_hop_limit allows 1', ONE, near_miss='the hop limit is what is allowed'
    ),
    'the hop limit is 64, which a rewriting rule could feign': Row(
        facts(path=path(remaining_ttl=64, hop_limit=64, note='64 is also the TTL of a proxy')),
        'the hop limit is 64 and max_hop_limit allows 2 (64 is also the TTL of a proxy)',
        TWO,
        near_miss='the hop limit is what is allowed',
    ),
    'the hop limit is too large, and the kernel counts no drops': Row(
        facts(path=path(certain=False)),
        'the hop limit is 2 and max_hop_limit allows 1 (less certain, as the kernel counts no drops)',
        ONE,
        near_miss='the hop limit is what is allowed',
    ),
    'a gateway is silent, and what is left is already too much': Row(
        facts(path=path(gateways=1, confirmed=False, remaining_ttl=3, hop_limit=None)),
        'the token reply arrives with TTL 3, so the hop limit is at least 3; max_hop_limit allows 2',
        TWO,
        near_miss='the hop limit is what is allowed',
    ),
}
PASSES = {
    'the hop limit is what is allowed': Row(facts(), 'the hop limit is 2 and max_hop_limit allows 2', TWO),
    'the reply is lost, so the hop limit is small': Row(
        facts(path=path(gateways=1, reply_lost=True, remaining_ttl=None, hop_limit=None, hop_limit_at_most=1)),
        'the hop limit is at most 1 and max_hop_limit allows 1',
        ONE,
    ),
}
UNKNOWN = {
    'path not measured': Row(facts(path=Unobserved('this kernel cannot')), 'this kernel cannot', TWO),
    'the reply is lost behind more gateways than allowed': Row(
        facts(
            path=path(
                gateways=2, reply_lost=True, remaining_ttl=None, hop_limit=None, hop_limit_at_most=2, note='reply lost'
            )
        ),
        'the hop limit could not be measured: reply lost',
        ONE,
    ),
    'a gateway is silent, and what is left is allowed': Row(
        facts(path=path(gateways=1, confirmed=False, remaining_ttl=2, hop_limit=None)),
        'the hop limit could not be measured: no reason given',
        TWO,
    ),
    'a proxy answers in place of IMDS': Row(
        facts(path=path(intercepted=True, remaining_ttl=64, hop_limit=None)),
        'a proxy on the way answers in place of IMDS, so the TTL tells nothing (no gateway)',
        TWO,
    ),
}
NOT_APPLICABLE = {'no policy': Row(facts(path=path(hop_limit=64)), 'max_hop_limit is not set')}


def lowering(most: int) -> tuple[str, str]:
    return (
        f'Lower it (whatever runs behind {most} or more gateways then loses IMDSv2): aws ec2 '
        f'modify-instance-metadata-options --region eu-west-1 --instance-id {INSTANCE_ID} '
        f'--http-put-response-hop-limit {most}',
        'So that the next instance starts right, in Terraform (aws_instance, aws_launch_template): '
        f'metadata_options {{ http_put_response_hop_limit = {most} }}',
    )


REMEDIES = {
    'on a host': (facts(), ONE, Remedy('Lower the hop limit to 1', lowering(1))),
    'in a Docker container that needs more than the policy allows': (
        facts(path=path(gateways=1, remaining_ttl=1), host=host(container=container(ContainerKind.DOCKER))),
        ONE,
        Remedy(
            'Lower the hop limit to 1',
            (
                'First take care of the Agent, which needs a hop limit of 2 where it runs, or raise max_hop_limit',
                'Take the name that cloud-init found, without asking IMDS (exposes one read-only file; gives the name, '
                'not the tags; not on Bottlerocket, which lacks the file). docker run -v '
                '/var/lib/cloud/data/instance-id:/etc/instance-id:ro -e DD_HOSTNAME_FILE=/etc/instance-id ...',
                'Run the Agent in the host network (exposes the ports and the network of the host to the Agent alone): '
                'docker run --network host ...',
                *lowering(1),
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_HOP_LIMIT_ABOVE_POLICY, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_HOP_LIMIT_ABOVE_POLICY, REMEDIES)
