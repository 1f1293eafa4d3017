"""`python -m tools.demo.removal`: lingering tags of a few hosts are removed in two steps, beside a local server that
stands in for Datadog, as documents show it."""

import json
import os
import sys
from contextlib import redirect_stdout
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from datadog_checks.aws_diagnostics.cli import run
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api
from tests.account.host_lists import OTHER, OURS, instance_id, left

REMOVE = ('remove-lingering-tags', '--backup', 'tags.jsonl', '--seen-in', 'seen.json')
HOSTS = 6


def main() -> int:
    rows = [left(number) for number in range(1, HOSTS)]
    rows.append(left(HOSTS, tags_by_source={'Amazon Web Services': ['team:web']}))
    with datadog_api(Datadog([account(OURS)], hosts=rows)) as datadog, TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ.update(COLUMNS='100', DD_API_KEY=API_KEY, DD_APP_KEY=APP_KEY, TMPDIR=folder)
        Path('account.yaml').write_text(f'instances: [{{account: {{datadog_api_url: "{datadog.url}"}}}}]\n')
        _seen_yesterday()
        for options in ((), ('--apply', '--yes', '--max', '2'), ('--apply', '--yes', '--max', '1000')):
            _shown(*REMOVE, *options)
    return 0


def _seen_yesterday() -> None:
    """What `hosts lingering-tags --json` printed then, as far as it counts."""
    hosts = [
        {'name': f'web-{number}', 'instance_id': instance_id(number), 'account': OTHER, 'removable': True}
        for number in range(1, HOSTS)
    ]
    time = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    Path('seen.json').write_text(json.dumps({'schema': 2, 'time': time, 'hosts': hosts}))


def _shown(*words: str) -> None:
    arguments = (*words, '--config', 'account.yaml')
    print(f'$ aws-diagnostics hosts {" ".join(arguments)}')
    printed = StringIO()
    with redirect_stdout(printed):
        run(['hosts', *arguments])
    print(printed.getvalue().replace(f'{Path.cwd()}/', ''), flush=True)


if __name__ == '__main__':
    sys.exit(main())
