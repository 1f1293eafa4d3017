"""The Agent's name does not come from where it should."""

from dataclasses import replace
from typing import Any

import pytest

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_provider_mismatch import HOSTNAME_PROVIDER_MISMATCH
from datadog_checks.aws_diagnostics.expectations import Expectations
from datadog_checks.aws_diagnostics.facts import ContainerKind, Dmi, Facts, HostnameFile, HostnameSource, Unobserved
from datadog_checks.aws_diagnostics.facts.values import ImdsEndpoint
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Remedy, Step
from tests.builders import (
    INSTANCE_ID,
    OTHER_INSTANCE_ID,
    agent,
    configuration,
    container,
    expecting,
    facts,
    host,
    hostname_file,
    imds,
)
from tests.diagnoses.remedy_parts import keep_the_name
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import CUSTOM_NAME, DEFAULT_NAME, IMDS, situated
from .test_agent_words import TIMEOUT

FIRMWARE = 'Unable to determine hostname from EC2: board vendor is not AWS'
LEGACY = (
    'Unable to determine hostname from EC2: status code 401 trying to GET '
    'http://169.254.169.254/latest/meta-data/instance-id'
)
PATH = '/var/lib/cloud/data/instance-id'
INFERRED = HostnameSource.INFERRED
OS_OR_AWS = expecting('aws', 'os')


def named(provider: str | None, hostname: str | None = DEFAULT_NAME, **differences: Any) -> Facts:
    return facts(agent=agent(provider=provider, hostname=hostname, **differences))


def by_file(content: HostnameFile | Unobserved, hostname: str, provider: str = 'hostnameFile') -> Facts:
    settings = configuration(hostname_file=PATH)
    return named(provider, hostname, configuration=settings, hostname_file=content)


BY_OS = f'the hostname provider is os ({DEFAULT_NAME})'
NO_ID: dict[str, Any] = {
    'imds': imds(instance_id=None),
    'platform': replace(facts().platform, instance_id=None),
    'host': host(cloud_init_instance_id=None, dmi=Dmi()),
}

FAILS = {
    'os instead of aws, with the reason that the Agent gave': Row(
        named('os', provider_errors={'aws': LEGACY, 'gce': 'no GCE here'}),
        f'{BY_OS}; expected: aws. Of its second resolution, which uses IMDSv1 alone, the Agent said: {LEGACY}',
        near_miss='aws, and the second, IMDSv1-only resolution of the Agent failed',
    ),
    'os instead of aws, with a reason that is long and one that is empty': Row(
        named('os', provider_errors={'aws': 'x' * 300, 'fqdn': ''}),
        f'{BY_OS}; expected: aws or fqdn. Of its second resolution, which uses IMDSv1 alone, the Agent said: '
        f'{"x" * 117}...',
        expecting('aws', 'fqdn'),
        near_miss='os is accepted',
    ),
    'os instead of aws, where the Agent resolves its name once': Row(
        named('os', provider_errors={'aws': LEGACY}, version=(7, 63, 3)),
        f'{BY_OS}; expected: aws. When the Agent started, it said of AWS: {LEGACY}',
        near_miss='aws, and the second, IMDSv1-only resolution of the Agent failed',
    ),
    'os instead of aws, after the firmware was asked too': Row(
        named('os', provider_errors={'aws': FIRMWARE}),
        f'{BY_OS}; expected: aws. When the Agent started, it said of AWS: {FIRMWARE}',
        near_miss='aws, and the second, IMDSv1-only resolution of the Agent failed',
    ),
    'container instead of aws, in a pod': Row(
        situated('7.81.3 - transition', 'v2', 'lost', 'pod', 'xen'),
        f'the hostname provider is container ({DEFAULT_NAME}); expected: aws',
        near_miss='container is accepted',
    ),
    'fqdn instead of aws': Row(
        named('fqdn', configuration=configuration(hostname_fqdn=True)),
        f'the hostname provider is fqdn ({DEFAULT_NAME}); expected: aws',
        near_miss='named by aws',
    ),
    'two providers are right, and it is none of them': Row(
        named('fqdn', configuration=configuration(hostname_fqdn=True)),
        f'the hostname provider is fqdn ({DEFAULT_NAME}); expected: aws or os',
        OS_OR_AWS,
        near_miss='os is accepted',
    ),
    'set by hand: someone chose it': Row(
        named('configuration', 'web-01', configuration=configuration(hostname='web-01')),
        Failed('the hostname provider is configuration (web-01); expected: aws', Status.WARNING),
        near_miss='named by aws',
    ),
    'the instance id, where not even aws is expected': Row(
        named('configuration', INSTANCE_ID, configuration=configuration(hostname=INSTANCE_ID)),
        Failed(f'the hostname provider is configuration ({INSTANCE_ID}); expected: fqdn', Status.WARNING),
        expecting('fqdn'),
        near_miss='the instance id, set by hand',
    ),
    'a name of its own, for which AWS is not asked: someone chose it': Row(
        situated('7.81.3 - transition', 'v2', 'arrives', 'host-custom', 'nitro'),
        Failed(f'the hostname provider is os ({CUSTOM_NAME}); expected: aws', Status.WARNING),
        near_miss='os is accepted',
    ),
    'the file holds the id of another instance, which is critical elsewhere': Row(
        by_file(hostname_file(PATH, OTHER_INSTANCE_ID), OTHER_INSTANCE_ID),
        Failed(f'the hostname provider is hostnameFile ({OTHER_INSTANCE_ID}); expected: aws', Status.WARNING),
        near_miss='the instance id by hostname_file',
    ),
    'the file holds a name: someone chose it': Row(
        by_file(hostname_file(PATH, 'web-01'), 'web-01'),
        Failed('the hostname provider is hostnameFile (web-01); expected: aws', Status.WARNING),
        near_miss='the instance id by hostname_file',
    ),
    'inferred: whichever it is, it is not aws': Row(
        named('os', source=INFERRED),
        Failed(f'{BY_OS}, inferred from the name; expected: aws', Status.WARNING),
        near_miss='inferred to be aws',
    ),
    'the host could not be inspected': Row(
        replace(named('os'), host=Unobserved('no permission')), f'{BY_OS}; expected: aws', near_miss='named by aws'
    ),
}
PASSES = {
    'named by aws': Row(facts(), f'the hostname provider is aws ({INSTANCE_ID})'),
    'aws, and the second, IMDSv1-only resolution of the Agent failed': Row(
        named('aws', INSTANCE_ID, provider_errors={'aws': LEGACY}), f'the hostname provider is aws ({INSTANCE_ID})'
    ),
    'aws by the firmware, while IMDS does not answer at all': Row(
        facts(imds=IMDS['none', 'arrives']), f'the hostname provider is aws ({INSTANCE_ID})'
    ),
    'os is accepted': Row(named('os'), BY_OS, OS_OR_AWS),
    'container is accepted': Row(
        named('container'),
        f'the hostname provider is container ({DEFAULT_NAME})',
        expecting('container'),
    ),
    'the instance id by hostname_file': Row(
        by_file(hostname_file(PATH, INSTANCE_ID), INSTANCE_ID),
        f'the hostname provider is hostnameFile ({INSTANCE_ID}), and hostname_file holds the instance id',
    ),
    'the instance id by hostname_file, as Agents before 7.37 report it': Row(
        by_file(hostname_file(PATH, INSTANCE_ID), INSTANCE_ID, 'configuration'),
        f'the hostname provider is configuration ({INSTANCE_ID}), and hostname_file holds the instance id',
    ),
    'the instance id by hostname_file, which this check cannot read': Row(
        by_file(Unobserved('no permission'), INSTANCE_ID),
        f'the hostname provider is hostnameFile ({INSTANCE_ID}), and hostname_file holds the instance id',
    ),
    'the instance id, set by hand': Row(
        named('configuration', INSTANCE_ID, configuration=configuration(hostname=INSTANCE_ID)),
        f'the hostname provider is configuration ({INSTANCE_ID}), and that name is the instance id',
    ),
    'the instance id, which is the name of the system': Row(
        replace(named('os', INSTANCE_ID), host=host(os_hostname=INSTANCE_ID)),
        f'the hostname provider is os ({INSTANCE_ID}), and that name is the instance id',
    ),
    'the resource name of this instance': Row(
        named('fqdn', f'{INSTANCE_ID}.ec2.internal'),
        f'the hostname provider is fqdn ({INSTANCE_ID}.ec2.internal), and that name holds the instance id',
    ),
    'os, but the name is the instance id: the Agent contradicts itself, and the name is right': Row(
        named('os', INSTANCE_ID), f'the hostname provider is os ({INSTANCE_ID}), and that name is the instance id'
    ),
    'inferred to be aws': Row(
        named('aws', INSTANCE_ID, source=INFERRED),
        f'the hostname provider is aws ({INSTANCE_ID}), inferred from the name',
    ),
    'the person at the terminal says aws': Row(
        named('aws', None, source=HostnameSource.GIVEN), 'the hostname provider is aws'
    ),
}
UNKNOWN = {
    'a file holds an instance id, and which one this is nothing tells': Row(
        replace(by_file(hostname_file('/f', OTHER_INSTANCE_ID), OTHER_INSTANCE_ID), **NO_ID),
        f'the hostname provider is hostnameFile ({OTHER_INSTANCE_ID}), and hostname_file holds an instance id, but the '
        'id of this instance is not known',
    ),
    'the Agent names no provider': Row(
        named(None, note='the Agent names no provider: its hostname is not resolved yet, or it runs on Fargate'),
        'the hostname provider is not known: the Agent names no provider: its hostname is not resolved yet, or it runs '
        'on Fargate',
    ),
    'nobody answers': Row(
        named('', note='expvar: connection refused'), 'the hostname provider is not known: expvar: connection refused'
    ),
    'os, but the name is the instance id: the Agent contradicts itself': Row(
        named('os', INSTANCE_ID),
        (
            'the hostname provider is os (i-0123456789abcdef0), but the hostname is the instance '
            'id, which is not the name of the operating system'
        ),
        expecting('fqdn'),
    ),
    'inferred, and the instance id is not known': Row(
        replace(named('os', source=INFERRED), **NO_ID),
        f'{BY_OS}, inferred from the name, which is not certain enough to judge',
    ),
    'inferred to be aws from a name that looks like an instance id, which nothing confirms': Row(
        replace(
            named('aws', OTHER_INSTANCE_ID, source=INFERRED),
            imds=imds(instance_id=None),
            platform=replace(facts().platform, instance_id=None),
            host=host(cloud_init_instance_id=OTHER_INSTANCE_ID),
        ),
        f'the hostname provider is aws ({OTHER_INSTANCE_ID}), inferred from the name, which is not certain enough to '
        'judge',
    ),
    'inferred, and it may be another one that is right': Row(
        named('os', source=INFERRED),
        f'{BY_OS}, inferred from the name, which is not certain enough to judge',
        expecting('aws', 'container'),
    ),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
test_verdict = verdict_test(HOSTNAME_PROVIDER_MISMATCH, FAILS, PASSES, UNKNOWN, {})


test_remedy = remedy_test(
    HOSTNAME_PROVIDER_MISMATCH,
    {
        'on a host': (
            named('fqdn'),
            Remedy(
                'Let the Agent resolve its hostname again, or tell this check that the name is wanted',
                (
                    Choice(
                        'Restart the Agent; it resolves its hostname only at startup',
                        (Command('sudo systemctl restart datadog-agent'),),
                    ),
                    keep_the_name('expected_hostname_provider: [aws, fqdn]'),
                ),
                then=(
                    Step(
                        (
                            'If the provider stays the same, look in the section Hostname for why the other '
                            'providers gave no name'
                        ),
                        (Command('sudo -u dd-agent datadog-agent status'),),
                    ),
                ),
            ),
        ),
        'in a pod': (
            replace(named('container'), host=host(container=container(ContainerKind.POD))),
            Remedy(
                'Let the Agent resolve its hostname again, or tell this check that the name is wanted',
                (
                    Choice(
                        (
                            'Restart the Agent; it resolves its hostname only at startup (the first '
                            'command lists every NAMESPACE and DAEMONSET; a Helm upgrade restarts '
                            'it too)'
                        ),
                        (
                            Command('kubectl get daemonsets --all-namespaces'),
                            Command('kubectl rollout restart --namespace "${NAMESPACE:?}" "daemonset/${DAEMONSET:?}"'),
                        ),
                    ),
                    keep_the_name('expected_hostname_provider: [aws, container]'),
                ),
                then=(
                    Step(
                        (
                            'If the provider stays the same, look in the section Hostname for why the other '
                            'providers gave no name'
                        ),
                        (
                            Command('kubectl get pods --all-namespaces'),
                            Command(
                                'kubectl exec --namespace "${NAMESPACE:?}" "${AGENT_POD:?}" -c agent -- agent status'
                            ),
                        ),
                    ),
                ),
            ),
        ),
    },
)


def test_no_restart_is_advised_where_the_agent_would_take_the_same_name_again() -> None:
    known = situated('7.81.3 - transition', 'v2', 'arrives', 'host-custom', 'nitro')
    assert HOSTNAME_PROVIDER_MISMATCH.remedy(known, Expectations()) == Remedy(
        'Find out why the expected provider gives no name, or tell this check that the name is wanted',
        (keep_the_name('expected_hostname_provider: [aws, os]'),),
        (
            Step(
                'Look in the section Hostname for why the other providers gave no name',
                (Command('sudo -u dd-agent datadog-agent status'),),
            ),
        ),
    )


BY_IPV6 = imds(endpoint=ImdsEndpoint('http://[fd00:ec2::254]'))
BLOCKED = {'aws': 'dial tcp 169.254.169.254:80: connect: permission denied'}


@pytest.mark.parametrize(
    ('known', 'how'),
    [
        pytest.param(
            replace(named('os', provider_errors={'aws': TIMEOUT}), imds=BY_IPV6),
            'remove imds_endpoint from its conf.yaml (this check asks IMDS by IPv6 (http://[fd00:ec2::254]), and the '
            'Agent only 169.254.169.254)',
            id='by IPv6',
        ),
        pytest.param(
            named('os', provider_errors=BLOCKED, of_this_user=False),
            'run it as the user of the Agent (the Agent was not permitted to connect to IMDS, and this check runs as '
            'another user)',
            id='as another user',
        ),
    ],
)
def test_no_restart_is_advised_by_what_only_this_check_gets(known: Facts, how: str) -> None:
    assert HOSTNAME_PROVIDER_MISMATCH.remedy(known, Expectations()) == Remedy(
        'Find out why the expected provider gives no name, or tell this check that the name is wanted',
        (keep_the_name('expected_hostname_provider: [aws, os]'),),
        (
            Step(f'Let this check ask IMDS as the Agent does, and see what it finds then: {how}'),
            Step(
                'Look in the section Hostname for why the other providers gave no name',
                (Command('sudo -u dd-agent datadog-agent status'),),
            ),
        ),
    )
