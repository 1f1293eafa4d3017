"""Which diagnoses explain a wrong name, in the order in which they are looked at.

First what gives the Agent another name, keeps it from ever asking AWS, or says that asking again would do; a fault of
IMDS explains a wrong name only where none of these does.

The diagnoses that name these need no steps of their own once they are explained: the remedy of each cause ends with the
restart without which the Agent keeps its name.
"""

IMDS_FAULTS = (
    'imds-endpoint-disabled',
    'imds-unreachable',
    'imds-intercepted',
    'imdsv2-not-supported',
    'imds-behind-proxy-settings',
    'imds-hop-limit-too-low',
    'imds-throttled',
    'imds-slower-than-agent-timeout',
)

CAUSES_OF_A_WRONG_NAME = (
    'hostname-of-another-instance',
    'hostname-configured-by-hand',
    'hostname-file-unusable',
    'hostname-stale',
    'hostname-custom-os-name',
    'aws-metadata-disabled',
    'agent-cannot-use-imdsv2',
    *IMDS_FAULTS,
)
