"""Who asks AWS, the role that Datadog assumes, who it trusts, its policies, and what they should and do allow."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ..observed import Unobserved
from ..values import AccountId, Arn, Partition, RoleName


@dataclass(frozen=True, slots=True)
class Caller:
    """From sts:GetCallerIdentity."""

    account_id: AccountId
    arn: str
    """Printable, and shown only: the path of a user may hold any ASCII character."""
    partition: Partition


class Form(StrEnum):
    """What an external id looks like. Datadog generates its own: 32 hexadecimal digits, as API keys have them."""

    NOT_OBSERVED = ''
    OTHER = 'other'
    EMPTY = 'empty'
    PATTERN = 'pattern'
    """With * or ?."""
    VARIABLE = 'policy variable'
    ARN = 'ARN'
    ACCOUNT = 'AWS account id'
    APPLICATION_KEY = 'application key'
    """It looks like one of Datadog."""
    KEY = 'key of this check'
    """It is an API or application key that this check has."""
    PLACEHOLDER = 'placeholder'
    """For what somebody was to fill in."""


FORMS: Mapping[Form, re.Pattern[str]] = {
    Form.EMPTY: re.compile(r'\s*'),
    Form.VARIABLE: re.compile(r'[^$]*\$\{[\w-]+:[^}]*\}.*', re.DOTALL),
    Form.PATTERN: re.compile(r'[^*?]*[*?].*', re.DOTALL),
    Form.ARN: re.compile('arn:.*', re.DOTALL),
    Form.ACCOUNT: re.compile(r'\s*(\d{12}|\d{4}-\d{4}-\d{4})\s*', re.ASCII),
    Form.APPLICATION_KEY: re.compile(r'\s*([0-9a-f]{40}|dd(app|api|pat)_\w+|pub[0-9a-f]{32})\s*', re.ASCII),
    Form.PLACEHOLDER: re.compile(
        r'[^<>{}\[\]]*[<>{}\[\]].*|\s*(x{3,}|[.]{2,}|-+|_+|null|none|nil|undefined|todo|tbd|n/a|test)\s*'
        r'|.*(external.{0,2}id|your|place.?holder|change.?me|replace|insert|dummy|example|fixme|fill).*',
        re.DOTALL,
    ),
}
"""Of a text in lower case; the first that matches."""


@dataclass(frozen=True, slots=True)
class ExternalId:
    """An external id, known by its digest only: enough to compare and to recognize it, too little to use it."""

    digest: str
    """The first 12 hexadecimal digits of its SHA-256."""
    stripped_digest: str
    """The same without white space around it: differs from `digest` where there is some."""
    folded_digest: str = ''
    """The same in lower case: tells whether two differ only by case. '' where it is not known."""
    form: Form = Form.NOT_OBSERVED

    @classmethod
    def of(cls, secret: str) -> 'ExternalId':
        """Of any text, also of half a surrogate pair, which has no UTF-8 form and which JSON can hold."""
        return cls(_digest(secret), _digest(secret.strip()), _digest(secret.lower()), _form_of(secret.lower()))

    def __str__(self) -> str:
        """As it is shown to people."""
        return f'sha256:{self.digest}'

    @property
    def has_stray_white_space(self) -> bool:
        return self.digest != self.stripped_digest


def _form_of(text: str) -> Form:
    return next((form for form, pattern in FORMS.items() if pattern.fullmatch(text)), Form.OTHER)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode('utf-8', 'backslashreplace')).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator of a Condition block."""

    operator: str
    """As written, for example 'StringEquals' or 'ForAnyValue:StringLike'."""
    key: str
    values: tuple[str, ...]
    """Empty for sts:ExternalId, whose values are in `external_ids`. An external id in another place, as under a
    mistyped key or the operator Null, is here as 'sha256:' and the first digits of its digest."""
    external_ids: tuple[ExternalId, ...] = ()
    """Of sts:ExternalId, and of every key that looks like it."""
    wildcard: bool = False
    """One of the external ids holds * or ?."""
    variables: bool | None = None
    """Whether `${` in a value starts a policy variable, as it does from version 2012-10-17 of the policy language on;
    None where no value has it, or where it was not looked at."""


@dataclass(frozen=True, slots=True)
class TrustStatement:
    effect: str
    """Allow or Deny."""
    principals: tuple[str, ...]
    """As 'AWS:arn:aws:iam::464622532012:root', 'AWS:*', 'Service:ec2.amazonaws.com', '*'."""
    actions: tuple[str, ...]
    not_principals: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sid: str = ''


@dataclass(frozen=True, slots=True)
class LastUsed:
    at: float | None
    """Seconds since the epoch; None when it was never used, as far as IAM remembers (400 days)."""
    region: str = ''


class ManagedBy(StrEnum):
    """What makes and changes a role, where its tags name it."""

    CLOUDFORMATION = 'CloudFormation'
    CDK = 'AWS CDK'
    TERRAFORM = 'Terraform'
    OPENTOFU = 'OpenTofu'
    PULUMI = 'Pulumi'


@dataclass(frozen=True, slots=True)
class Role:
    name: RoleName
    arn: Arn
    trust: tuple[TrustStatement, ...] | Unobserved
    """Unobserved when the document is not a policy."""
    created_at: float
    last_used: LastUsed
    boundary: Arn | None = None
    """Of the permissions boundary."""
    changed_at: float | None = None
    """When the role or one of its policies is last known to have changed."""
    managed_by: ManagedBy | None = None
    """None where its tags do not tell, which proves nothing: CloudFormation gives roles no tags of their stack
    (github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1966)."""


@dataclass(frozen=True, slots=True)
class TrustingRole:
    """A role that trusts an account of Datadog."""

    arn: Arn
    accounts: tuple[AccountId, ...]
    """Those of Datadog's accounts, of whatever site, that a statement of its trust policy allows."""
    external_ids: tuple[ExternalId, ...] = ()
    """Which those statements demand."""


@dataclass(frozen=True, slots=True)
class RoleMissing:
    """IAM has no role of that name."""

    name: str
    """As it is on record, printable: it need not have the form of a name."""
    similar: tuple[RoleName, ...] = ()
    """Roles that exist and differ by case or white space, or have another documented name of Datadog's role."""
    trusting: tuple[TrustingRole, ...] | Unobserved = Unobserved('not listed')
