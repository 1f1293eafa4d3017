"""The sweep of one region: steps, each of which a later run continues where an earlier one stopped."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ....facts import Unobserved
from ....facts.account import Fault, Region, TokenlessUse, WrongInstance
from ....facts.values import RegionName
from ...run import BudgetExhausted, Deadline, DeadlineExceeded, OnDefect, log_defect
from ..cloudwatch import GET_METRIC_DATA, INSTANCES_OF_A_CALL, tokenless_use
from ..denials import DENIED, code_of, is_defect, why
from ..session import Session
from . import metadata_options as options
from .found import Found

INTERRUPTIONS = (BudgetExhausted, DeadlineExceeded)
"""Nothing is wrong: the next run continues."""

EXPIRED_PLACES = frozenset({'InvalidNextToken', 'InvalidPaginationToken', 'InvalidParameterValue', 'InvalidParameter'})
"""How AWS refuses a NextToken that it no longer knows: the rest of the request was accepted before."""

Take = Callable[[Session, Deadline], None]


@dataclass(frozen=True, slots=True)
class Step:
    action: str
    take: Take
    give_up: Callable[[Unobserved], None]


class RegionSweep:
    """The next `advance` continues what a budget or a deadline interrupted; after anything else the sweep is done."""

    def __init__(
        self,
        name: RegionName,
        chosen: options.OperatorFilter,
        each: Callable[[WrongInstance], None],
        known_use: tuple[TokenlessUse, ...] | None,
        now: float,
        on_defect: OnDefect = log_defect,
    ) -> None:
        self.name = name
        self._chosen, self._each, self._known_use, self._now = chosen, each, known_use, now
        self._on_defect = on_defect
        self._begin()

    def _begin(self) -> None:
        self._found = Found()
        self._token = ''
        self._failure = ''
        self._steps = deque(self._all_steps())

    def _all_steps(self) -> Iterator[Step]:
        for fault in options.FILTERS:
            yield Step(options.DESCRIBE_INSTANCES, partial(self._describe, fault), self._without_instances)
        yield Step(options.GET_DEFAULTS, self._ask_for_defaults, self._without_defaults)
        yield Step(options.DESCRIBE_TEMPLATES, self._describe_templates, self._without_templates)
        yield Step(GET_METRIC_DATA, self._ask_for_use, self._without_use)

    @property
    def done(self) -> bool:
        return not self._steps

    def advance(self, session: Session, deadline: Deadline) -> None:
        """Raises BudgetExhausted or DeadlineExceeded, and nothing else, while there is more to do."""
        resumed = bool(self._token)
        while self._steps:
            step = self._steps[0]
            try:
                step.take(session, deadline)
            except INTERRUPTIONS:
                raise
            except Exception as e:  # noqa: BLE001  (botocore raises many kinds; `why` tells them apart)
                if resumed and code_of(e) in EXPIRED_PLACES:
                    resumed = False
                    self._begin()
                    continue
                self._give_up(step, e)
            resumed = False
            self._token = ''
            self._steps.popleft()

    def _give_up(self, step: Step, error: Exception) -> None:
        """A denied action stops nothing else; a region that does not answer is asked nothing more."""
        if is_defect(error):
            self._on_defect(f'the fleet ({step.action})', error)
        reason = Unobserved(why(error, step.action, self.name))
        step.give_up(reason)
        if step.action != options.DESCRIBE_INSTANCES:
            return
        others = tuple(self._steps)[1:]
        pointless = [s for s in others if s.action == options.DESCRIBE_INSTANCES or code_of(error) not in DENIED]
        for other in pointless:
            other.give_up(reason)
        self._steps = deque([step, *(s for s in others if s not in pointless)])

    def region(self, interrupted: str) -> Region:
        """What is known so far; `interrupted` says why a sweep that is not done has stopped."""
        counted = all(step.action != options.DESCRIBE_INSTANCES for step in self._steps)
        return self._found.region(self.name, self._failure or ('' if counted else interrupted))

    @property
    def use(self) -> tuple[TokenlessUse, ...] | None:
        """What CloudWatch answered; None where it was not asked, or not for all instances yet."""
        return None if self._found.tokenless_unobserved else tuple(self._found.tokenless)

    def _describe(self, fault: Fault, session: Session, deadline: Deadline) -> None:
        client = session.client('ec2', self.name)
        for page in options.instance_pages(client, fault, self.name, self._chosen, self._token):
            for instance in page.instances:
                self._found.add(instance)
                self._each(instance)
            self._token = page.next_token
            if self._token:
                deadline.timeout(1.0)

    def _without_instances(self, why: Unobserved) -> None:
        self._failure = why.reason

    def _ask_for_defaults(self, session: Session, _: Deadline) -> None:
        self._found.defaults = options.metadata_defaults(session.client('ec2', self.name))

    def _without_defaults(self, why: Unobserved) -> None:
        self._found.defaults = why

    def _describe_templates(self, session: Session, deadline: Deadline) -> None:
        client = session.client('ec2', self.name)
        for page in options.template_pages(client, self.name, self._found.defaults, self._token):
            self._found.add_templates(page.templates)
            self._token = page.next_token
            if self._token:
                deadline.timeout(1.0)
        self._found.templates_unobserved = None

    def _without_templates(self, why: Unobserved) -> None:
        self._found.templates_unobserved = why

    def _ask_for_use(self, session: Session, deadline: Deadline) -> None:
        if self._known_use is not None:
            self._found.tokenless = list(self._known_use)
        elif self._failure:
            return self._without_use(Unobserved(self._failure))
        else:
            self._ask_cloudwatch(session, deadline)
        self._found.tokenless_unobserved = None
        return None

    def _ask_cloudwatch(self, session: Session, deadline: Deadline) -> None:
        ids = self._found.version_one_ids
        while ids:
            deadline.timeout(1.0)
            batch = ids[:INSTANCES_OF_A_CALL]
            used = tokenless_use(session.client('cloudwatch', self.name), self.name, batch, self._now)
            self._found.tokenless.extend(used)
            del ids[: len(batch)]

    def _without_use(self, why: Unobserved) -> None:
        self._found.tokenless_unobserved = why
