"""A request with its answer, and the rules of the exchange itself: status, media type, time, the same places."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from service.cli.conformance.answers import Answer
from service.cli.conformance.findings import Fault, Rule, shown
from service.cli.conformance.general_rules import malformed
from service.cli.conformance.reading import Node
from service.cli.conformance.requests import Expected, Request

FHIR_JSON = "application/fhir+json"


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """`body` is None for what is no JSON; `failure` tells why there is no answer at all."""

    request: Request
    status: int = 0
    media_type: str = ""
    seconds: float = 0.0
    body: Any = None
    failure: str = ""

    @cached_property
    def answer(self) -> Answer | None:
        """Of a search that was answered."""
        is_search = self.request.expected not in (Expected.REFUSAL, Expected.CAPABILITIES)
        if is_search and self.status == 200 and isinstance(self.body, dict):
            return Answer(resource=self.body, asked=self.request.asked)
        return None

    @cached_property
    def places(self) -> frozenset[str]:
        answer = self.answer
        return frozenset() if answer is None else frozenset(node.id for node in answer.slots)

    def places_of(self, identifiers: frozenset[str]) -> frozenset[str]:
        """Of those who have one of these national identifiers."""
        if self.answer is None:
            return frozenset()
        people = {
            node.local for node in self.answer.practitioners if identifiers & set(node.texts("identifier", "value"))
        }
        schedules = {
            node.local for node in self.answer.of("Schedule") if people & set(node.texts("actor", "reference"))
        }
        return frozenset(node.id for node in self.answer.slots if node.text("schedule", "reference") in schedules)


@dataclass(frozen=True, kw_only=True)
class Compared:
    """An exchange, beside the plain one of its kind, and the plain one's second answer where it was asked again."""

    exchange: Exchange
    plain: Exchange
    again: Exchange | None = None

    @property
    def expected(self) -> Expected:
        return self.exchange.request.expected


def answered(compared: Compared) -> Iterator[Fault]:
    exchange = compared.exchange
    if exchange.failure:
        yield Fault("HTTP", exchange.failure)
    elif exchange.seconds > exchange.request.seconds:
        yield Fault("HTTP time", f"{exchange.seconds:.2f} s, where {exchange.request.seconds:g} s are given")
    if exchange.failure or compared.expected in (Expected.REFUSAL, Expected.CAPABILITIES):
        return
    if exchange.status != 200:
        yield Fault("HTTP status", str(exchange.status))
    elif exchange.media_type.partition(";")[0].strip().lower() != FHIR_JSON:
        yield Fault("HTTP Content-Type", exchange.media_type or "nothing")
    elif not isinstance(exchange.body, dict) or exchange.body.get("resourceType") != "Bundle":
        yield Fault("HTTP body", "no Bundle")


def same_places(compared: Compared) -> Iterator[Fault]:
    """A place that came or went between the two plain answers may be there or not."""
    exchange, plain, again = compared.exchange, compared.plain, compared.again or compared.plain
    if compared.expected not in (Expected.SAME, Expected.PART) or exchange.answer is None:
        return
    wanted = exchange.request.asked.identifiers or frozenset()
    there = plain.places if compared.expected is Expected.SAME else plain.places_of(wanted)
    fewer, more = (there & again.places) - exchange.places, exchange.places - (plain.places | again.places)
    most = exchange.request.most
    may_be_fewer = most is not None and len(exchange.places) == most
    if more or (fewer and not may_be_fewer):
        yield Fault("Bundle.entry", f"{len(fewer)} places fewer and {len(more)} more than the plain request has")


def nothing_found(compared: Compared) -> Iterator[Fault]:
    if compared.expected is Expected.NOTHING and compared.exchange.places:
        yield Fault("Bundle.entry", f"{len(compared.exchange.places)} places")


def refused(compared: Compared) -> Iterator[Fault]:
    if compared.expected is Expected.REFUSAL and not compared.exchange.failure:
        yield from refusal_faults(compared.exchange.status, compared.exchange.body)


def refusal_faults(status: int, body: Any) -> Iterator[Fault]:
    if not 400 <= status < 600:
        yield Fault("HTTP status", str(status))
    elif not isinstance(body, dict) or body.get("resourceType") != "OperationOutcome":
        yield Fault("HTTP body", f"{status} without an OperationOutcome: {shown(body)}")
    else:
        yield from malformed(body, "OperationOutcome", "OperationOutcome")
        issue = Node(value=body, where="OperationOutcome").one("issue")
        if issue is None or not issue.text("severity") or not issue.text("code"):
            yield Fault("OperationOutcome.issue", "no severity or no code")


def capable(compared: Compared) -> Iterator[Fault]:
    """What is not there is not asked for: the kit takes it as optional."""
    exchange = compared.exchange
    if compared.expected is Expected.CAPABILITIES and exchange.status == 200:
        node = Node(value=exchange.body, where="CapabilityStatement")
        if node.type != "CapabilityStatement" or node.text("fhirVersion") != "4.0.1":
            yield Fault("CapabilityStatement", f"{node.type or 'nothing'} of FHIR {node.text('fhirVersion')}")
        else:
            yield from malformed(exchange.body, "CapabilityStatement", "CapabilityStatement")


def something_seen(compared: Compared) -> Iterator[Fault]:
    exchange = compared.exchange
    if exchange is compared.plain and exchange.answer is not None and not exchange.places:
        yield Fault("Bundle.entry", "no place: next to nothing could be checked")


RULES: tuple[Rule[Compared], ...] = (
    Rule("BUN-16", "200 and application/fhir+json, within the time that the kit and the guide give", "K N", answered),
    Rule("REQ-1", "whatever the spelling and whoever else is asked for, the same places", "N K R26-R30", same_places),
    Rule("REQ-3", "nothing found is 200 and an empty bundle", "K R8", nothing_found),
    Rule("OUT-1", "what cannot be understood is refused, 4xx or 5xx with an OperationOutcome", "N", refused),
    Rule("CAP-1", "metadata, where it is served, is a CapabilityStatement of FHIR 4.0.1", "N", capable),
    Rule("SEEN-1", "those who are asked for have places in the window", "K", something_seen),
)
"""OUT-1, CAP-1 and SEEN-1 have no number among the profiles' rules: guide §3.4, §3.6, and the kit's own conditions."""
