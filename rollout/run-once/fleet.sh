#!/usr/bin/env bash
# Looks at many hosts once, installs nothing on them, and prints one table by cause.
#
# usage: fleet.sh ssh HOSTS DIR [OPTION OF SSH...]   HOSTS is a file with one name a line
#        fleet.sh ssm SOURCE DIR TARGET...           SOURCE is the address of the file in S3, a TARGET like
#                                                    Key=tag:env,Values=prod
#        fleet.sh judge DIR                          the table again, of what is in DIR
#        fleet.sh prepare DIR                        for other tools: DIR/.raw/bundle.sh is what a host runs
#        fleet.sh document                           prints the document for Systems Manager
# DIR must be new or empty. It gets the facts of each host, HOST.json; DIR/.raw has what each of them printed.
# Environment variables:
#   PYZ       the file (dist/aws-diagnostics.pyz)
#   PYTHON    to judge with, here: 3.11 or newer (python3)
#   PARALLEL  hosts at a time (20); with ssm also a share of them, such as 10%
#   LIMIT     seconds that a host may take over ssh (120)
#   WAIT      seconds until a command of Systems Manager is cancelled (1800)
#   REDACT    yes: names, ids and addresses leave the hosts as pseudonyms (no)
# Exit status: that of `aws-diagnostics judge`; 3 also where a host did not answer; 64 wrong usage.
set -euo pipefail
# Facts name hosts.
umask 077
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export PYZ=${PYZ:-$here/../../dist/aws-diagnostics.pyz} LIMIT=${LIMIT:-120} REDACT=${REDACT:-no}
PYTHON=${PYTHON:-python3} PARALLEL=${PARALLEL:-20} WAIT=${WAIT:-1800} POLL=${POLL:-5}
shown=20
longest_facts=10000000

usage() {
    echo "fleet.sh: $*; see the beginning of ${BASH_SOURCE[0]}" >&2
    exit 64
}

# The file travels as text in front of the script: `sh -s` over ssh then needs neither scp nor a place to put it.
bundle() {
    printf "#!/bin/sh\nREDACT='%s'\ncarried() { base64 -d <<'END'\n" "$REDACT"
    base64 "$PYZ"
    printf 'END\n}\n'
    cat "$here/on-host.sh"
}

document() {
    cat "$here/ssm.yaml"
    sed 's/^\(.\)/          \1/' "$here/on-host.sh"
}

new_directory() {
    [[ -f $PYZ ]] || usage "PYZ: there is no file $PYZ: make pyz"
    [[ ! -e $1 || -z $(ls -A "$1") ]] || usage "DIR: $1 is not empty"
    mkdir -p "$1/.raw"
}

prepare() {
    new_directory "$1"
    bundle >"$1/.raw/bundle.sh"
}

by_ssh() {
    local hosts=$1 directory=$2
    shift 2
    prepare "$directory"
    { grep -Ev '^[[:space:]]*(#|$)' "$hosts" || true; } | sort -u >"$directory/.raw/hosts"
    ! grep -Evx '[A-Za-z0-9_][A-Za-z0-9._@:-]*' "$directory/.raw/hosts" || usage "HOSTS: the lines above are no names"
    xargs -a "$directory/.raw/hosts" -P "$PARALLEL" -I HOST "$here/fleet.sh" one-by-ssh HOST "$directory/.raw" "$@"
    judge "$directory"
}

one_by_ssh() {
    local host=$1 raw=$2
    shift 2
    timeout -k 5 "$LIMIT" ssh -o BatchMode=yes -o ConnectTimeout=10 "$@" "$host" sh -s \
        <"$raw/bundle.sh" >"$raw/$host.out" 2>"$raw/$host.err" || echo "ended with status $?" >"$raw/$host.status"
}

by_ssm() {
    local source=$1 directory=$2 name command
    shift 2
    new_directory "$directory"
    document >"$directory/.raw/document.yaml"
    # Another text is another document, and none is ever changed.
    name=datadog-aws-diagnostics-run-once-$(sha256sum "$directory/.raw/document.yaml" | cut -c 1-12)
    aws ssm describe-document --name "$name" --query Document.Name --output text >/dev/null 2>&1 ||
        aws ssm create-document --name "$name" --document-type Command --document-format YAML \
            --content "file://$directory/.raw/document.yaml" --query DocumentDescription.Name --output text
    command=$(aws ssm send-command --document-name "$name" --targets "$@" --timeout-seconds 120 \
        --parameters "$(parameters "$source")" --max-concurrency "$PARALLEL" --max-errors 100% \
        --query Command.CommandId --output text)
    echo "Command $command runs"
    await "$command"
    aws ssm list-command-invocations --command-id "$command" --query 'CommandInvocations[].[InstanceId]' \
        --output text | sort -u >"$directory/.raw/hosts"
    # The API allows a few of these calls a second.
    AWS_RETRY_MODE=adaptive AWS_MAX_ATTEMPTS=10 xargs -a "$directory/.raw/hosts" -P 5 -I HOST \
        "$here/fleet.sh" one-by-ssm HOST "$directory/.raw" "$command"
    judge "$directory"
}

parameters() {
    printf '{"Source":["%s"],"Sha256":["%s"],"Redact":["%s"]}' \
        "$1" "$(sha256sum "$PYZ" | cut -d ' ' -f 1)" "$REDACT"
}

await() {
    local end=$((SECONDS + WAIT)) status
    while true; do
        status=$(aws ssm list-commands --command-id "$1" --query 'Commands[0].Status' --output text)
        # Nothing, or None: the list does not show it yet.
        case $status in '' | None | Pending | InProgress | Cancelling) ;; *) return ;; esac
        if ((SECONDS >= end)); then
            echo "After $WAIT seconds the command is cancelled; what has answered counts" >&2
            aws ssm cancel-command --command-id "$1"
            return
        fi
        sleep "$POLL"
    done
}

one_by_ssm() {
    aws ssm get-command-invocation --command-id "$3" --instance-id "$1" --plugin-name Look \
        --query '[StatusDetails, StandardErrorContent, StandardOutputContent]' --output text \
        >"$2/$1.out" 2>"$2/$1.err" || true
}

judge() {
    local directory=$1 raw=$1/.raw host status=0
    [[ -f $raw/hosts ]] || usage "DIR: $directory holds nothing that was collected"
    : >"$raw/no-answer"
    while read -r host; do
        if facts "$raw/$host.out" >"$raw/facts" 2>/dev/null; then
            mv "$raw/facts" "$directory/$host.json"
        else
            printf '%s: %s\n' "$host" "$(why "$raw/$host")" >>"$raw/no-answer"
        fi
    done <"$raw/hosts"
    if compgen -G "$directory/*.json" >/dev/null; then
        "$PYTHON" "$PYZ" judge "$directory" || status=$?
    fi
    silent "$directory" || status=$((status ? status : 3))
    return "$status"
}

# Of what a host printed, whatever else its shell or Systems Manager had to say.
facts() {
    sed -n 's/^.*facts:\([A-Za-z0-9+/=]\{1,\}\).*$/\1/p' "$1" | base64 -d | gzip -d | head -c "$longest_facts" | grep .
}

why() {
    local reason
    reason=$(cat "$1.status" "$1.out" "$1.err" 2>/dev/null | grep . | tail -n 1 | tr -s '\t ' ' ' | tr -cd '[:print:]' |
        cut -c 1-200)
    reason=${reason% }
    echo "${reason:-no output}"
}

silent() {
    local count all
    count=$(wc -l <"$1/.raw/no-answer") all=$(wc -l <"$1/.raw/hosts")
    ((count)) || return 0
    printf '\nNo answer from %d of %d hosts; %s/.raw/no-answer has all:\n' "$count" "$all" "$1"
    head -n "$shown" "$1/.raw/no-answer"
    return 1
}

action=${1:-}
shift || true
case $action:$# in
    ssh:[01] | ssm:[012] | judge:0 | prepare:0) usage "$action: an argument is missing" ;;
    ssh:*) by_ssh "$@" ;;
    ssm:*) by_ssm "$@" ;;
    judge:1) judge "$1" ;;
    prepare:1) prepare "$1" ;;
    document:0) document ;;
    one-by-ssh:*) one_by_ssh "$@" ;;
    one-by-ssm:3) one_by_ssm "$@" ;;
    *) usage "'$action' is not known" ;;
esac
