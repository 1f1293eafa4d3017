#!/bin/sh
# Installs the Datadog Agent and does not start it. Run as root in the build of an image.
#
# AGENT_MINOR_VERSION       80 or 80.1 of Agent 7
# AGENT_INSTALL_SCRIPT_URL  Datadog's script of installation (default: that of Agent 7)
set -eu
: "${AGENT_MINOR_VERSION:?is not set; it must be such as 80 or 80.1}"
url=${AGENT_INSTALL_SCRIPT_URL:-https://install.datadoghq.com/scripts/install_script_agent7.sh}

directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
cd "$directory"
curl --fail --silent --show-error --location --retry 3 --output install.sh "$url"

# The script demands a key unless datadog.yaml is there, and a datadog.yaml makes the package start the Agent. It gets
# a word that is no key, and seal.sh takes that out again.
DD_API_KEY=set-at-launch DD_INSTALL_ONLY=true DD_AGENT_MINOR_VERSION="$AGENT_MINOR_VERSION" \
    DD_INSTRUMENTATION_TELEMETRY_ENABLED=false bash install.sh
