"""Each rule for remedies refuses what it is there for, and nothing that is right."""

import pytest

from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step, Variable, shell, write_file

from .remedy_rules import faults_of, simple_commands

MODIFY = 'aws ec2 modify-instance-metadata-options --region eu-west-1 --instance-id i-0123456789abcdef0'


def with_command(text: str, language: Language = Language.SHELL) -> Remedy:
    return Remedy('Fix it', then=(Step('Do this', (Command(text, language),)),))


@pytest.mark.parametrize(
    'remedy',
    [
        pytest.param(with_command(f'{MODIFY} --http-put-response-hop-limit 2'), id='an AWS command'),
        pytest.param(with_command('aws iam get-role --role-name "${ROLE_NAME:?}"'), id='a variable that stops'),
        pytest.param(with_command('sudo -u dd-agent cat /etc/instance-id'), id='sudo'),
        pytest.param(with_command('aws-diagnostics fleet --csv wrong.csv'), id='our own program'),
        pytest.param(with_command('a: [b]', Language.YAML), id='YAML'),
        pytest.param(with_command('metadata_options {\n  http_tokens = "required"\n}', Language.HCL), id='HCL'),
        pytest.param(Remedy('Fix', (Choice('Do', (write_file('a.json', '{}'),)),)), id='a file'),
        pytest.param(Remedy('See the datadog-agent status page', then=(Step('Set DD_HOSTNAME, in AWS'),)), id='names'),
        pytest.param(
            Remedy('Fix', then=(Step('Do', (shell('kubectl', 'get', 'pods', '-n', Variable('NAMESPACE')),)),)),
            id='kubectl',
        ),
    ],
)
def test_a_remedy_that_is_right_has_no_fault(remedy: Remedy) -> None:
    assert faults_of(remedy) == []


@pytest.mark.parametrize(
    ('remedy', 'fault'),
    [
        pytest.param(Remedy('Fix it.'), 'ends with a full stop', id='a full stop'),
        pytest.param(Remedy('Fix\tit'), 'printable', id='a tab'),
        pytest.param(Remedy('Fix ' + 'x' * 400), 'characters', id='a long text'),
        pytest.param(
            Remedy('Run sudo systemctl restart datadog-agent'), 'holds a command', id='a command in a sentence'
        ),
        pytest.param(with_command('aws iam get-role --role-name ...'), 'placeholder', id='dots'),
        pytest.param(with_command('aws iam get-role --role-name ROLE_NAME'), 'placeholder', id='a bare placeholder'),
        pytest.param(with_command("echo 'a"), 'bash', id='a quote that is open'),
        pytest.param(with_command('cat > a <<END\nx\nEND &&\ntrue'), 'bash', id='a here-document without its end'),
        pytest.param(with_command('cat $HOME/a b'), 'shellcheck', id='a word that is not quoted'),
        pytest.param(with_command('aws ec3 x'), 'unknown service', id='no service'),
        pytest.param(with_command('aws ec2 modify-it'), 'unknown operation', id='no operation'),
        pytest.param(with_command(f'{MODIFY} --hops 2'), 'unrecognized arguments: --hops 2', id='no option'),
        pytest.param(with_command(f'{MODIFY} --http-tokens yes'), 'not one of', id='a value that AWS refuses'),
        pytest.param(with_command(f'{MODIFY} --http-put-response-hop-limit two'), 'not a number', id='no number'),
        pytest.param(
            with_command('aws iam get-role --region eu-west-1'), '--role-name', id='a required option is missing'
        ),
        pytest.param(with_command('if true; then aws iam get-rule; fi'), 'unknown operation', id='inside of a script'),
        pytest.param(
            with_command('sudo -u dd-agent datadog-agent stat'), 'unknown command', id='not a command of the Agent'
        ),
        pytest.param(with_command('aws-diagnostics fleet --cvs a'), 'No such option', id='not an option of ours'),
        pytest.param(with_command('aws-diagnostics fleets'), 'No such command', id='not a command of ours'),
        pytest.param(with_command('aws-diagnostics explain imds'), 'no such diagnosis', id='not a diagnosis'),
        pytest.param(with_command('a: b: c', Language.YAML), 'not valid', id='not YAML'),
        pytest.param(with_command('a', Language.HELM), 'not a mapping', id='not a mapping'),
        pytest.param(with_command('{', Language.JSON), 'not valid', id='not JSON'),
        pytest.param(with_command('metadata_options { a =', Language.HCL), 'not valid', id='not HCL'),
    ],
)
def test_a_remedy_that_is_wrong_has_exactly_that_fault(remedy: Remedy, fault: str) -> None:
    (found,) = faults_of(remedy)
    assert fault in found


def test_commands_are_found_in_loops_and_sequences() -> None:
    file = 'cat > f <<END &&\n{"a": 1}\nEND\n'
    loop = 'while read -r a; do\n  aws x "$a" | grep b &&\n    sudo -u dd-agent c\ndone < g'
    found = [' '.join(words) for words in simple_commands(f'{file}{loop}')]
    assert found == ['cat', 'f', 'read -r a', 'aws x $a', 'grep b', 'c', 'g']
