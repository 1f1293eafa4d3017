"""Datadog on loopback with many hosts: `python -m tests.account.many_hosts COUNT` serves them until its input ends.

It prints its URL, and for each line of input how many requests it got so far.
"""

import sys
from collections.abc import Iterator
from typing import Any

from tests.account.datadog_api import Datadog, account, datadog_api, ec2_host, host
from tests.account.host_lists import OURS, instance_id, left


def fleet(count: int) -> Iterator[dict[str, Any]]:
    """Of twenty hosts sixteen are right, one keeps tags, two are an instance with two rows, and one is elsewhere."""
    for number in range(count):
        yield _host(number)


def _host(number: int) -> dict[str, Any]:
    match number % 20:
        case 0:
            return left(number + 1)
        case 1:
            return ec2_host(instance_id(number), OURS, id=number + 1)
        case 2:
            return host(
                f'web-{number}', id=number + 1, aliases=[instance_id(number - 1)], meta={'socket-hostname': 'a'}
            )
        case 3:
            return host(f'gcp-{number}', id=number + 1, apps=['agent', 'gcp'], sources=['agent', 'gcp'])
    both = ['agent', 'aws']
    tags = [f'aws_account:{OURS}', 'region:eu-west-1', *(f'tag-{n}:value-{number % 50}' for n in range(20))]
    by_source = {'Amazon Web Services': tags, 'Datadog': [f'host:{instance_id(number)}'], 'Users': ['team:web']}
    return ec2_host(instance_id(number), OURS, id=number + 1, apps=both, sources=both, tags_by_source=by_source)


def world(count: int) -> Datadog:
    return Datadog(accounts=[account(OURS)], hosts=list(fleet(count)))


def main() -> None:
    with datadog_api(world(int(sys.argv[1]))) as datadog:
        _say(datadog.url)
        for _ in sys.stdin:
            _say(len(datadog.asked))


def _say(what: object) -> None:
    sys.stdout.write(f'{what}\n')
    sys.stdout.flush()


if __name__ == '__main__':
    main()
