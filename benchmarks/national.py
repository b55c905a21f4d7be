"""The national platform's searches (INT_R01, INT_R04) over a region: ten a second, as the guide's peak is one."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

import asyncpg
import httpx

from benchmarks import aims, serving
from benchmarks.load import request
from benchmarks.measuring import Effort, middle
from benchmarks.offered import PLACES, WEEKS, Offered, offer_places
from benchmarks.report import Row, Table
from benchmarks.serving import Server
from benchmarks.steady import Kept, Stream, keep_up
from benchmarks.trips import Trips, shortest
from service.domain.national import System, person_id
from service.web.fhir.searching import COMMUNITIES, FREE, IDENTIFIER, INCLUDE, START, STATUS

A_SECOND = 10
MOST, DAYS = 25, 3
"""Practitioners of one search, and how far the platform looks ahead."""
_WARM_UP_SECONDS = 3
_PEOPLE = """
UPDATE practitioners SET rpps = (99700000000 + number)::text
FROM (
    SELECT territory_id, id, row_number() OVER (ORDER BY territory_id, home_practice, id) AS number FROM practitioners
) AS numbered
WHERE practitioners.territory_id = numbered.territory_id AND practitioners.id = numbered.id
RETURNING rpps
"""
"""Territories are generated one by one, so that the same numbers would be in all of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """`p95_ms`: the aim."""

    name: str
    targets: Sequence[str]
    p95_ms: float


def measure(effort: Effort) -> Sequence[Table]:
    """Each search in its turn, round after round, beside the shortest round trip to PostgreSQL."""
    with serving.postgres_url() as url:
        offered = asyncio.run(offer_places(url))
        searches = _searches(offered, asyncio.run(_people(url)))
        with serving.product(url) as product:
            for each in searches:
                _kept(product, each, seconds=_WARM_UP_SECONDS)
            rounds, shortest_ms = [], []
            for _ in range(effort.repeats):
                rounds.append({each.name: _kept(product, each, seconds=effort.seconds) for each in searches})
                shortest_ms.append(asyncio.run(shortest(url)))
            rows = [_row(each, rounds, shortest_ms, product) for each in searches]
    note = (
        f"{A_SECOND} searches a second, medians of {effort.repeats} interleaved rounds of {effort.seconds:g} s, "
        f"{serving.PROCESSES} server processes, {PLACES} free places in {WEEKS} weeks. SELECT 1, one at a time by "
        f"asyncpg: p50 {middle(each.p50_ms for each in shortest_ms)} ms. Places and kB: of a usual answer."
    )
    return [Table(title="The national platform's searches", rows=rows, notes=(note,))]


async def _people(url: str) -> list[str]:
    """RPPS numbers, of one person each; those of a practice are neighbours in the list, as they are on a map."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(_PEOPLE)
    await connection.execute("VACUUM ANALYZE practitioners")
    await connection.close()
    return sorted(row["rpps"] for row in rows)


def _searches(offered: Offered, people: Sequence[str]) -> Sequence[_Search]:
    many = [batch for batch in _batches(people, MOST) if len(batch) == MOST]
    one = _batches(people, 1)
    return (
        _Search(name=f"{MOST} practitioners, {DAYS} days", targets=_targets(offered, many, DAYS), p95_ms=150),
        _Search(name=f"{MOST} practitioners, {WEEKS} weeks", targets=_targets(offered, many, 7 * WEEKS), p95_ms=150),
        _Search(name=f"1 practitioner, {DAYS} days", targets=_targets(offered, one, DAYS), p95_ms=30),
        _Search(name=f"1 practitioner, {WEEKS} weeks", targets=_targets(offered, one, 7 * WEEKS), p95_ms=30),
    )


def _batches(people: Sequence[str], size: int) -> Sequence[Sequence[str]]:
    return [people[first : first + size] for first in range(0, len(people), size)]


def _targets(offered: Offered, batches: Sequence[Sequence[str]], days: int) -> Sequence[str]:
    """INT_R04, as the official test kit words it."""
    window = offered.days(days)
    includes = [(INCLUDE, "Slot:schedule"), ("_include:iterate", "Schedule:actor"), (INCLUDE, COMMUNITIES)]
    bounds = [(START, f"ge{window.start.isoformat()}"), (START, f"le{window.end.isoformat()}"), (STATUS, FREE)]
    each = (",".join(f"{System.PERSON}|{person_id(rpps)}" for rpps in batch) for batch in batches)
    return [f"/fhir/Slot?{urlencode([*includes, *bounds, (IDENTIFIER, people)])}" for people in each]


def _kept(product: Server, search: _Search, *, seconds: float) -> Kept:
    """Raises AssertionError when one was not answered with 200."""
    bearer = f"Bearer {serving.ADMIN_TOKEN}"
    requests = [request("GET", target, authorization=bearer) for target in search.targets]
    stream = Stream(requests=requests, per_second=A_SECOND)
    kept = keep_up(product.port, {search.name: stream}, seconds=seconds)[search.name]
    if set(kept.by_status) != {"200"}:
        raise AssertionError(f"200 expected, got {dict(kept.by_status)}")
    return kept


def _row(search: _Search, rounds: Sequence[Mapping[str, Kept]], shortest_ms: Sequence[Trips], product: Server) -> Row:
    kept = [each[search.name] for each in rounds]
    row = aims.at_most(f"{search.name}: p95 ms", middle(each.p95_ms for each in kept), search.p95_ms)
    ratio = middle(each.p50_ms / trip.p50_ms for each, trip in zip(kept, shortest_ms, strict=True))
    return {**row, "p50 ms": middle(each.p50_ms for each in kept), "p50 ÷ SELECT 1": ratio, **_usual(search, product)}


def _usual(search: _Search, product: Server, *, looked_at: int = 15) -> Row:
    """How many places an answer holds, and how long it is."""
    with httpx.Client(base_url=f"http://127.0.0.1:{product.port}") as client:
        client.headers["Authorization"] = f"Bearer {serving.ADMIN_TOKEN}"
        answers = [client.get(target) for target in search.targets[:looked_at]]
    totals = (answer.json()["total"] for answer in answers)
    return {"places": round(median(totals)), "kB": round(median(len(answer.content) for answer in answers) / 1000)}
