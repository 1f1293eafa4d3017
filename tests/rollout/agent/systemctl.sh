#!/bin/sh
# Stands for systemctl and service on a test host: the one service is datadog-agent, and its restarts are counted.
set -eu
state=/run/datadog-agent
case "$(basename "$0")" in
    service)
        unit=${1:-} action=${2:-}
        ;;
    *)
        action='' unit=''
        while [ $# -gt 0 ]; do
            case "$1" in
                --version) printf 'systemd 252 (252)\n+PAM\n' && exit 0 ;;
                -n) shift ;;
                -q | --quiet) exec >/dev/null ;;
                -*) ;;
                *) if [ -z "$action" ]; then action=$1; else unit=$1; fi ;;
            esac
            shift
        done
        ;;
esac
running() { [ -e "$state/running" ]; }
enabled() { [ -e "$state/enabled" ]; }
case "$action" in
    daemon-reload | list-unit-files | list-units | '') echo 'datadog-agent.service enabled enabled' && exit 0 ;;
    is-system-running) echo running && exit 0 ;;
esac
case "$unit" in
    datadog-agent | datadog-agent.service) ;;
    *) echo "Unit $unit could not be found." >&2 && exit 4 ;;
esac
case "$action" in
    try-restart) running && echo restart >>"$state/restarts" || true ;;
    restart | reload-or-restart) echo restart >>"$state/restarts" && touch "$state/running" ;;
    start) running || { echo start >>"$state/starts" && touch "$state/running"; } ;;
    stop) rm -f "$state/running" ;;
    enable) touch "$state/enabled" ;;
    disable) rm -f "$state/enabled" ;;
    is-active) if running; then echo active; else echo inactive && exit 3; fi ;;
    is-enabled) if enabled; then echo enabled; else echo disabled && exit 1; fi ;;
    status) if running; then echo 'Active: active (running)'; else echo 'Active: inactive (dead)' && exit 3; fi ;;
    show)
        active=inactive sub=dead file=disabled
        if running; then active=active sub=running; fi
        if enabled; then file=enabled; fi
        printf 'Id=datadog-agent.service\nLoadState=loaded\nActiveState=%s\nSubState=%s\nUnitFileState=%s\n' "$active" "$sub" "$file"
        ;;
    cat) echo '[Service]' ;;
    *) echo "Unknown command verb $action." >&2 && exit 1 ;;
esac
