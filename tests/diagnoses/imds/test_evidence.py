import pytest

from datadog_checks.aws_diagnostics.diagnoses.imds.evidence import icmp_kind
from tests.builders import icmp


@pytest.mark.parametrize(
    ('version', 'type', 'code', 'kind'),
    [
        pytest.param(4, 3, 0, 'ICMP 3/0, network unreachable', id='REJECT with icmp-net-unreachable'),
        pytest.param(4, 3, 1, 'ICMP 3/1, host unreachable', id='REJECT with icmp-host-unreachable'),
        pytest.param(4, 3, 3, 'ICMP 3/3, port unreachable', id='REJECT, as iptables does by default'),
        pytest.param(4, 3, 9, 'ICMP 3/9, network administratively prohibited', id='REJECT with icmp-net-prohibited'),
        pytest.param(4, 3, 10, 'ICMP 3/10, host administratively prohibited', id='REJECT with icmp-host-prohibited'),
        pytest.param(
            4, 3, 13, 'ICMP 3/13, communication administratively prohibited', id='REJECT with icmp-admin-prohibited'
        ),
        pytest.param(4, 3, 15, 'ICMP 3/15, destination unreachable', id='a code without a name here'),
        pytest.param(4, 11, 0, 'ICMP 11/0, time exceeded', id='the TTL is used up'),
        pytest.param(4, 12, 0, 'ICMP 12/0', id='a type without a name here'),
        pytest.param(6, 1, 0, 'ICMPv6 1/0, no route to destination', id='IPv6 without a route'),
        pytest.param(
            6, 1, 1, 'ICMPv6 1/1, communication administratively prohibited', id='REJECT with icmp6-adm-prohibited'
        ),
        pytest.param(6, 1, 4, 'ICMPv6 1/4, port unreachable', id='REJECT, as ip6tables does by default'),
        pytest.param(6, 3, 0, 'ICMPv6 3/0, time exceeded', id='the hop limit is used up'),
        pytest.param(6, 11, 0, 'ICMPv6 11/0', id='no time exceeded in IPv6'),
    ],
)
def test_an_icmp_error_is_named_as_firewalls_name_it(version: int, type: int, code: int, kind: str) -> None:
    assert icmp_kind(icmp(version, type, code, '10.0.0.1')) == kind
