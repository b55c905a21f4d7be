"""The time that a solve may take, and being asked to stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread
from time import perf_counter

from service.domain.solving import Limits

POLL_SECONDS = 0.05


@dataclass(kw_only=True)
class Budget:
    """The time that is left: of the wall clock, or of CP-SAT's count of work, which is the same in every run."""

    limits: Limits
    should_stop: Callable[[], bool]
    started: float = field(default_factory=perf_counter)
    work_seconds: float = 0

    @property
    def elapsed_seconds(self) -> float:
        return perf_counter() - self.started

    @property
    def left_seconds(self) -> float:
        used = self.work_seconds if self.limits.deterministic else self.elapsed_seconds
        return max(0.0, self.limits.seconds - used)

    @property
    def is_over(self) -> bool:
        return self.left_seconds <= 0 or self.should_stop()

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """While the block runs, `stop` is called as soon as somebody asks to stop, and again until it has worked."""
        done = Event()

        def watch() -> None:
            while not done.wait(POLL_SECONDS):
                if self.should_stop():
                    stop()

        watcher = Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        finally:
            done.set()
            watcher.join()
