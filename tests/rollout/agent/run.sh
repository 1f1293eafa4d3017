#!/bin/sh
# Runs one module of what stands for the Agent, isolated from the directory and the environment of whoever calls.
module=$1
shift
exec /opt/datadog-agent/embedded/bin/python3 -I -B -c "
import sys
sys.path.insert(0, '/opt/datadog-agent/bin')
from agent.$module import main
main()
" "$@"
