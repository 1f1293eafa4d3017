#!/bin/sh
# Removes the AWS Diagnostics check from this host with its configuration and its state. Runs as root.
# Exit status: 0 removed, 4 the Agent did not remove the package.
set -eu

distribution=datadog-aws-diagnostics
etc=/etc/datadog-agent
skip_file=$etc/.skip_install_python_third_party_deps
# Survives a run that fails halfway, and ends with a reboot, as does the need for a restart.
restart_pending=/run/aws-diagnostics.restart

say() { echo "aws-diagnostics: $*"; }

agent() { sudo -u dd-agent datadog-agent "$@"; }

changing() { : >"$restart_pending"; }

remove_package() {
    [ -n "$(agent integration show -q "$distribution" 2>/dev/null || true)" ] || return 0
    changing
    agent integration remove "$distribution" || {
        say "the Agent did not remove $distribution" >&2
        exit 4
    }
    say "$distribution: removed"
}

remove_files() {
    for path in "$etc/checks.d/aws_diagnostics.py" "$etc/conf.d/aws_diagnostics.d" /opt/datadog-agent/run/aws_diagnostics; do
        [ -e "$path" ] || continue
        changing
        rm -rf "$path"
        say "$path: removed"
    done
}

# Another private package may need it: only remove our own.
remove_skip_file() {
    if grep -qs aws_diagnostics "$skip_file"; then
        rm -f "$skip_file"
    fi
}

# An Agent that is stopped stays so.
restart() {
    if [ -d /run/systemd/system ]; then
        systemctl try-restart datadog-agent
    elif service datadog-agent status >/dev/null 2>&1; then
        service datadog-agent restart
    fi
    rm -f "$restart_pending"
    say 'datadog-agent: restarted if it ran'
}

command -v datadog-agent >/dev/null || {
    say 'no Agent on this host: nothing to do'
    exit 0
}
remove_package
remove_files
remove_skip_file
[ ! -e "$restart_pending" ] || restart
say 'removed'
