"""Runs the report of an account: against moto or ministack, an EC2 that filters as AWS's does, and Datadog's API."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from datadog_checks.aws_diagnostics.cli import run
from tests.account.datadog_api import Datadog, account, datadog_api
from tests.account.ec2_server import Account, serving
from tests.account.elb_server import Elb, elb_server
from tests.account.organization import Organization, iam_of
from tests.account.permission_lists import RECORDED
from tests.account.servers import MOTO_ACCOUNT
from tests.account.whole_run import configuration, give_keys
from tests.field_reports.reports import Document, Report, Scope, faults_of

ACCOUNTS = {'moto': MOTO_ACCOUNT, 'ministack': '000000000000'}


def nothing() -> None:
    """An account without a role."""


@dataclass(frozen=True, kw_only=True)
class AccountReport(Report):
    scope: Scope = 'account'
    server: Literal['moto', 'ministack'] = 'moto'
    prepare: Callable[[], None] = nothing
    """Makes roles and policies with clients of AWS; see tests/account/whole_run.py."""
    record: Mapping[str, Any] | None = field(default_factory=dict)
    """How Datadog's record differs from that of a new integration; None where it has none for the account."""
    errors: Sequence[object] = ()
    """What Datadog says failed, in its own words."""
    organization: Organization | None = None
    """Its policies, as IAM's simulator shows them; None for an IAM without one."""
    hosts: Sequence[Mapping[str, Any]] = ()
    """The rows of Datadog's host list."""
    fleet: Account = field(default_factory=lambda: Account({}))
    balancers: Elb | None = None
    """Its load balancers and the zones of their instances."""
    monitors: Sequence[str] = ()
    """The queries of the monitors in Datadog."""
    options: Mapping[str, object] = field(default_factory=dict)
    """The options below `account` in conf.yaml."""


def account_test(reports: Sequence[AccountReport]) -> Callable[..., None]:
    """The test of these reports."""

    @pytest.mark.parametrize('report', [pytest.param(report, id=report.id) for report in reports])
    def test_report(
        report: AccountReport,
        request: pytest.FixtureRequest,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        request.getfixturevalue(report.server)
        give_keys(monkeypatch)
        report.prepare()
        with datadog_api(_datadog(report)) as datadog, serving(report.fleet) as ec2, ExitStack() as stack:
            monkeypatch.setenv('AWS_ENDPOINT_URL_EC2', ec2)
            if report.organization:
                iam = stack.enter_context(iam_of(replace(report.organization), os.environ['AWS_ENDPOINT_URL']))
                monkeypatch.setenv('AWS_ENDPOINT_URL_IAM', iam)
            if report.balancers:
                elb = stack.enter_context(elb_server(replace(report.balancers)))
                for service in ('EC2', 'ELASTIC_LOAD_BALANCING', 'ELASTIC_LOAD_BALANCING_V2'):
                    monkeypatch.setenv(f'AWS_ENDPOINT_URL_{service}', elb.url)
            config = configuration(tmp_path, datadog.url, **report.options)
            exit_status = run(['check', '--json', '--config', str(config)])
        document: Document = json.loads(capsys.readouterr().out)['reports'][0]
        if faults := faults_of(report.answer, document, exit_status):
            pytest.fail('\n'.join(faults), pytrace=False)

    return test_report


def _datadog(report: AccountReport) -> Datadog:
    published: dict[str, Sequence[str]] = {
        'standard': RECORDED.standard,
        'resource_collection': RECORDED.resource_collection,
    }
    accounts = [] if report.record is None else [account(ACCOUNTS[report.server], **report.record)]
    datadog = Datadog(accounts, published, hosts=[dict(host) for host in report.hosts], errors=list(report.errors))
    datadog.metrics.monitors = [
        {'id': id, 'name': f'Monitor {id}', 'type': 'query alert', 'query': query, 'options': {}}
        for id, query in enumerate(report.monitors, 1)
    ]
    return datadog
