"""Commands in messages are held against the programs that they call."""

import pytest

from tools.asset_lint.commands import wrong_commands


@pytest.mark.parametrize(
    'command',
    [
        "aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].State.Name'",
        'aws iam get-role --role-name NAME --output json',
        'sudo -u dd-agent datadog-agent check aws_diagnostics',
        'aws-diagnostics fleet --config account.yaml --csv fleet.csv',
        'sudo ethtool -S INTERFACE --whatever',
        'expected_hostname',
    ],
)
def test_a_command_that_can_be_pasted_is_let_pass(command: str) -> None:
    assert list(wrong_commands(f'Run `{command}`.')) == []


@pytest.mark.parametrize(
    ('command', 'reason'),
    [
        pytest.param('aws ec3 describe-instances', "unknown service 'ec3', allowed: those of AWS", id='service'),
        pytest.param(
            'aws ec2 modify-metadata-options',
            "unknown operation 'modify-metadata-options', allowed: those of ec2",
            id='operation',
        ),
        pytest.param(
            'aws iam get-role --role NAME',
            "unknown option '--role', allowed: --output, --profile, --query, --region, --role-name",
            id='option',
        ),
        pytest.param(
            "aws iam get-role --role-name NAME --query 'Role.['", "--query 'Role.[', allowed: JMESPath", id='query'
        ),
        pytest.param(
            'aws-diagnostics fleets',
            "unknown command 'fleets', allowed: check, explain, fleet, judge, list, permissions",
            id='command of our own',
        ),
        pytest.param(
            'sudo datadog-agent configcheck',
            "unknown command 'configcheck', allowed: check, diagnose, integration, status",
            id='command of the Agent',
        ),
    ],
)
def test_a_command_that_would_be_refused_is_named(command: str, reason: str) -> None:
    assert list(wrong_commands(f'Run `{command}`.')) == [f'`{command}`: {reason}']
