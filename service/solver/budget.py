"""The time that a solve may take, and being asked to stop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter

from service.domain.solving import Limits

ITERATIONS_PER_SECOND = 20_000
"""Of the simplex method: what counts as a second of work."""


@dataclass(kw_only=True)
class Budget:
    """The time that is left: of the wall clock, or of a count of work done, which is the same in every run."""

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

    def is_over_after(self, steps: int) -> bool:
        """Whether it is over for a run under way that has made at least so many steps, which are not yet spent."""
        is_spent = self.limits.deterministic and self.left_seconds <= steps / ITERATIONS_PER_SECOND
        return is_spent or self.is_over

    def begin(self) -> None:
        """From now on."""
        self.started, self.work_seconds = perf_counter(), 0

    def spend(self, iterations: int) -> None:
        """So much work was done."""
        self.work_seconds += max(0, iterations) / ITERATIONS_PER_SECOND
