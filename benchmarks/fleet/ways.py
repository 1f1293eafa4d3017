"""Ways to find the instances whose metadata options are wrong. Each returns how many instances it received."""

import boto3

from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.fleet import FleetSweep
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.run import CallBudget, Deadline
from datadog_checks.aws_diagnostics.facts import Unobserved

REGION = 'us-east-1'
HOURS = 3600.0


def this_check() -> int:
    budget = CallBudget(1_000_000)
    with open_session(AccountOptions(), budget) as session:
        fleet = FleetSweep(AccountOptions()).run(session, (REGION,), budget, Deadline(4 * HOURS))
    assert not isinstance(fleet, Unobserved), fleet
    (region,) = fleet.regions
    assert region.complete, region
    assert not isinstance(region.counts, Unobserved)
    return sum(count.instances for count in region.counts)


def unfiltered_paginator() -> int:
    """boto3's paginator as it comes, nothing kept: the least that a client pays that describes every instance."""
    pages = boto3.client('ec2', region_name=REGION).get_paginator('describe_instances').paginate()
    return sum(len(reservation['Instances']) for page in pages for reservation in page['Reservations'])


def prowler_pattern() -> int:
    """The call pattern of prowler 5.46 (ec2_service.py): the paginator without filters, some fields of each kept."""
    pages = boto3.client('ec2', region_name=REGION).get_paginator('describe_instances').paginate()
    kept = [
        {name: instance.get(name) for name in ('InstanceId', 'State', 'MetadataOptions', 'Tags', 'NetworkInterfaces')}
        for page in pages
        for reservation in page['Reservations']
        for instance in reservation['Instances']
    ]
    return len(kept)


def metabadger_pattern() -> int:
    """The call pattern of metabadger 0.1.11 (discover.py): pages of 1,000, joined before the first is looked at."""
    paginator = boto3.client('ec2', region_name=REGION).get_paginator('describe_instances')
    result = paginator.paginate(PaginationConfig={'PageSize': 1000}).build_full_result()
    return sum(len(reservation['Instances']) for reservation in result['Reservations'])


WAYS = {
    'this check': this_check,
    'boto3 paginator, unfiltered': unfiltered_paginator,
    'the calls of prowler': prowler_pattern,
    'the calls of metabadger': metabadger_pattern,
}
