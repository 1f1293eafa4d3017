"""Which provider the name itself points to."""

from dataclasses import replace

import pytest

from datadog_checks.aws_diagnostics.collect.agent.provider import Clues, infer_provider
from datadog_checks.aws_diagnostics.facts import AgentConfiguration, HostnameFile, Unobserved
from tests.builders import INSTANCE_ID, OTHER_INSTANCE_ID, configuration

OS_NAME = 'ip-10-0-0-12.eu-west-1.compute.internal'
ON_A_HOST = Clues(
    hostname=INSTANCE_ID,
    instance_id=INSTANCE_ID,
    os_hostname=OS_NAME,
    configuration=AgentConfiguration(),
    hostname_file=Unobserved('hostname_file is not set'),
    containerized=False,
)
IN_A_POD = replace(ON_A_HOST, os_hostname='datadog-agent-x7k2p', containerized=True)
CLOUD_INIT_FILE = HostnameFile('/var/lib/cloud/data/instance-id', content=INSTANCE_ID)


@pytest.mark.parametrize(
    'clues, provider, why',
    [
        pytest.param(ON_A_HOST, 'aws', 'the hostname is the instance id', id='instance id on a host'),
        pytest.param(IN_A_POD, 'aws', 'the hostname is the instance id', id='instance id in a pod'),
        pytest.param(
            replace(ON_A_HOST, instance_id=None),
            'aws',
            'the hostname looks like an instance id',
            id='an instance id where the own one is not known',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname='i-0123abcd', instance_id=None),
            'aws',
            'the hostname looks like an instance id',
            id='a short instance id',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname=OS_NAME), 'os', "the hostname is the operating system's", id='OS name on a host'
        ),
        pytest.param(
            replace(ON_A_HOST, hostname=INSTANCE_ID, configuration=configuration(hostname=INSTANCE_ID)),
            'configuration',
            'the hostname is the configured one',
            id='instance id, written by hand',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname='web-1', configuration=configuration(hostname='web-1')),
            'configuration',
            'the hostname is the configured one',
            id='a configured name',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname_file=CLOUD_INIT_FILE),
            'hostnameFile',
            'the hostname is what hostname_file contains',
            id='instance id from a file',
        ),
        pytest.param(
            replace(
                ON_A_HOST,
                hostname='web-1.example.com',
                os_hostname='web-1',
                configuration=configuration(hostname_fqdn=True),
            ),
            'fqdn',
            'the hostname is the full name of this host, and hostname_fqdn is set',
            id='full name',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname='web-1', os_hostname='web-1', configuration=configuration(hostname_fqdn=True)),
            'fqdn',
            'the hostname is the full name of this host, and hostname_fqdn is set',
            id='full name that is the short one',
        ),
        pytest.param(
            replace(IN_A_POD, hostname=OS_NAME),
            'container',
            'the hostname is not that of this container, so the runtime or Kubernetes gave it',
            id="the node's name in a pod",
        ),
    ],
)
def test_a_name_points_to_its_provider(clues: Clues, provider: str, why: str) -> None:
    assert infer_provider(clues) == (provider, why)


@pytest.mark.parametrize(
    'clues, why',
    [
        pytest.param(replace(ON_A_HOST, hostname=''), 'there is no hostname to conclude from', id='no name'),
        pytest.param(
            replace(ON_A_HOST, os_hostname=INSTANCE_ID),
            'the hostname fits aws as well as os',
            id='an OS named by the instance id',
        ),
        pytest.param(
            replace(IN_A_POD, hostname='datadog-agent-x7k2p'),
            'the hostname fits os as well as container',
            id="the pod's own name",
        ),
        pytest.param(
            replace(ON_A_HOST, hostname=OTHER_INSTANCE_ID),
            'the hostname is none of the names that this host is known by',
            id='the id of another instance',
        ),
        pytest.param(
            replace(IN_A_POD, hostname=OTHER_INSTANCE_ID),
            'the hostname is none of the names that this host is known by',
            id='the id of another instance in a pod',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname='web-1'),
            'the hostname is none of the names that this host is known by',
            id='a name from nowhere',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname='web-1', configuration=configuration(hostname='web-2')),
            'the hostname is none of the names that this host is known by',
            id='another name than the configured one',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname='web-1.example.com', os_hostname='web-1'),
            'the hostname is none of the names that this host is known by',
            id='full name without hostname_fqdn',
        ),
        pytest.param(
            replace(IN_A_POD, hostname=OS_NAME, os_hostname=''),
            'the hostname is none of the names that this host is known by',
            id='a container whose own name is not known',
        ),
        pytest.param(
            replace(ON_A_HOST, hostname='i-0123456789abcdefg', instance_id=None),
            'the hostname is none of the names that this host is known by',
            id='almost an instance id',
        ),
    ],
)
def test_a_name_that_fits_none_or_several_points_to_none(clues: Clues, why: str) -> None:
    assert infer_provider(clues) == (None, why)
