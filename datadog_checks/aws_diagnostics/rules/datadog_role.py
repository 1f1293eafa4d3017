"""How Datadog assumes a role: from which of its own AWS accounts, and by which ARN.

Datadog puts what is on record behind `role/`, as it is: a path has to be part of it, and an ARN or white space makes an
ARN that does not exist (terraform-provider-datadog#1551, #1325, documentation#743). STS compares the case, too.
"""

import re
from collections.abc import Mapping

US1 = '464622532012'

ACCOUNTS: Mapping[str, Mapping[str, str]] = {
    'aws': {
        'datadoghq.com': US1,
        'datadoghq.eu': US1,
        'us3.datadoghq.com': US1,
        'us5.datadoghq.com': US1,
        'ap1.datadoghq.com': '417141415827',
        'ap2.datadoghq.com': '412381753143',
        'uk1.datadoghq.com': '117348461845',
        'ddog-gov.com': '392588925713',
        'us2.ddog-gov.com': '382742775718',
        'datad0g.com': '727006795293',
    },
    'aws-us-gov': {
        'ddog-gov.com': '065115117704',
        'us2.ddog-gov.com': '486737091498',
    },
}
"""The account that assumes the integration role, by partition and Datadog site, as in Datadog's CloudFormation template
aws_quickstart/main_v2.yaml (DataDog/cloudformation-template). There is none for AWS in China, nor for GovCloud outside
Datadog's government sites: there Datadog documents access keys."""

ERRORS_STAY = 6 * 3600.0
"""Seconds. Datadog keeps showing an error for some hours (its guide on sts:AssumeRole)."""

OF_AN_ACCOUNT = re.compile(r'(?:AWS:)?(?:arn:[a-z-]+:(?:iam|sts)::)?(\d{12})(?::.+)?', re.ASCII | re.DOTALL)
ROLE = ':role/'


def account_of(site: str, partition: str) -> str | None:
    """The account that Datadog comes from; None where it offers no role for this site and partition."""
    return ACCOUNTS.get(partition, {}).get(site.lower())


def owner_of(account: str) -> str:
    """Like 'us2.ddog-gov.com' or 'datadoghq.com and others'; '' for an account that is not Datadog's."""
    sites = [site for accounts in ACCOUNTS.values() for site, id in accounts.items() if id == account]
    return f'{sites[0]} and others' if len(sites) > 1 else ''.join(sites)


def datadogs_account(principal: str) -> str:
    """The account of Datadog, of any site, that a principal of a trust policy is in; '' for any other principal."""
    found = OF_AN_ACCOUNT.fullmatch(principal)
    return found[1] if found and owner_of(found[1]) else ''


def name_for_the_record(arn: str) -> str:
    """What Datadog has to have on record for a role: all that stands behind `role/`, so with its path."""
    return arn.partition(ROLE)[2]


def name_in_iam(recorded: str) -> str:
    """Under which IAM would know the role that is meant: without its path, an ARN and white space.

    IAM has no two roles of one name, whatever their paths are.
    """
    return ''.join(recorded.rpartition('/')[2].split())


def path_in_iam(recorded: str) -> str:
    """'/' where there is none, and where what is on record is no name with a path."""
    path = recorded.rpartition('/')[0]
    return f'/{path}/' if path and not re.match('arn:|role(/|$)', path) else '/'
