"""IAM of an account in an organization that closes regions: its simulator knows that, and the rest is another server's.

No emulator knows service control policies. This one has those that deny all but AWS's global services in some regions,
as AWS Control Tower's region deny does, or some actions everywhere.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError
from urllib.parse import parse_qs
from urllib.request import Request, urlopen

from tests.served import served

GLOBAL = frozenset(
    {'iam', 'organizations', 'route53', 'cloudfront', 'support', 'health', 's3', 'sts', 'budgets', 'account'}
)


@dataclass
class Organization:
    closed: Collection[str] = ()
    """Regions."""
    denied: Collection[str] = ()
    """Actions, in every region."""
    throttled_after: int | None = None
    """How many simulations are answered; None for all."""
    asked: list[str] = field(default_factory=list)
    """The region of each simulation that was answered."""

    def simulate(self, form: dict[str, list[str]]) -> str:
        actions = [values[0] for name, values in form.items() if name.startswith('ActionNames.member.')]
        region = form.get('ContextEntries.member.1.ContextKeyValues.member.1', [''])[0]
        self.asked.append(region)
        results = ''.join(self._result(action, region) for action in actions)
        return (
            '<SimulatePrincipalPolicyResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">'
            f'<SimulatePrincipalPolicyResult><EvaluationResults>{results}</EvaluationResults>'
            '<IsTruncated>false</IsTruncated></SimulatePrincipalPolicyResult></SimulatePrincipalPolicyResponse>'
        )

    def _result(self, action: str, region: str) -> str:
        closed = region in self.closed and action.partition(':')[0] not in GLOBAL
        allowed = not closed and action not in self.denied
        return (
            f'<member><EvalActionName>{action}</EvalActionName><EvalResourceName>*</EvalResourceName>'
            f'<EvalDecision>{"allowed" if allowed else "explicitDeny"}</EvalDecision><OrganizationsDecisionDetail>'
            f'<AllowedByOrganizations>{str(allowed).lower()}</AllowedByOrganizations></OrganizationsDecisionDetail></member>'
        )


@contextmanager
def iam_of(organization: Organization, behind: str) -> Iterator[str]:
    """Its endpoint; `behind` is the server that answers all but the simulator."""
    with served(ThreadingHTTPServer(('127.0.0.1', 0), _handler(organization, behind))) as url:
        yield url


def _handler(organization: Organization, behind: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers['Content-Length']))
            form = parse_qs(body.decode())
            if form['Action'] != ['SimulatePrincipalPolicy']:
                self._answer(*self._elsewhere(body))
            elif organization.throttled_after is not None and len(organization.asked) >= organization.throttled_after:
                error = '<ErrorResponse><Error><Code>Throttling</Code><Message>slower</Message></Error></ErrorResponse>'
                self._answer(400, error.encode())
            else:
                self._answer(200, organization.simulate(form).encode())

        def _elsewhere(self, body: bytes) -> tuple[int, bytes]:
            headers = {name: value for name, value in self.headers.items() if name.lower() != 'host'}
            try:
                with urlopen(Request(behind, body, headers), timeout=60) as answer:
                    return answer.status, answer.read()
            except HTTPError as e:
                return e.code, e.read()

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header('Content-Type', 'text/xml')
            self.send_header('Content-Length', str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    return Handler
