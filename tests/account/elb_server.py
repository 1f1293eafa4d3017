"""Elastic Load Balancing, both generations, and the zones of instances of EC2, on loopback by AWS's query API.

It has what moto does not: targets that are unhealthy, initial or draining, pages, denials for one action, throttling.
The answers are those of https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from tests.served import served

CLASSIC, LATER = '2012-06-01', '2015-12-01'
"""Versions of the API, which tell the two generations apart: their operations have the same names."""
ACCOUNT_ID = '123456789012'


@dataclass(frozen=True)
class Classic:
    name: str
    zones: Sequence[str] = ()
    instances: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """State and reason code, by instance id."""
    cross_zone: bool = True
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    id: str
    state: str = 'healthy'
    reason: str = ''
    zone: str = ''
    port: int = 80


@dataclass(frozen=True)
class Group:
    name: str
    targets: Sequence[Target] = ()
    type: str = 'instance'
    cross_zone: str = 'use_load_balancer_configuration'
    health_checks: bool = True


@dataclass(frozen=True)
class Later:
    """An Application, Network or Gateway Load Balancer."""

    name: str
    type: str = 'application'
    zones: Sequence[str] = ()
    groups: Sequence[Group] = ()
    cross_zone: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Elb:
    """What it answers with; a test changes it."""

    balancers: Sequence[Classic | Later] = ()
    instances: Mapping[str, str] = field(default_factory=dict)
    """The zone of each instance of this account."""
    page: int = 400
    errors: dict[str, tuple[int, str, str]] = field(default_factory=dict)
    """Status, code and message, by action."""
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Action and parameters."""
    url: str = ''

    @property
    def actions(self) -> list[str]:
        return [action for action, _ in self.asked]

    def answer(self, parameters: dict[str, str]) -> tuple[int, str]:
        action = parameters['Action']
        self.asked.append((action, parameters))
        if action in self.errors:
            return _error(action, *self.errors[action])
        if action == 'DescribeInstances':
            return 200, self._instances(set(_list(parameters, 'Filter.1.Value')))
        of = self._classic if parameters['Version'] == CLASSIC else self._later
        inner = of(action, parameters)
        return 200, f'<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>'

    def _classic(self, action: str, parameters: dict[str, str]) -> str:
        found = {b.name: b for b in self.balancers if isinstance(b, Classic)}
        if action == 'DescribeLoadBalancers':
            return self._paged('LoadBalancerDescriptions', [_described_classic(b) for b in found.values()], parameters)
        if action == 'DescribeTags':
            names = _list(parameters, 'LoadBalancerNames.member')
            return _members('TagDescriptions', [_xml(LoadBalancerName=n) + _tags(found[n].tags) for n in names])
        balancer = found[parameters['LoadBalancerName']]
        if action == 'DescribeLoadBalancerAttributes':
            enabled = f'<CrossZoneLoadBalancing>{_xml(Enabled=_word(balancer.cross_zone))}</CrossZoneLoadBalancing>'
            return f'<LoadBalancerAttributes>{enabled}</LoadBalancerAttributes>'
        states = [_xml(InstanceId=i, State=s, ReasonCode=r) for i, (s, r) in balancer.instances.items()]
        return _members('InstanceStates', states)

    def _later(self, action: str, parameters: dict[str, str]) -> str:
        found = {arn_of(b): b for b in self.balancers if isinstance(b, Later)}
        groups = {group_arn(g): g for b in found.values() for g in b.groups}
        match action:
            case 'DescribeLoadBalancers':
                return self._paged('LoadBalancers', [_described(b) for b in found.values()], parameters)
            case 'DescribeTags':
                arns = _list(parameters, 'ResourceArns.member')
                return _members('TagDescriptions', [_xml(ResourceArn=a) + _tags(found[a].tags) for a in arns])
            case 'DescribeLoadBalancerAttributes':
                return _attribute(_word(found[parameters['LoadBalancerArn']].cross_zone))
            case 'DescribeTargetGroups':
                listed = found[parameters['LoadBalancerArn']].groups
                return self._paged('TargetGroups', [_described_group(g) for g in listed], parameters)
            case 'DescribeTargetGroupAttributes':
                return _attribute(groups[parameters['TargetGroupArn']].cross_zone)
        return _members('TargetHealthDescriptions', map(_health, groups[parameters['TargetGroupArn']].targets))

    def _paged(self, name: str, entries: Sequence[str], parameters: dict[str, str]) -> str:
        start = int(parameters.get('Marker', 0))
        end = start + self.page
        more = _xml(NextMarker=str(end)) if end < len(entries) else ''
        return _members(name, entries[start:end]) + more

    def _instances(self, wanted: set[str]) -> str:
        """EC2's answers have another form."""
        items = [
            f'<item><instancesSet><item>{_xml(instanceId=id)}<placement>{_xml(availabilityZone=zone)}</placement></item>'
            '</instancesSet></item>'
            for id, zone in self.instances.items()
            if id in wanted
        ]
        return (
            f'<DescribeInstancesResponse><reservationSet>{"".join(items)}</reservationSet></DescribeInstancesResponse>'
        )


def arn_of(balancer: Later) -> str:
    kind = {'application': 'app', 'network': 'net', 'gateway': 'gwy'}[balancer.type]
    return _arn(f'loadbalancer/{kind}/{balancer.name}/50dc6c495c0c9188')


def group_arn(group: Group) -> str:
    return _arn(f'targetgroup/{group.name}/73e2d6bc24d8a067')


def _arn(resource: str) -> str:
    return f'arn:aws:elasticloadbalancing:eu-west-1:{ACCOUNT_ID}:{resource}'


def _described_classic(balancer: Classic) -> str:
    instances = _members('Instances', [_xml(InstanceId=id) for id in balancer.instances])
    return _xml(LoadBalancerName=balancer.name) + _members('AvailabilityZones', balancer.zones) + instances


def _described(balancer: Later) -> str:
    zones = _members('AvailabilityZones', [_xml(ZoneName=zone) for zone in balancer.zones])
    return _xml(LoadBalancerArn=arn_of(balancer), LoadBalancerName=balancer.name, Type=balancer.type) + zones


def _described_group(group: Group) -> str:
    return _xml(
        TargetGroupArn=group_arn(group),
        TargetGroupName=group.name,
        TargetType=group.type,
        HealthCheckEnabled=_word(group.health_checks),
    )


def _health(target: Target) -> str:
    zone = _xml(AvailabilityZone=target.zone) if target.zone else ''
    about = f'<Target>{_xml(Id=target.id, Port=str(target.port))}{zone}</Target>'
    reason = _xml(Reason=target.reason) if target.reason else ''
    return f'{about}<TargetHealth>{_xml(State=target.state)}{reason}</TargetHealth>'


def _attribute(value: str) -> str:
    """One before it, as AWS lists them all."""
    other = _xml(Key='deletion_protection.enabled', Value='false')
    return _members('Attributes', [other, _xml(Key='load_balancing.cross_zone.enabled', Value=value)])


def _tags(tags: Mapping[str, str]) -> str:
    return _members('Tags', [_xml(Key=key, Value=value) for key, value in tags.items()])


def _members(name: str, entries: Any) -> str:
    return f'<{name}>{"".join(f"<member>{entry}</member>" for entry in entries)}</{name}>'


def _xml(**elements: str) -> str:
    return ''.join(f'<{name}>{escape(text)}</{name}>' for name, text in elements.items())


def _word(value: bool) -> str:
    return 'true' if value else 'false'


def _list(parameters: Mapping[str, str], name: str) -> list[str]:
    return [value for key, value in parameters.items() if key.startswith(f'{name}.')]


def _error(action: str, status: int, code: str, message: str) -> tuple[int, str]:
    detail = _xml(Code=code, Message=message)
    if action == 'DescribeInstances':
        return status, f'<Response><Errors><Error>{detail}</Error></Errors><RequestID>1</RequestID></Response>'
    return status, f'<ErrorResponse><Error><Type>Sender</Type>{detail}</Error><RequestId>1</RequestId></ErrorResponse>'


@contextmanager
def elb_server(elb: Elb) -> Iterator[Elb]:
    with served(ThreadingHTTPServer(('127.0.0.1', 0), _handler(elb))) as elb.url:
        yield elb


def _handler(elb: Elb) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers['Content-Length'])).decode())
            status, body = elb.answer({name: values[0] for name, values in form.items()})
            self.send_response(status)
            self.send_header('Content-Type', 'text/xml')
            self.send_header('Content-Length', str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing: the tests look at `asked`."""

    return Handler
