#!/bin/sh
# Looks at this host once and prints the facts, for `aws-diagnostics judge`. Installs nothing and leaves nothing.
# usage: on-host.sh [aws-diagnostics.pyz]   without a file, the one that fleet.sh put in front of this script
# Environment variables:
#   SHA256  of the file; not compared where it is empty
#   REDACT  yes: names, ids and addresses leave the host as pseudonyms
#   LIMIT   seconds that the look may take, 60 by default
# Prints one line, "facts:" and the facts, compressed, in Base64; the verdict goes to stderr.
# Exit status: 0 facts were printed, whatever they say; 65 another file than SHA256 says; 69 no Python 3.11 or newer;
#   124 it took too long; others as in docs/command-line.md.
set -eu

etc=/etc/datadog-agent
embedded=/opt/datadog-agent/embedded/bin/python3

fail() {
    status=$1
    shift
    echo "aws-diagnostics: $*" >&2
    exit "$status"
}

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

python_here() {
    for python in "$embedded" python3 python3.13 python3.12 python3.11; do
        if new_enough "$python"; then return; fi
    done
    fail 69 "no Python 3.11 or newer: neither $embedded nor python3 is one"
}

# As the Agent, which sees what the Agent sees, where that is possible without a password.
as_agent() {
    if ! id dd-agent >/dev/null 2>&1; then
        "$@"
    elif [ "$(id -u)" = 0 ]; then
        runuser -u dd-agent -- "$@"
    elif sudo -n -u dd-agent true 2>/dev/null; then
        sudo -n -u dd-agent "$@"
    else
        "$@"
    fi
}

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' HUP INT TERM
# Another user has to read the file.
chmod 0755 "$scratch"
file=$scratch/aws-diagnostics.pyz
if [ -n "${1:-}" ]; then cat "$1" >"$file"; else carried >"$file"; fi
chmod 0644 "$file"
if [ -n "${SHA256:-}" ]; then
    digest=$(sha256sum "$file" | cut -d ' ' -f 1)
    [ "$digest" = "$SHA256" ] || fail 65 "the SHA-256 of the file is $digest, not $SHA256; it was not run"
fi
python_here
cd /
set -- check --quiet --save-facts -
if [ "${REDACT:-}" = yes ]; then set -- "$@" --redact; fi
if as_agent test -r "$etc/datadog.yaml"; then set -- "$@" --agent-config "$etc/datadog.yaml"; fi
status=0
as_agent timeout -k 5 "${LIMIT:-60}" "$python" "$file" "$@" >"$scratch/facts" || status=$?
# 0 to 3 are verdicts.
[ "$status" -le 3 ] || fail "$status" "no facts: the look ended with status $status"
echo "facts:$(gzip -9 <"$scratch/facts" | base64 | tr -d '\n')"
