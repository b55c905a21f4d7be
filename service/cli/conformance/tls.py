"""Who is let in at all: nobody without a certificate where one is asked for, nobody with a TLS of before 1.2."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass

import httpx

from service.cli.conformance.findings import Fault, Rule
from service.cli.conformance.playing import Certificates
from service.cli.conformance.reading import split_url
from service.cli.conformance.requests import Request

PATIENCE_SECONDS = 10.0
HTTPS_PORT = 443
TURNED_AWAY = (400, 401, 403, 495, 496)
"""By statuses: 400, 495 and 496 are how web servers that end TLS ask for a certificate."""


@dataclass(frozen=True, kw_only=True)
class Connection:
    """`let_in`: what was answered, in words, to somebody who should not have been; empty when nothing was."""

    name: str
    rule: "Rule[Connection]"
    outcome: str
    let_in: str = ""


def _faults(connection: Connection) -> Iterator[Fault]:
    if connection.let_in:
        yield Fault("HTTP", connection.let_in)


WITH_A_CERTIFICATE: Rule[Connection] = Rule("REQ-4", "without a certificate nobody is answered", "K R1-R3", _faults)
TLS_1_2: Rule[Connection] = Rule("REQ-5", "TLS of before 1.2 is refused", "K", _faults)


def tries(
    base: str, stranger: httpx.Client | None, certificates: Certificates, search: Request
) -> Iterator[Connection]:
    """Of a server that speaks TLS. `search`: what it answers when it is asked with the certificate."""
    if stranger is not None:
        yield _without_certificate(stranger, search)
    if split_url(base).scheme == "https":
        yield from _old_tls(base, certificates)


def _without_certificate(stranger: httpx.Client, search: Request) -> Connection:
    name = "without a certificate"
    try:
        status = stranger.get(search.target, headers={"Accept": search.accept}).status_code
    except httpx.RequestError as error:
        return Connection(name=name, rule=WITH_A_CERTIFICATE, outcome=f"refused: {type(error).__name__}")
    let_in = "" if status in TURNED_AWAY else f"answered {status}"
    return Connection(name=name, rule=WITH_A_CERTIFICATE, outcome=str(status), let_in=let_in)


def _old_tls(base: str, certificates: Certificates) -> Iterator[Connection]:
    """With the certificate, so that nothing else is wrong. Nothing where this machine cannot speak it either."""
    parts = split_url(base)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    certificates.present(context)
    try:
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
        address = (parts.hostname or "", parts.port or HTTPS_PORT)
        with socket.create_connection(address, PATIENCE_SECONDS) as raw, context.wrap_socket(raw) as secured:
            version = secured.version()
            yield Connection(name="TLS 1.1", rule=TLS_1_2, outcome=str(version), let_in=f"{version} was accepted")
    except ssl.SSLError as error:
        if error.reason != "NO_PROTOCOLS_AVAILABLE":
            yield Connection(name="TLS 1.1", rule=TLS_1_2, outcome=f"refused: {error.reason}")
    except OSError as error:
        yield Connection(name="TLS 1.1", rule=TLS_1_2, outcome=f"refused: {type(error).__name__}")
