"""What is known of the request with which Datadog assumes a role, by the condition keys that a trust policy can name.

Assumed of Datadog, because it is documented or because its documented trust policy allows nothing else: it calls
sts:AssumeRole from its own account and organization, directly (through no AWS service), over TLS, at the public IPv4
endpoints of STS, without MFA, and without session tags or a source identity, which would need sts:TagSession and
sts:SetSourceIdentity. Nothing is assumed about whether it calls as a user or as a role session: a key that the two have
differently has both as its possible states (AWS's IAM user guide, the table "Principal key values", and
aws:MultiFactorAuthPresent, which only temporary credentials have).

Keys are listed in AWS's IAM user guide, AWS global condition context keys; they are not case-sensitive and are written
in lower case here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ...facts.account import ExternalId
from ...rules.datadog_calls import OF_EVERY_CALL


@dataclass(frozen=True, slots=True)
class Absent:
    """The request does not have the key."""


@dataclass(frozen=True, slots=True)
class Text:
    """A value that is known: as AWS writes it, so 'true' for a boolean key."""

    text: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A date, in seconds since the epoch; as a number where the key is one."""

    at: float
    number: bool = False


@dataclass(frozen=True, slots=True)
class PublicAddress:
    """Some public IPv4 address."""


@dataclass(frozen=True, slots=True)
class Like:
    """A value of which only the form is known."""

    pattern: str
    """Everything that it can be matches this pattern, with `*` and `?`."""
    form: re.Pattern[str] = re.compile('.+', re.DOTALL)
    """And this expression, whole."""
    of_others: re.Pattern[str] | None = None
    """A wanted value that starts like this names somebody else: Datadog does not publish its own."""


@dataclass(frozen=True, slots=True)
class Secret:
    """An external id; None where it is not known."""

    external_id: ExternalId | None


State = Absent | Text | Moment | PublicAddress | Like | Secret


@dataclass(frozen=True, slots=True)
class Key:
    """What the request may have under a key."""

    states: tuple[State, ...]
    """One of these. More than one where nobody but Datadog knows which."""
    many: bool = False
    """A multivalued key, which has one or more values of that form. IAM matches it only with a set operator."""


Request = Mapping[str, Key]
"""Of a key that is not in it nothing is known. One that ends with a slash stands for all tags of its kind."""

ABSENT, FALSE, TRUE = Key((Absent(),)), Key((Text('false'),)), Key((Text('true'),))
EVERY_CALL: Request = {key: Key((Text(value),)) for key, value in OF_EVERY_CALL.items()}
"""All that is known of the calls that Datadog makes once it has assumed the role."""

DIRECTLY = ('aws:calledvia', 'aws:calledviafirst', 'aws:calledvialast')
THROUGH_A_SERVICE = ('aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid', 'aws:sourceorgpaths')
NOT_CARRIED = {
    **dict.fromkeys(DIRECTLY, 'Datadog calls STS directly'),
    **dict.fromkeys(THROUGH_A_SERVICE, 'Datadog does not call through an AWS service'),
    **dict.fromkeys(
        (
            *('aws:sourcevpc', 'aws:sourcevpcarn', 'aws:sourcevpce', 'aws:vpcsourceip'),
            *('aws:vpceaccount', 'aws:vpceorgid', 'aws:vpceorgpaths'),
        ),
        'Datadog does not call through your VPC',
    ),
    **dict.fromkeys(('aws:principalservicename', 'aws:principalservicenameslist'), 'Datadog is not an AWS service'),
    **dict.fromkeys(
        ('aws:ec2instancesourcevpc', 'aws:ec2instancesourceprivateipv4'), 'Datadog does not call from your instances'
    ),
    **dict.fromkeys(('aws:tagkeys', 'sts:transitivetagkeys'), 'Datadog passes no session tags'),
    'aws:federatedprovider': 'Datadog is not federated',
    'aws:multifactorauthage': "Datadog's calls carry no MFA",
    'sts:sourceidentity': 'Datadog sets no source identity',
}
CARRIED = {
    'aws:currenttime': 'the current time is outside it',
    'aws:epochtime': 'the current time is outside it',
    'aws:multifactorauthpresent': "Datadog's calls carry no MFA",
    'aws:principalaccount': 'Datadog calls from a different account',
    'aws:principalarn': 'Datadog is a different principal',
    'aws:principalisawsservice': 'Datadog is not an AWS service',
    'aws:principalorgid': 'Datadog is in its own organization',
    'aws:principalorgpaths': 'Datadog is in its own organization',
    'aws:principaltype': 'Datadog is not such a principal',
    'aws:requestedregion': 'Datadog chooses the regions in which it calls STS',
    'aws:securetransport': 'Datadog calls over TLS',
    'aws:sourceip': 'Datadog calls from public IPv4 addresses of its own',
    'aws:tokenissuetime': 'Datadog has credentials of its own',
    'aws:userid': 'Datadog has its own identity',
    'aws:username': 'Datadog has its own identity',
    'aws:viaawsservice': 'Datadog calls STS directly',
    'sts:rolesessionname': 'Datadog chooses the name of its session',
}
REASONS: Mapping[str, str] = {**NOT_CARRIED, **CARRIED}
SESSION_TAG = 'aws:requesttag/'
EXTERNAL_ID = 'sts:externalid'

NAMED = re.compile(r'(?:[^/]*/)*[\w+=,.@:-]+', re.ASCII)
"""Names in IAM hold no wildcard."""
ACCOUNT, SESSION = re.compile(r'\d{12}', re.ASCII), re.compile(r'[\w+=,.@-]{2,64}', re.ASCII)
ORGANIZATION = r'o-[a-z0-9]{10,32}'
REGIONS = {'aws': r'(?!cn-)[a-z]{2}-[a-z]+-\d{1,2}', 'aws-us-gov': r'us-gov-[a-z]+-\d', 'aws-cn': r'cn-[a-z]+-\d'}


def datadogs_request(
    account: str | None, partition: str, at: float, external_id: ExternalId | None = None, region: str = ''
) -> Request:
    """`account` is Datadog's, None where it is not known; `at` is the time to judge for; `region` is '' for any."""
    named = Text(account) if account else Like('?' * 12, ACCOUNT)
    arn = f'arn:{partition}:iam::{account or "?" * 12}'
    return {
        **dict.fromkeys((*NOT_CARRIED, SESSION_TAG), ABSENT),
        **EVERY_CALL,
        'aws:currenttime': Key((Moment(at),)),
        'aws:epochtime': Key((Moment(at, number=True),)),
        'aws:multifactorauthpresent': Key((Absent(), Text('false'))),
        'aws:principalaccount': Key((named,)),
        'aws:principalarn': Key((Like(f'{arn}:user/?*', NAMED), Like(f'{arn}:role/?*', NAMED))),
        'aws:principalorgid': Key((_of_organization('', ''),)),
        'aws:principalorgpaths': Key((_of_organization('/r-*/*', '/r-.*/'),), many=True),
        'aws:principaltype': Key((Text('User'), Text('AssumedRole'))),
        'aws:requestedregion': Key((Text(region) if region else _of_partition(partition),)),
        'aws:sourceip': Key((PublicAddress(),)),
        'aws:tokenissuetime': Key((Absent(), Like('?*'))),
        'aws:userid': Key((Like('AIDA?*', NAMED), Like('AROA?*:??*', NAMED))),
        'aws:username': Key((Absent(), Like('?*', NAMED))),
        'aws:viaawsservice': FALSE,
        'sts:rolesessionname': Key((Like('??*', SESSION),)),
        EXTERNAL_ID: Key((Secret(external_id),)),
    }


def _of_partition(partition: str) -> Like:
    return Like('??-*-?*', re.compile(REGIONS.get(partition, '.+'), re.ASCII))


def _of_organization(rest: str, form: str) -> Like:
    return Like(f'o-{"?" * 10}*{rest}', re.compile(ORGANIZATION + form), re.compile(rf'{ORGANIZATION}(/|$)'))


def is_misspelled_external_id(key: str) -> bool:
    """As aws:ExternalId and sts:External-Id: no request has such a key."""
    return key.lower() != EXTERNAL_ID and 'externalid' in re.sub('[^a-z]', '', key.lower())


def known(request: Request, key: str) -> Key | None:
    """None: nothing is known of this key."""
    name = key.lower()
    if is_misspelled_external_id(name):
        return ABSENT
    of_tags, slash, _ = name.partition('/')
    return request.get(name) or request.get(of_tags + slash)


def reason_of(key: str) -> str:
    name = key.lower()
    if is_misspelled_external_id(name):
        return 'the key of the external ID is sts:ExternalId'
    return 'Datadog passes no session tags' if name.startswith(SESSION_TAG) else REASONS.get(name, '')
