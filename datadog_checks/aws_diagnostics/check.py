from datadog_checks.base import AgentCheck


class AwsDiagnosticsCheck(AgentCheck):
    __NAMESPACE__ = 'aws_diagnostics'
