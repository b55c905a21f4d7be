"""One goal in work: what is known about it, told to whoever watches, and the time it has."""

from collections.abc import Callable
from dataclasses import dataclass

from service.domain.answers import Progress
from service.domain.policy import Goal
from service.solver.budget import Budget


@dataclass(kw_only=True)
class Rung:
    """The best value and the bound proved so far. `level`: which of the `levels` goals it is, from 1.

    `leave_seconds`: how much of the budget is for the goals after it.
    """

    goal: Goal
    value: int
    budget: Budget
    leave_seconds: float
    level: int
    levels: int
    tell: Callable[[Progress], None]
    bound: int | None = None

    @property
    def is_closed(self) -> bool:
        """Nothing better is possible."""
        return self.bound is not None and self.bound >= self.value

    @property
    def left_seconds(self) -> float:
        return 0 if self.budget.is_over else max(0.0, self.budget.left_seconds - self.leave_seconds)

    def see(self, value: int | None, bound: int | None) -> None:
        """Take in what is better than before, and tell."""
        before = (self.value, self.bound)
        if value is not None:
            self.value = min(value, self.value)
        if bound is not None:
            self.bound = bound if self.bound is None else max(bound, self.bound)
        if before != (self.value, self.bound):
            self.show()

    def show(self) -> None:
        self.tell(
            Progress(
                goal=self.goal,
                value=self.value,
                bound=self.bound,
                elapsed_s=self.budget.elapsed_seconds,
                level=self.level,
                levels=self.levels,
            )
        )
