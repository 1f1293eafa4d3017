"""Requests to the Datadog API for people to paste. They are only shown: this product changes nothing."""

from ..expectations import Expectations
from ..facts.values import DatadogSite
from ..remedies import Command, Variable, Word, quoted, shell

KEYS = shell(
    '--header', ('DD-API-KEY: ', Variable('DD_API_KEY')), '--header', ('DD-APPLICATION-KEY: ', Variable('DD_APP_KEY'))
).text


def curl(expected: Expectations, path: tuple[str | Variable, ...], *options: Word) -> Command:
    """To the site of the account; a variable stands for a site that is not known to be one.

    `path` starts with '/'. The command fails where Datadog does not answer 2xx, so that what it saved is a backup.
    """
    site = DatadogSite.of(expected.of_account.site) or Variable('DD_SITE')
    request = shell('curl', '--silent', '--show-error', '--fail', *options).text
    return Command(f'{request} \\\n  {KEYS} \\\n  {quoted(("https://api.", site, *path))}')
