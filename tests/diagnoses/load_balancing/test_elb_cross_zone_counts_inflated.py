"""A monitor counts the targets of a load balancer once for each zone."""

from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.load_balancing import ELB_CROSS_ZONE_COUNTS_INFLATED
from datadog_checks.aws_diagnostics.facts import Facts, Feature, Unobserved
from datadog_checks.aws_diagnostics.facts.account import BalancerKind, LoadBalancer, TargetState, TargetType
from datadog_checks.aws_diagnostics.facts.account.load_balancers import EVERY_ZONE
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy, Step
from tests.account.balancers import (
    BOTH,
    UNHEALTHY,
    ZONE_A,
    ZONE_B,
    ZONE_C,
    classic,
    count,
    group,
    later,
    load_balancers,
    monitored,
    queries,
)
from tests.account.builders import ACCOUNT_ID, account_expectations, account_facts
from tests.diagnoses.tables import Row, remedy_test, verdict_test

NETWORK, GATEWAY = BalancerKind.NETWORK, BalancerKind.GATEWAY
APP, NET, TARGETS = 'app/web/50dc6c495c0c9188', 'net/web/50dc6c495c0c9188', 'targetgroup/web/73e2d6bc24d8a067'
AS_DOCUMENTED = 'as with cross-zone load balancing each zone counts all'
IF = 'if each zone counts all, as AWS documents for Classic Load Balancers with cross-zone load balancing'
BY_ZONE = '(2 in eu-west-1a, 3 in eu-west-1b)'
TEN = f'shows 10 where 5 are healthy {BY_ZONE}'
NO_KEYS = 'Datadog was not asked: it needs both an API key and an application key'
CLASSIC_SUM = 'sum:aws.elb.healthy_host_count{loadbalancername:web}'
APP_SUM = 'sum:aws.applicationelb.healthy_host_count{*}'
THREE_ZONES = (ZONE_A, ZONE_B, ZONE_C)


def seen(*balancers: LoadBalancer, **differences: Any) -> Facts:
    return account_facts(load_balancers=load_balancers(*balancers, **differences))


def asked(balancer: LoadBalancer, *texts: str, **differences: Any) -> Facts:
    """One load balancer, and monitors with these queries."""
    return seen(balancer, queries=queries(*texts), **differences)


def told(balancer: LoadBalancer, *whole: str, others: tuple[LoadBalancer, ...] = ()) -> Facts:
    """One load balancer, and monitors with these whole queries."""
    return seen(balancer, *others, queries=monitored(*whole))


HEALTHY, UN_HEALTHY = 'sum:aws.elb.healthy_host_count', 'sum:aws.elb.un_healthy_host_count'


def share(tags: str, of: str = HEALTHY) -> str:
    """Percent of healthy hosts, as public Terraform modules compute it."""
    return f'( {of}{tags} / ( {of}{tags} + {UN_HEALTHY}{tags} ) ) * 100 < 75'


BY_NAME = '{*} by {region,loadbalancername}'
THREE = classic(count(ZONE_A, 3), name='three', zones=THREE_ZONES)
FAILS = {
    "situation 3: the guide's two and three": Row(
        asked(classic(), CLASSIC_SUM),
        f"monitor 1 'hosts 1' sums aws.elb.healthy_host_count over the zones of web, which {TEN}, {AS_DOCUMENTED}",
        near_miss='the same, with cross-zone load balancing off',
    ),
    'situation 3: ten unhealthy instances in three zones, thirty in the sum': Row(
        asked(
            classic(
                count(ZONE_A, 4, UNHEALTHY), count(ZONE_B, 3, UNHEALTHY), count(ZONE_C, 3, UNHEALTHY), zones=THREE_ZONES
            ),
            'sum:aws.elb.un_healthy_host_count{*}',
        ),
        "monitor 1 'hosts 1' sums aws.elb.un_healthy_host_count over the zones of web, which shows 30 where 10 are "
        f'unhealthy (4 in eu-west-1a, 3 in eu-west-1b, 3 in eu-west-1c), {AS_DOCUMENTED}',
        near_miss='the largest zone instead of the sum',
    ),
    'an Application Load Balancer, which always has it: not documented for this kind': Row(
        asked(later(), APP_SUM, APP_SUM),
        f"monitor 1 'hosts 1' (1 more monitor of this kind) sums aws.applicationelb.healthy_host_count over the "
        f'zones of '
        f'{TARGETS}, which {TEN}, {IF}',
        near_miss='each zone by itself',
    ),
    'the sum is right now, as nothing is unhealthy': Row(
        asked(later(kind=NETWORK), 'sum:aws.networkelb.un_healthy_host_count.maximum{name:web} by {name}'),
        f"monitor 1 'hosts 1' sums aws.networkelb.un_healthy_host_count.maximum over the zones of {TARGETS}, which "
        f'counts each target 2 times (now 0 unhealthy, 5 healthy), {IF}',
        near_miss='a monitor of another kind of load balancer',
    ),
    'an address outside of all zones, without cross-zone load balancing': Row(
        asked(
            later(group(count(ZONE_A, 1), count(EVERY_ZONE, 2), cross_zone=False), kind=NETWORK),
            'sum:aws.networkelb.healthy_host_count{*}',
        ),
        f"monitor 1 'hosts 1' sums aws.networkelb.healthy_host_count over the zones of {TARGETS}, which shows 5 "
        f'where 3 '
        'are healthy (1 in eu-west-1a, 0 in eu-west-1b, 2 in all), if each zone counts the targets that belong to none',
        near_miss='each address in its zone',
    ),
    'a monitor of all that begins so, and all targets are unhealthy': Row(
        asked(
            later(group(count(ZONE_A, 2, UNHEALTHY), count(ZONE_B, 1, TargetState.UNHEALTHY_DRAINING))),
            f'sum:aws.applicationelb.un_healthy_host_count{{loadbalancer:{APP.upper()},targetgroup:targetgroup/w*}}',
        ),
        f"monitor 1 'hosts 1' sums aws.applicationelb.un_healthy_host_count over the zones of {TARGETS}, which shows 6 "
        f'where 3 are unhealthy (2 in eu-west-1a, 1 in eu-west-1b), {IF}; {TARGETS}: no target is healthy, so requests '
        'go to all (fail open)',
        near_miss='a monitor of another load balancer',
    ),
    'a monitor of this account': Row(
        asked(classic(), f'sum:aws.elb.healthy_host_count{{aws_account:{ACCOUNT_ID}}}'),
        f"monitor 1 'hosts 1' sums aws.elb.healthy_host_count over the zones of web, which {TEN}, {AS_DOCUMENTED}",
        near_miss='a monitor of another account',
    ),
    'fewer than two: one host shows as two': Row(
        told(classic(), f'min(last_5m):default_zero({HEALTHY}{{*}} by {{name}}.fill(zero)) < 2'),
        f"monitor 1 'hosts 1' sums aws.elb.healthy_host_count over the zones of web, which {TEN}, {AS_DOCUMENTED}",
        near_miss='fewer than one, or any: twice none is none',
    ),
    'a loss of more than two: a loss of one shows as two': Row(
        told(classic(), f'change(avg(last_5m),last_1h):{HEALTHY}{{*}} < -1'),
        f"monitor 1 'hosts 1' sums aws.elb.healthy_host_count over the zones of web, which {TEN}, {AS_DOCUMENTED}",
        near_miss='any loss, or a loss of half',
    ),
    'a monitor of two target groups, which makes the sum of each too large': Row(
        asked(later(group(name='web'), group(name='api')), 'sum:aws.applicationelb.healthy_host_count{name:web}'),
        f"monitor 1 'hosts 1' sums aws.applicationelb.healthy_host_count over the zones of {TARGETS}, which {TEN}, "
        f'{IF}',
        near_miss='a monitor of another load balancer',
    ),
    'what was not looked at does not hide what was': Row(
        asked(classic(), CLASSIC_SUM, gaps=(Unobserved('no more calls'),)),
        f"monitor 1 'hosts 1' sums aws.elb.healthy_host_count over the zones of web, which {TEN}, {AS_DOCUMENTED}",
        near_miss='the same, with cross-zone load balancing off',
    ),
}
CLASSIC_WOULD = f'a sum over the zones of web {TEN}, {AS_DOCUMENTED}'
APP_WOULD = f'a sum over the zones of {TARGETS} {TEN}, {IF}'
NO_MONITOR = 'no monitor makes this sum'
UNCHANGED = f'{CLASSIC_WOULD}; {NO_MONITOR} where it would change the result'
ONCE = 'a sum over the zones counts each target of 1 target group once'
PASSES = {
    'nobody sums: every Application Load Balancer is so, and nothing is wrong with it': Row(
        seen(later()), f'{APP_WOULD}; {NO_MONITOR}'
    ),
    'the same, with cross-zone load balancing off': Row(asked(classic(cross_zone=False), CLASSIC_SUM), ONCE),
    'the deduped count': Row(
        asked(classic(), 'sum:aws.elb.healthy_host_count_deduped{*}'), f'{CLASSIC_WOULD}; {NO_MONITOR}'
    ),
    'the largest zone instead of the sum': Row(
        asked(classic(), 'max:aws.elb.healthy_host_count{*}', 'avg:aws.elb.healthy_host_count{loadbalancername:web}'),
        f'{CLASSIC_WOULD}; {NO_MONITOR}',
    ),
    'each zone by itself': Row(
        asked(
            later(),
            f'{APP_SUM} by {{name,availability-zone}}',
            'sum:aws.applicationelb.healthy_host_count{availability-zone:eu-west-1a}',
        ),
        f'{APP_WOULD}; {NO_MONITOR}',
    ),
    'fewer than one, or any: twice none is none': Row(
        told(
            classic(),
            f'max(last_5m):{HEALTHY}{{name:web}} by {{region,name}} < 1',
            f'max(last_5m):{HEALTHY}{{*}} <= 0',
            f'min(last_5m):{UN_HEALTHY}{{name:web}} > 0.05',
            f'min(last_5m):({UN_HEALTHY}{{env:prod}}) >= 1',
            f'max(last_5m):{HEALTHY}{{*}} == 0',
        ),
        UNCHANGED,
    ),
    'any loss, or a loss of half': Row(
        told(
            classic(),
            f'change(avg(last_5m),last_1h):{HEALTHY}{{*}} < 0',
            f'pct_change(avg(last_5m),last_1h):{HEALTHY}{{name:web}} < -50',
        ),
        UNCHANGED,
    ),
    'a share of healthy hosts, of which both sums are twice as large': Row(
        told(
            classic(),
            f'max(last_5m): {share(BY_NAME)}',
            f'min(last_1h):{share("{name:web}", f"{HEALTHY}.minimum")}',
        ),
        UNCHANGED,
    ),
    'a share for each of two load balancers, one in two zones and one in three': Row(
        told(classic(), f'max(last_5m):{share(BY_NAME)}', others=(THREE,)),
        UNCHANGED.replace('of web', 'of web (and 1 more like it)'),
    ),
    'by zone, should Datadog have that tag': Row(
        asked(classic(), f'{HEALTHY}{{*}} by {{availability_zone}}', f'{HEALTHY}{{availability_zone:eu-west-1a}}'),
        f'{CLASSIC_WOULD}; {NO_MONITOR}',
    ),
    'what counts reports of nodes, not hosts': Row(
        asked(classic(), f'{HEALTHY}.samplecount{{*}}', f'{HEALTHY}.sum{{*}}'), f'{CLASSIC_WOULD}; {NO_MONITOR}'
    ),
    'a monitor of another kind of load balancer': Row(
        asked(later(kind=NETWORK), APP_SUM), f'{APP_WOULD}; {NO_MONITOR}'
    ),
    'a monitor of another account': Row(
        asked(classic(), 'sum:aws.elb.healthy_host_count{aws_account:210987654321}'), f'{CLASSIC_WOULD}; {NO_MONITOR}'
    ),
    'a monitor of another load balancer': Row(
        asked(
            later(),
            f'sum:aws.applicationelb.healthy_host_count{{loadbalancer:{APP}0}}',
            'sum:aws.applicationelb.healthy_host_count{name:web,region:us-east-1}',
        ),
        f'{APP_WOULD}; {NO_MONITOR}',
    ),
    'each address in its zone': Row(
        asked(
            later(group(count(ZONE_A, 1), count(ZONE_B, 2), cross_zone=False), kind=NETWORK),
            'sum:aws.networkelb.healthy_host_count{*}',
        ),
        ONCE,
    ),
    'one zone only': Row(asked(classic(count(ZONE_A, 5), zones=(ZONE_A,)), CLASSIC_SUM), ONCE),
    'situation 18: no instances, so no metrics': Row(
        seen(classic(groups=(group(name='x', counts=(), cross_zone=True),)), later(group(counts=()))),
        'a sum over the zones counts each target of 2 target groups once; without targets, and so without host '
        'counts in '
        f'CloudWatch: targetgroup/x/73e2d6bc24d8a067, {TARGETS}',
    ),
    'an Application Load Balancer as the target of a Network Load Balancer': Row(
        seen(later(group(count(EVERY_ZONE, 1), target_type=TargetType.ALB), kind=NETWORK)),
        f'{ONCE}; without host counts in CloudWatch: {TARGETS}, which CloudWatch leaves out as targets of a '
        f'Network Load '
        'Balancer',
    ),
    'a function, which nothing health-checks': Row(
        seen(
            later(
                group(
                    count(EVERY_ZONE, 1, TargetState.HEALTH_CHECKS_DISABLED),
                    target_type=TargetType.LAMBDA,
                    health_checks=False,
                )
            )
        ),
        f'{ONCE}; without host counts in CloudWatch: {TARGETS}, not all health-checked',
    ),
    'all targets are unhealthy, and get requests all the same': Row(
        seen(later(group(count(ZONE_A, 3, UNHEALTHY)))),
        f'a sum over the zones of {TARGETS} shows 6 where 3 are unhealthy (3 in eu-west-1a, 0 in eu-west-1b), {IF}; '
        f'{NO_MONITOR}; {TARGETS}: no target is healthy, so requests go to all (fail open)',
    ),
    'all are unhealthy in a Gateway Load Balancer, of which that is not known': Row(
        seen(later(group(count(ZONE_A, 3, UNHEALTHY), cross_zone=False), kind=GATEWAY)), ONCE
    ),
    'more load balancers than have series': Row(
        seen(*(later(name=f'web-{number}') for number in range(80))),
        f'a sum over the zones of {TARGETS} (and 79 more like it) {TEN}, {IF}; {NO_MONITOR}; metrics of 9 '
        f'target groups '
        'are not sent: 500 series at most',
    ),
}
DENIED = 'missing permission elasticloadbalancing:DescribeTargetHealth in eu-west-1 (AccessDenied)'
CALCULATES, MAY_BE_RIGHT = 'monitor 1 calculates with a sum over the zones of', 'whether that is wrong is not known'
UNKNOWN = {
    'nothing could be looked at': Row(account_facts(load_balancers=Unobserved('no credentials')), 'no credentials'),
    'no monitor could be read': Row(
        seen(later(), queries=Unobserved(NO_KEYS)),
        f'whether a monitor sums zones is not known: {NO_KEYS}; {APP_WOULD}',
    ),
    'not every monitor could be read': Row(
        seen(classic(), every_monitor=False), f'not all monitors could be read; {CLASSIC_WOULD}'
    ),
    'a monitor of an environment': Row(
        asked(classic(), 'sum:aws.elb.healthy_host_count{env:prod,region:eu-west-1}'),
        'monitor 1 sums the zones of env:prod, region:eu-west-1; whether these are among them is not known; '
        f'{CLASSIC_WOULD}',
    ),
    'a share over two load balancers, of which one is three times too large': Row(
        told(classic(), f'max(last_5m):{share("{*}")}', others=(THREE,)),
        f'{CALCULATES} *; {MAY_BE_RIGHT}; {CLASSIC_WOULD.replace("of web", "of web (and 1 more like it)")}',
    ),
    'a share of two different scopes': Row(
        told(classic(), f'max(last_5m):{HEALTHY}{{name:web}} / {HEALTHY}{{region:eu-west-1}} < 0.5'),
        f'{CALCULATES} name:web; {MAY_BE_RIGHT}; {CLASSIC_WOULD}',
    ),
    'half of the sum, by somebody who knows the two zones': Row(
        told(classic(), f'max(last_5m):{HEALTHY}{{name:web}} / 2 < 4'),
        f'{CALCULATES} name:web; {MAY_BE_RIGHT}; {CLASSIC_WOULD}',
    ),
    'compared with the largest zone': Row(
        told(classic(), f'max(last_5m):{HEALTHY}{{name:web}} / max:aws.elb.healthy_host_count{{name:web}} > 1'),
        f'{CALCULATES} name:web; {MAY_BE_RIGHT}; {CLASSIC_WOULD}',
    ),
    'what the monitor does is not read': Row(
        told(classic(), f'avg(last_1h):anomalies({HEALTHY}{{name:web}}, "agile", 2) >= 1'),
        f'{CALCULATES} name:web; {MAY_BE_RIGHT}; {CLASSIC_WOULD}',
    ),
    'a typo in a name': Row(seen(), 'no load balancer of eu-west-1 matches account.load_balancers'),
    'calls ran out': Row(
        seen(classic(cross_zone=False), gaps=(Unobserved('7 not looked at'), Unobserved('another reason'))),
        '7 not looked at, and 1 more reason',
    ),
    'targets could not be read': Row(seen(later(group(counts=Unobserved(DENIED)))), DENIED),
    'groups could not be read': Row(seen(later(groups=Unobserved(DENIED))), DENIED),
    'the setting could not be read': Row(seen(later(group(cross_zone=Unobserved(DENIED)))), DENIED),
}
CHOSEN_NONE = account_facts(load_balancers=None)
OFF = account_expectations(features=frozenset({Feature.ROLE}))
NOT_APPLICABLE = {
    'none is chosen, as by default': Row(CHOSEN_NONE, 'no load balancer is chosen (account.load_balancers)'),
    'the feature is off': Row(asked(classic(), CLASSIC_SUM), 'not checked: load_balancers is not in features', OFF),
}


def remedy(*choices: Choice) -> Remedy:
    on_purpose = Choice(
        'If the sum is on purpose, tell this check in its conf.yaml',
        (Command('disabled_diagnoses: [elb-cross-zone-counts-inflated]', Language.YAML),),
        undo=Step('Remove it from the list'),
    )
    again = Step('Run the check again', (Command('aws-diagnostics check --config conf.yaml'),))
    return Remedy(
        'Let monitor 1 count each target once; leave cross-zone load balancing on', (*choices, on_purpose), (again,)
    )


def ours(query: str, why: str = '') -> Choice:
    return Choice(
        f"In monitor 1, query this check's own count, which has each target in its own zone{why}: {query}",
        exposes='the monitor to counts that are as old as the last run of this check, and to none of load balancers '
        'that account.load_balancers does not choose',
    )


def deduped(query: str) -> Choice:
    return Choice(
        'In monitor 1, query the count that Datadog makes for this, by zone whatever cross-zone load balancing '
        'is set to; '
        f'its formula is not published: {query}',
        exposes='the monitor to no data, should this count lack a tag of the query: look at its graph first',
    )


def largest(query: str) -> Choice:
    return Choice(
        f'In monitor 1, take the largest zone instead of the sum, as each zone counts all: {query}',
        exposes='the monitor to a wrong count once cross-zone load balancing is off',
    )


def largest_of_each(what: str, tag: str) -> Choice:
    return Choice(
        f'In monitor 1, take the largest zone of each {what} instead of the sum, as each zone counts all: with max, by '
        f'{tag}, and a threshold for each {what}',
        exposes='the monitor to a wrong count once cross-zone load balancing is off',
    )


NO_DEDUPED = '; Datadog has no deduped count for this kind of load balancer'
ONCE_ALL = 'by the tags that it has, once account.load_balancers chooses all that the monitor is for'
ALL_OURS = f'aws_diagnostics.elb.healthy_hosts, {ONCE_ALL}'
APP_SCOPE, NET_SCOPE = (f'{{loadbalancer:{balancer},targetgroup:{TARGETS}}}' for balancer in (APP, NET))
REMEDIES = {
    'a Classic Load Balancer': (
        asked(classic(name='Web'), 'sum:aws.elb.healthy_host_count.minimum{loadbalancername:web}'),
        remedy(
            deduped('sum:aws.elb.healthy_host_count_deduped{loadbalancername:web}'),
            ours('sum:aws_diagnostics.elb.healthy_hosts{loadbalancername:web}'),
            largest('max:aws.elb.healthy_host_count.minimum{loadbalancername:web}'),
        ),
    ),
    'an Application Load Balancer': (
        asked(later(), f'sum:aws.applicationelb.un_healthy_host_count{APP_SCOPE}'),
        remedy(
            deduped(f'sum:aws.applicationelb.un_healthy_host_count_deduped{APP_SCOPE}'),
            ours(f'sum:aws_diagnostics.elb.unhealthy_hosts{APP_SCOPE}'),
            largest(f'max:aws.applicationelb.un_healthy_host_count{APP_SCOPE}'),
        ),
    ),
    'a Network Load Balancer: Datadog has no deduped count': (
        asked(later(kind=NETWORK), f'sum:aws.networkelb.healthy_host_count{NET_SCOPE} by {{region}}'),
        remedy(
            ours(f'sum:aws_diagnostics.elb.healthy_hosts{NET_SCOPE} by {{region}}', NO_DEDUPED),
            largest(f'max:aws.networkelb.healthy_host_count{NET_SCOPE} by {{region}}'),
        ),
    ),
    'all load balancers, each by itself: the others stay watched': (
        told(classic(), f'avg(last_5m):{HEALTHY}{{*}} by {{loadbalancername}} < 4'),
        remedy(
            deduped('sum:aws.elb.healthy_host_count_deduped{*} by {loadbalancername}'),
            ours(ALL_OURS),
            largest('max:aws.elb.healthy_host_count{*} by {loadbalancername}'),
        ),
    ),
    'all load balancers together: the largest zone of all is not their sum': (
        told(classic(), f'avg(last_5m):{HEALTHY}{{*}} < 4'),
        remedy(
            deduped('sum:aws.elb.healthy_host_count_deduped{*}'),
            ours(ALL_OURS),
            largest_of_each('load balancer', 'loadbalancername'),
        ),
    ),
    'two target groups together: the other one stays counted': (
        asked(later(group(name='web'), group(name='api')), 'sum:aws.applicationelb.healthy_host_count{name:web}'),
        remedy(
            deduped('sum:aws.applicationelb.healthy_host_count_deduped{name:web}'),
            ours('sum:aws_diagnostics.elb.healthy_hosts{name:web}'),
            largest_of_each('target group', 'targetgroup'),
        ),
    ),
    'a tag that this check does not send': (
        asked(classic(), f'{HEALTHY}{{name:web,aws_account:{ACCOUNT_ID}}}'),
        remedy(
            deduped(f'sum:aws.elb.healthy_host_count_deduped{{name:web,aws_account:{ACCOUNT_ID}}}'),
            ours(ALL_OURS),
            largest(f'max:aws.elb.healthy_host_count{{name:web,aws_account:{ACCOUNT_ID}}}'),
        ),
    ),
    'addresses outside of all zones: no zone has all': (
        asked(
            later(group(count(EVERY_ZONE, 2), cross_zone=False), kind=NETWORK, zones=BOTH),
            'sum:aws.networkelb.healthy_host_count{*}',
        ),
        remedy(ours(ALL_OURS, NO_DEDUPED)),
    ),
}

test_verdict = verdict_test(ELB_CROSS_ZONE_COUNTS_INFLATED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)
test_remedy = remedy_test(ELB_CROSS_ZONE_COUNTS_INFLATED, REMEDIES)
