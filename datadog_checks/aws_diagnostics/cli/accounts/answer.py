"""What was found about all accounts, and the words for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ...diagnoses.integration.reported import described
from ...facts import Unobserved
from ...facts.account import AccountsOnBothSides, AuthKind, Organization
from ...findings import Status
from ...rules.organization import NOT_KNOWN, WRONG, Remark, Row, counts, usual_role_name
from ...text import counted, quoted

IN_A_FEW_WORDS: Mapping[Remark, str] = {
    Remark.CLOSED_ON_RECORD: 'closed in AWS',
    Remark.ERRORS_REPORTED: 'with errors that Datadog reports',
    Remark.RECORDED_TWICE: 'recorded twice',
    Remark.ROLE_NAME_UNUSABLE: 'with a role name that no role can have',
    Remark.ACCESS_KEYS: 'with access keys instead of a role',
}
ADVICE: Mapping[Remark, str] = {
    Remark.CLOSED_ON_RECORD: 'Remove a closed account from the AWS integration page in Datadog, unless it is to be '
    'reopened: AWS keeps it for 90 days.',
    Remark.ERRORS_REPORTED: '`aws-diagnostics check`, with assume_role_arn for an account, says why it fails there.',
    Remark.RECORDED_TWICE: 'Keep one record of an account: each is collected, and CloudWatch charges for each.',
    Remark.ROLE_NAME_UNUSABLE: 'Enter the name of the role as IAM has it, with its path, without the rest of its ARN.',
    Remark.ACCESS_KEYS: '`aws-diagnostics explain integration-uses-access-keys` says how to change to a role.',
}


@dataclass(frozen=True)
class Answer:
    sides: AccountsOnBothSides
    rows: tuple[Row, ...]

    @cached_property
    def counts(self) -> Mapping[Remark, int]:
        return counts(self.rows)

    @property
    def status(self) -> Status:
        if any(row.wrong for row in self.rows):
            return Status.WARNING
        return Status.UNKNOWN if self.unknown or any(self.counts.get(remark) for remark in NOT_KNOWN) else Status.OK

    @property
    def unknown(self) -> tuple[str, ...]:
        """Which side is not known as a whole, and why."""
        records, organization, errors = self.sides.records, self.sides.organization, self.sides.errors
        found = [f'what Datadog has on record: {records.reason}'] if isinstance(records, Unobserved) else []
        if not isinstance(records, Unobserved) and records.without_id:
            found.append(f'of which account {counted(records.without_id, "record")} of Datadog is')
        if isinstance(errors, Unobserved):
            found.append(f'which errors Datadog reports: {errors.reason}')
        if isinstance(organization, Unobserved):
            found.append(f'the accounts of the organization: {organization.reason}')
        elif organization.in_use and organization.not_listed:
            some = 'all accounts' if organization.accounts else 'the accounts'
            found.append(f'{some} of the organization: {organization.not_listed}')
        return tuple(found)

    @property
    def recorded(self) -> int:
        return sum(bool(row.records) for row in self.rows)

    @property
    def members(self) -> int:
        return sum(row.member is not None for row in self.rows)

    @cached_property
    def usual_role_name(self) -> str:
        return usual_role_name(integration for row in self.rows for integration in row.integrations)

    @property
    def organization_is_whole(self) -> bool:
        organization = self.sides.organization
        return isinstance(organization, Organization) and not (organization.in_use and organization.not_listed)


def summary(answer: Answer) -> str:
    """One sentence about all accounts."""
    if isinstance(answer.sides.records, Unobserved):
        return f'what Datadog has on record is not known: {answer.sides.records.reason}'
    wrong = sum(bool(row.wrong) for row in answer.rows)
    kinds = ', '.join(f'{answer.counts[kind]} {IN_A_FEW_WORDS[kind]}' for kind in WRONG if answer.counts.get(kind))
    parts = [
        f'{wrong} of {answer.recorded} on record {"is" if wrong == 1 else "are"} wrong ({kinds})'
        if wrong
        else f'{answer.recorded} on record, none of them wrong by itself'
    ]
    organization = answer.sides.organization
    if isinstance(organization, Unobserved) or (organization.in_use and not organization.accounts):
        parts.append('the organization is not known')
    elif not organization.in_use:
        parts.append('there is no organization')
    else:
        without, outside = answer.counts.get(Remark.NOT_ON_RECORD, 0), answer.counts.get(Remark.NOT_IN_ORGANIZATION, 0)
        more = ' that were listed' if organization.not_listed else ''
        parts.append(f'{without} of {answer.members} in the organization{more} not on record')
        parts += [f'{outside} on record not in the organization'] if outside else []
    return '; '.join(parts)


def sentence(remark: Remark, row: Row, answer: Answer) -> str:
    """About this account."""
    match remark:
        case Remark.CLOSED_ON_RECORD | Remark.NOT_ACTIVATED:
            return f'AWS says {row.member.state if row.member else ""}, and Datadog still has it on record'
        case Remark.ERRORS_REPORTED | Remark.UNDATED_ERRORS | Remark.OLDER_ERRORS if isinstance(row.errors, tuple):
            return f'Datadog reports {described(row.errors)}'
        case Remark.ERRORS_NOT_READ if isinstance(row.errors, Unobserved):
            return f'whether Datadog reports errors is not known: {row.errors.reason}'
        case Remark.RECORD_NOT_READ:
            whys = (record.integration.reason for record in row.records if isinstance(record.integration, Unobserved))
            return f'its record is not known: {next(whys)}'
        case Remark.RECORDED_TWICE:
            return f'Datadog has {len(row.records)} records of it'
        case Remark.OTHER_PARTITION:
            partitions = dict.fromkeys(str(record.partition or 'an unknown partition') for record in row.records)
            return f'it is on record in {" and in ".join(partitions)}: an account is in one partition only'
        case Remark.ROLE_NAME_UNUSABLE | Remark.OTHER_ROLE_NAME:
            names = ' and '.join(quoted(i.role_name) for i in row.integrations if i.auth is AuthKind.ROLE)
            if remark is Remark.ROLE_NAME_UNUSABLE:
                return f'on record is the role name {names}, which no role can have'
            return f'its role is {names}, most accounts have {quoted(answer.usual_role_name)}'
    return PLAIN[remark]


PLAIN: Mapping[Remark, str] = {
    Remark.ACCESS_KEYS: 'Datadog uses access keys of an IAM user, and they do not expire',
    Remark.NOT_IN_ORGANIZATION: 'the organization does not have it',
    Remark.NOT_ON_RECORD: 'Datadog has no record of it, which may be meant so',
    Remark.METRICS_OFF: 'Datadog collects no metrics from it',
    Remark.NO_REGIONS: 'no region is on record',
}
