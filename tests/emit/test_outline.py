"""A remedy as lines: alternatives to pick one from, then steps in their order."""

from datadog_checks.aws_diagnostics.emit.issues import outline
from datadog_checks.aws_diagnostics.remedies import Choice, Language, Remedy, Step, shell, yaml


def test_alternatives_are_lettered_and_steps_are_numbered() -> None:
    remedy = Remedy(
        'Raise the hop limit or avoid the hop',
        choices=(
            Choice('Use the host network', (yaml({'agents': {'useHostNetwork': True}}, Language.HELM),)),
            Choice(
                'Raise it to 2', (shell('aws', 'x'),), exposes='IMDS', undo=Step('Set it back', (shell('aws', 'y'),))
            ),
        ),
        then=(Step('Restart the Agent', (shell('sudo', 'systemctl', 'restart', 'datadog-agent'),)), Step('Look again')),
    )
    assert outline(remedy) == (
        'Raise the hop limit or avoid the hop',
        'Pick one: A. Use the host network',
        '    agents:',
        '      useHostNetwork: true',
        'B. Raise it to 2 (exposes IMDS)',
        '    aws x',
        '    To undo: Set it back',
        '    aws y',
        'Then: 1. Restart the Agent',
        '    sudo systemctl restart datadog-agent',
        '2. Look again',
    )


def test_what_needs_no_choice_has_no_letter_and_what_is_one_step_no_number() -> None:
    assert outline(Remedy('Restart', then=(Step('Restart the Agent'),))) == ('Restart', 'Restart the Agent')
    assert outline(Remedy('Fix', (Choice('Raise it'),))) == ('Fix', 'Raise it')
