#!/bin/sh
# Installs AWS Diagnostics next to an Agent. Runs as root while an image is built.
#
# METHOD         checks.d or wheel
# VERSION        the version of the check
# ARTIFACT       the file to install: aws_diagnostics.py or the wheel
# CONFIGURATION  what becomes conf.yaml
set -eu
: "${METHOD:?is not set; it must be checks.d or wheel}"
: "${VERSION:?is not set; it must be the version of the check}"
: "${ARTIFACT:?is not set; it must be the path of the file to install}"
: "${CONFIGURATION:?is not set; it must be the path of what becomes conf.yaml}"
etc=/etc/datadog-agent

place() { # SOURCE DESTINATION OWNER MODE
    install -D -o "$3" -g "$3" -m "$4" "$1" "$2"
}

as_agent() {
    (cd / && sudo -u dd-agent "$@")
}

case $METHOD in
    checks.d | wheel) ;;
    *)
        echo "METHOD is $METHOD; it must be checks.d or wheel" >&2
        exit 1
        ;;
esac

# The version that is installed is asked before anything is placed. From standard input, which dd-agent can always read.
validate() {
    set -- "$ARTIFACT" --validate
    if [ "$METHOD" = wheel ]; then
        set -- -c 'import datadog_checks as d, runpy, sys; d.__path__.insert(0, sys.argv.pop(1) + "/datadog_checks")
runpy.run_module("datadog_checks.aws_diagnostics.configuration", run_name="__main__")' "$ARTIFACT"
    fi
    as_agent /opt/datadog-agent/embedded/bin/python3 -IB "$@" - <"$CONFIGURATION"
}

chmod 644 "$ARTIFACT"
validate
install -d -o dd-agent -g dd-agent -m 755 "$etc/conf.d/aws_diagnostics.d" "$etc/checks.d"
if [ "$METHOD" = wheel ]; then
    # Without this file, an Agent upgrade on an instance looks for the private wheel in Datadog's repository, and fails.
    echo 'Managed by the rollout of aws_diagnostics, whose wheel is not in the repository of Datadog.' >"$etc/.skip_install_python_third_party_deps"
    chmod 644 "$etc/.skip_install_python_third_party_deps"
    as_agent datadog-agent integration install -w "$ARTIFACT"
    have=$(as_agent datadog-agent integration show -q datadog-aws-diagnostics)
else
    place "$ARTIFACT" "$etc/checks.d/aws_diagnostics.py" root 644
    have=$(as_agent env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$etc/checks.d" \
        /opt/datadog-agent/embedded/bin/python3 -c 'import aws_diagnostics; print(aws_diagnostics.__version__)')
fi
if [ "$have" != "$VERSION" ]; then
    echo "VERSION is $VERSION, but $ARTIFACT is $have" >&2
    exit 1
fi
place "$CONFIGURATION" "$etc/conf.d/aws_diagnostics.d/conf.yaml" dd-agent 640
rm -f "$ARTIFACT" "$CONFIGURATION"
