"""`permissions`: what the integration role lacks, and policies that would close the difference. It applies nothing."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from ..configuration import Options, read_configuration
from ..diagnoses.integration.granting import apply_policy, raise_quota
from ..diagnoses.integration.policy_documents import (
    LARGEST,
    MOST_INLINE,
    Placement,
    PolicyDocument,
    needs_security_audit,
    placement,
)
from ..diagnoses.integration.resolve_button import HIGHEST_QUOTA, attached
from ..facts import MissingFact, observed
from ..facts.account import Feature
from . import ExitStatus, Failure, denied_calls
from .configuration_file import OF_ENVIRONMENT
from .judged import Judged, Observation, judged, overall
from .options import MEANINGS, Display, config_option, described_agent, display_options
from .page import BLANK, Line, Wrap
from .parameter_types import Duration
from .permission_difference import Difference, Written, counts, difference, left_out, listed, table, write_policies
from .pipeline import instances_of, need_libraries_of_accounts, observe, show
from .report import INDENT, explained, verdict

LOOKED_AT = frozenset({Feature.ROLE, Feature.PERMISSIONS})
DIAGNOSIS = 'integration-permissions-missing'


@click.command(epilog=f'Exit status: {MEANINGS}')
@click.option('--diff', is_flag=True, help='Print what is missing, by service and by what it costs in Datadog.')
@click.option(
    '--policy-json',
    metavar='DIR',
    type=click.Path(file_okay=False, path_type=Path),
    help='Write policies that grant what is missing, and print the commands that apply them.',
)
@click.option(
    '--denied-since',
    metavar='DURATION',
    type=Duration(('m', 'h', 'd'), denied_calls.LONGEST, denied_calls.ALLOWED),
    help='List which calls of the role CloudTrail recorded as denied since then, as 24h or 7d.',
)
@config_option
@display_options
def permissions(
    diff: bool, policy_json: Path | None, denied_since: float | None, config: Path | None, display: Display
) -> int:
    """Compare what Datadog requires with what the policies of its integration role grant. Nothing is applied.

    Without --policy-json or --denied-since: --diff. The configuration holds one account instance. The status is that of
    `check` for the same role.
    """
    others = (policy_json is not None) + (denied_since is not None)
    if diff + others > 1:
        raise click.UsageError('only one of --diff, --policy-json DIR and --denied-since DURATION can be given')
    options = narrowed(account_instance(config), LOOKED_AT, denied_since or 0.0)
    (observation,) = observe((options,), described_agent(), display)
    report = judged(observation, (DIAGNOSIS,))
    found = _difference(report)
    written = write_policies(policy_json, found) if found and policy_json else ()
    lines = _denied(report) if denied_since else _told(report, found, written, diff=not others)
    needed, paths = listed(found) if found else None, [str(path) for path, _ in written]
    denied = denied_calls.document(observation) if denied_since else None
    unread = int(bool(denied_since and denied_calls.unread(observation)))
    return show(
        'permissions',
        [report],
        display,
        lines,
        unread=unread,
        permissions=needed,
        policies=[*paths],
        denied_calls=denied,
    )


def _difference(report: Judged) -> Difference | None:
    try:
        return difference(report.observation)
    except MissingFact:
        return None


def _denied(report: Judged) -> Iterator[Line]:
    """What the policies grant says nothing about what others deny."""
    unread = denied_calls.unread(report.observation)
    not_known = f'{unread}; ' if unread else ''
    status = overall([report], bool(unread))
    yield verdict(status, report.subject, f'{not_known}by the policies of the role alone, {report.sentence}')
    yield from denied_calls.told(report.observation)


def _told(report: Judged, found: Difference | None, written: Written, *, diff: bool) -> Iterator[Line]:
    yield verdict(report.status, report.subject, report.sentence)
    if found is None:
        yield from explained(report)
    elif diff:
        yield from table(found)
    else:
        yield from told_policies(found, report.observation, written)


def told_policies(found: Difference, observation: Observation, written: Written) -> Iterator[Line]:
    yield counts(found)
    yield from left_out(found)
    if not written:
        more = 'else ' if found.limited_by else ''
        yield Line(f'There is nothing {more}that a policy could grant: no file is written.', INDENT)
        return
    for path, document in written:
        size = f'{len(document.actions)} permissions, {document.characters} of {LARGEST} characters'
        yield Line(f'wrote {path}: {size}', INDENT)
    placed = placement(observation.facts, [document for _, document in written])
    yield from _room(observation, placed)
    if placed.quota > HIGHEST_QUOTA:
        return
    yield BLANK
    yield Line('Nothing is applied. Read the files, then run:')
    for path, document in written:
        yield from _commands(path, document, observation, inline=document in placed.inline)


def _commands(path: Path, document: PolicyDocument, observation: Observation, *, inline: bool) -> Iterator[Line]:
    facts, expected = observation.facts, observation.expectations
    for command in apply_policy(facts, expected, document.name, str(path), inline=inline):
        yield Line(command.text, wrap=Wrap.NEVER)


def _room(observation: Observation, placed: Placement) -> Iterator[Line]:
    """Nothing where all of them can be attached."""
    if placed.inline:
        text = f'The commands make {len(placed.inline)} of them inline, where a role may have {MOST_INLINE} characters.'
        yield Line(f'{_quota(observation)} {text}', INDENT)
    elif placed.quota:
        yield Line(f'{_quota(observation)} They are too large for inline policies.', INDENT)
        yield from _higher_quota(observation, placed.quota)


def _quota(observation: Observation) -> str:
    account = observation.facts.of_account
    quota, policies = observed(account.quota), observed(account.policies)
    default = " (AWS's default, which may have been raised)" if quota.default else ''
    beside = ', and SecurityAudit is still to be attached' if needs_security_audit(observation.facts) else ''
    return (
        f'The role has {len(attached(policies))} attached policies and a quota of {quota.attached_per_role}{default}'
        f'{beside}: no room for all of these.'
    )


def _higher_quota(observation: Observation, needed: int) -> Iterator[Line]:
    if needed > HIGHEST_QUOTA:
        yield Line(f'AWS raises the quota to {HIGHEST_QUOTA} at most: merge policies of the role first.', INDENT)
        return
    yield BLANK
    yield Line(f'Raise the quota to {needed} first, and wait until AWS has granted that:')
    for command in raise_quota(observation.facts, needed).commands:
        yield Line(command.text, wrap=Wrap.NEVER)


def account_instance(config: Path | None) -> Options:
    """The one account instance of the configuration. Raises Failure (CONFIGURATION), and ModuleNotFoundError where the
    libraries for an account are not installed."""
    need_libraries_of_accounts()
    if config is None:
        told = {setting: os.environ[name] for setting, name in OF_ENVIRONMENT.items() if os.environ.get(name)}
        return read_configuration({'account': told})
    accounts = [options for options in instances_of(config) if options.account is not None]
    if len(accounts) != 1:
        counted = f'holds {len(accounts)} instances with account, allowed is 1'
        raise Failure(f'--config {config}: {counted}', ExitStatus.CONFIGURATION)
    return accounts[0]


def narrowed(options: Options, features: frozenset[Feature], denied_since: float = 0.0) -> Options:
    """The same instance with these features, whichever it has on: in what is collected and in what is judged."""
    assert options.account is not None
    expected = replace(options.expectations.of_account, features=features)
    return replace(
        options,
        account=replace(options.account, features=features, denied_since=denied_since),
        expectations=replace(options.expectations, account=expected),
    )
