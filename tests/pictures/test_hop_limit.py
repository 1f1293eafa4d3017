"""What the drawing says of each case is what the check measures in it, over real networks."""

import re

import pytest

from datadog_checks.aws_diagnostics.facts import observed
from tests.collect.imds.asking import ask, options
from tests.simulator import Topology, World, namespaces_available
from tools.pictures import CASES, Case, hop_limits

TOPOLOGIES = {0: Topology.HOST, 1: Topology.CONTAINER, 2: Topology.NESTED}


@pytest.mark.skipif(not namespaces_available(), reason='no network namespaces here')
@pytest.mark.parametrize('case', CASES, ids=lambda case: f'{case.place}, {case.hop_limit}')
def test_the_check_measures_what_is_drawn(case: Case) -> None:
    with World(TOPOLOGIES[len(case.gateways)], hop_limit=case.hop_limit) as world:
        path = observed(world.run(ask, options('ipv4'))[1])
    assert (path.gateways, path.hop_limit_needed) == (len(case.gateways), case.needed)
    assert path.reply_lost is (case.dropped_by is not None)
    assert path.remaining_ttl == (None if path.reply_lost else case.ttls[-1])


def test_lost_replies_are_drawn_beside_near_misses_that_arrive() -> None:
    text = hop_limits()
    assert re.findall(r'arrives with TTL \d|is dropped: needs a hop limit of \d', text.partition('</desc>')[2]) == [
        'arrives with TTL 1',
        'is dropped: needs a hop limit of 2',
        'arrives with TTL 1',
        'is dropped: needs a hop limit of 3',
    ]
