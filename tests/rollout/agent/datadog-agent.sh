#!/bin/sh
exec /opt/datadog-agent/bin/run command "$@"
