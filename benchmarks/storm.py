"""A storm of retries: each booking sent several times over at once, with rivals, and its key on another place."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from benchmarks import aims, serving
from benchmarks.booking import check, free
from benchmarks.load import length_of, request
from benchmarks.measuring import Effort
from benchmarks.report import Row, Table
from benchmarks.stands import stand

PLACES, RETRIES, RIVALS = 300, 5, 2
_CONNECTIONS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    key: str
    slot: str

    def over_the_wire(self) -> bytes:
        body = {"slot": self.slot, "case_ref": "2026-0001", "origin": "sas"}
        bearer = f"Bearer {serving.ADMIN_TOKEN}"
        return request("POST", "/v1/bookings", body, authorization=bearer, idempotency_key=self.key).encode()


Answers = Sequence[tuple[_Sent, int, Any]]
"""What was sent, the status, and the body."""


def measure(effort: Effort) -> Sequence[Table]:
    with stand() as here:
        rows = []
        for number in range(effort.repeats):
            asyncio.run(free(here.url))
            sent = list(_storm(here.offered.bookable[:PLACES], here.offered.bookable[PLACES : 2 * PLACES], number))
            answers = asyncio.run(_answers(here.product.port, sent))
            booked = {body["id"] for _, status, body in answers if status == 201}
            asyncio.run(check(here.url, len(booked)))
            rows.append(_row(answers, len(booked)))
    aimed = [
        aims.exactly(name, max(int(str(row[name])) for row in rows), 0)
        for name in ("false refusals", "keys with two answers", "places booked twice", "other answers")
    ]
    note = f"{PLACES} places: each {RETRIES} times with one key, {RIVALS} rivals, the same key on another place; worst."
    return [Table(title="A storm of retries", rows=rows), Table(title="Storm: aims", rows=aimed, notes=(note,))]


def _storm(places: Sequence[str], others: Sequence[str], seed: int) -> Iterator[_Sent]:
    sent = []
    for number, (place, other) in enumerate(zip(places, others, strict=True)):
        key = f"storm-{seed}-{number}"
        sent += [_Sent(key=key, slot=place)] * RETRIES + [_Sent(key=key, slot=other)]
        sent += [_Sent(key=f"{key}-rival-{rival}", slot=place) for rival in range(RIVALS)]
    for first in range(0, len(sent), _CONNECTIONS):
        together = sent[first : first + _CONNECTIONS]
        Random(seed).shuffle(together)  # noqa: S311 - any order will do
        yield from together


def _row(answers: Answers, booked: int) -> Row:
    made, refused = defaultdict(set), Counter[_Sent]()
    for sent, status, body in answers:
        if status == 201:
            made[sent].add(body["id"])
        elif status == 409:
            refused[sent] += 1
    of_key: dict[str, set[str]] = defaultdict(set)
    of_place: dict[str, set[str]] = defaultdict(set)
    for sent, ids in made.items():
        of_key[sent.key] |= ids
        of_place[sent.slot] |= ids
    return {
        "requests": len(answers),
        "bookings": booked,
        "false refusals": sum(refused[sent] for sent in made),
        "keys with two answers": sum(len(ids) > 1 for ids in of_key.values()),
        "places booked twice": sum(len(ids) > 1 for ids in of_place.values()),
        "other answers": sum(status not in {201, 409, 422} for _, status, _ in answers),
    }


async def _answers(port: int, sent: Sequence[_Sent]) -> Answers:
    left, found = iter(sent), []

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for each in left:
            writer.write(each.over_the_wire())
            head = await reader.readuntil(b"\r\n\r\n")
            body = await reader.readexactly(length_of(head))
            found.append((each, int(head[9:12]), json.loads(body)))
        writer.close()

    await asyncio.gather(*(connection() for _ in range(_CONNECTIONS)))
    return found
