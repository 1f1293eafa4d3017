"""The accounts that Datadog has on record beside those of the AWS organization, and what is remarkable about each.

An account of the organization without a record is no fault: many are meant to be so. Wrong are only things that are
certainly wrong, as a closed account on record.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ..facts import Unobserved
from ..facts.account import (
    AccountsOnBothSides,
    AccountState,
    AuthKind,
    Integration,
    OnRecord,
    OrganizationAccount,
    ReportedError,
)
from ..facts.values import AccountId
from .datadog_role import ERRORS_STAY, account_of


class Remark(StrEnum):
    CLOSED_ON_RECORD = 'closed-on-record'
    ERRORS_REPORTED = 'errors-reported'
    RECORDED_TWICE = 'recorded-twice'
    ROLE_NAME_UNUSABLE = 'role-name-unusable'
    ACCESS_KEYS = 'access-keys'
    RECORD_NOT_READ = 'record-not-read'
    ERRORS_NOT_READ = 'errors-not-read'
    UNDATED_ERRORS = 'undated-errors'
    OLDER_ERRORS = 'older-errors'
    OTHER_PARTITION = 'recorded-in-two-partitions'
    NOT_ACTIVATED = 'not-activated'
    NOT_IN_ORGANIZATION = 'not-in-organization'
    NOT_ON_RECORD = 'not-on-record'
    METRICS_OFF = 'metrics-off'
    NO_REGIONS = 'no-regions'
    OTHER_ROLE_NAME = 'role-name-differs'


WRONG = (
    Remark.CLOSED_ON_RECORD,
    Remark.ERRORS_REPORTED,
    Remark.RECORDED_TWICE,
    Remark.ROLE_NAME_UNUSABLE,
    Remark.ACCESS_KEYS,
)
NOT_KNOWN = (Remark.RECORD_NOT_READ, Remark.ERRORS_NOT_READ, Remark.UNDATED_ERRORS)
CLOSED = frozenset({AccountState.SUSPENDED, AccountState.PENDING_CLOSURE, AccountState.CLOSED})
"""Nothing can be collected any more: AWS closed the account, or its owner did."""
ROLE_ON_RECORD = re.compile(r'(?!arn:)(?:[!-.0-~]{1,510}/)*[A-Za-z0-9_+=,.@-]{1,64}')
"""The name of a role with its path, as Datadog puts it behind `role/`: IAM has no other names."""
NOT_LISTED = Unobserved('Datadog does not list the errors of the account')
LEAST_FOR_USUAL = 3
"""Records, before the name that most of them have is the usual one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One account."""

    account_id: AccountId
    member: OrganizationAccount | None
    in_organization: bool | None
    """None: not known, or there is no organization to be in."""
    records: tuple[OnRecord, ...]
    on_record: bool | None
    errors: tuple[ReportedError, ...] | Unobserved
    remarks: tuple[Remark, ...] = ()
    """In the order of `Remark`: what is wrong comes first."""

    @property
    def wrong(self) -> tuple[Remark, ...]:
        return tuple(remark for remark in self.remarks if remark in WRONG)

    @property
    def integrations(self) -> tuple[Integration, ...]:
        return tuple(record.integration for record in self.records if isinstance(record.integration, Integration))

    @property
    def closed(self) -> bool:
        return self.member is not None and self.member.state in CLOSED


def side_by_side(sides: AccountsOnBothSides, site: str) -> tuple[Row, ...]:
    """In the order of the ids. `site` is that of Datadog, which offers a role in some partitions only."""
    members = {} if isinstance(sides.organization, Unobserved) else {a.id: a for a in sides.organization.accounts}
    records: dict[AccountId, list[OnRecord]] = {}
    for record in () if isinstance(sides.records, Unobserved) else sides.records.read:
        records.setdefault(record.account_id, []).append(record)
    usual = usual_role_name(record.integration for each in records.values() for record in each)
    return tuple(
        _row(sides, id, members.get(id), tuple(records.get(id, ())), site, usual) for id in sorted({*members, *records})
    )


def usual_role_name(integrations: Iterable[Integration | Unobserved]) -> str:
    """That more than half of the records have; '' where there is none."""
    names = Counter(i.role_name for i in integrations if isinstance(i, Integration) and i.role_name)
    ((name, count),) = names.most_common(1) or (('', 0),)
    return name if names.total() >= LEAST_FOR_USUAL and count * 2 > names.total() else ''


def _row(
    sides: AccountsOnBothSides,
    account_id: AccountId,
    member: OrganizationAccount | None,
    records: tuple[OnRecord, ...],
    site: str,
    usual: str,
) -> Row:
    whole = not isinstance(sides.records, Unobserved) and not sides.records.without_id
    row = Row(
        account_id,
        member,
        True if member else _in_organization(sides, records),
        records,
        True if records else False if whole else None,
        _errors(sides, account_id) if records else (),
    )
    found = {*_of_the_account(row), *(r for record in records for r in _of_a_record(record, site, usual))}
    return replace(row, remarks=tuple(remark for remark in Remark if remark in found))


def _errors(sides: AccountsOnBothSides, account_id: AccountId) -> tuple[ReportedError, ...] | Unobserved:
    return sides.errors if isinstance(sides.errors, Unobserved) else sides.errors.get(account_id, NOT_LISTED)


def _in_organization(sides: AccountsOnBothSides, records: Sequence[OnRecord]) -> bool | None:
    """Of an account that is not listed: an account of another partition is in no organization of this one."""
    organization = sides.organization
    if isinstance(organization, Unobserved) or organization.not_listed:
        return None
    return False if any(record.partition == organization.partition for record in records) else None


def _of_the_account(row: Row) -> Iterator[Remark]:
    if row.on_record is False and not row.closed:
        yield Remark.NOT_ON_RECORD
    if not row.records:
        return
    if row.closed:
        yield Remark.CLOSED_ON_RECORD
    elif row.member and row.member.state is AccountState.PENDING_ACTIVATION:
        yield Remark.NOT_ACTIVATED
    if row.in_organization is False:
        yield Remark.NOT_IN_ORGANIZATION
    partitions = Counter(record.partition for record in row.records)
    if any(count > 1 for count in partitions.values()):
        yield Remark.RECORDED_TWICE
    if len(partitions) > 1:
        yield Remark.OTHER_PARTITION
    yield from _of_errors(row)


def _of_errors(row: Row) -> Iterator[Remark]:
    if isinstance(row.errors, Unobserved):
        if any(each.auth is AuthKind.ROLE for each in row.integrations):
            yield Remark.ERRORS_NOT_READ
        return
    ages = [error.age for error in row.errors]
    if any(age is not None and age <= ERRORS_STAY for age in ages):
        yield Remark.ERRORS_REPORTED
    elif None in ages:
        yield Remark.UNDATED_ERRORS
    elif ages:
        yield Remark.OLDER_ERRORS


def _of_a_record(record: OnRecord, site: str, usual: str) -> Iterator[Remark]:
    integration = record.integration
    if isinstance(integration, Unobserved):
        yield Remark.RECORD_NOT_READ
        return
    if integration.auth is AuthKind.ACCESS_KEYS:
        if account_of(site, record.partition or ''):
            yield Remark.ACCESS_KEYS
    elif not ROLE_ON_RECORD.fullmatch(integration.role_name):
        yield Remark.ROLE_NAME_UNUSABLE
    elif usual and integration.role_name != usual:
        yield Remark.OTHER_ROLE_NAME
    if integration.metrics_enabled is False:
        yield Remark.METRICS_OFF
    if integration.regions == () and not integration.other_regions:
        yield Remark.NO_REGIONS


def counts(rows: Iterable[Row]) -> Mapping[Remark, int]:
    """Accounts by remark."""
    return Counter(remark for row in rows for remark in row.remarks)
