"""Datadog's own AWS accounts: which one assumes the integration role, by Datadog site and AWS partition.

Source: Datadog's CloudFormation template aws_quickstart/main_v2.yaml (DataDog/cloudformation-template). Account ids are
text, as one of them starts with 0. There is none for AWS in China, and none in GovCloud outside Datadog's government
sites: there Datadog documents access keys.
"""

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


def account_of(site: str, partition: str) -> str | None:
    """The account that Datadog comes from; None where it offers no role for this site and partition."""
    return ACCOUNTS.get(partition, {}).get(site.lower())


def owner_of(account: str) -> str:
    """Like 'us2.ddog-gov.com' or 'datadoghq.com and others'; '' for an account that is not Datadog's."""
    sites = [site for accounts in ACCOUNTS.values() for site, id in accounts.items() if id == account]
    return f'{sites[0]} and others' if len(sites) > 1 else ''.join(sites)
