"""What holds for every diagnosis of metric collection, whatever Datadog has on record and CloudWatch answers."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from datadog_checks.aws_diagnostics.diagnoses import diagnose
from datadog_checks.aws_diagnostics.diagnoses.cloudwatch import DIAGNOSES
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.facts.account import (
    NAMESPACES,
    FilterKind,
    Metrics,
    NamespaceFilters,
    RecentlyActive,
)
from datadog_checks.aws_diagnostics.facts.values import MetricNamespace, RegionName
from datadog_checks.aws_diagnostics.findings import NotApplicable, Status, Unknown
from datadog_checks.aws_diagnostics.remedies import Command, Language
from tests.account.builders import account_expectations, account_facts, integration

LONGEST_EVIDENCE = 400
YAML = Language.YAML
REPEATABLE = settings(
    max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
REASON = st.builds(Unobserved, st.sampled_from(['no application key', 'x' * 300]))
TEXT = st.sampled_from([*NAMESPACES, 'eu-west-1', 'ap-southeast-2', 'N' * 128]) | st.text(min_size=1, max_size=60)
TEXTS = st.lists(TEXT, max_size=12).map(tuple)
REGIONS = st.sampled_from(['eu-west-1', 'us-gov-west-1', 'us' + '-abcdefghijkl' * 3 + '-10']).map(RegionName)
NAMED = st.sampled_from([*NAMESPACES, *map(MetricNamespace, ('N' * 255, 'CWAgent', 'x#:/._-'))])
COUNTS = st.sampled_from([0, 1, 500]) | REASON
ENTRIES = st.lists(
    st.builds(RecentlyActive, NAMED, REGIONS, COUNTS, st.booleans(), st.booleans(), COUNTS), max_size=8
).map(tuple)
FACTS = st.builds(
    account_facts,
    integration=REASON
    | st.builds(
        integration,
        regions=st.none() | st.lists(REGIONS, max_size=12).map(tuple),
        other_regions=st.integers(0, 2),
        metrics_enabled=st.sampled_from([True, True, True, False, None]),
        namespace_filters=REASON | st.builds(NamespaceFilters, st.sampled_from(FilterKind), TEXTS),
    ),
    metrics=REASON | st.builds(Metrics, REASON | ENTRIES, REASON | ENTRIES),
)


@REPEATABLE
@given(facts=FACTS)
def test_a_judgement_never_raises_and_says_one_short_line(facts: Facts) -> None:
    for finding in diagnose(DIAGNOSES, facts, account_expectations()):
        evidence = finding.verdict.evidence
        assert 'defect in' not in evidence, finding.diagnosis.id
        assert evidence.isprintable() and evidence.strip() == evidence != '', finding.diagnosis.id
        assert len(evidence) <= LONGEST_EVIDENCE, f'{finding.diagnosis.id}: {len(evidence)}'


@REPEATABLE
@given(facts=FACTS)
def test_what_failed_is_a_warning_and_says_what_to_do_if_it_is_on_purpose(facts: Facts) -> None:
    for finding in filter(lambda f: f.failed, diagnose(DIAGNOSES, facts, account_expectations())):
        assert finding.status is Status.WARNING
        assert finding.remedy is not None and 'defect in' not in finding.remedy.summary
        texts = [choice.text for choice in finding.remedy.choices]
        assert all(text.isprintable() and len(text) < LONGEST_EVIDENCE for text in (finding.remedy.summary, *texts))
        assert finding.remedy.choices[-1].commands == (Command(f'disabled_diagnoses: [{finding.diagnosis.id}]', YAML),)


def test_nothing_fails_where_nothing_could_be_observed() -> None:
    blind = Unobserved('no application key')
    facts = account_facts(integration=blind, metrics=blind)
    verdicts = {type(f.verdict) for f in diagnose(DIAGNOSES, facts, account_expectations())}
    assert verdicts <= {Unknown, NotApplicable}
