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

place() { # SOURCE DESTINATION MODE
    install -D -o dd-agent -g dd-agent -m "$3" "$1" "$2"
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

install -d -o dd-agent -g dd-agent -m 755 "$etc/conf.d/aws_diagnostics.d" "$etc/checks.d"
if [ "$METHOD" = wheel ]; then
    # Without this file, an Agent upgrade on an instance looks for the private wheel in Datadog's repository, and fails.
    place /dev/null "$etc/.skip_install_python_third_party_deps" 644
    chmod 644 "$ARTIFACT"
    as_agent datadog-agent integration install -w "$ARTIFACT"
    have=$(as_agent datadog-agent integration show -q datadog-aws-diagnostics)
else
    place "$ARTIFACT" "$etc/checks.d/aws_diagnostics.py" 644
    have=$(as_agent env PYTHONDONTWRITEBYTECODE=1 PYTHONPATH="$etc/checks.d" \
        /opt/datadog-agent/embedded/bin/python3 -c 'import aws_diagnostics; print(aws_diagnostics.__version__)')
fi
if [ "$have" != "$VERSION" ]; then
    echo "VERSION is $VERSION, but $ARTIFACT is $have" >&2
    exit 1
fi
place "$CONFIGURATION" "$etc/conf.d/aws_diagnostics.d/conf.yaml" 640
rm -f "$ARTIFACT" "$CONFIGURATION"
