"""The check as far as it emits: an AgentCheck with our namespace."""

import pytest
from datadog_checks.base import AgentCheck


class Check(AgentCheck):
    __NAMESPACE__ = 'aws_diagnostics'


@pytest.fixture
def check(aggregator, datadog_agent):
    started = Check('aws_diagnostics', {}, [{}])
    started.check_id = 'aws_diagnostics:host'
    return started
