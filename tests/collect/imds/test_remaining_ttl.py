"""The search for the remaining TTL, against every path that there can be."""

from dataclasses import dataclass, field

import pytest

from datadog_checks.aws_diagnostics.collect.imds.hops import NotAHopLimit, find_remaining_ttl


@dataclass
class Reply:
    """A token reply that arrives with this TTL."""

    ttl: int
    asked: list[int] = field(default_factory=list)

    def arrives(self, at_least: int) -> bool:
        self.asked.append(at_least)
        return self.ttl >= at_least


@pytest.mark.parametrize('gateways', range(9))
def test_every_hop_limit_is_found_behind_every_number_of_gateways(gateways: int) -> None:
    for hop_limit in range(gateways + 1, 65):
        reply = Reply(hop_limit - gateways)
        assert find_remaining_ttl(reply.arrives, gateways) + gateways == hop_limit
        assert len(reply.asked) <= 13
        assert len(set(reply.asked)) == len(reply.asked)


QUESTIONS = [
    pytest.param(1, 0, [2], id='host, hop limit 1'),
    pytest.param(2, 0, [2, 3], id='host, hop limit 2'),
    pytest.param(1, 1, [2], id='container, hop limit 2'),
    pytest.param(1, 2, [2], id='container behind two gateways, hop limit 3'),
    pytest.param(64, 0, [2, 3, 4, 65, 64], id='host, hop limit 64'),
    pytest.param(63, 1, [2, 3, 4, 64, 63], id='container, hop limit 64'),
    pytest.param(5, 0, [2, 3, 4, 65, 64, 8, 6, 5], id='host, hop limit 5'),
]


@pytest.mark.parametrize(('ttl', 'gateways', 'asked'), QUESTIONS)
def test_the_usual_limits_cost_few_questions(ttl: int, gateways: int, asked: list[int]) -> None:
    reply = Reply(ttl)
    find_remaining_ttl(reply.arrives, gateways)
    assert reply.asked == asked


@pytest.mark.parametrize(
    ('ttl', 'gateways'),
    [
        pytest.param(65, 0, id='one more than a hop limit can be'),
        pytest.param(64, 1, id='one more than is left behind a gateway'),
        pytest.param(128, 0, id='a Windows proxy'),
        pytest.param(255, 0, id='a kernel that ignores the minimum TTL lets everything arrive'),
    ],
)
def test_a_ttl_that_no_hop_limit_leaves_is_not_taken_for_one(ttl: int, gateways: int) -> None:
    with pytest.raises(NotAHopLimit):
        find_remaining_ttl(Reply(ttl).arrives, gateways)
