"""500 accounts in one run, on a local AWS and a local Datadog, beside a loop of the aws CLI for a sample of them.

The loop makes three calls for each account, as many as judging the role takes: it assumes the role, asks who it is, and
asks IAM for something. It judges nothing.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.programs import Used, used_by
from tests.account import servers
from tests.account.accounts import id_of, recorded
from tests.account.datadog_api import API_KEY, APP_KEY, datadog_api
from tests.account.many_accounts import TEMPLATE, ManyAccounts, many_accounts

OURS = (sys.executable, '-m', 'datadog_checks.aws_diagnostics', 'check', '--all-accounts', '--json')
LOOP = """
set -e
for account in ACCOUNTS; do
  role=arn:aws:iam::$account:role/aws-diagnostics
  aws sts assume-role --role-arn $role --role-session-name loop > /dev/null
  aws sts get-caller-identity > /dev/null
  aws iam list-account-aliases > /dev/null || true
done
"""
"""The server has no role for our own account, so the third call is another one of IAM."""


def row(used: Used, accounts: int) -> str:
    return f'{accounts:9} {used.wall:8.1f} {used.cpu:8.1f} {used.peak:9.0f} {used.cpu / accounts * 1e3:12.0f}'


def main() -> None:
    parser = argparse.ArgumentParser(prog='python -m benchmarks.organization', description=__doc__)
    parser.add_argument('--accounts', type=int, default=500)
    parser.add_argument('--sample', type=int, default=10, help='accounts for the loop of the aws CLI')
    given = parser.parse_args()
    print(f'{"":34} {"accounts":>9} {"wall s":>8} {"CPU s":>8} {"peak MiB":>9} {"CPU ms each":>12}')
    with datadog_api() as datadog, many_accounts(ManyAccounts()) as aws, tempfile.TemporaryDirectory() as folder:
        datadog.accounts = [
            recorded(number, aws_regions={'include_only': ['us-east-1']}) for number in range(1, given.accounts + 1)
        ]
        config = Path(folder) / 'account.yaml'
        config.write_text(f'instances: [{{account: {{datadog_api_url: "{datadog.url}", features: [role]}}}}]\n')
        of_aws = servers.environment(aws.endpoint, Path(folder))
        environ = {**os.environ, **of_aws, 'DD_API_KEY': API_KEY, 'DD_APP_KEY': APP_KEY}
        command = (*OURS, '--role-template', TEMPLATE, '--config', str(config))
        ours = used_by(command, environ)
        print(f'{"check --all-accounts":34} {row(ours, given.accounts)}; {len(datadog.asked)} requests to Datadog')
        if shutil.which('aws') is None:
            print('there is no aws CLI on this machine')
            return
        sample = ' '.join(id_of(number) for number in range(1, given.sample + 1))
        loop = used_by(('bash', '-c', LOOP.replace('ACCOUNTS', sample)), environ)
    print(f'{"a loop of the aws CLI":34} {row(loop, given.sample)}')
    ratio = (loop.cpu / given.sample) / (ours.cpu / given.accounts)
    print(f'The loop takes {ratio:.0f} times the CPU for each account.')


if __name__ == '__main__':
    main()
