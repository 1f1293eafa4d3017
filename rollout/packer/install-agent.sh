#!/bin/sh
# Installs the Datadog Agent without starting it. Runs as root while an image is built.
#
# AGENT_MINOR_VERSION       80 or 80.1 of Agent 7
# AGENT_INSTALL_SCRIPT_URL  Datadog's installation script (default: the one for Agent 7)
set -eu
: "${AGENT_MINOR_VERSION:?is not set; it must be such as 80 or 80.1}"
url=${AGENT_INSTALL_SCRIPT_URL:-https://install.datadoghq.com/scripts/install_script_agent7.sh}

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
curl --fail --silent --show-error --location --retry 3 --output install.sh "$url"

# The script requires a key unless there is a datadog.yaml, and with a datadog.yaml the package starts the Agent. So it
# gets a word that is no key, which seal.sh removes.
DD_API_KEY=set-at-launch DD_INSTALL_ONLY=true DD_AGENT_MINOR_VERSION="$AGENT_MINOR_VERSION" \
    DD_INSTRUMENTATION_TELEMETRY_ENABLED=false bash install.sh
