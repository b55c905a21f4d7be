"""Round trips to PostgreSQL, one at a time, as its own driver makes them: what nobody who asks it can undercut."""

import gc
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import asyncpg

from benchmarks.measuring import percentile

SHORTEST = "SELECT 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trips:
    p50_ms: float
    p99_ms: float


async def trips(connection: asyncpg.Connection, sql: str, arguments: Iterable[Sequence[Any]]) -> Trips:
    """One for each of the arguments, after the statement was prepared."""
    taken_ms = []
    gc.disable()
    for each in arguments:
        began = perf_counter()
        await connection.fetch(sql, *each)
        taken_ms.append(1000 * (perf_counter() - began))
    gc.enable()
    return Trips(p50_ms=percentile(taken_ms, 0.5), p99_ms=percentile(taken_ms, 0.99))


async def shortest(url: str, *, count: int = 2000) -> Trips:
    connection = await asyncpg.connect(url)
    await connection.fetch(SHORTEST)
    found = await trips(connection, SHORTEST, [()] * count)
    await connection.close()
    return found
