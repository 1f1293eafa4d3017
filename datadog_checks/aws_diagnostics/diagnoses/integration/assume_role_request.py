"""What is known of the request with which Datadog assumes a role, by the condition keys that a trust policy can name.

Datadog calls sts:AssumeRole from an account, an organization, a network and a region of its own, without MFA, without
session tags and not by way of a service of AWS. Keys are listed in AWS's IAM user guide, global condition context
keys; they are not case-sensitive and are written in lower case here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Value(Enum):
    ABSENT = 'the request does not carry it'
    OF_DATADOG = 'it is there, and is something of Datadog that nobody outside knows'


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
    'aws:sourceaccount': 'Datadog does not call by way of a service of AWS',
    'aws:sourcearn': 'Datadog does not call by way of a service of AWS',
    'aws:sourceorgid': 'Datadog does not call by way of a service of AWS',
    'aws:sourceorgpaths': 'Datadog does not call by way of a service of AWS',
    'aws:sourcevpc': 'Datadog does not call through your VPC',
    'aws:sourcevpcarn': 'Datadog does not call through your VPC',
    'aws:sourcevpce': 'Datadog does not call through your VPC',
    'aws:vpcsourceip': 'Datadog does not call through your VPC',
    'aws:ec2instancesourcevpc': 'Datadog does not call from an instance of yours',
    'aws:ec2instancesourceprivateipv4': 'Datadog does not call from an instance of yours',
    'aws:federatedprovider': 'Datadog is not federated',
    'aws:tagkeys': 'Datadog passes no session tags',
    'sts:sourceidentity': 'Datadog sets no source identity',
    'sts:transitivetagkeys': 'Datadog passes no session tags',
}
OF_DATADOG = {
    'aws:sourceip': 'Datadog calls from addresses of its own',
    'aws:principalorgid': 'Datadog is in an organization of its own',
    'aws:principalorgpaths': 'Datadog is in an organization of its own',
    'aws:requestedregion': 'Datadog calls STS in regions of its own choice',
    'aws:userid': "Datadog's identity is its own",
    'aws:username': "Datadog's identity is its own",
}
OTHERS = {
    'aws:multifactorauthpresent': "Datadog's calls carry no MFA",
    'aws:principalaccount': 'Datadog comes from another account',
    'aws:principalarn': 'Datadog is another principal',
    'aws:principaltype': 'Datadog is no such principal',
    'aws:principalisawsservice': 'Datadog is no service of AWS',
    'aws:viaawsservice': 'Datadog calls STS directly',
    'aws:securetransport': 'Datadog calls over TLS',
    'aws:currenttime': 'that is not now',
    'aws:epochtime': 'that is not now',
}
REASONS: Mapping[str, str] = {**NOT_CARRIED, **OF_DATADOG, **OTHERS}
SESSION_TAG = 'aws:requesttag/'


def datadogs_request(account: str | None, partition: str, at: float) -> Request:
    """`account` is Datadog's, None where it is not known; `at` is the time to judge for. A key that is not in the
    result is one of which nothing is known."""
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
