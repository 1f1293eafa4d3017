"""The status and the sentence of a judged instance: OK only for what was judged and is fine, or known not to be EC2."""

from collections.abc import Sequence

import pytest

from datadog_checks.aws_diagnostics.cli.judged import judged
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import Facts, Platform, Unobserved
from datadog_checks.aws_diagnostics.facts.account import Feature
from datadog_checks.aws_diagnostics.findings import Failed, Finding, Status, Unknown

from ..account.builders import account_expectations, account_facts
from ..builders import INSTANCE_ID, OTHER_INSTANCE_ID, agent, facts, host, imds
from ..emit.findings import failed, finding, not_applicable, passed, unknown
from .seen import seen

ELSEWHERE = facts(platform=Platform(False, "DMI names another vendor: 'Google'"), imds=Unobserved('not asked'))
SOMEWHERE = facts(platform=Platform(None, 'nothing says which platform this is'))
UNSEEN = Unobserved('could not look')
HOP_LIMIT = 'IMDSv2 hop limit is 1, the Agent needs 2'


@pytest.mark.parametrize(
    ('findings', 'status', 'sentence'),
    [
        pytest.param([passed(), not_applicable()], Status.OK, 'no problem found (1 OK, 1 N/A)', id='judged and fine'),
        pytest.param(
            [finding(Failed('e', headline=HOP_LIMIT)), failed(id='b', explained_by='a-fault')],
            Status.CRITICAL,
            f'{HOP_LIMIT} (2 findings, 1 cause)',
            id='one cause',
        ),
        pytest.param(
            [failed(id='b', severity=Status.WARNING), finding(Failed('e', headline=HOP_LIMIT)), passed(id='c')],
            Status.CRITICAL,
            f'{HOP_LIMIT}; 1 other cause (2 findings)',
            id='the worst of two causes',
        ),
        pytest.param([failed(title='It is wrong')], Status.CRITICAL, 'It is wrong (1 finding, 1 cause)', id='a title'),
        pytest.param(
            [failed(severity=Status.WARNING), unknown(id='b')],
            Status.WARNING,
            'Something is wrong (1 finding, 1 cause)',
            id='a warning beside something unknown',
        ),
        pytest.param(
            [passed(), unknown(id='b'), unknown(id='c')],
            Status.UNKNOWN,
            '2 not judged: could not look (1 OK)',
            id='unknown for one reason',
        ),
        pytest.param(
            [unknown(), unknown(id='b'), finding(Unknown('no key'), id='c'), finding(Unknown('late'), id='d')],
            Status.UNKNOWN,
            '4 not judged: could not look, and 2 other reasons',
            id='unknown for several reasons, the most frequent first',
        ),
        pytest.param(
            [not_applicable()], Status.UNKNOWN, 'nothing was judged: not asked', id='nothing applies to an EC2 host'
        ),
        pytest.param([], Status.UNKNOWN, 'nothing was judged: no diagnosis was chosen', id='nothing at all'),
    ],
)
def test_the_verdict_of_findings(findings: Sequence[Finding], status: Status, sentence: str) -> None:
    report = seen(*findings)
    assert (report.status, report.sentence) == (status, sentence)


@pytest.mark.parametrize(
    ('observed', 'expected', 'status', 'sentence'),
    [
        pytest.param(
            ELSEWHERE, Expectations(), Status.OK, "not EC2: DMI names another vendor: 'Google'", id='another cloud'
        ),
        pytest.param(
            SOMEWHERE,
            Expectations(),
            Status.UNKNOWN,
            'not known to be EC2: nothing says which platform this is',
            id='not known to be EC2',
        ),
        pytest.param(
            account_facts(),
            account_expectations(features=frozenset[Feature]()),
            Status.UNKNOWN,
            None,
            id='an account with every feature off',
        ),
        pytest.param(account_facts(), account_expectations(), Status.OK, None, id='a healthy account'),
    ],
)
def test_the_verdict_of_facts(observed: Facts, expected: Expectations, status: Status, sentence: str | None) -> None:
    report = judged(seen(observed=observed, expected=expected).observation)
    assert report.status is status
    assert sentence is None or report.sentence == sentence


@pytest.mark.parametrize(
    ('observed', 'subject'),
    [
        pytest.param(facts(), INSTANCE_ID, id='an instance'),
        pytest.param(
            facts(imds=imds(identity=None), platform=Platform(True, 'x')),
            INSTANCE_ID,
            id='a host whose firmware names no instance, but IMDS and cloud-init do',
        ),
        pytest.param(
            facts(imds=UNSEEN, platform=Platform(True, 'x')),
            host().os_hostname,
            id='a host whose Agent has the id of an instance, which only a file of cloud-init confirms',
        ),
        pytest.param(
            facts(imds=imds(instance_id=OTHER_INSTANCE_ID), agent=agent(hostname=OTHER_INSTANCE_ID)),
            host().os_hostname,
            id='a host where the IMDS of another instance answers',
        ),
        pytest.param(
            facts(imds=UNSEEN, platform=Platform(False, 'x'), agent=agent(hostname='web-1')),
            'web-1',
            id='the name of the Agent',
        ),
        pytest.param(
            Facts(
                0.0, Platform(False, 'x'), host(os_hostname='web', cloud_init_instance_id=''), UNSEEN, UNSEEN, UNSEEN
            ),
            'web',
            id='the name of the host',
        ),
        pytest.param(Facts(0.0, Platform(None, 'x'), UNSEEN, UNSEEN, UNSEEN, UNSEEN), 'host', id='nothing is known'),
        pytest.param(account_facts(), 'account 123456789012', id='an account'),
        pytest.param(account_facts(caller=Unobserved('no credentials')), 'the account', id='an account without a name'),
    ],
)
def test_what_was_looked_at_has_a_name(observed: Facts, subject: str) -> None:
    assert seen(passed(), observed=observed).subject == subject


def test_only_what_was_chosen_is_judged_and_its_cause_is_still_named() -> None:
    observation = seen(observed=facts(agent=agent(hostname='ip-10-0-0-12', provider='os'))).observation
    everything = judged(observation)
    effect = next(f for f in everything.findings if f.explained_by)
    report = judged(observation, [effect.diagnosis.id])
    assert report.findings == (effect,)
    assert [cause.finding for cause in report.causes] == [effect]
