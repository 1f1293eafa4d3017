"""The Agent is told not to ask AWS for metadata."""

from datadog_checks.aws_diagnostics.diagnoses.hostname.aws_metadata_disabled import AWS_METADATA_DISABLED
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy
from tests.builders import INSTANCE_ID, agent, configuration, container, expecting, facts, host
from tests.diagnoses.remedy_parts import APPLY_HELM, RESTART, RESTART_POD, SET_BACK
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import DEFAULT_NAME
from .test_agent_words import TIMEOUT

GCP = configuration(cloud_provider_metadata=('gcp',))


def enabled(*providers: str, provider: str = 'os', hostname: str = DEFAULT_NAME, **differences: object) -> Facts:
    settings = configuration(cloud_provider_metadata=providers)
    return facts(agent=agent(configuration=settings, provider=provider, hostname=hostname), **differences)


FAILS = {
    'aws is missing': Row(
        enabled('gcp', 'azure'),
        'cloud_provider_metadata is [gcp, azure], without aws, so the Agent does not ask IMDS',
        near_miss='only aws',
    ),
    'all are disabled': Row(
        enabled(), 'cloud_provider_metadata is [], without aws, so the Agent does not ask IMDS', near_miss='only aws'
    ),
    'the Agent says that it asked IMDS, before that was forbidden': Row(
        facts(agent=agent(provider='os', hostname=DEFAULT_NAME, provider_errors={'aws': TIMEOUT}, configuration=GCP)),
        'cloud_provider_metadata is [gcp], without aws; the Agent asked IMDS when it started, and will not at its next '
        'start',
        near_miss='only aws',
    ),
    'the firmware names the instance': Row(
        enabled('gcp', provider='aws', hostname=INSTANCE_ID),
        Failed(
            (
                'cloud_provider_metadata is [gcp], without aws; the Agent has its hostname from '
                'aws, but gets no EC2 metadata'
            ),
            Status.WARNING,
        ),
        near_miss='only aws',
    ),
}
PASSES = {
    'the default': Row(facts(), 'cloud_provider_metadata is [aws, gcp, azure, alibaba, oracle, ibm]'),
    'only aws': Row(enabled('aws'), 'cloud_provider_metadata is [aws]'),
    'in capitals, as the Agent does not mind': Row(enabled('AWS'), 'cloud_provider_metadata is [AWS]'),
}
UNKNOWN = {'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent')}
NOT_APPLICABLE = {
    'the operator expects another provider': Row(
        enabled('gcp', provider='os'),
        'cloud_provider_metadata is [gcp], and expected_hostname_provider does not ask for aws',
        expecting('os'),
    ),
}
test_verdict = verdict_test(AWS_METADATA_DISABLED, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

test_remedy = remedy_test(
    AWS_METADATA_DISABLED,
    {
        'on a host, where a list is YAML': (
            enabled('gcp', 'azure'),
            Remedy(
                'Let the Agent ask AWS for metadata',
                (
                    Choice(
                        'Add aws to the providers that the Agent asks, in datadog.yaml',
                        (Command('cloud_provider_metadata: [aws, gcp, azure]', Language.YAML),),
                        undo=SET_BACK,
                    ),
                ),
                then=(RESTART,),
            ),
        ),
        'in a pod, where a list is separated by spaces': (
            enabled('gcp', 'azure', host=host(container=container(ContainerKind.POD))),
            Remedy(
                'Let the Agent ask AWS for metadata',
                (
                    Choice(
                        'Add aws to the providers that the Agent asks, in the Helm values',
                        (
                            Command(
                                (
                                    'datadog:\n  env:\n    - name: '
                                    'DD_CLOUD_PROVIDER_METADATA\n      value: "aws gcp azure"'
                                ),
                                Language.HELM,
                            ),
                        ),
                        undo=SET_BACK,
                    ),
                ),
                then=(APPLY_HELM, RESTART_POD),
            ),
        ),
    },
)
