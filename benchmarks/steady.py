"""A steady load, made by a process of its own: requests are due at fixed times, whether or not others are answered.

A latency counts from the time at which its request was due, so that a server that stands still is not spared.
"""

import asyncio
import gc
import json
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from time import perf_counter
from typing import cast

import uvloop

from benchmarks.load import length_of
from benchmarks.measuring import percentile

_GRACE_SECONDS = 60
_MOST_CONNECTIONS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """`per_second` of these requests, as they go over the wire, from the first again once the last was sent."""

    requests: Sequence[str]
    per_second: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How a stream was answered. `by_status`: how many answers had which."""

    by_status: Mapping[str, int]
    p50_ms: float
    p95_ms: float
    p99_ms: float


def keep_up(port: int, streams: Mapping[str, Stream], *, seconds: float) -> Mapping[str, Kept]:
    """All streams at once, from another process."""
    asked = {"port": port, "seconds": seconds, "streams": {name: asdict(stream) for name, stream in streams.items()}}
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.steady"],
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        timeout=seconds + _GRACE_SECONDS,
        check=False,
    )
    if made.returncode != 0:
        raise AssertionError(f"the load broke off: {made.stderr[-2000:]}")
    return {name: Kept(**kept) for name, kept in json.loads(made.stdout).items()}


class _Connection(asyncio.Protocol):
    """One keep-alive connection: a request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._answer: asyncio.Future[str] | None = None

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, separator, rest = self._received.partition(b"\r\n\r\n")
        if separator and self._answer and length_of(head) <= len(rest):
            self._answer.set_result(head[9:12].decode())

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_result("broken")

    @property
    def is_closed(self) -> bool:
        return self._transport.is_closing()

    async def ask(self, request: bytes) -> str:
        """The status, or `broken`."""
        self._received = b""
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer


class _Run:
    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: deque[_Connection] = deque()
        self._places = asyncio.Semaphore(_MOST_CONNECTIONS)

    async def stream(self, stream: Stream, *, seconds: float) -> Kept:
        requests = cycle([each.encode() for each in stream.requests])
        began, asked = perf_counter(), []
        for number in range(round(stream.per_second * seconds)):
            due = began + number / stream.per_second
            await asyncio.sleep(max(0, due - perf_counter()))
            asked.append(asyncio.create_task(self._one(next(requests), due)))
        answers = await asyncio.gather(*asked)
        taken_ms = [1000 * taken for _, taken in answers]
        p50, p95, p99 = (percentile(taken_ms, share) for share in (0.5, 0.95, 0.99))
        return Kept(by_status=dict(Counter(status for status, _ in answers)), p50_ms=p50, p95_ms=p95, p99_ms=p99)

    async def _one(self, request: bytes, due: float) -> tuple[str, float]:
        async with self._places:
            connection = await self._ready()
            status = await connection.ask(request)
            if status != "broken":
                self._idle.append(connection)
            return status, perf_counter() - due

    async def _ready(self) -> _Connection:
        """One that was used before, if the server has not closed it for having been idle."""
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed:
                return connection
        _, connection = await asyncio.get_running_loop().create_connection(_Connection, "127.0.0.1", self._port)
        return connection


async def _make(port: int, streams: Mapping[str, Stream], seconds: float) -> Mapping[str, Kept]:
    run = _Run(port)
    gc.freeze()
    kept = await asyncio.gather(*(run.stream(stream, seconds=seconds) for stream in streams.values()))
    return dict(zip(streams, kept, strict=True))


if __name__ == "__main__":
    given = json.load(sys.stdin)
    wanted = {name: Stream(**stream) for name, stream in given["streams"].items()}
    found = uvloop.run(_make(given["port"], wanted, given["seconds"]))
    print(json.dumps({name: asdict(kept) for name, kept in found.items()}))
