"""What a person lets a removal do: options, and the number that is typed."""

import sys
from dataclasses import dataclass

import click


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the person at the terminal lets it do."""

    apply: bool
    yes: bool
    most: int | None

    def check(self) -> None:
        """Raises UsageError."""
        if not self.apply and (self.yes or self.most is not None):
            raise click.UsageError('--yes and --max are for --apply')
        if self.apply and self.yes and self.most is None:
            raise click.UsageError('--yes needs --max N: how many hosts may lose their tags at most')
        if self.apply and not self.yes and not sys.stdin.isatty():
            raise click.UsageError('--apply asks at a terminal; without one, --yes and --max N are needed')

    def confirm(self, count: int) -> None:
        """Raises UsageError where another number is typed."""
        if self.yes or not count:
            return
        hosts = 'host' if count == 1 else 'hosts'
        typed = click.prompt(
            f'Type {count} to remove these tags of {count} {hosts}', default='', show_default=False, err=True
        )
        if typed.strip() != str(count):
            raise click.UsageError(f'{typed[:20]!r} is not {count}: nothing was removed')
