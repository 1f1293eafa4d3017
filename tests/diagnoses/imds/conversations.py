"""What IMDS says, or what answers in its place: one function for each conversation that the diagnoses tell apart."""

from typing import Any

from datadog_checks.aws_diagnostics.facts import Exchange, IcmpError, Imds, NoAnswer, NotSent, Outcome
from tests.builders import NOW, answered, imds, unanswered

NO_TOKEN = NotSent('no token')
NOT_ALLOWED = NotSent('imdsv1_probe_interval is 0')
LOST = unanswered(Outcome.LOST, 'timed out', acknowledged=True)


def without_token(token: Exchange, control: Exchange, **differences: Any) -> Imds:
    """No token came, so the metadata was asked for with an invalid one; IMDSv1 was never tried."""
    silent: dict[str, Any] = {'metadata': NO_TOKEN, 'tokenless': NOT_ALLOWED, 'tokenless_at': None}
    unidentified: dict[str, Any] = {'instance_id': None, 'identity': None}
    return imds(**(silent | unidentified | {'token': token, 'control': control} | differences))


def said(token: Exchange, control: Exchange, differences: dict[str, Any]) -> Imds:
    """A conversation without a token, from which a case may differ in its exchanges too."""
    return without_token(**({'token': token, 'control': control} | differences))


def v1_works(**differences: Any) -> dict[str, Any]:
    """The differences that a successful GET without a token makes."""
    return {'tokenless': answered(), 'tokenless_at': NOW} | differences


def connect_fails(outcome: Outcome, detail: str = '', icmp: IcmpError | None = None, **differences: Any) -> Imds:
    failed = NoAnswer(outcome, detail or str(outcome), icmp)
    return said(failed, failed, differences)


def disabled(**differences: Any) -> Imds:
    """Nothing but a GET without a token tells this from a proxy that adds X-Forwarded-For."""
    return said(answered(403), answered(403), {'tokenless': answered(403), 'tokenless_at': NOW} | differences)


def disabled_or_proxied(**differences: Any) -> Imds:
    return said(answered(403), answered(403), differences)


def kube2iam(**differences: Any) -> Imds:
    """Before its pull request 270: it adds X-Forwarded-For, and EC2 refuses a PUT with that header."""
    return said(answered(403), answered(401), differences)


def kiam(**differences: Any) -> Imds:
    nothing_allowed = answered(404, server='')
    return said(nothing_allowed, nothing_allowed, differences)


def nginx(**differences: Any) -> Imds:
    page = answered(404, server='nginx/1.25.3', content_type='text/html')
    return said(page, page, differences)


def credential_helper(**differences: Any) -> Imds:
    """As aws_signing_helper: it grants tokens as IMDS does, and has credentials and nothing else."""
    token, nothing = answered(token_granted=True, server=''), answered(404, server='')
    return imds(**({'token': token, 'metadata': nothing, 'control': nothing} | differences))


def captive_portal(**differences: Any) -> Imds:
    page = answered(200, server='nginx', content_type='text/html')
    return said(page, page, differences)


def no_tokens(**differences: Any) -> Imds:
    return said(answered(404), answered(200), v1_works(**differences))


def broken_proxy(**differences: Any) -> Imds:
    """As HAProxy and linkerd answer while their way to IMDS is down: without a name of theirs."""
    down = answered(503, server='')
    return said(down, down, differences)


def web_filter(**differences: Any) -> Imds:
    page = answered(403, server='', content_type='text/html')
    return said(page, page, {'tokenless': page, 'tokenless_at': NOW} | differences)


def without_ttl(**differences: Any) -> Imds:
    """A proxy takes the header from the token reply. The Agent does not look at it."""
    return imds(**({'token': answered(), 'metadata': answered(instance_id_given=True)} | differences))


def as_html(**differences: Any) -> Imds:
    """The right texts, by a server that calls everything HTML."""
    html: dict[str, Any] = {'server': 'Werkzeug/2.0', 'content_type': 'text/html; charset=utf-8'}
    token, metadata = answered(token_granted=True, **html), answered(instance_id_given=True, **html)
    return imds(**({'token': token, 'metadata': metadata} | differences))


def throttled(**differences: Any) -> Imds:
    return said(answered(503), answered(503), differences)


def token_lost(**differences: Any) -> Imds:
    return said(LOST, answered(401), differences)


def silent_after_connecting(**differences: Any) -> Imds:
    return said(LOST, LOST, differences)
