"""What the exit status of the command line says."""

from enum import IntEnum

from ..findings import Status


class ExitStatus(IntEnum):
    """0 to 3 are the worst status of a run. Everything else is outside of that range, on the numbers of sysexits.h,
    so that a wrong option is never read as a critical finding."""

    USAGE = 64
    """An unknown command or option, or a value that is not allowed."""
    DAMAGED_FACTS = 65
    """The facts file is none, is damaged, or has a schema that this version does not know."""
    NOT_INSTALLED = 69
    """A package of the extra `cli` is missing."""
    DEFECT = 70
    """A defect of this program."""
    CANNOT_WRITE = 73
    """The facts could not be saved."""
    CONFIGURATION = 78
    """The configuration file is not usable."""
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141


MEANINGS = (
    f'{Status.OK:d} ok, {Status.WARNING:d} warning, {Status.CRITICAL:d} critical, {Status.UNKNOWN:d} unknown: the '
    f'worst of all instances. {ExitStatus.USAGE:d} wrong usage, {ExitStatus.DAMAGED_FACTS:d} damaged facts file, '
    f'{ExitStatus.NOT_INSTALLED:d} click or rich missing, {ExitStatus.DEFECT:d} defect of this program, '
    f'{ExitStatus.CANNOT_WRITE:d} facts not saved, {ExitStatus.CONFIGURATION:d} wrong configuration, '
    f'{ExitStatus.INTERRUPTED:d} interrupted, {ExitStatus.OUTPUT_CLOSED:d} output closed.'
)
