"""Several processes as one service: each is started again when it dies, and they end in a given order."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import connection, get_context, parent_process
from multiprocessing.context import SpawnProcess
from types import FrameType
from typing import Any

import structlog
from prometheus_client import Counter

from service.cli import logs

log = structlog.get_logger(__name__)

RESTARTS = Counter("tourderole_process_restarts", "Processes of `serve` that died and were started again", ["process"])

_GLANCE_SECONDS = 0.2
_SETTLED_SECONDS = 10
_PAUSE_SECONDS = 1
"""Who dies young is given so long before the next try: what kills it may pass."""
_SPAWN = get_context("spawn")


@dataclass(slots=True, kw_only=True)
class Child:
    """`role` is its name in logs and metrics. It ends within `grace_seconds` of a signal, or is killed."""

    role: str
    run: Callable[..., None]
    arguments: tuple[Any, ...]
    grace_seconds: float
    process: SpawnProcess | None = None
    started_at: float = 0
    due_at: float = field(default=0)

    def start(self) -> None:
        again = self.process is not None
        words = (self.role, again, self.grace_seconds, self.run, *self.arguments)
        self.process = _SPAWN.Process(target=_begin, args=words, daemon=False)
        self.process.start()
        self.started_at = time.monotonic()
        log.info("process_started", role=self.role, child=self.process.pid, again=again)

    def look_after(self) -> None:
        """Start it again when it has died, after a pause when that came soon."""
        now = time.monotonic()
        if self.process is None or self.process.is_alive():
            return
        if not self.due_at:
            young = now - self.started_at < _SETTLED_SECONDS
            self.due_at = now + (_PAUSE_SECONDS if young else 0)
            log.error("process_died", role=self.role, child=self.process.pid, status=self.process.exitcode)
        if now >= self.due_at:
            self.due_at = 0
            self.start()

    def tell(self, number: int) -> None:
        if self.process is not None and self.process.is_alive() and self.process.pid:
            os.kill(self.process.pid, number)

    def await_end(self) -> None:
        if self.process is not None:
            self.process.join(self.grace_seconds)
            self.process.kill()
            self.process.join()


def keep_running(children: Sequence[Child], received: Sequence[int]) -> None:
    """Until a signal is received."""
    for child in children:
        child.start()
    while not received:
        connection.wait([child.process.sentinel for child in children if child.process], timeout=_GLANCE_SECONDS)
        for child in children:
            child.look_after()


def end(children: Sequence[Child], number: int) -> None:
    """Tell all of them, and wait until they have ended."""
    for child in children:
        child.tell(number)
    for child in children:
        child.await_end()


@contextmanager
def signals() -> Iterator[list[int]]:
    """SIGTERM and SIGINT as they come, in place of what they do."""
    received: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        received.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _begin(role: str, again: bool, grace_seconds: float, run: Callable[..., None], *arguments: Any) -> None:
    """In the child. In a session of its own: Ctrl-C in the terminal is for the supervisor, which tells the children."""
    os.setsid()
    logs.configure()
    threading.Thread(target=_end_with_the_supervisor, args=(grace_seconds,), daemon=True).start()
    RESTARTS.labels(role).inc(int(again))  # told as nought from the start: of what appears no growth is seen
    run(*arguments)


def _end_with_the_supervisor(grace_seconds: float) -> None:
    """Without its supervisor a child stops in order, of itself; should it fail to, it is ended after its grace."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        time.sleep(grace_seconds)
        os._exit(1)
