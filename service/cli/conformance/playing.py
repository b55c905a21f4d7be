"""The platform, played: every request sent to a base URL, every answer held against all the rules."""

import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from service.cli.conformance import checking, exchanges
from service.cli.conformance.answers import Answer
from service.cli.conformance.exchanges import Compared, Exchange
from service.cli.conformance.findings import Finding
from service.cli.conformance.profiles.definitions import Definitions
from service.cli.conformance.profiles.validating import check_profiles
from service.cli.conformance.requests import Expected, Request

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
    """Of one kind: the first request is the plain one, for as many as fit; those for the others come next."""
    plains: list[Seen] = []
    for request in requests:
        exchange = _sent(client, request)
        plain = _plain_of(request, plains)
        if plain is not None and _is_told_again(exchange, plain.exchange):
            yield _again(exchange, plain)
            continue
        compared = Compared(exchange=exchange, plain=exchange if plain is None else plain.exchange)
        if plain is not None and any(exchanges.same_places(compared)):
            compared = _compared_again(client, compared)
            if compared.again is not None:
                again = _seen(Compared(exchange=compared.again, plain=compared.again), definitions)
                plains[plains.index(plain)] = again
        seen = _seen(compared, definitions)
        if request.expected is Expected.PLACES:
            plains.append(seen)
        yield seen


def _plain_of(request: Request, plains: Sequence[Seen]) -> Seen | None:
    """The one that asked for these people too, else the first."""
    wanted = request.asked.identifiers or frozenset()
    asked = (plain for plain in plains if wanted <= (plain.exchange.request.asked.identifiers or frozenset()))
    return next(asked, plains[0] if plains else None)


def _compared_again(client: httpx.Client, compared: Compared) -> Compared:
    """With the plain answer of after it: people book meanwhile, and places begin."""
    again = _sent(client, compared.plain.request)
    return compared if again.answer is None else replace(compared, again=again)


def _is_told_again(exchange: Exchange, plain: Exchange) -> bool:
    """Whether it is the plain answer but for its id and link, and was asked for the same."""
    if exchange.answer is None or plain.answer is None:
        return False
    same_asked = replace(exchange.request.asked, query=None) == replace(plain.request.asked, query=None)
    return same_asked and _but_for(exchange.body, "id", "link") == _but_for(plain.body, "id", "link")


def _but_for(body: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name not in names}


def _again(exchange: Exchange, plain: Seen) -> Seen:
    """What is wrong with the plain answer is wrong with it too; what is its own is tried."""
    found = _of_exchange(Compared(exchange=exchange, plain=plain.exchange))
    head = Answer(resource=_but_for(exchange.body, "entry"), asked=exchange.request.asked)
    found += [finding for rule in checking.OF_THE_HEAD for finding in rule.findings(head)]
    found += [finding for finding in plain.findings if _is_of_entries(finding)]
    return Seen(exchange=exchange, findings=tuple(found), unchecked=plain.unchecked)


def _sent(client: httpx.Client, request: Request) -> Exchange:
    headers = {"Accept": request.accept, "Content-Type": "application/json"}
    began = time.perf_counter()
    try:
        response = client.get(request.target, headers=headers)
    except httpx.RequestError as error:
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


def _is_of_entries(finding: Finding) -> bool:
    """And so holds of every answer with the same entries."""
    apart = {rule.id for rule in exchanges.RULES}
    of_the_head = {rule.id for rule in checking.OF_THE_HEAD}
    return finding.rule not in apart and (finding.rule not in of_the_head or "entry" in finding.where)


def _of_exchange(compared: Compared) -> list[Finding]:
    return [finding for rule in exchanges.RULES for finding in rule.findings(compared)]


def _seen(compared: Compared, definitions: Definitions | None) -> Seen:
    found = _of_exchange(compared)
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
