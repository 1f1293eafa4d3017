"""The tags of AWS are held against those that Datadog shows: what is missing, since when, and what is not known."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from datadog_checks.aws_diagnostics.collect.account import AccountCollector
from datadog_checks.aws_diagnostics.collect.account_options import AccountOptions
from datadog_checks.aws_diagnostics.collect.aws.resource_tags import NO_TAGS, NOT_LISTED, tags_in_aws
from datadog_checks.aws_diagnostics.collect.aws.session import open_session
from datadog_checks.aws_diagnostics.collect.datadog_api import DatadogApi
from datadog_checks.aws_diagnostics.collect.propagation import Propagation
from datadog_checks.aws_diagnostics.collect.run import Deadline
from datadog_checks.aws_diagnostics.facts import Feature, Unobserved, observed
from datadog_checks.aws_diagnostics.facts.account import MissingTag, ResourceTags
from datadog_checks.aws_diagnostics.facts.values import AccountId, Arn, MetricNamespace, RegionName
from tests.account import servers
from tests.account.aws_account import operator
from tests.account.cloudwatch_server import CloudWatch, cloudwatch_server
from tests.account.datadog_api import API_KEY, APP_KEY, Datadog, account, datadog_api, ec2_host, host, plain
from tests.account.datadog_metrics import Stored
from tests.account.servers import MOTO_ACCOUNT

ACCOUNT = AccountId(MOTO_ACCOUNT)
HERE = RegionName('eu-west-1')
ID = 'i-0123456789abcdef0'
INSTANCE = Arn(f'arn:aws:ec2:{HERE}:{ACCOUNT}:instance/{ID}')
DATABASE = Arn(f'arn:aws:rds:{HERE}:{ACCOUNT}:db:orders')
BUCKET = Arn('arn:aws:s3:::a-bucket')
HOUR = 3600.0
Tags = tuple[tuple[str, str], ...]


# What AWS has


def in_aws(*arns: Arn) -> dict[Arn, Any]:
    options = AccountOptions()
    with open_session(options) as session:
        return tags_in_aws(session, arns, ACCOUNT)


def instance(region: str, **tags: str) -> Arn:
    given = [{'Key': key, 'Value': value} for key, value in tags.items()]
    specification = [{'ResourceType': 'instance', 'Tags': given}] if tags else []
    run = operator('ec2', region).run_instances(
        ImageId='ami-12c6146b', MinCount=1, MaxCount=1, TagSpecifications=specification
    )
    return Arn(f'arn:aws:ec2:{region}:{ACCOUNT}:instance/{run["Instances"][0]["InstanceId"]}')


def test_each_resource_is_asked_for_in_its_region(moto: str) -> None:
    here, there = instance(HERE, team='web', Name='a b'), instance('us-east-1', team='db')
    assert {arn: sorted(tags) for arn, tags in in_aws(here, there).items()} == {
        here: [('Name', 'a b'), ('team', 'web')],
        there: [('team', 'db')],
    }


def test_a_resource_without_tags_is_not_one_whose_tags_are_missing(moto: str) -> None:
    bare = instance(HERE)
    assert in_aws(bare, DATABASE) == {bare: NO_TAGS, DATABASE: NO_TAGS}


@dataclass
class Tagging(CloudWatch):
    """The Resource Groups Tagging API, by the JSON protocol that CloudWatch speaks too."""

    tags: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    refused: str = ''
    """An ARN that the API does not accept."""
    token: str = ''

    def answer(self, region: str, operation: str, arguments: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.asked.append((region, operation, arguments))
        wanted = arguments['ResourceARNList']
        if (region, operation) in self.denied:
            return 400, {'__type': 'AccessDeniedException', 'message': self.denied[region, operation]}
        if self.refused in wanted:
            return 400, {'__type': 'InvalidParameterException', 'message': 'no such ARN'}
        found = [{'ResourceARN': arn, 'Tags': list(self.tags[arn])} for arn in wanted if arn in self.tags]
        return 200, {'ResourceTagMappingList': found, 'PaginationToken': self.token}


@pytest.fixture
def tagging(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tagging]:
    running = Tagging(tags={INSTANCE: [{'Key': 'team', 'Value': 'web'}]})
    with cloudwatch_server(running) as endpoint:
        servers.use(monkeypatch, servers.environment(endpoint, tmp_path))
        yield running


def test_one_call_asks_for_all_resources_of_a_region(tagging: Tagging) -> None:
    assert in_aws(INSTANCE, DATABASE) == {INSTANCE: (('team', 'web'),), DATABASE: NO_TAGS}
    assert tagging.asked == [(HERE, 'GetResources', {'ResourceARNList': [INSTANCE, DATABASE]})]


def test_one_arn_that_aws_does_not_accept_costs_only_that_resource(tagging: Tagging) -> None:
    tagging.refused = DATABASE
    why = f'AWS refused tag:GetResources in {HERE} (InvalidParameterException, status 400)'
    assert in_aws(DATABASE, INSTANCE) == {DATABASE: Unobserved(why), INSTANCE: (('team', 'web'),)}


def test_a_missing_permission_is_named(tagging: Tagging) -> None:
    tagging.denied = {(HERE, 'GetResources'): 'no'}
    why = f'missing permission tag:GetResources in {HERE} (AccessDeniedException)'
    assert in_aws(INSTANCE) == {INSTANCE: Unobserved(why)}


def test_what_a_part_of_an_answer_does_not_hold_is_not_known_to_be_absent(tagging: Tagging) -> None:
    tagging.token = 'more'
    assert in_aws(INSTANCE, DATABASE) == {INSTANCE: (('team', 'web'),), DATABASE: NOT_LISTED}


def test_what_cannot_be_asked_for_costs_no_call(tagging: Tagging) -> None:
    elsewhere = Arn(f'arn:aws:ec2:{HERE}:210987654321:instance/{ID}')
    assert in_aws(elsewhere, BUCKET) == {
        elsewhere: Unobserved(f'it is of account 210987654321, and this is {ACCOUNT}'),
        BUCKET: Unobserved('its ARN names no region, in which AWS would have to be asked'),
    }
    assert tagging.asked == []


# What Datadog shows


@pytest.fixture
def datadog() -> Iterator[Datadog]:
    with datadog_api() as running:
        yield running


def compared(
    datadog: Datadog,
    tags: Tags | Unobserved = (('team', 'web'),),
    watch: Propagation | None = None,
    now: float = 0.0,
    arn: Arn = INSTANCE,
    seconds: float = 30.0,
) -> ResourceTags:
    api = DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY, timeout=5.0)
    (found,) = (watch or Propagation()).read({arn: tags}, api, Deadline(seconds), now)
    return found


def of_instance(compared: int | Unobserved, *missing: MissingTag, since: float = 0.0) -> ResourceTags:
    return ResourceTags(INSTANCE, 'ec2', HERE, MetricNamespace('AWS/EC2'), compared, since, missing)


def shown(*tags: str, **others: Sequence[str]) -> dict[str, Any]:
    """The row of the instance, with tags from AWS, and from other sources."""
    return ec2_host(ID, ACCOUNT, tags_by_source={'Amazon Web Services': list(tags), **others})


def test_a_tag_of_the_integration_is_there(datadog: Datadog) -> None:
    datadog.hosts = [shown('Team:web', 'region:eu-west-1'), host('other')]
    assert compared(datadog) == of_instance(1)
    assert [path.partition('&filter=')[2] for path in datadog.asked] == [ID]


def test_the_source_counts_and_not_its_case(datadog: Datadog) -> None:
    datadog.hosts = [ec2_host(ID, ACCOUNT, tags_by_source={'amazon web services': ['team:web']})]
    assert compared(datadog) == of_instance(1)


def test_a_tag_of_an_agent_or_a_user_is_none_of_the_integration_and_is_said_to_be_theirs(datadog: Datadog) -> None:
    datadog.hosts = [shown('env:prod', Users=['team:web'], Datadog=['team:web', 'x'], Chef=['team:db'])]
    assert compared(datadog) == of_instance(1, MissingTag('team', 0.0, sources=('Datadog', 'Users')))


def test_another_value_is_a_missing_tag(datadog: Datadog) -> None:
    datadog.hosts = [shown('team:db')]
    assert compared(datadog) == of_instance(1, MissingTag('team', 0.0, other_value=True))


def test_two_rows_of_an_instance_count_together_and_those_of_others_do_not(datadog: Datadog) -> None:
    datadog.hosts = [
        shown('env:prod'),
        host('web-1', aliases=[ID], tags_by_source={'Amazon Web Services': ['team:web']}),
        host('bastion', tags_by_source={'Amazon Web Services': [f'behind:{ID}', 'owner:me']}),
    ]
    wanted = (('team', 'web'), ('env', 'prod'), ('owner', 'me'))
    assert compared(datadog, wanted) == of_instance(3, MissingTag('owner', 0.0))


def test_what_cannot_be_compared_is_not_missing(datadog: Datadog) -> None:
    datadog.hosts = [shown()]
    assert compared(datadog, (('aws:autoscaling:groupName', 'web'), ('empty', ''))) == of_instance(0)


def test_values_are_not_kept_and_keys_are_printable(datadog: Datadog) -> None:
    datadog.hosts = [shown()]
    secret = (('pass\x1b[31mword', 'hunter2hunter2'),)
    found = compared(datadog, secret)
    assert found == of_instance(1, MissingTag('pass\N{REPLACEMENT CHARACTER}[31mword', 0.0))
    assert 'hunter2' not in repr(found)


def test_since_is_when_it_was_first_seen_to_be_missing(datadog: Datadog) -> None:
    watch = Propagation()
    datadog.hosts = [shown()]
    compared(datadog, watch=watch, now=0.0)
    assert compared(datadog, watch=watch, now=2 * HOUR) == of_instance(1, MissingTag('team', 0.0))


def test_a_tag_that_was_there_in_between_or_got_another_value_starts_anew(datadog: Datadog) -> None:
    watch = Propagation()
    for now, rows, tags in (
        (0.0, [shown()], (('team', 'web'),)),
        (HOUR, [shown('team:web')], (('team', 'web'),)),
        (2 * HOUR, [shown()], (('team', 'web'),)),
    ):
        datadog.hosts = rows
        found = compared(datadog, tags, watch, now)
    assert found.missing == (MissingTag('team', 2 * HOUR),)
    assert compared(datadog, (('team', 'db'),), watch, 3 * HOUR).missing == (MissingTag('team', 3 * HOUR),)


def test_a_look_that_fails_forgets_nothing(datadog: Datadog) -> None:
    watch = Propagation()
    datadog.hosts = [shown()]
    compared(datadog, watch=watch, now=0.0)
    datadog.hosts_first = [plain(500, 'oops')]
    assert compared(datadog, watch=watch, now=HOUR) == of_instance(
        Unobserved('the Datadog API failed (status 500)'), since=HOUR
    )
    assert compared(datadog, Unobserved('throttled'), watch, 2 * HOUR) == of_instance(
        Unobserved('throttled'), since=2 * HOUR
    )
    assert compared(datadog, watch=watch, now=3 * HOUR) == of_instance(1, MissingTag('team', 0.0))


UNSEEN = "it is not in Datadog's host list of the last three hours"
NOT_READ = [
    pytest.param([], UNSEEN, id='no such host'),
    pytest.param([host('bastion', tags_by_source={'Users': [f'behind:{ID}']})], UNSEEN, id='only one that names it'),
    pytest.param(['text', None, {}], UNSEEN, id='no rows at all'),
]


@pytest.mark.parametrize(('rows', 'why'), NOT_READ)
def test_a_host_that_datadog_does_not_list_has_no_missing_tags(rows: list[Any], why: str, datadog: Datadog) -> None:
    datadog.hosts_first = [plain(200, json.dumps({'host_list': rows, 'total_matching': len(rows)}))]
    assert compared(datadog) == of_instance(Unobserved(why))


@pytest.mark.parametrize(
    ('answer', 'why'),
    [
        pytest.param(plain(200, '[]'), 'the answer of the Datadog API does not have the documented shape', id='a list'),
        pytest.param(
            plain(403, '{"errors": ["Forbidden"]}'),
            'Datadog refuses: a key is not valid, or the application key may not read hosts (403, permission '
            'hosts_read)',
            id='a permission of the key is missing',
        ),
    ],
)
def test_an_answer_that_is_none_is_a_reason(answer: bytes, why: str, datadog: Datadog) -> None:
    datadog.hosts_first = [answer]
    assert compared(datadog) == of_instance(Unobserved(why))


def test_the_rate_limit_of_datadog_ends_the_looks_of_a_run(datadog: Datadog) -> None:
    datadog.hosts_first = [
        plain(
            200,
            json.dumps({'host_list': [], 'total_matching': 0}),
            limit='X-RateLimit-Remaining: 0\r\nX-RateLimit-Reset: 60\r\n',
        )
    ]
    other = Arn(INSTANCE.replace(ID, 'i-0fedcba9876543210'))
    api = DatadogApi(datadog.url, api_key=API_KEY, app_key=APP_KEY)
    found = Propagation().read({INSTANCE: (), other: ()}, api, Deadline(20), 0.0)
    assert [each.compared for each in found] == [
        Unobserved(UNSEEN),
        Unobserved('the rate limit of Datadog allows no more requests in this run'),
    ]
    assert len(datadog.asked) == 1


# Other resources, by their metrics


def of_database(compared: int | Unobserved, *missing: MissingTag) -> ResourceTags:
    return ResourceTags(DATABASE, 'rds', HERE, MetricNamespace('AWS/RDS'), compared, 0.0, missing)


CPU = 'aws.rds.cpuutilization'
ORDERS = Stored(CPU, ('dbinstanceidentifier:orders', 'team:web', 'env:prod'), ())
INVOICES = Stored(CPU, ('dbinstanceidentifier:invoices', 'owner:me'), ())


def test_the_tags_of_a_database_are_those_of_its_metrics(datadog: Datadog) -> None:
    datadog.metrics.stored = [ORDERS, INVOICES]
    wanted = (('Team', 'Web'), ('owner', 'me'), ('env', 'test'))
    assert compared(datadog, wanted, arn=DATABASE) == of_database(
        3, MissingTag('owner', 0.0), MissingTag('env', 0.0, other_value=True)
    )


def test_a_tag_that_is_not_indexed_has_arrived(datadog: Datadog) -> None:
    datadog.metrics.stored, datadog.metrics.dropped = [ORDERS], {CPU: ['team:web']}
    assert compared(datadog, arn=DATABASE) == of_database(1)


def test_asking_for_tags_is_no_query_of_the_values_of_a_metric(datadog: Datadog) -> None:
    datadog.metrics.stored = [ORDERS]
    compared(datadog, arn=DATABASE)
    assert [urlsplit(path).path for path in datadog.asked] == [f'/api/v2/metrics/{CPU}/all-tags']
    assert datadog.metrics.queried == set()


NO_VALUES = f'Datadog has no values of {CPU} for it in the last four hours, so no tags of it'
WHERE = 'it is not known where Datadog shows the tags of such a resource of sqs'


@pytest.mark.parametrize('stored', [pytest.param([], id='of any database'), pytest.param([INVOICES], id='of this one')])
def test_a_database_without_values_is_not_one_without_tags(stored: list[Stored], datadog: Datadog) -> None:
    datadog.metrics.stored = stored
    assert compared(datadog, arn=DATABASE) == of_database(Unobserved(NO_VALUES))


def test_a_resource_whose_tags_nobody_knows_where_to_find_costs_no_request(datadog: Datadog) -> None:
    queue = Arn(f'arn:aws:sqs:{HERE}:{ACCOUNT}:orders')
    assert compared(datadog, arn=queue) == ResourceTags(queue, 'sqs', HERE, None, Unobserved(WHERE), 0.0)
    assert datadog.asked == []


# A whole run


def test_a_run_compares_what_the_operator_names(moto: str, datadog: Datadog) -> None:
    named = instance(HERE, team='web', env='prod')
    id = named.rpartition('/')[2]
    datadog.accounts = [account(ACCOUNT)]
    datadog.hosts = [ec2_host(id, ACCOUNT, tags_by_source={'Amazon Web Services': ['team:web'], 'Users': ['env:prod']})]
    options = AccountOptions(
        datadog_api_url=datadog.url,
        api_key=API_KEY,
        app_key=APP_KEY,
        features=frozenset({Feature.INVENTORY}),
        tagged_resources=(named,),
    )
    facts = AccountCollector(options).collect()
    (found,) = observed(facts.of_account.tags)
    assert (found.compared, [(tag.key, tag.sources) for tag in found.missing]) == (2, [('env', ('Users',))])


def test_without_keys_of_datadog_aws_is_not_asked_either(moto: str) -> None:
    options = AccountOptions(features=frozenset({Feature.INVENTORY}), tagged_resources=(INSTANCE,))
    facts = AccountCollector(options).collect()
    assert facts.of_account.tags == Unobserved('Datadog was not asked: it needs both an API key and an application key')
    assert facts.of_account.api_calls == 1
