"""The Agent found no hostname at all."""

import re

from ...expectations import Expectations
from ...facts import Agent, ContainerKind, Facts, observed
from ...findings import Diagnosis, Failed, Passed, Scope, Status, Unknown, Verdict
from ...remedies import Choice, Language, Remedy, Step, yaml
from ...text import clean, go_reason, quoted
from ..agent_remedies import agent_status, container_kind, set_in_agent
from ..applying import restart_with_settings
from ..around_imds import name_by_a_file
from ..links import HOSTNAME_IN_CONTAINERS
from .agent_words import asked_aws
from .wrong_name import IMDS_FAULTS

AFTER_THE_SIDECAR = ('all', 'container', 'os', 'fqdn', 'aws', 'gce', 'azure')
"""Keys of the Agent's errors that are written only where the search went on behind `fargate`: a sidecar, which has no
hostname on purpose, ends it there."""
TELLING = ('container', 'os', 'aws')
"""The most specific first; what `all` says is that nothing was found."""
LONGEST_TELLING = 300
REFUSED_NODE = re.compile(r'(?P<name>[^\s:]+) is not RFC1123 compliant')
REFUSED_CLUSTER = re.compile(
    r'(?:\.internal|^i-[0-9a-f]{17}|^ip(?:-\d{1,3}){4})-(?P<cluster>[A-Za-z0-9_-]*_[A-Za-z0-9_-]*)$'
)
CLUSTER_NAME = re.compile('[a-z]([a-z0-9-]{0,38}[a-z0-9])?')
"""What the Agent takes in every version (pkg/util/kubernetes/clustername)."""


def judge(facts: Facts, _: Expectations) -> Verdict:
    agent = observed(facts.agent)
    if agent.hostname is None:
        return Unknown("the Agent's hostname is not known")
    if agent.hostname:
        return Passed(f'the Agent is named {quoted(agent.hostname)}')
    if not any(provider in agent.provider_errors for provider in AFTER_THE_SIDECAR):
        return Unknown('the Agent has no hostname, and does not say why: it may not have looked for one yet')
    told = '; '.join(f'{provider}: {go_reason(error)}' for provider, error in _telling(agent))
    return Failed(f'the Agent found no hostname. It says: {clean(told, LONGEST_TELLING)}')


def _telling(agent: Agent) -> tuple[tuple[str, str], ...]:
    errors = agent.provider_errors
    found = tuple((provider, errors[provider]) for provider in TELLING if errors.get(provider))
    return found or tuple(errors.items())


def remedy(facts: Facts, _: Expectations) -> Remedy:
    cluster = _refused_cluster(facts)
    named = _rename(cluster) if container_kind(facts) is ContainerKind.POD else ()
    look = Step(
        'If there is still none, look in the section Hostname for what each provider says; in a pod, the Agent must '
        'reach the kubelet or the container runtime',
        agent_status(facts),
    )
    return Remedy(
        'Give the Agent a hostname, or let one of its providers find one',
        (*named, *name_by_a_file(facts), *_let_aws_name_it(facts)),
        (*restart_with_settings(facts), look),
    )


def _refused_cluster(facts: Facts) -> str:
    """The name of the cluster that the Agent appends to that of the node, where that makes a name which it refuses."""
    errors = facts.agent.provider_errors if isinstance(facts.agent, Agent) else {}
    refused = REFUSED_NODE.search(errors.get('container', ''))
    found = REFUSED_CLUSTER.search(refused['name']) if refused else None
    return found['cluster'] if found else ''


def _rename(cluster: str) -> tuple[Choice, ...]:
    name = re.sub('[^a-z0-9]+', '-', cluster.lower()).strip('-')
    if not CLUSTER_NAME.fullmatch(name):
        return ()
    text = f'Give the cluster a name without underscores, since {quoted(cluster)} becomes part of the hostname'
    return (
        Choice(
            f'{text}, in the Helm values (the tags with the name of the cluster change too)',
            (yaml({'datadog': {'clusterName': name}}, Language.HELM),),
            undo=Step('Set the name that it had before'),
        ),
    )


def _let_aws_name_it(facts: Facts) -> tuple[Choice, ...]:
    """Without a name, the Agent does not ask AWS by itself."""
    key, text = 'ec2_prioritize_instance_id_as_hostname', 'Let the Agent use the instance id, where IMDS answers it'
    return (set_in_agent(facts, text, key, True, 'Agent 7.37 and later'),)


def _came_to_ask_aws(facts: Facts, _: str) -> bool:
    """Where it did not, as in a pod without a name, no fault of IMDS is the reason."""
    return isinstance(facts.agent, Agent) and asked_aws(facts.agent) is True


HOSTNAME_MISSING = Diagnosis(
    id='hostname-missing',
    title='The Agent has no hostname',
    scope=Scope.HOST,
    service_check='hostname',
    severity=Status.CRITICAL,
    tests="Reads the Agent's hostname, and what each of its providers says where there is none.",
    harm=(
        'Agent 7.40 and later exits at startup if it finds no hostname; older Agents report the name of '
        'their container, which changes with each restart.'
    ),
    docs=HOSTNAME_IN_CONTAINERS,
    judge=judge,
    remedy=remedy,
    after=IMDS_FAULTS,
    can_explain=_came_to_ask_aws,
)
