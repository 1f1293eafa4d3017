#!/bin/sh
exec /opt/datadog-agent/embedded/bin/python3 -I -B /opt/datadog-agent/bin/datadog-agent.py "$@"
