"""The first line names the fault with its numbers, and says the same for all hosts that have it."""

import pytest

from datadog_checks.aws_diagnostics.cli.judged import Observation, judged
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, NotSent, Outcome

from ..builders import answered, container, facts, host, imds, path, unanswered

LOST = imds(
    token=unanswered(Outcome.LOST), metadata=NotSent('no token'), control=answered(401), tokenless=answered(401)
)


def lost_behind(gateways: int, at_most: int | None) -> Facts:
    lost = path(gateways=gateways, reply_lost=True, remaining_ttl=None, hop_limit=None, hop_limit_at_most=at_most)
    return facts(imds=LOST, path=lost, host=host(container=container(ContainerKind.POD)))


@pytest.mark.parametrize(
    ('observed', 'expected', 'headline'),
    [
        pytest.param(
            lost_behind(1, 1), Expectations(), 'IMDSv2 hop limit is 1, the Agent needs 2', id='lost behind one gateway'
        ),
        pytest.param(
            lost_behind(2, 2),
            Expectations(),
            'IMDSv2 hop limit is at most 2, the Agent needs 3',
            id='lost behind two gateways',
        ),
        pytest.param(
            lost_behind(2, None),
            Expectations(),
            'IMDSv2 hop limit is too low, the Agent needs 3',
            id='a silent gateway',
        ),
        pytest.param(
            facts(),
            Expectations(min_hop_limit=3),
            'IMDSv2 hop limit is 2, min_hop_limit requires 3',
            id='lower than the operator wants',
        ),
    ],
)
def test_the_hop_limit_is_named_with_its_numbers(observed: Facts, expected: Expectations, headline: str) -> None:
    report = judged(Observation(observed, expected))
    assert report.causes[0].finding.headline == headline
    assert report.sentence.startswith(headline)
