"""Which commands there are, and where: those that ask AWS or Datadog are loaded when somebody calls them."""

from importlib import import_module

import click

LATER = {
    'accounts': '.accounts:accounts',
    'explain': '.catalogue:explain',
    'fleet': '.fleet:fleet',
    'hosts': '.hosts:hosts',
    'list': '.catalogue:list_',
    'metrics': '.metrics:metrics',
    'permissions': '.permissions:permissions',
}


class Program(click.Group):
    """A command of LATER is loaded when somebody asks for it: a look at this host needs nothing for AWS and Datadog."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *LATER})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Also where a package is missing that a command needs: help needs nothing."""
        names = self.list_commands(ctx)
        room = formatter.width - 6 - max(map(len, names))
        commands = {name: self._short_help(ctx, name, room) for name in names}
        with formatter.section('Commands'):
            formatter.write_dl(list(commands.items()))

    def _short_help(self, ctx: click.Context, name: str, room: int) -> str:
        try:
            command = self.get_command(ctx, name)
        except ModuleNotFoundError as e:
            return f'Needs {e.name}, which is not installed here.'
        return command.get_short_help_str(room) if command else ''

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in LATER and cmd_name not in self.commands:
            module, _, name = LATER[cmd_name].partition(':')
            self.add_command(getattr(import_module(module, __package__), name))
        return super().get_command(ctx, cmd_name)


def whole_program() -> click.Group:
    """With every command, for what reads their options."""
    from .commands import program

    for name in program.list_commands(click.Context(program)):
        program.get_command(click.Context(program), name)
    return program
