"""An agenda that answers over HTTP as the guide wants it, or with one thing wrong, to try the command against."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from service.cli.conformance.answers import Kind
from tests.cli.conformance.accounts import Accounts
from tests.cli.conformance.answers import ANNE, BRUNO, cpts_answer, empty_answer, ps_answer

PARIS = ZoneInfo("Europe/Paris")
OWNERS = {"s-anne-1": ANNE, "s-anne-2": ANNE, "s-bruno": BRUNO}
CAPABLE = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "date": "2026-11-27",
    "kind": "instance",
    "fhirVersion": "4.0.1",
    "format": ["application/fhir+json"],
}


@dataclass(frozen=True)
class Reply:
    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/fhir+json"})


def refusal(status: int = 400) -> Reply:
    return Reply(status, {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "invalid"}]})


@dataclass(kw_only=True)
class Agenda:
    """Places of tomorrow. `spoil` changes a reply before it is sent: the request's path and raw query, the reply."""

    spoil: Callable[[str, str, Reply], Reply] = lambda path, query, reply: reply
    naive_zone: Any = PARIS
    accounts: Accounts = field(default_factory=Accounts)

    def get(self, path: str, query: str, base: str) -> Reply:
        return self.spoil(path, query, self._answer(path, query, base))

    def _answer(self, path: str, query: str, base: str) -> Reply:
        if path == "/fhir/metadata":
            return Reply(200, CAPABLE)
        asked = parse_qsl(query.replace("+", "%2B"))
        try:
            bounds = {value[:2]: self._instant(value[2:]) for name, value in asked if name == "start"}
            start, until = bounds["ge"], bounds["le"]
            who = next(value for name, value in asked if name.endswith("Practitioner.identifier"))
        except (KeyError, ValueError, StopIteration):
            return refusal()
        people = {token.rpartition("|")[2].strip() for token in who.split(",")}
        kind = Kind.CPTS if ("_include", "Slot:service-type-reference") in asked else Kind.PS
        bundle = found(kind, people, start, until)
        bundle["link"][0]["url"] = f"{base}{path}?{query}"
        return Reply(200, bundle)

    def _instant(self, text: str) -> datetime:
        read = datetime.fromisoformat(text)
        return read if read.tzinfo else read.replace(tzinfo=self.naive_zone)


def found(kind: Kind, people: set[str], start: datetime, until: datetime) -> dict[str, Any]:
    """The conformant answer, of these people and this window alone, its places moved to tomorrow."""
    bundle = cpts_answer() if kind is Kind.CPTS else ps_answer()
    slots = [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == "Slot"]
    for slot in slots:
        slot["start"], slot["end"] = tomorrow(slot["start"]), tomorrow(slot["end"])
    kept = [
        slot
        for slot in slots
        if OWNERS[slot["schedule"]["reference"].split("/")[1]] in people
        and start <= datetime.fromisoformat(slot["start"]) <= until
    ]
    if not kept:
        return empty_answer(kind)
    names = reachable([f"Slot/{slot['id']}" for slot in kept], bundle)
    bundle["entry"] = [
        each for each in bundle["entry"] if each["fullUrl"].removeprefix("https://agenda.test/fhir/") in names
    ]
    bundle["total"] = len(kept)
    return bundle


def tomorrow(instant: str) -> str:
    day = (datetime.now(UTC).astimezone(PARIS) + timedelta(days=1)).date()
    moved = datetime.fromisoformat(instant).replace(year=day.year, month=day.month, day=day.day, tzinfo=PARIS)
    return moved.isoformat(timespec="milliseconds")


def reachable(names: list[str], bundle: dict[str, Any]) -> set[str]:
    resources = {
        f"{each['resource']['resourceType']}/{each['resource']['id']}": each["resource"] for each in bundle["entry"]
    }
    seen: set[str] = set()
    while names:
        name = names.pop()
        if name in resources and name not in seen:
            seen.add(name)
            names += [other for other in resources if f'"{other}"' in json.dumps(resources[name])]
    return seen


@contextmanager
def served(agenda: Agenda, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """The base of the interface, while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            base = f"http://{self.headers['Host']}"
            self._send(agenda.get(parts.path.rstrip("/"), parts.query, base))

        def do_POST(self) -> None:
            self._write(lambda body, _: agenda.accounts.create(body))

        def do_PUT(self) -> None:
            self._write(agenda.accounts.update)

        def _write(self, act: Callable[[dict[str, Any], str], tuple[int, str]]) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            wanted = dict(parse_qsl(urlsplit(self.path).query)).get("identifier", "")
            status, location = act(body, wanted)
            if status >= 400:
                self._send(refusal(status))
            else:
                self._send(Reply(status, body, {"Location": location, "Content-Type": "application/fhir+json"}))

        def _send(self, reply: Reply) -> None:
            text = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: Any) -> None:
            """Nothing is said of a request."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}/fhir"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
