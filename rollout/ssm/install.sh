#!/bin/sh
# Installs one version of the AWS Diagnostics check on this host, and changes nothing if that is already the case.
# Runs as root, in the directory with the downloaded file. Environment variables:
#   METHOD         wheel or checks.d
#   VERSION        such as 0.1.0; only for the wheel: a file in checks.d is identified by its digest
#   SHA256         of the downloaded file
#   CONFIGURATION  conf.yaml in Base64; empty keeps the existing file, or writes the default if there is none
# Exit status: 0 done, 2 wrong parameters, 3 no such file or wrong digest (nothing was changed),
#   4 the installation failed, 5 the check does not run, 6 the check refuses the configuration (nothing was changed).
set -eu

distribution=datadog-aws-diagnostics
etc=/etc/datadog-agent
check_file=$etc/checks.d/aws_diagnostics.py
conf=$etc/conf.d/aws_diagnostics.d/conf.yaml
skip_file=$etc/.skip_install_python_third_party_deps
# Survives a run that fails halfway, and ends with a reboot, as does the need for a restart.
restart_pending=/run/aws-diagnostics.restart

say() { echo "aws-diagnostics: $*"; }

fail() {
    status=$1
    shift
    say "$*" >&2
    exit "$status"
}

as_agent() { sudo -u dd-agent "$@"; }

agent() { as_agent datadog-agent "$@"; }

changing() { : >"$restart_pending"; }

installed_version() { agent integration show -q "$distribution" 2>/dev/null || true; }

# dd-agent cannot enter the download directory. The copy that is installed is the one that is verified.
verified_copy() {
    case $METHOD in
        wheel) source=datadog_aws_diagnostics-$VERSION-py3-none-any.whl ;;
        checks.d) source=aws_diagnostics-$VERSION.py ;;
        *) fail 2 "METHOD: '$METHOD' is neither wheel nor checks.d" ;;
    esac
    [ -f "$source" ] || fail 3 "$PWD/$source: no such file"
    copy=$scratch/$source
    install -m 0644 "$source" "$copy"
    digest=$(sha256sum "$copy" | cut -d ' ' -f 1)
    [ "$digest" = "$SHA256" ] || fail 3 "$source: its SHA-256 is $digest, not $SHA256; nothing was changed"
}

# The version that is wanted is asked, before anything is changed.
validate() {
    configuration=$1
    set -- "$copy" --validate
    if [ "$METHOD" = wheel ]; then
        set -- -c 'import datadog_checks as d, runpy, sys; d.__path__.insert(0, sys.argv.pop(1) + "/datadog_checks")
runpy.run_module("datadog_checks.aws_diagnostics.configuration", run_name="__main__")' "$copy"
    fi
    # From standard input: dd-agent may not enter the directory of a configuration with keys.
    as_agent /opt/datadog-agent/embedded/bin/python3 -IB "$@" - <"$configuration" ||
        fail 6 'CONFIGURATION: the check refuses it; nothing was changed'
}

# Without this file, an Agent upgrade looks for this private package in a public repository.
keep_agent_upgrades_from_fetching() {
    [ -e "$skip_file" ] && return
    echo 'Managed by the rollout of aws_diagnostics, whose wheel is not in the repository of Datadog.' >"$scratch/skip"
    install -o root -g root -m 0644 "$scratch/skip" "$skip_file"
}

install_wheel() {
    keep_agent_upgrades_from_fetching
    have=$(installed_version)
    if [ "$have" != "$VERSION" ]; then
        changing
        agent integration install -w "$copy" || fail 4 "the Agent did not install $source"
        say "$distribution: ${have:-none} -> $VERSION"
    fi
    if [ -e "$check_file" ]; then
        changing
        rm -f "$check_file"
        say "$check_file: removed"
    fi
}

# The Agent prefers an installed package to a file in checks.d, so remove the package.
install_file() {
    if [ -n "$(installed_version)" ]; then
        changing
        agent integration remove "$distribution" || fail 4 "the Agent did not remove $distribution"
        say "$distribution: removed"
    fi
    put "$copy" "$check_file" root 0644
    # Only our own: another private package may need it.
    if grep -qs aws_diagnostics "$skip_file"; then rm -f "$skip_file"; fi
}

put() {
    cmp -s "$1" "$2" && return
    changing
    [ -d "${2%/*}" ] || install -d -o dd-agent -g dd-agent -m 0755 "${2%/*}"
    install -o "$3" -g "$3" -m "$4" "$1" "$2"
    say "$2: written"
}

# What is to be configured: the given text, else what is there, else the default.
wanted_configuration() {
    if [ -n "$CONFIGURATION" ]; then
        echo "$CONFIGURATION" | base64 -d >"$scratch/conf.yaml" || fail 2 'CONFIGURATION: not Base64'
    elif [ -e "$conf" ]; then
        cp "$conf" "$scratch/conf.yaml"
    else
        cat >"$scratch/conf.yaml" <<'EOF'
init_config: {}
instances:
  - identity_tags: [account_id, region]
    min_collection_interval: 300
EOF
    fi
}

# 3 says so; any other failure is one of the service manager, which the restart then reports.
is_stopped() {
    if [ -d /run/systemd/system ]; then
        systemctl is-active --quiet datadog-agent
    else
        service datadog-agent status >/dev/null 2>&1
    fi
    [ $? -eq 3 ]
}

restart() {
    if [ -d /run/systemd/system ]; then
        systemctl restart datadog-agent
    else
        service datadog-agent restart
    fi
    rm -f "$restart_pending"
    say 'datadog-agent: restarted'
}

# Not every Agent reports a failed check in its exit status.
runs() { agent check aws_diagnostics >"$scratch/check" 2>&1 && ! grep -q '\[ERROR\]' "$scratch/check"; }

# After a restart, an Agent needs some seconds until it can run a check by hand.
smoke_test() {
    attempt=1
    until runs; do
        [ "$attempt" -lt "${ATTEMPTS:-6}" ] || {
            tail -n 20 "$scratch/check" >&2
            fail 5 "the check does not run: datadog-agent check aws_diagnostics"
        }
        attempt=$((attempt + 1))
        sleep "${PAUSE:-5}"
    done
}

: "${METHOD:?wheel or checks.d}" "${VERSION:?such as 0.1.0}" "${SHA256:?of the downloaded file}" "${CONFIGURATION=}"
command -v datadog-agent >/dev/null || {
    say 'no Agent on this host: nothing to do'
    exit 0
}
umask 077
scratch=$(mktemp -d /var/tmp/aws-diagnostics.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
chmod 0711 "$scratch"

verified_copy
wanted_configuration
cd /
validate "$scratch/conf.yaml"
case $METHOD in
    wheel) install_wheel ;;
    *) install_file ;;
esac
put "$scratch/conf.yaml" "$conf" dd-agent 0640
if is_stopped; then
    rm -f "$restart_pending"
    say 'datadog-agent: is stopped, and stays so'
else
    [ ! -e "$restart_pending" ] || restart
    smoke_test
fi
say "as wanted: $METHOD $VERSION"
