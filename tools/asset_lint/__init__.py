"""Holds the shipped monitors and dashboards against what Datadog accepts and what this check sends."""
