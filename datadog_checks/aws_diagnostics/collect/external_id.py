"""The one place where an external id is in clear."""

from ..facts.account import ExternalId


def external_id_of(secret: str) -> ExternalId:
    """Also of text that UTF-8 has no form for, such as half of a surrogate pair, which JSON can hold."""
    return ExternalId.of(secret.encode('utf-8', 'backslashreplace').decode('utf-8'))
