"""What `accounts` prints: a table, CSV with a line for each record, and JSON (docs/schemas/accounts.schema.json)."""

import time
from collections.abc import Iterator

from ...diagnoses.integration.reported import described
from ...facts import Unobserved
from ...facts.account import AccountState, AuthKind, Integration, OnRecord, Organization, ReportedError
from ...findings import Status
from ...rules.organization import NOT_KNOWN, WRONG, Remark, Row
from ...text import clean, counted
from ..codec import Json
from ..document import printed
from ..page import BLANK, Line, Wrap
from ..report import STYLES, verdict
from .answer import ADVICE, Answer, sentence, summary
from .written import Written
from .written import report as report_of_files

MOST_ROWS = 50
"""Of the table; -v shows all."""
SHAPE = '{:12}  {:13}  {:9}  {:7}  {:7}  {:24}  {}'
SHORT_NAME, SHORT_ROLE = 40, 24
STATES = {AccountState.PENDING_ACTIVATION: 'not activated', AccountState.PENDING_CLOSURE: 'closing'}
COLUMNS = (
    *('account', 'name', 'state', 'in_organization', 'on_record', 'partition', 'authentication', 'role_name'),
    *('regions', 'metrics', 'errors', 'remarks'),
)


def report(answer: Answer, written: Written | None, *, verbose: bool) -> Iterator[Line]:
    yield verdict(answer.status, 'accounts', summary(answer))
    yield from (Line(why, 'not known: ') for why in answer.unknown)
    yield from _other_side(answer)
    if answer.rows:
        yield BLANK
        yield Line(SHAPE.format('account', 'in AWS', 'on record', 'metrics', 'regions', 'role', 'name'))
    rows = sorted(answer.rows, key=lambda row: (not row.wrong, not set(row.remarks).intersection(NOT_KNOWN)))
    for row in rows if verbose else rows[:MOST_ROWS]:
        yield Line(_line(row), wrap=Wrap.ON_A_TERMINAL)
        for remark in row.remarks:
            if verbose or remark in WRONG or (remark in NOT_KNOWN and not _said_above(remark, answer)):
                yield Line(sentence(remark, row, answer), '  - ', STYLES[Status.WARNING] if remark in WRONG else '')
    if not verbose and len(rows) > MOST_ROWS:
        yield Line(f'and {counted(len(rows) - MOST_ROWS, "account")} more: -v shows all, --csv and --json too')
    advice = [ADVICE[remark] for remark in WRONG if answer.counts.get(remark)]
    yield from ([BLANK, *map(Line, advice)] if advice else [])
    yield from ([BLANK, *report_of_files(written)] if written else [])


def _said_above(remark: Remark, answer: Answer) -> bool:
    """Once for all accounts."""
    return remark is Remark.ERRORS_NOT_READ and isinstance(answer.sides.errors, Unobserved)


def _other_side(answer: Answer) -> Iterator[Line]:
    organization = answer.sides.organization
    if not answer.organization_is_whole:
        manager = None if isinstance(organization, Unobserved) else organization.management_account
        named = f' {manager}' if manager else ''
        yield Line(
            f'Credentials of the management account{named}, or of a delegated administrator, with the permission '
            'organizations:ListAccounts show the other side.'
        )


def _line(row: Row) -> str:
    if row.member:
        state = STATES.get(row.member.state, row.member.state.lower())
    else:
        state = 'not in it' if row.in_organization is False else '?'
    known = row.integrations[0] if row.integrations else None
    on_record = 'yes' if len(row.records) == 1 else f'{len(row.records)} times' if row.records else 'no'
    cells = ('?', '?', '?') if row.records else ('', '', '')
    if known:
        cells = (_switch(known.metrics_enabled), regions(known), clean(_role(known), SHORT_ROLE))
    name = clean(row.member.name, SHORT_NAME) if row.member else ''
    return SHAPE.format(row.account_id, state, '?' if row.on_record is None else on_record, *cells, name).rstrip()


def _switch(value: bool | None) -> str:
    return '?' if value is None else 'on' if value else 'off'


def regions(integration: Integration) -> str:
    return 'all' if integration.regions is None else str(len(integration.regions) + integration.other_regions)


def _role(integration: Integration) -> str:
    return integration.role_name if integration.auth is AuthKind.ROLE else '(access keys)'


def csv_rows(answer: Answer) -> Iterator[dict[str, Json]]:
    """One for each record, and one for an account without any."""
    for row in answer.rows:
        for record in row.records or (None,):
            known = record.integration if record and isinstance(record.integration, Integration) else None
            yield {
                'account': row.account_id,
                'name': row.member.name if row.member else None,
                'state': row.member.state if row.member else None,
                'in_organization': row.in_organization,
                'on_record': row.on_record,
                'partition': record.partition if record else None,
                'authentication': known.auth if known else None,
                'role_name': known.role_name if known else None,
                'regions': regions(known) if known else None,
                'metrics': known.metrics_enabled if known else None,
                'errors': described(row.errors) if isinstance(row.errors, tuple) else None,
                'remarks': [*row.remarks],
            }


def document(answer: Answer, written: Written | None) -> str:
    return printed(
        'accounts',
        time.time(),
        {
            'status': answer.status.word,
            'summary': summary(answer),
            'not_known': [*answer.unknown],
            'organization': _organization(answer.sides.organization),
            'counts': {
                'on_record': answer.recorded,
                'in_organization': answer.members,
                **{remark: answer.counts.get(remark, 0) for remark in Remark},
            },
            'accounts': [_account(row, answer) for row in answer.rows],
            **({'written': written.document} if written else {}),
        },
    )


def _organization(found: Organization | Unobserved) -> Json:
    if isinstance(found, Unobserved):
        return {'complete': False, 'reason': found.reason}
    return {
        'complete': not found.not_listed or not found.in_use,
        'reason': found.not_listed or None,
        'in_use': found.in_use,
        'asked_from': found.asked_from,
        'management_account': found.management_account,
        'partition': found.partition,
    }


def _account(row: Row, answer: Answer) -> Json:
    return {
        'account': row.account_id,
        'name': row.member.name if row.member else None,
        'state': row.member.state if row.member else None,
        'in_organization': row.in_organization,
        'on_record': row.on_record,
        'records': [_record(record) for record in row.records],
        'errors': [_error(error) for error in row.errors] if isinstance(row.errors, tuple) else None,
        'remarks': [
            {'id': remark, 'wrong': remark in WRONG, 'evidence': sentence(remark, row, answer)}
            for remark in row.remarks
        ],
    }


def _record(record: OnRecord) -> Json:
    found = record.integration
    if isinstance(found, Unobserved):
        return {'partition': record.partition, 'reason': found.reason}
    return {
        'partition': record.partition,
        'id': found.config_id,
        'authentication': found.auth,
        'role_name': found.role_name or None,
        'regions': None if found.regions is None else [*found.regions],
        'metrics': found.metrics_enabled,
    }


def _error(error: ReportedError) -> Json:
    return {
        'action': error.action or None,
        'text': error.text or None,
        'regions': None if error.every_region else [*error.regions],
        'age': error.age,
    }
