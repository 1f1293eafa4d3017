"""A configured name that the Agent refuses."""

from datadog_checks.aws_diagnostics.diagnoses.hostname.hostname_setting_refused import HOSTNAME_SETTING_REFUSED
from datadog_checks.aws_diagnostics.diagnoses.judging import generic_remedy
from datadog_checks.aws_diagnostics.facts import Facts, Unobserved
from datadog_checks.aws_diagnostics.remedies import Choice, Command, Language, Remedy
from tests.builders import INSTANCE_ID, agent, configuration, facts
from tests.diagnoses.remedy_parts import RESTART, SET_BACK
from tests.diagnoses.tables import Row, remedy_test, verdict_test


def configured(name: str, hostname: str | None = INSTANCE_ID, provider: str | None = 'aws') -> Facts:
    return facts(agent=agent(hostname=hostname, provider=provider, configuration=configuration(hostname=name)))


def saying(error: str, name: str = '', key: str = "'hostname' configuration/environment") -> Facts:
    return facts(agent=agent(configuration=configuration(hostname=name), provider_errors={key: error}))


INSTEAD = f"it is named '{INSTANCE_ID}' by provider aws instead"
FAILS = {
    'an underscore': Row(
        configured('web_01'),
        f"hostname is set to 'web_01', which the Agent refuses: it is not a host name by RFC 1123; {INSTEAD}",
        near_miss='a hyphen',
    ),
    'a space at its end, which the Agent does not take off': Row(
        saying('web-1  is not RFC1123 compliant', 'web-1 '),
        f"hostname is set to 'web-1 ', which the Agent refuses: it begins or ends with white space; {INSTEAD}",
        near_miss='a space at its end when the Agent started, and none now',
    ),
    'a new line at its end': Row(
        configured('web-1\n'),
        f"hostname is set to 'web-1\\n', which the Agent refuses: it begins or ends with white space; {INSTEAD}",
        near_miss='a hyphen',
    ),
    'nothing but a space': Row(
        configured(' '),
        f"hostname is set to ' ', which the Agent refuses: it begins or ends with white space; {INSTEAD}",
        near_miss='a hyphen',
    ),
    'a local name': Row(
        configured('localhost'),
        f"hostname is set to 'localhost', which the Agent refuses: every machine calls itself that; {INSTEAD}",
        near_miss='a hyphen',
    ),
    'a name that was cut because it is too long': Row(
        configured('a' * 256),
        f"hostname is set to '{'a' * 77}...', which the Agent refuses: it is longer than 255 characters; {INSTEAD}",
        near_miss='the longest name',
    ),
    'space in it': Row(
        configured('web 01'),
        f"hostname is set to 'web 01', which the Agent refuses: it is not a host name by RFC 1123; {INSTEAD}",
        near_miss='a hyphen',
    ),
    'no provider is known': Row(
        configured('web_01', 'ip-10-0-0-12', None),
        "hostname is set to 'web_01', which the Agent refuses: it is not a host name by RFC 1123; it is named "
        "'ip-10-0-0-12' instead",
        near_miss='a hyphen',
    ),
    'the Agent has no name at all': Row(
        configured('web_01', '', None),
        "hostname is set to 'web_01', which the Agent refuses: it is not a host name by RFC 1123",
        near_miss='a hyphen',
    ),
    'set for the process of the Agent alone, in its words': Row(
        saying('web_01 is not RFC1123 compliant'),
        f'the Agent refuses the hostname that was set for it, and says: web_01 is not RFC1123 compliant; {INSTEAD}',
        near_miss='nothing is set, in the words of the Agent',
    ),
    'in the words of an old Agent': Row(
        saying('localhost is a local hostname', key='configuration/environment'),
        f'the Agent refuses the hostname that was set for it, and says: localhost is a local hostname; {INSTEAD}',
        near_miss='nothing is set, in the words of the Agent',
    ),
    'a name that only the Agent refuses': Row(
        saying('web-01 is a name of tomorrow', 'web-01'),
        f"hostname is set to 'web-01', which the Agent refuses: web-01 is a name of tomorrow; {INSTEAD}",
        near_miss='a name that was set since the Agent started',
    ),
}
PASSES = {
    'nothing is set, in the words of the Agent': Row(
        saying('hostname is empty'), "hostname is not set in the Agent's configuration"
    ),
    'a name that was set since the Agent started': Row(
        saying('web_01 is not RFC1123 compliant', 'web-02'), "hostname is set to 'web-02', a name that the Agent takes"
    ),
    'a space at its end when the Agent started, and none now': Row(
        saying('web-1  is not RFC1123 compliant', 'web-1'), "hostname is set to 'web-1', a name that the Agent takes"
    ),
    'a hyphen': Row(configured('web-01'), "hostname is set to 'web-01', a name that the Agent takes"),
    'the longest name': Row(configured('a' * 255), f"hostname is set to '{'a' * 77}...', a name that the Agent takes"),
    'nothing is set': Row(facts(), "hostname is not set in the Agent's configuration"),
    'the Agent has it although it should not': Row(
        configured('web_01', 'web_01', 'configuration'), "hostname is set to 'web_01', and the Agent has that name"
    ),
}
UNKNOWN = {'the Agent could not be asked': Row(facts(agent=Unobserved('not in an Agent')), 'not in an Agent')}
test_verdict = verdict_test(HOSTNAME_SETTING_REFUSED, FAILS, PASSES, UNKNOWN, {})

SUMMARY = 'Set a hostname that the Agent takes (letters, digits, hyphens and dots), or none'
WITHOUT = Choice(
    'Remove hostname from datadog.yaml, and DD_HOSTNAME from the environment of the Agent; the Agent then looks for a '
    'name as if it had never been set',
    (
        Command(
            "sudo grep -nsE '^ *(hostname:|DD_HOSTNAME=)' "
            '/etc/datadog-agent/datadog.yaml /etc/datadog-agent/environment'
        ),
    ),
)


def set_name(name: str) -> Choice:
    return Choice(
        'Set the name in a form that the Agent takes, in datadog.yaml',
        (Command(f'hostname: {name}', Language.YAML),),
        undo=SET_BACK,
    )


test_remedy = remedy_test(
    HOSTNAME_SETTING_REFUSED,
    {
        'an underscore': (configured('web_01'), Remedy(SUMMARY, (set_name('web-01'), WITHOUT), (RESTART,))),
        'white space around it': (configured(' web-1\n'), Remedy(SUMMARY, (set_name('web-1'), WITHOUT), (RESTART,))),
        'in each of its labels': (
            configured('_web 01_.example_1.com'),
            Remedy(SUMMARY, (set_name('web-01.example-1.com'), WITHOUT), (RESTART,)),
        ),
        'a local name, which no hyphen mends': (
            configured('localhost'),
            Remedy(SUMMARY, (WITHOUT,), (RESTART,)),
        ),
        'a local name in disguise': (configured('localhost_'), Remedy(SUMMARY, (WITHOUT,), (RESTART,))),
        'nothing that could be part of a name': (configured('_.$(id)._'), Remedy(SUMMARY, (WITHOUT,), (RESTART,))),
    },
)


def test_the_catalogue_shows_how_to_remove_it() -> None:
    assert generic_remedy(HOSTNAME_SETTING_REFUSED) == Remedy(SUMMARY, (WITHOUT,), (RESTART,))
