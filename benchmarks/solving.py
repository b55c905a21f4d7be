"""One solve: building the model, the first complete lawful roster, and the proof of each goal in its turn."""

from dataclasses import dataclass

from benchmarks import alone
from benchmarks.cases import Case
from benchmarks.watching import watched


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """A goal: the seconds it took (None: its turn never came), and how far its value may be from the best."""

    goal: str
    seconds: float | None
    gap: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    seats: int
    build_s: float
    first_s: float
    total_s: float
    peak_mb: float | None
    levels: tuple[Level, ...]

    @property
    def is_closed(self) -> bool:
        return all(level.gap == 0 for level in self.levels)


def work(case: Case, seed: int, seconds: float) -> Solved:
    problem = case.problem(seed)
    found = watched(problem, seconds=seconds, seed=seed)
    timings, spent_s = found.answer.timings, found.spent_s
    if timings.first_s is None:
        raise AssertionError(f"no roster: {found.answer.conflict}")
    return Solved(
        seats=sum(session.template.seats for session in problem.sessions),
        build_s=timings.build_s,
        first_s=timings.first_s,
        total_s=timings.solve_s,
        peak_mb=alone.peak_mb(),
        levels=tuple(Level(goal=g.name.value, seconds=spent_s.get(g.name), gap=g.gap) for g in found.answer.goals),
    )


if __name__ == "__main__":
    alone.answer(work, Solved)
