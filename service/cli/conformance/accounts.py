"""The accounts of regulators (INT_R02), tried as the official kit does: made, changed, refused, handed on, disabled."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from service.cli.conformance import expected
from service.cli.conformance.exchanges import refusal_faults
from service.cli.conformance.findings import Fault, Rule
from service.cli.conformance.playing import read

CLIENT_ID = "example-regulator-1"
"""The kit sends the same id with every account: it is the server's to give."""

Body = dict[str, Any]
Identifier = tuple[str, str]
"""System and value."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """`failure` tells why there is none."""

    status: int = 0
    location: str = ""
    body: Any = None
    failure: str = ""

    @property
    def is_success(self) -> bool:
        return self.status in (200, 201)


@dataclass(frozen=True, kw_only=True)
class Step:
    """What was sent and what came of it; `wanted`: "created", "done" or "refused"."""

    name: str
    rule: str
    wanted: str
    reply: Reply


def step_faults(step: Step) -> Iterator[Fault]:
    reply = step.reply
    if reply.failure:
        yield Fault("HTTP", reply.failure)
    elif step.wanted == "refused":
        yield from refusal_faults(reply.status, reply.body)
    elif not reply.is_success or (step.wanted == "created" and reply.status != 201):
        yield Fault("HTTP status", str(reply.status))
    elif not _names_an_account(reply.location):
        yield Fault("HTTP Location", reply.location or "nothing")


def _names_an_account(location: str) -> bool:
    path, _, name = location.partition("/_history/")[0].rpartition("/")
    return path.endswith("Practitioner") and bool(name) and name != CLIENT_ID


def _rule(number: str, says: str, source: str) -> Rule[Step]:
    identity = f"REG-9.{number}"
    return Rule(identity, says, source, lambda step: step_faults(step) if step.rule == identity else iter(()))


RULES = (
    _rule("1", "a new account is 201 with the server's own Location, whatever id the client sent", "K N"),
    _rule("2", "the same account a second time is refused, with an OperationOutcome", "K"),
    _rule("3", "without identifier, name, telecom or active it is refused", "K"),
    _rule("4", "an empty name or e-mail, a phone, a type of another system are refused", "K optional"),
    _rule("5", "e-mail, identifier, name and active can be changed; an unknown account is made", "K N"),
    _rule("6", "an identifier of the wrong system, with an e-mail in use, is accepted", "K typeid"),
    _rule("7", "the identifier of a disabled account can be given to another", "K"),
    _rule("8", "every account can be disabled", "N"),
)
"""By the numbers of guide §7; 8 is what this command leaves behind."""


def regulator(identifier: Identifier, email: str) -> Body:
    system, value = identifier
    code = "IDNPS" if system == expected.PERSONS else "INTRN"
    coding = {"system": expected.IDENTIFIER_TYPES, "code": code}
    return {
        "resourceType": "Practitioner",
        "id": CLIENT_ID,
        "meta": {"source": expected.PLATFORM, "profile": [expected.REGULATOR]},
        "identifier": [{"type": {"coding": [coding]}, "system": system, "value": value}],
        "active": True,
        "name": [{"family": "Conformité", "given": ["Essai"]}],
        "telecom": [{"system": "email", "value": email}],
    }


def changed(body: Body, change: Callable[[Body], object]) -> Body:
    copy = deepcopy(body)
    change(copy)
    return copy


@dataclass(kw_only=True)
class Accounts:
    """A run: what it made is disabled at its end. Its names are new every time, so that it can run twice."""

    client: httpx.Client
    run: str = field(default_factory=lambda: uuid4().hex[:12])
    made: dict[Identifier, Body] = field(default_factory=dict)
    counted: int = 0

    def national(self) -> Identifier:
        self.counted += 1
        return expected.PERSONS, f"3000000000/{self.run}{self.counted}"

    def technical(self) -> Identifier:
        return expected.PLATFORM, str(uuid4())

    def email(self) -> str:
        self.counted += 1
        return f"conformance-{self.run}-{self.counted}@sas.example"

    def fresh(self, identifier: Identifier) -> Body:
        return regulator(identifier, self.email())

    def post(self, name: str, rule: str, body: Body, wanted: str = "created") -> Step:
        reply = self._send("POST", "Practitioner", body)
        self._keep(reply, body)
        return Step(name=f"POST {name}", rule=rule, wanted=wanted, reply=reply)

    def put(self, name: str, rule: str, at: Identifier, body: Body, wanted: str = "done") -> Step:
        target = f"Practitioner?identifier={at[0]}%7C{at[1].replace('/', '%2F')}"
        reply = self._send("PUT", target, body)
        if reply.is_success:
            self.made.pop(at, None)
        self._keep(reply, body)
        return Step(name=f"PUT {name}", rule=rule, wanted=wanted, reply=reply)

    def _keep(self, reply: Reply, body: Body) -> None:
        """Also what should have been refused: it is disabled too."""
        if reply.is_success and body.get("identifier"):
            first = body["identifier"][0]
            self.made[(first["system"], first["value"])] = body

    def _send(self, method: str, target: str, body: Body) -> Reply:
        headers = {"Content-Type": "application/json", "Accept": "application/json+fhir"}
        try:
            response = self.client.request(method, target, json=body, headers=headers)
        except httpx.RequestError as error:
            return Reply(failure=f"{type(error).__name__}: {error}")
        location = response.headers.get("location", "")
        return Reply(status=response.status_code, location=location, body=read(response))

    def leave(self) -> Iterator[Step]:
        """What an account was once known by is disabled too: one too many, rather than one left active."""
        for identifier, body in list(self.made.items()):
            disabled = changed(body, lambda each: each.update(active=False))
            yield self.put("disable what was made", "REG-9.8", identifier, disabled)
