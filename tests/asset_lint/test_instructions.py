"""Commands and links in texts are held against the programs and pages that exist."""

import pytest

from tools.asset_lint.names import wrong_instructions

GUIDE = 'https://docs.datadoghq.com/integrations/guide/aws-integration-troubleshooting/'


@pytest.mark.parametrize(
    'text',
    [
        "`aws ec2 describe-instances --instance-ids ID --query 'Reservations[].Instances[].State.Name'`",
        '`aws iam get-role --role-name "${ROLE_NAME:?}" --output json`',
        '`sudo -u dd-agent datadog-agent check aws_diagnostics`',
        '`aws-diagnostics fleet --config account.yaml --csv fleet.csv`',
        '`aws-diagnostics explain imds-hop-limit-too-low`',
        '`sudo ethtool -S INTERFACE --whatever`',
        '`expected_hostname`',
        f'[the guide]({GUIDE}), [a section]({GUIDE}#ec2-metadata-with-imds-v2)',
    ],
)
def test_what_exists_is_accepted(text: str) -> None:
    assert list(wrong_instructions(text)) == []


@pytest.mark.parametrize(
    ('command', 'reason'),
    [
        pytest.param('aws ec3 describe-instances', "unknown service 'ec3'", id='service'),
        pytest.param(
            'aws ec2 modify-metadata-options', "unknown operation 'modify-metadata-options' of ec2", id='operation'
        ),
        pytest.param('aws iam list-roles --prefix NAME', 'unrecognized arguments: --prefix NAME', id='option'),
        pytest.param(
            'aws iam get-role --role NAME', 'the following arguments are required: --role-name', id='option left out'
        ),
        pytest.param(
            "aws iam get-role --role-name NAME --query 'Role.['", 'argument --query: is not JMESPath', id='query'
        ),
        pytest.param('aws-diagnostics explain imds-hop-limit', 'no such diagnosis', id='diagnosis'),
    ],
)
def test_a_command_that_would_be_refused_is_named(command: str, reason: str) -> None:
    assert list(wrong_instructions(f'Run `{command}`.')) == [f'`{command}`: {reason}']


@pytest.mark.parametrize(
    ('command', 'beginning'),
    [
        pytest.param('aws-diagnostics configcheck', "No such command 'configcheck'.", id='command'),
        pytest.param('aws-diagnostics fleet --file fleet.csv', "No such option '--file'.", id='option'),
        pytest.param('aws-diagnostics fleet --csv', "Option '--csv' requires an argument.", id='option without value'),
        pytest.param('sudo datadog-agent configcheck', "unknown command 'configcheck', known: check, ", id='Agent'),
    ],
)
def test_a_command_that_is_not_there_is_named_with_those_that_may_be_meant(command: str, beginning: str) -> None:
    (complaint,) = wrong_instructions(f'`{command}`')
    assert complaint.startswith(f'`{command}`: {beginning}')


@pytest.mark.parametrize('link', ['https://example.com/docs', f'{GUIDE}#no-such-section', 'http://docs.datadoghq.com/'])
def test_a_link_that_is_not_known_to_resolve_is_named(link: str) -> None:
    assert list(wrong_instructions(f'See [this]({link}).')) == [f'unknown link {link}']
