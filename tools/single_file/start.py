"""Starts aws-diagnostics from this file. Every Python can read this text, to say which one is needed."""

import os
import sys

PYTHON_OF_AN_AGENT = '/opt/datadog-agent/embedded/bin/python3'
HERE = os.path.dirname(os.path.abspath(__file__))
NAME = os.path.basename(HERE)


def refuse_an_old_python():
    # type: () -> None
    if sys.version_info < (3, 11):
        sys.stderr.write(
            'aws-diagnostics needs Python 3.11 or newer, and this is %s (%s): use that of the Agent, '
            'sudo -u dd-agent %s %s\n'
            % (sys.version.split()[0], sys.executable, PYTHON_OF_AN_AGENT, ' '.join([NAME] + sys.argv[1:]))
        )
        sys.exit(69)


def look_into_this_file_first():
    # type: () -> None
    """What is here runs, also where another version of the package is installed."""
    sys.path.append(os.path.join(HERE, 'where-missing'))
    import datadog_checks

    ours = os.path.join(HERE, 'datadog_checks')
    datadog_checks.__path__ = [ours] + [path for path in datadog_checks.__path__ if path != ours]


if __name__ == '__main__':
    refuse_an_old_python()
    look_into_this_file_first()
    from datadog_checks.aws_diagnostics.cli import main

    sys.exit(
        main(
            'the Python of an Agent has it (%s); for another, %s -m pip install '
            'botocore datadog-checks-base lazy-loader pydantic requests' % (PYTHON_OF_AN_AGENT, sys.executable)
        )
    )
