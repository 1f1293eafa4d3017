"""What the Agent answers, in the shapes that it publishes."""

import json
from collections.abc import Mapping

ERRORS_OF_A_HEALTHY_HOST = {
    "'hostname' configuration/environment": 'hostname is empty',
    "'hostname_file' configuration/environment": "'hostname_file' configuration is not enabled",
    'fargate': 'agent is not running in sidecar mode',
    'gce': 'unable to retrieve hostname from GCE: GCE metadata API error',
    'azure': "azure_hostname_style is set to 'os'",
    'fqdn': "'hostname_fqdn' configuration is not enabled",
    'container': 'the agent is not containerized',
    'aws': 'Unable to determine hostname from EC2: status code 401 trying to GET '
    'http://169.254.169.254/latest/meta-data/instance-id',
}


def variables(provider: str, errors: Mapping[str, str] = ERRORS_OF_A_HEALTHY_HOST) -> bytes:
    """/debug/vars, with some of the other variables of some 100 KB that stand around the hostname's."""
    return json.dumps(
        {
            'cmdline': ['/opt/datadog-agent/bin/agent/agent', 'run'],
            'aggregator': {'ChecksMetricSample': 1234, 'Flush': {f'flush-{n}': n for n in range(4000)}},
            'hostname': {'errors': dict(errors), 'provider': provider},
            'memstats': {'Alloc': 12345678, 'PauseNs': list(range(256))},
        }
    ).encode()


def inventory(hostname: str, provider: str, version: str = '7.81.3') -> bytes:
    """/agent/metadata/inventory-agent."""
    return json.dumps(
        {
            'hostname': hostname,
            'uuid': '2c7a6a4e-0000-4000-8000-000000000000',
            'timestamp': 1790000000000000000,
            'agent_metadata': {
                'agent_version': version,
                'feature_imdsv2_enabled': False,
                'flavor': 'agent',
                'full_configuration': 'api_key: "***"\n' * 2000,
                'hostname_source': provider,
            },
        }
    ).encode()
