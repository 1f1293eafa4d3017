"""What is known of the request with which Datadog assumes a role, by the condition keys that a trust policy can name.

Datadog calls sts:AssumeRole from its own account, organization, network and region, without MFA, without session tags
and not through an AWS service. Keys are listed in AWS's IAM user guide, global condition context
keys; they are not case-sensitive and are written in lower case here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Value(Enum):
    ABSENT = 'the request does not have it'
    OF_DATADOG = "the request has it, and its value is Datadog's own, unknown to others"


@dataclass(frozen=True, slots=True)
class StartsWith:
    """Only the start of the value is known."""

    text: str


Known = str | float | StartsWith | Value
Request = Mapping[str, Known]

NOT_CARRIED = {
    'aws:calledvia': 'Datadog calls STS directly',
    'aws:calledviafirst': 'Datadog calls STS directly',
    'aws:calledvialast': 'Datadog calls STS directly',
    'aws:multifactorauthage': "Datadog's calls carry no MFA",
    'aws:sourceaccount': 'Datadog does not call through an AWS service',
    'aws:sourcearn': 'Datadog does not call through an AWS service',
    'aws:sourceorgid': 'Datadog does not call through an AWS service',
    'aws:sourceorgpaths': 'Datadog does not call through an AWS service',
    'aws:sourcevpc': 'Datadog does not call through your VPC',
    'aws:sourcevpcarn': 'Datadog does not call through your VPC',
    'aws:sourcevpce': 'Datadog does not call through your VPC',
    'aws:vpcsourceip': 'Datadog does not call through your VPC',
    'aws:ec2instancesourcevpc': 'Datadog does not call from your instances',
    'aws:ec2instancesourceprivateipv4': 'Datadog does not call from your instances',
    'aws:federatedprovider': 'Datadog is not federated',
    'aws:tagkeys': 'Datadog passes no session tags',
    'sts:sourceidentity': 'Datadog sets no source identity',
    'sts:transitivetagkeys': 'Datadog passes no session tags',
}
OF_DATADOG = {
    'aws:sourceip': 'Datadog calls from its own addresses',
    'aws:principalorgid': 'Datadog is in its own organization',
    'aws:principalorgpaths': 'Datadog is in its own organization',
    'aws:requestedregion': 'Datadog chooses the regions in which it calls STS',
    'aws:userid': 'Datadog has its own identity',
    'aws:username': 'Datadog has its own identity',
}
OTHERS = {
    'aws:multifactorauthpresent': "Datadog's calls carry no MFA",
    'aws:principalaccount': 'Datadog calls from a different account',
    'aws:principalarn': 'Datadog is a different principal',
    'aws:principaltype': 'Datadog is not such a principal',
    'aws:principalisawsservice': 'Datadog is not an AWS service',
    'aws:viaawsservice': 'Datadog calls STS directly',
    'aws:securetransport': 'Datadog calls over TLS',
    'aws:currenttime': 'the current time is outside it',
    'aws:epochtime': 'the current time is outside it',
}
REASONS: Mapping[str, str] = {**NOT_CARRIED, **OF_DATADOG, **OTHERS}
SESSION_TAG = 'aws:requesttag/'


def datadogs_request(account: str | None, partition: str, at: float) -> Request:
    """`account` is Datadog's, None where it is not known; `at` is the time to judge for. Of a key that is not in the
    result nothing is known."""
    of_the_account: dict[str, Known] = {
        'aws:principalaccount': account or Value.OF_DATADOG,
        'aws:principalarn': StartsWith(f'arn:{partition}:iam::{account}:') if account else Value.OF_DATADOG,
    }
    return {
        **dict.fromkeys(NOT_CARRIED, Value.ABSENT),
        **dict.fromkeys(OF_DATADOG, Value.OF_DATADOG),
        'aws:multifactorauthpresent': 'false',
        'aws:principalisawsservice': 'false',
        'aws:viaawsservice': 'false',
        'aws:securetransport': 'true',
        'aws:currenttime': at,
        'aws:epochtime': at,
        **of_the_account,
    }


def known(request: Request, key: str) -> Known | None:
    """None: nothing is known of this key."""
    name = key.lower()
    return Value.ABSENT if name.startswith(SESSION_TAG) else request.get(name)


def reason_of(key: str) -> str:
    name = key.lower()
    return 'Datadog passes no session tags' if name.startswith(SESSION_TAG) else REASONS.get(name, '')
