"""The platform, played: every request sent to a base URL, every answer held against all the rules."""

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from service.cli.conformance import checking, exchanges
from service.cli.conformance.answers import Answer
from service.cli.conformance.exchanges import Compared, Exchange
from service.cli.conformance.findings import Finding
from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.profiles.validating import check_profiles
from service.cli.conformance.requests import Request

PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, kw_only=True)
class Certificates:
    """For mutual TLS; the authority also for a server whose certificate no public one signed."""

    cert: Path | None = None
    key: Path | None = None
    authority: Path | None = None

    def context(self, *, presented: bool = True) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.authority)
        if presented:
            self.present(context)
        return context

    def present(self, context: ssl.SSLContext) -> None:
        if self.cert is not None:
            context.load_cert_chain(self.cert, self.key)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """An exchange and all that is wrong with it."""

    exchange: Exchange
    findings: tuple[Finding, ...]
    unchecked: frozenset[str] = frozenset()


def client_of(base: str, token: str | None, certificates: Certificates, *, presented: bool = True) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    context = certificates.context(presented=presented)
    return httpx.Client(base_url=base.rstrip("/") + "/", headers=headers, verify=context, timeout=PATIENCE_SECONDS)


def play(client: httpx.Client, requests: Iterator[Request], definitions: Definitions | None) -> Iterator[Seen]:
    """Of one kind: the first request is the plain one."""
    plain: Exchange | None = None
    for request in requests:
        exchange = _sent(client, request)
        plain = plain or exchange
        yield _seen(Compared(exchange=exchange, plain=plain), definitions)


def _sent(client: httpx.Client, request: Request) -> Exchange:
    headers = {"Accept": request.accept, "Content-Type": "application/json"}
    began = time.perf_counter()
    try:
        response = client.get(request.target, headers=headers)
    except httpx.TransportError as error:
        return Exchange(request=request, failure=f"{type(error).__name__}: {error}")
    seconds = time.perf_counter() - began
    media_type = response.headers.get("content-type", "")
    return Exchange(
        request=request, status=response.status_code, media_type=media_type, seconds=seconds, body=read(response)
    )


def read(response: httpx.Response) -> Any:
    """None for what is no JSON."""
    try:
        return response.json()
    except ValueError:
        return None


def _seen(compared: Compared, definitions: Definitions | None) -> Seen:
    found = [finding for rule in exchanges.RULES for finding in rule.findings(compared)]
    answer = compared.exchange.answer
    unchecked: frozenset[str] = frozenset()
    if answer is not None:
        further, unchecked = held(answer, definitions)
        found += further
    return Seen(exchange=compared.exchange, findings=tuple(found), unchecked=unchecked)


def held(answer: Answer, definitions: Definitions | None) -> tuple[list[Finding], frozenset[str]]:
    """Against the rules, and against the profiles where there are some."""
    found = list(checking.check(answer))
    if definitions is None:
        return found, frozenset()
    further, unchecked = check_profiles(answer, definitions)
    return found + further, frozenset(unchecked)
