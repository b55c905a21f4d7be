"""The memory of the server over a long load of searches and bookings."""

import asyncio
from collections.abc import Iterator, Sequence

import psutil

from benchmarks import aims, serving
from benchmarks.booking import booking_requests, free
from benchmarks.load import Load, answers_to
from benchmarks.measuring import Effort
from benchmarks.report import Row, Table
from benchmarks.searching import searches
from benchmarks.stands import MANY, Stand, stand

CHUNKS = 10
MEGABYTE = 1_000_000


def measure(effort: Effort) -> Sequence[Table]:
    """After the first tenth everything has been loaded; from then on it should stay."""
    with stand() as here:
        rows = list(_chunks(here, each=effort.requests // CHUNKS))
    first, last = (float(str(row["resident MB"])) for row in (rows[0], rows[-1]))
    flat = aims.at_most("resident memory at the end ÷ after the first tenth", last / first, 1.05)
    note = f"All processes of `tourderole serve`, {serving.PROCESSES} of which answer; one booking to three searches."
    return [
        Table(title="Memory of the server", rows=rows, notes=(note,)),
        Table(title="Memory of the server: aim", rows=[flat]),
    ]


def _chunks(here: Stand, *, each: int) -> Iterator[Row]:
    answered = 0
    while answered < CHUNKS * each:
        asyncio.run(free(here.url))
        wanted = min(each, 4 * len(here.offered.bookable))
        load = Load(port=here.product.port, requests=_mixed(here, wanted), connections=MANY, seconds=3600, again=False)
        answered += answers_to(load).only(200, 201)
        yield {"requests": answered, "resident MB": round(_resident(here.product.pid) / MEGABYTE, 1)}


def _mixed(here: Stand, count: int) -> list[str]:
    booked = booking_requests([{"slot": slot} for slot in here.offered.bookable], most=count // 4 + 1)
    found = searches(here.offered)
    return [next(booked) if number % 4 == 0 else found[number % len(found)] for number in range(count)]


def _resident(pid: int) -> float:
    """What the processes hold for themselves; what they share counts once, by halves."""
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    return sum(member.memory_full_info().pss for member in family)
