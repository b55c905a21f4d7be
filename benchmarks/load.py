"""A load on an HTTP server, made by a process of its own: each of its connections asks again once it is answered."""

import asyncio
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from math import ceil
from pathlib import Path
from time import perf_counter
from typing import cast

import uvloop

_SCRIPT = Path(__file__).with_name("wrk.lua")
_GRACE_SECONDS = 30
"""Beyond its own time, for starting and for a last slow answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """Requests to send, in order, as they go over the wire; `again`: from the first once the last was sent."""

    port: int
    requests: Sequence[str]
    connections: int
    seconds: float
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Milliseconds from sending a request to the end of its answer. `by_status`: how many answers had which."""

    seconds: float
    by_status: Mapping[str, int]
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @property
    def count(self) -> int:
        return sum(self.by_status.values())

    def only(self, *statuses: int) -> int:
        """How many there were. Raises AssertionError when an answer had another status."""
        if not self.by_status or not set(self.by_status) <= set(map(str, statuses)):
            raise AssertionError(f"{statuses} expected, got {dict(self.by_status)}")
        return self.count


def request(method: str, target: str, body: object = None, **headers: str) -> str:
    """An HTTP/1.1 request as it goes over the wire; underscores in header names stand for hyphens."""
    content = "" if body is None else json.dumps(body)
    fields = {"host": "127.0.0.1", **{name.replace("_", "-"): value for name, value in headers.items()}}
    if body is not None:
        fields |= {"content-type": "application/json", "content-length": str(len(content))}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", content])


def tool() -> str:
    """What makes the load. wrk takes a tenth of the time that we take ourselves, where it is installed."""
    return "wrk" if shutil.which("wrk") else "asyncio"


def fast_answers_to(load: Load) -> Answered:
    """By wrk, if it is there. Requests that are under way when the time is over may be answered and not be counted.

    Raises AssertionError when there are too few requests for the time.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        return answers_to(load)
    with tempfile.NamedTemporaryFile("w") as file:
        for each in load.requests:
            file.write(f"{len(each)}\n{each}\n")
        file.flush()
        how = ["-t1", f"-c{load.connections}", f"-d{max(1, round(load.seconds))}s", "-s", str(_SCRIPT)]
        said = subprocess.run(
            [wrk, *how, f"http://127.0.0.1:{load.port}"],
            env=os.environ | {"WRK_REQUESTS": file.name, "WRK_AGAIN": str(int(load.again))},
            capture_output=True,
            text=True,
            timeout=load.seconds + _GRACE_SECONDS,
            check=False,
        )
    if said.returncode != 0:
        raise AssertionError(f"the load broke off: {said.stderr[-2000:]}")
    found = json.loads(said.stdout.splitlines()[-1])
    broken = found.pop("broken")
    answered = Answered(**found | {"by_status": found["by_status"] | ({"broken": broken} if broken else {})})
    if not load.again and answered.count >= len(load.requests):
        raise AssertionError("too few requests: the time was not used")
    return answered


def answers_to(load: Load) -> Answered:
    """Send it all from another process, and wait for the figures."""
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(asdict(load)),
        capture_output=True,
        text=True,
        timeout=load.seconds + _GRACE_SECONDS,
        check=False,
    )
    if made.returncode != 0:
        raise AssertionError(f"the load broke off: {made.stderr[-2000:]}")
    return Answered(**json.loads(made.stdout))


class _Connection(asyncio.Protocol):
    """One keep-alive connection, opened before the load begins: sends, waits for the whole answer, sends again."""

    def __init__(self, run: "_Run") -> None:
        self._run = run
        self._received = b""
        self._missing = 0  # bytes of the answer still to come; -1: its head, too
        self._sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self._missing >= 0:
            self._missing -= len(data)
        else:
            self._received += data
            head, separator, rest = self._received.partition(b"\r\n\r\n")
            if not separator:
                return
            self._status = head[9:12].decode()
            self._missing = length_of(head) - len(rest)
        if self._missing == 0:
            self._run.note(self._status, self._sent_at)
            self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._missing != 0:
            self._run.note("broken", self._sent_at)
        self._run.end()

    def send(self) -> None:
        following = self._run.next_request()
        if following is None:
            self._transport.close()
            return
        self._received, self._missing = b"", -1
        self._sent_at = perf_counter()
        self._transport.write(following)


class _Run:
    """What the connections share: the requests left, the deadline, the times noted."""

    def __init__(self, load: Load) -> None:
        raw = [each.encode() for each in load.requests]
        self._requests: Iterator[bytes] = cycle(raw) if load.again else iter(raw)
        self._latencies: list[float] = []
        self._statuses: Counter[str] = Counter()
        self._open = load.connections
        self._over = asyncio.Event()
        self._seconds = load.seconds
        self.begin()

    def begin(self) -> None:
        """From now on it is counted."""
        self._started_at = self._ended_at = perf_counter()
        self._deadline = self._started_at + self._seconds

    def next_request(self) -> bytes | None:
        return next(self._requests, None) if perf_counter() < self._deadline else None

    def note(self, status: str, sent_at: float) -> None:
        self._ended_at = perf_counter()
        self._latencies.append(self._ended_at - sent_at)
        self._statuses[status] += 1

    def end(self) -> None:
        self._open -= 1
        if self._open == 0:
            self._over.set()

    async def answered(self) -> Answered:
        await self._over.wait()
        ordered = sorted(self._latencies)
        p50, p95, p99 = (round(1000 * ordered[ceil(share * len(ordered)) - 1], 3) for share in (0.5, 0.95, 0.99))
        seconds = self._ended_at - self._started_at
        return Answered(seconds=seconds, by_status=dict(self._statuses), p50_ms=p50, p95_ms=p95, p99_ms=p99)


def length_of(head: bytes) -> int:
    """The content's bytes. Servers measured here always name it."""
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


async def _make(load: Load) -> Answered:
    run = _Run(load)
    gc.freeze()
    gc.disable()
    loop = asyncio.get_running_loop()
    address = ("127.0.0.1", load.port)
    opened = [await loop.create_connection(lambda: _Connection(run), *address) for _ in range(load.connections)]
    run.begin()
    for _, connection in opened:
        connection.send()
    return await run.answered()


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(_make(Load(**json.load(sys.stdin)))))))
