"""Holds the monitors and dashboards that are shipped against what Datadog accepts and what this check sends."""
