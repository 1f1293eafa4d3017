"""The lists of required permissions that the package carries."""

from datadog_checks.aws_diagnostics.collect.required_permissions import recorded_permissions

RECORDED = recorded_permissions()
