"""The Agent reports under another name than it should."""

from dataclasses import replace
from typing import Any

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_not_instance_id import HOSTNAME_NOT_INSTANCE_ID
from datadog_checks.aws_diagnostics.facts import ContainerKind, Facts, Unobserved
from datadog_checks.aws_diagnostics.findings import Failed, Status
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy
from tests.builders import INSTANCE_ID, OTHER_INSTANCE_ID, agent, configuration, container, expecting, facts, host, imds
from tests.diagnoses.remedy_parts import APPLY_HELM, RESTART_POD, SET_BACK, keep_the_name
from tests.diagnoses.tables import Row, remedy_test, verdict_test

from .situations import CUSTOM_NAME, DEFAULT_NAME, situated


def named(hostname: str | None, provider: str | None = 'os', **differences: Any) -> Facts:
    return facts(agent=agent(provider=provider, hostname=hostname, **differences))


WEB = expecting(hostname='web-01')
FAILS = {
    'a default name': Row(
        named(DEFAULT_NAME),
        f"the Agent is named '{DEFAULT_NAME}', the instance id is {INSTANCE_ID}",
        near_miss='the instance id',
    ),
    'the id of another instance': Row(
        named(OTHER_INSTANCE_ID, 'hostnameFile'),
        f"the Agent is named '{OTHER_INSTANCE_ID}', the instance id is {INSTANCE_ID}",
        near_miss='the instance id',
    ),
    'the resource name of another instance': Row(
        named(f'{OTHER_INSTANCE_ID}.ec2.internal'),
        f"the Agent is named '{OTHER_INSTANCE_ID}.ec2.internal', the instance id is {INSTANCE_ID}",
        near_miss='the resource name of this instance',
    ),
    'a name set by hand: someone chose it': Row(
        named('web-01', 'configuration', configuration=configuration(hostname='web-01')),
        Failed(f"the Agent is named 'web-01', the instance id is {INSTANCE_ID}", Status.WARNING),
        near_miss='the instance id, set by hand',
    ),
    'a name of its own, for which AWS is not asked: someone chose it': Row(
        situated('7.81.3 - transition', 'v2', 'arrives', 'host-custom', 'nitro'),
        Failed(f"the Agent is named '{CUSTOM_NAME}', the instance id is {INSTANCE_ID}", Status.WARNING),
        near_miss='the instance id',
    ),
    'by aws, but of another instance': Row(
        named(OTHER_INSTANCE_ID, 'aws'),
        f"the Agent is named '{OTHER_INSTANCE_ID}', the instance id is {INSTANCE_ID}",
        near_miss='the instance id',
    ),
    'another name than the literal one': Row(
        named('web-02', 'configuration'),
        "the Agent is named 'web-02', expected_hostname is 'web-01'",
        WEB,
        near_miss='the literal name',
    ),
    'the instance id where another name is expected': Row(
        facts(),
        f"the Agent is named '{INSTANCE_ID}', expected_hostname is 'web-01'",
        WEB,
        near_miss='the literal name',
    ),
}
PASSES = {
    'the instance id': Row(facts(), f"the Agent is named '{INSTANCE_ID}', which is the instance id"),
    'the instance id, set by hand': Row(
        named(INSTANCE_ID, 'configuration'), f"the Agent is named '{INSTANCE_ID}', which is the instance id"
    ),
    'the instance id, as the name of the system': Row(
        named(INSTANCE_ID), f"the Agent is named '{INSTANCE_ID}', which is the instance id"
    ),
    'the resource name of this instance': Row(
        named(f'{INSTANCE_ID}.ec2.internal'),
        f"the Agent is named '{INSTANCE_ID}.ec2.internal', which holds the instance id",
    ),
    'a node that is named by its id, with the cluster appended': Row(
        named(f'{INSTANCE_ID}-production', 'container'),
        f"the Agent is named '{INSTANCE_ID}-production', which holds the instance id",
    ),
    'the literal name': Row(named('web-01', 'configuration'), "the Agent is named 'web-01'", WEB),
}
UNKNOWN = {
    'the name is not known': Row(named(None), "the Agent's hostname is not known"),
    'the Agent has no name': Row(named(''), 'the Agent has no hostname'),
    'the instance id is not known': Row(
        facts(
            agent=agent(hostname=DEFAULT_NAME, provider='os'),
            imds=imds(instance_id=None),
            platform=replace(facts().platform, instance_id=None),
            host=host(cloud_init_instance_id=None),
        ),
        f"the Agent is named '{DEFAULT_NAME}', and the instance id is not known",
    ),
    'IMDS and the firmware disagree': Row(
        facts(imds=imds(instance_id=OTHER_INSTANCE_ID)),
        f"the Agent is named '{INSTANCE_ID}', and the instance id is not known: IMDS may be that of another instance",
    ),
    'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent'),
}
NOT_APPLICABLE = {
    'any name is right': Row(named(DEFAULT_NAME), "expected_hostname is 'any'", expecting(hostname='any')),
    'the provider that the operator accepts does not give instance ids': Row(
        named('web-01', 'configuration'),
        "the Agent is named 'web-01' by provider configuration, which expected_hostname_provider accepts and which "
        'does not give instance ids',
        expecting('aws', 'configuration'),
    ),
}
test_verdict = verdict_test(HOSTNAME_NOT_INSTANCE_ID, FAILS, PASSES, UNKNOWN, NOT_APPLICABLE)

test_remedy = remedy_test(
    HOSTNAME_NOT_INSTANCE_ID,
    {
        'on a host': (
            named(DEFAULT_NAME),
            Remedy(
                'Let the Agent resolve its hostname again, or tell this check that the name is wanted',
                (
                    Choice(
                        'Restart the Agent; it resolves its hostname only at startup',
                        (Command('sudo systemctl restart datadog-agent'),),
                    ),
                    keep_the_name('expected_hostname: ip-10-0-0-12.eu-west-1.compute.internal'),
                ),
            ),
        ),
        'another name is expected, in a pod': (
            replace(named('web-02', 'configuration'), host=host(container=container(ContainerKind.POD))),
            WEB,
            Remedy(
                'Give the Agent the expected hostname',
                (
                    Choice(
                        'Set the expected hostname, in the Helm values',
                        (Command('datadog:\n  env:\n    - name: DD_HOSTNAME\n      value: web-01', Language.HELM),),
                        undo=SET_BACK,
                    ),
                    keep_the_name('expected_hostname: web-02'),
                ),
                then=(APPLY_HELM, RESTART_POD),
            ),
        ),
    },
)
