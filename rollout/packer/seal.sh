#!/bin/sh
# Removes from an image what belongs to the build machine. Runs as root at the end of the build.
set -eu
etc=/etc/datadog-agent

systemctl stop datadog-agent
systemctl disable datadog-agent

if grep -q '^[[:space:]]*hostname\(_file\)\{0,1\}:' "$etc/datadog.yaml"; then
    echo "$etc/datadog.yaml sets the hostname: every instance of the image would have the same one" >&2
    exit 1
fi
# The key is set at launch: DD_API_KEY in /etc/datadog-agent/environment.
sed -i '/^api_key:/d' "$etc/datadog.yaml"

# The identity of an installation, and what an Agent creates when it runs.
rm -rf "$etc/install.json" "$etc/auth_token" "$etc/ipc_cert.pem" /opt/datadog-agent/run/* /var/log/datadog/*
