"""A solve that is watched: when each goal was taken up, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter

from service.domain.answers import Answer, Progress
from service.domain.policy import Goal
from service.domain.solving import Limits, Problem
from service.solver.solve import solve


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """`taken_up_s`: after the start; the first goal's is when there was a first roster."""

    answer: Answer
    taken_up_s: Mapping[Goal, float]
    total_s: float

    @property
    def spent_s(self) -> Mapping[Goal, float]:
        """On each goal, until the next was taken up."""
        starts = list(self.taken_up_s.values())
        ends = [*starts[1:], self.answer.timings.solve_s]
        return {goal: end - start for goal, start, end in zip(self.taken_up_s, starts, ends, strict=True)}

    @property
    def is_closed(self) -> bool:
        """Every goal at its bound, conditional ones included."""
        return bool(self.answer.goals) and all(goal.gap == 0 for goal in self.answer.goals)


@dataclass(kw_only=True)
class _Watch:
    last: Goal
    taken_up_s: dict[Goal, float] = field(default_factory=dict)
    is_over: bool = False

    def note(self, progress: Progress) -> None:
        self.taken_up_s.setdefault(progress.goal, progress.elapsed_s)
        if progress.goal is self.last and progress.value is not None:
            self.is_over = progress.value == progress.bound


def watched(problem: Problem, *, seconds: float, seed: int) -> Watched:
    """Stopped once the last goal is closed: ways to fill empty seats, sought after that, are measured on their own."""
    watch = _Watch(last=problem.policy.goal_order[-1])
    start = perf_counter()
    limits = Limits(seconds=seconds, seed=seed)
    answer = solve(problem, limits, on_progress=watch.note, should_stop=lambda: watch.is_over)
    return Watched(answer=answer, taken_up_s=watch.taken_up_s, total_s=perf_counter() - start)
