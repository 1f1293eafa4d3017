"""A remedy as lines of text, for a channel that knows nothing else."""

from collections.abc import Iterator, Sequence

from ..remedies import Command, Remedy


def outline(remedy: Remedy) -> tuple[str, ...]:
    """Lines like 'Pick one: A. ...', '1. ...', each command on lines of its own and indented by four spaces."""
    lines = [remedy.summary]
    for letter, choice in zip('ABCDEFGHIJKLMNOPQRSTUVWXYZ', remedy.choices, strict=False):
        lead = f'{letter}. ' if len(remedy.choices) > 1 else ''
        pick = 'Pick one: ' if lead == 'A. ' else ''
        exposes = f' (exposes {choice.exposes})' if choice.exposes else ''
        lines += [f'{pick}{lead}{choice.text}{exposes}', *_indented(choice.commands)]
        if choice.undo is not None:
            lines += [f'    To undo: {choice.undo.text}', *_indented(choice.undo.commands)]
    for number, step in enumerate(remedy.then, 1):
        first = 'Then: ' if number == 1 and remedy.choices else ''
        lead = f'{number}. ' if len(remedy.then) > 1 else ''
        lines += [f'{first}{lead}{step.text}', *_indented(step.commands)]
    return tuple(lines)


def _indented(commands: Sequence[Command]) -> Iterator[str]:
    for command in commands:
        yield from (f'    {line}' for line in command.text.splitlines())
