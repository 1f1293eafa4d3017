from dataclasses import replace

from datadog_checks.aws_diagnostics.diagnoses.imds import IMDS_HOP_LIMIT_ABOVE_POLICY
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.builders import container, facts, host, path
from tests.diagnoses.remedy_parts import (
    APPLY_COMPOSE,
    CLOUD_INIT_IN_DOCKER,
    HOST_NETWORK_IN_DOCKER,
    LOOK_AT_ROUTES,
    OWN_ROUTE,
    REFUSED,
    as_step,
    new_hop_limit,
    set_hop_limit,
)
from tests.diagnoses.tables import Row, remedy_test, verdict_test

ONE = Expectations(max_hop_limit=1)
TWO = Expectations(max_hop_limit=2)

FAILS = {
    'the hop limit is one more than allowed': Row(
        facts(), 'the hop limit is 2 and max_hop_limit allows 1', ONE, near_miss='the hop limit is what is allowed'
    ),
    'the hop limit is 64, which a rule that rewrites the TTL could cause': Row(
        facts(path=path(remaining_ttl=64, hop_limit=64, note='64 is also the TTL of a proxy')),
        'the hop limit is 64 and max_hop_limit allows 2 (64 is also the TTL of a proxy)',
        TWO,
        near_miss='the hop limit is what is allowed',
    ),
    'the hop limit is too large, and the kernel counts no drops': Row(
        facts(path=path(certain=False)),
        'the hop limit is 2 and max_hop_limit allows 1 (less certain: the kernel does not count drops)',
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
        "a proxy answers in place of IMDS, so the measured TTL is the proxy's (no gateway)",
        TWO,
    ),
}
NOT_APPLICABLE = {'no policy': Row(facts(path=path(hop_limit=64)), 'max_hop_limit is not set')}


REMEDIES = {
    'on a host': (
        facts(),
        ONE,
        Remedy(
            'Lower the hop limit to 1; what runs behind 1 gateway or more then loses IMDSv2',
            (set_hop_limit(1, 'Lower it'),),
            (new_hop_limit(1),),
        ),
    ),
    'in a Docker container that needs more than the policy allows': (
        facts(path=path(gateways=1, remaining_ttl=1), host=host(container=container(ContainerKind.DOCKER))),
        ONE,
        Remedy(
            'The Agent needs hop limit 2 here: avoid the extra hop and then lower the limit to 1, or allow 2 by '
            'max_hop_limit',
            (CLOUD_INIT_IN_DOCKER, HOST_NETWORK_IN_DOCKER),
            (APPLY_COMPOSE, as_step(set_hop_limit(1, 'Lower the hop limit to 1')), new_hop_limit(1)),
        ),
    ),
    'on a host behind a gateway, which does not belong there': (
        facts(path=path(gateways=1, remaining_ttl=1)),
        ONE,
        Remedy(
            'Send IMDS requests past the gateway that they take: outside of containers none belongs there, and a '
            'larger hop limit does not help',
            (OWN_ROUTE,),
            (LOOK_AT_ROUTES, as_step(set_hop_limit(1, 'Lower the hop limit to 1')), new_hop_limit(1)),
        ),
    ),
    'in an ECS task in the host network, where no extra hop can be avoided': (
        facts(path=path(gateways=1, remaining_ttl=1), host=host(container=container(ContainerKind.ECS_HOST))),
        ONE,
        Remedy(
            'Allow the hop limit that the Agent needs here (2)',
            (
                Choice(
                    'Raise max_hop_limit in the conf.yaml of this check',
                    (Command('instances:\n  - max_hop_limit: 2', Language.YAML),),
                    undo=Step('Set it back'),
                ),
                replace(
                    set_hop_limit(1, 'Lower the hop limit to 1'),
                    text=f'Lower the hop limit to 1 on this instance ({REFUSED}); the Agent then loses IMDSv2',
                ),
            ),
        ),
    ),
}

test_verdict = verdict_test(IMDS_HOP_LIMIT_ABOVE_POLICY, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(IMDS_HOP_LIMIT_ABOVE_POLICY, REMEDIES)
