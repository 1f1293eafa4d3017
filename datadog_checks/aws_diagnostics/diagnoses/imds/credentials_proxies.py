"""kube2iam and kiam, which answer pods in place of IMDS: how to get past them, as the guide says."""

from ...facts import ContainerKind, Facts
from ...remedies import Choice, Remedy, Step, script, yaml
from ..agent_remedies import container_kind
from ..around_imds import ways_around_the_hop_limit
from .blocking import firewall_rules

KIAM_ROUTES = (
    '^/latest/(api/token|dynamic/instance-identity/document|meta-data/(ami-id|hostname|instance-id|instance-type'
    '|local-hostname|local-ipv4|mac|network/.*|placement/.*|public-hostname|public-ipv4|spot/.*|tags/.*))$'
)
"""What the Agent reads (pkg/util/ec2 of its source). Not all of meta-data: that also holds credentials."""

THAT_FORWARDS_TOKENS = (
    'a release that forwards PUT /latest/api/token, and GETs with a token, without X-Forwarded-For (jtblin/kube2iam '
    'pull requests 270 and 279)'
)


def past_kube2iam(facts: Facts) -> Remedy:
    upgrade = Choice(
        f'Upgrade kube2iam to {THAT_FORWARDS_TOKENS}',
        find_the_proxy(facts).commands,
        'the metadata to the pods, while kube2iam keeps answering for credentials',
        Step('Go back to the release that ran before'),
    )
    return Remedy(
        _bypass_or_forward(facts, 'kube2iam'),
        (*ways_around_the_hop_limit(facts), upgrade),
    )


def past_kiam(facts: Facts) -> Remedy:
    allow = Choice(
        'Allow the paths that the Agent asks for, as one more argument of the kiam agent',
        (*find_the_proxy(facts).commands, yaml({'args': [f'--whitelist-route-regexp={KIAM_ROUTES}']})),
        'these paths to the pods, while kiam keeps answering for credentials',
        Step('Remove the argument again'),
    )
    return Remedy(
        _bypass_or_forward(facts, 'kiam'),
        (*ways_around_the_hop_limit(facts), allow),
    )


def _bypass_or_forward(facts: Facts, proxy: str) -> str:
    if ways_around_the_hop_limit(facts):
        return f'Bypass the proxy (it looks like {proxy}), or let it forward IMDSv2'
    return f'Let the proxy (it looks like {proxy}) forward IMDSv2'


def find_the_proxy(facts: Facts) -> Step:
    if container_kind(facts) is not ContainerKind.POD:
        return firewall_rules(facts)
    find = script('kubectl get daemonsets --all-namespaces | grep -iE "kube2iam|kiam"')
    return Step('See which proxy it is', (find,))
