#!/bin/sh
# Stands for sudo on a test host: everybody may do everything, and the environment is not handed on.
set -eu
user=root
while [ $# -gt 0 ]; do
    case "$1" in
        -u | --user) user=$2 && shift 2 ;;
        -p | --prompt) shift 2 ;;
        --) shift && break ;;
        -*) shift ;;
        *) break ;;
    esac
done
exec setpriv --reuid "$user" --regid "$(id -g "$user")" --init-groups --reset-env env HOME="/tmp" PATH="$PATH" "$@"
