"""How a run of the command line ends: its exit status, and the error that ends it before there is a verdict."""

from enum import IntEnum

from ..findings import Status


class ExitStatus(IntEnum):
    """0 to 3 are verdicts. Everything else is outside of that range, on the numbers of sysexits.h, so that a wrong
    option is never read as a critical finding."""

    USAGE = 64
    """An unknown command or option, or a value that is not allowed."""
    DAMAGED_FACTS = 65
    """The facts file is something else, is damaged, or has a schema that this version does not know."""
    NOT_INSTALLED = 69
    """A package of the extra `cli` is missing."""
    DEFECT = 70
    """A defect of this program."""
    CANNOT_WRITE = 73
    """A file could not be written."""
    OUTPUT_FAILED = 74
    """Standard output could not be written, for example because the disk is full."""
    CONFIGURATION = 78
    """The configuration file cannot be used."""
    INTERRUPTED = 130
    OUTPUT_CLOSED = 141
    """Whoever read standard output went away, like `head` does."""


MEANINGS = (
    f'{Status.OK:d} ok: judged and fine, or known not to be EC2. {Status.WARNING:d} warning, {Status.CRITICAL:d} '
    f'critical, {Status.UNKNOWN:d} unknown: not everything could be judged. The worst of all counts. '
    f'{ExitStatus.USAGE:d} wrong usage, {ExitStatus.DAMAGED_FACTS:d} damaged facts file, '
    f'{ExitStatus.NOT_INSTALLED:d} click or rich missing, {ExitStatus.DEFECT:d} defect of this program, '
    f'{ExitStatus.CANNOT_WRITE:d} a file cannot be written, {ExitStatus.OUTPUT_FAILED:d} standard output cannot be '
    f'written, {ExitStatus.CONFIGURATION:d} wrong configuration, {ExitStatus.INTERRUPTED:d} interrupted, '
    f'{ExitStatus.OUTPUT_CLOSED:d} output closed.'
)


class Failure(Exception):
    """The run ends before there is a verdict. `str()` is one line: the option or field, what is wrong, what is
    allowed."""

    def __init__(self, message: str, status: ExitStatus) -> None:
        super().__init__(message)
        self.status = status
