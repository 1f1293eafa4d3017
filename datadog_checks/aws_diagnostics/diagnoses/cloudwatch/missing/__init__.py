"""The order in which `metrics why` looks for the reason: read it from top to bottom.

It is that of the checklist in Datadog's guide (docs.datadoghq.com/integrations/guide/aws-integration-troubleshooting/
#missing-metrics). The first check that fails is the reason. What could not be looked at is unknown, and the search goes
on: a later step may still find it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ....expectations import Expectations
from ....facts import Facts, MissingFact
from ....facts.account import WatchedMetric
from ....text import clean, listed
from . import cloudwatch, names, record, role, timing
from .causes import Answer, Check, MissingCause, Outcome, Question, Result, Step, not_applicable, unknown
from .meanings import MEANINGS

ORDER: tuple[tuple[Step, tuple[Check, ...]], ...] = (
    (
        Step.NAME,
        (
            names.values_of_the_scope,
            names.kind_of_load_balancer,
            names.name_in_use,
            names.tags_of_the_scope,
        ),
    ),
    (
        Step.PERMISSION,
        (
            role.account_registered,
            role.role_assumable,
            role.role_may_read,
            role.nothing_denies,
            role.role_may_find_resources,
        ),
    ),
    (Step.REGION, (cloudwatch.region_of_the_service, record.region_collected, cloudwatch.region_enabled)),
    (
        Step.CONFIGURATION,
        (
            record.collection_enabled,
            record.namespace_included,
            record.name_passes,
            record.resource_passes,
            record.namespace_offered,
        ),
    ),
    (Step.EMITS, (cloudwatch.from_cloudwatch, cloudwatch.dimensions_exist, cloudwatch.values_in_cloudwatch)),
    (Step.ENABLEMENT, (cloudwatch.turned_on,)),
    (
        Step.TIMING,
        (
            timing.in_cloudwatch_at_all,
            timing.streams_fit,
            timing.rarely_published,
            timing.record_is_old,
            timing.metric_is_old,
            timing.polled_often,
            timing.usually_late,
        ),
    ),
    (Step.SCP, (role.organization_allows,)),
)
LONGEST_EVIDENCE, LONGEST_REASON = 400, 300
MOST_REASONS = 2
NOT_REACHED = not_applicable('skipped: the reason is already known')


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a metric is missing, or that it is not."""

    question: Question
    cause: MissingCause
    evidence: str
    steps: tuple[tuple[Step, Answer], ...]
    """All of ORDER; those after the reason were not looked at."""

    @property
    def step(self) -> Step | None:
        return MEANINGS[self.cause][0]

    @property
    def outcome(self) -> Outcome:
        return MEANINGS[self.cause][1]

    @property
    def meaning(self) -> str:
        return MEANINGS[self.cause][2]


def why(facts: Facts, expected: Expectations, metric: WatchedMetric) -> Explained:
    """Never raises for what was not observed."""
    question = Question(facts, expected, metric)
    steps: list[tuple[Step, Answer]] = []
    found: Answer | None = None
    for step, checks in ORDER:
        answer = NOT_REACHED if found else _answer(question, checks)
        found = found or (answer if answer.cause else None)
        steps.append((step, answer))
    if found is None or found.cause is None:
        return Explained(question, MissingCause.NOT_FOUND, _not_found(steps), tuple(steps))
    return Explained(question, found.cause, found.evidence, tuple(steps))


def _answer(question: Question, checks: Iterable[Check]) -> Answer:
    """Of a step: the first check that ends the search, else what is not known, else what was seen."""
    answers: list[Answer] = []
    for check in checks:
        answer = _asked(question, check)
        if answer is not None and answer.cause:
            return answer
        answers += [answer] if answer is not None else []
        if answer is not None and answer.result is Result.NOT_APPLICABLE:
            break
    for result in (Result.UNKNOWN, Result.OK, Result.NOT_APPLICABLE):
        evidence = list(dict.fromkeys(a.evidence for a in answers if a.result is result))
        if evidence:
            return Answer(result, clean('; '.join(evidence), LONGEST_EVIDENCE))
    return Answer(Result.OK, 'nothing speaks against it')


def _asked(question: Question, check: Check) -> Answer | None:
    try:
        answer = check(question)
    except MissingFact as e:
        return unknown(clean(str(e), LONGEST_REASON))
    if answer is None:
        return None
    return Answer(answer.result, clean(answer.evidence, LONGEST_EVIDENCE), answer.cause)


def _not_found(steps: Iterable[tuple[Step, Answer]]) -> str:
    """Each reason once, with the steps that it leaves open."""
    open_steps: dict[str, list[str]] = {}
    for step, answer in steps:
        if answer.result is Result.UNKNOWN:
            open_steps.setdefault(answer.evidence, []).append(step)
    if not open_steps:
        return 'no step fails'
    reasons = (f'{" and ".join(names)} not known: {reason}' for reason, names in open_steps.items())
    return listed(reasons, MOST_REASONS, LONGEST_REASON)
