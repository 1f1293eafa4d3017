"""The Agent's API as its files guard it: a self-signed certificate that is its own issuer, and a token."""

import datetime
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from .servers import Answer, http

TOKEN = 'c0ffee' * 10 + 'beef'
"""64 hexadecimal digits, like the Agent's."""


@dataclass(frozen=True)
class Guard:
    """The directory that holds datadog.yaml, auth_token and ipc_cert.pem, and the server's side of the certificate."""

    directory: Path
    tls: ssl.SSLContext


def guard(directory: Path, *, token: str = TOKEN) -> Guard:
    directory.mkdir(parents=True, exist_ok=True)
    pem = certificate()
    (directory / 'ipc_cert.pem').write_bytes(pem)
    (directory / 'auth_token').write_text(token)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / 'ipc_cert.pem')
    return Guard(directory, context)


def certificate() -> bytes:
    """Certificate and key in one PEM, with the names and uses that the Agent gives its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'Datadog, Inc.')])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=50 * 365))
        .add_extension(x509.SubjectAlternativeName(_names()), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_signing_certificates(), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    )
    signed = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    return signed.public_bytes(serialization.Encoding.PEM) + private


def _names() -> list[x509.GeneralName]:
    addresses = [x509.IPAddress(ipaddress.ip_address(address)) for address in ('127.0.0.1', '::1')]
    return [*addresses, x509.DNSName('localhost')]


def _signing_certificates() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=True,
        crl_sign=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def answering(body: bytes) -> Answer:
    """`http(body)` without a look at the request: the tests read what was asked from the server's record."""
    return http(body, '200 OK', 'Content-Type: application/json')


def refusing(connection: socket.socket) -> None:
    http(b'{"error":"invalid session token"}', '403 Forbidden')(connection)
