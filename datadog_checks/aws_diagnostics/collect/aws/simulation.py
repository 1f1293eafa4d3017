"""What IAM's simulator says of the role: the only way to see a service control policy from within an account.

It takes no wildcards and is slow, so it is asked about a few concrete actions for each service: all of them in one
region, and some in every other region that Datadog collects, as an organization may deny whole regions.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from ...facts import Unobserved
from ...facts.account import Decision, Simulated, Simulation
from ...facts.values import RegionName
from ...rules.datadog_calls import OF_EVERY_CALL, OVER_TLS
from ..foreign import entry_of
from ..run import Deadline, NotCollected
from .denials import CallFailed, asking
from .sentinels import regional
from .session import Client

ACTION = re.compile(r'[A-Za-z0-9-]{1,64}:[A-Za-z0-9]{1,128}')
BATCH = 25
"""Actions in one call."""
PACE = 0.25
"""Seconds between two calls: IAM allows few of these in a second."""
REFUSED_INPUT = frozenset({'InvalidInput', 'InvalidInputException', 'ValidationError'})
"""One action that the simulator does not know spoils its whole batch."""


class Simulations:
    """Keeps, from run to run, what was said of which region: a run that ends early is continued by the next one."""

    def __init__(self, wait: Callable[[float], None] = time.sleep) -> None:
        self._wait = wait
        self._role_arn = ''
        self._said: dict[str, tuple[Simulated, ...]] = {}
        """By region, the one that was asked last at the end."""

    def run(
        self,
        iam: Client,
        role_arn: str,
        actions: Sequence[str],
        regions: Sequence[str],
        deadline: Deadline,
        collected: tuple[RegionName, ...] | Unobserved,
    ) -> Simulation:
        """iam:SimulatePrincipalPolicy for concrete actions on every resource: all of them in the first region.

        `collected` are the regions that Datadog collects. Ends early where IAM throttles, or where the time or the
        budget ends. Raises CallFailed where this run got no answer.
        """
        if role_arn != self._role_arn:
            self._role_arn, self._said = role_arn, {}
        self._said = {region: said for region, said in self._said.items() if region in regions}
        partly: tuple[Simulated, ...] = ()
        for number, region in enumerate(self._in_turn(regions)):
            wanted = actions if region == regions[0] else regional(actions)
            self._said.pop(region, None)
            said, failure = self._ask(iam, role_arn, wanted, region, deadline)
            if failure:
                if not number and not said:
                    raise failure
                partly = said
                break
            self._said[region] = said
        results = (*(result for region in regions for result in self._said.get(region, ())), *partly)
        return Simulation(results, complete=len(self._said) == len(set(regions)), regions=collected)

    def _in_turn(self, regions: Sequence[str]) -> list[str]:
        """Those that were not asked yet, then those that were asked longest ago."""
        asked = list(self._said)
        return [region for region in dict.fromkeys(regions) if region not in asked] + asked

    def _ask(
        self, iam: Client, role_arn: str, actions: Sequence[str], region: str, deadline: Deadline
    ) -> tuple[tuple[Simulated, ...], NotCollected | None]:
        """What was said, and what ended it early."""
        results: list[Simulated] = []
        for start in range(0, len(actions), BATCH):
            try:
                deadline.timeout(PACE)
                results += _batch(iam, role_arn, actions[start : start + BATCH], region)
            except NotCollected as e:
                return tuple(results), e
            self._wait(min(PACE, deadline.remaining()))
        return tuple(results), None


def _batch(iam: Client, role_arn: str, actions: Sequence[str], region: str) -> list[Simulated]:
    """IAM refuses a batch for one action that it does not know: the batch is halved until only that one is left."""
    try:
        return _ask(iam, role_arn, actions, region)
    except CallFailed as e:
        if e.code not in REFUSED_INPUT:
            raise
        if len(actions) == 1:
            return []
    half = len(actions) // 2
    return _batch(iam, role_arn, actions[:half], region) + _batch(iam, role_arn, actions[half:], region)


def _ask(iam: Client, role_arn: str, actions: Sequence[str], region: str) -> list[Simulated]:
    with asking('iam:SimulatePrincipalPolicy'):
        pages = iam.get_paginator('simulate_principal_policy').paginate(
            PolicySourceArn=role_arn,
            ActionNames=list(actions),
            **_context(region),
            PaginationConfig={'MaxItems': len(actions)},
        )
        found = [result for page in pages for result in page['EvaluationResults']]
    return list(_simulated(found, region))


def _context(region: str) -> dict[str, list[dict[str, object]]]:
    """Without the key, IAM would take a statement for calls over TLS to allow nothing."""
    entries = (('aws:RequestedRegion', region, 'string'), (OVER_TLS, OF_EVERY_CALL[OVER_TLS], 'boolean'))
    return {
        'ContextEntries': [
            {'ContextKeyName': key, 'ContextKeyValues': [value], 'ContextKeyType': kind} for key, value, kind in entries
        ]
    }


def _simulated(results: Sequence[Mapping[str, object]], region: str) -> Iterator[Simulated]:
    """Without those whose decision or action has a form that AWS does not document."""
    for result in results:
        decision, action = result.get('EvalDecision'), result.get('EvalActionName')
        if decision in tuple(Decision) and isinstance(action, str) and ACTION.fullmatch(action):
            yield Simulated(
                action=action,
                decision=Decision(str(decision)),
                allowed_by_organization=_flag(result, 'OrganizationsDecisionDetail', 'AllowedByOrganizations'),
                allowed_by_boundary=_flag(result, 'PermissionsBoundaryDecisionDetail', 'AllowedByPermissionsBoundary'),
                region=region,
            )


def _flag(result: Mapping[str, object], detail: str, name: str) -> bool | None:
    flag = entry_of(result, detail).get(name)
    return flag if isinstance(flag, bool) else None
