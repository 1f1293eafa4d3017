"""The account scope with the botocore, the requests and the pydantic of three Agents, against local servers."""

from collections.abc import Iterator, Sequence

import pytest

from datadog_checks.aws_diagnostics.diagnoses import DIAGNOSES
from datadog_checks.aws_diagnostics.findings import Scope
from tests.account import servers
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.ec2_fleet import EKS_NODE, Instance, listed
from tests.account.ec2_server import Account, serving
from tests.account.permission_lists import RECORDED
from tests.account.whole_run import allows, make_role, policy, statement
from tests.packages.agent import Agent

SUCCESS, FAIL, WARNING = 0, 1, 2
"""Of a row of `agent diagnose`. What could not be told is a warning."""
OUT_OF_REACH = Instance('required', 1, tags=EKS_NODE)
FLEET = Account({'us-east-1': listed(OUT_OF_REACH, Instance())}, {'httpTokens': 'required', 'managedBy': 'account'})


@pytest.fixture(scope='module')
def aws(empty_moto: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of a client of an account with one instance that is to lose its name."""
    with pytest.MonkeyPatch.context() as monkeypatch, serving(FLEET) as ec2:
        environ = servers.environment(empty_moto, tmp_path_factory.mktemp('aws'))
        servers.use(monkeypatch, environ)
        make_role(policy(statement()), policy(allows('*')))
        yield {**environ, 'AWS_ENDPOINT_URL_EC2': ec2}


@pytest.fixture(scope='module')
def datadog() -> Iterator[str]:
    published: dict[str, Sequence[str]] = {
        'standard': RECORDED.standard,
        'resource_collection': RECORDED.resource_collection,
    }
    on_record = account(servers.MOTO_ACCOUNT, aws_regions={'include_only': ['us-east-1']})
    with datadog_api(Datadog([on_record], published)) as running:
        yield running.url


OPTED_IN = frozenset(
    {
        *('cloudwatch-metrics-delayed', 'ec2-detailed-monitoring-off', 'metric-collected-twice', 'metric-missing'),
        *('monitor-delay-too-small', 'elb-cross-zone-counts-inflated', 'tags-not-propagated'),
    }
)
"""They do not apply where the operator names nothing to look at."""


def judged(agent: Agent, aws: dict[str, str], datadog: str) -> dict[str, int]:
    keys = {'api_key': API_KEY, 'app_key': APP_KEY, 'datadog_api_url': datadog}
    instance = {'account': {**keys, 'regions': ['us-east-1']}, 'imdsv1': 'disabled'}
    told = agent.run_check_here(instance, aws)
    assert told['error'] == ''
    rows: dict[str, int] = told['rows']
    return rows


def test_an_account_is_judged_alike_in_every_agent(agent: Agent, aws: dict[str, str], datadog: str):
    rows = judged(agent, aws, datadog)
    assert rows == {
        **dict.fromkeys(rows, SUCCESS),
        'imds-fleet-hosts-misnamed': FAIL,
        # A role that was just made is not used yet, and the stand-in for IAM does not simulate policies.
        'integration-role-unused': WARNING,
        'integration-permissions-denied': WARNING,
        'imds-fleet-defaults-allow-imdsv1': SUCCESS,
    }
    by_default = (d.id for d in DIAGNOSES if d.scope is Scope.ACCOUNT and d.id not in OPTED_IN)
    assert list(rows) == [*by_default]
