"""Solving: building the model, the first complete lawful roster, and the proof of each goal in its turn."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.importing import LARGE
from benchmarks.measuring import Effort, middle, yardstick_seconds
from benchmarks.report import Row, Table
from benchmarks.territories import L, M, S, Shape, territory_text
from service.application.territory_file.reading import read_territory_file
from service.domain.answers import Answer, Progress
from service.domain.calendar import IsoWeek
from service.domain.policy import Goal
from service.domain.solving import Limits, Problem
from service.solver.solve import solve

REFERENCE = Path(__file__).parents[1] / "service" / "reference" / "haut-anjou.json"
WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A problem of which there are several: by the solver's seed where the territory is given, else by its own."""

    name: str
    first_week: str
    weeks: int
    given: Path | None = None
    shape: Shape | None = None

    def problem(self, seed: int) -> Problem:
        if self.given is not None:
            text = self.given.read_text()
        elif self.shape is not None:
            text = territory_text(self.shape, seed)
        else:
            raise AssertionError("a case is a file or a shape")
        return Problem.of(read_territory_file(text), IsoWeek.parse(self.first_week).following(self.weeks))


@dataclass(frozen=True, slots=True, kw_only=True)
class Solved:
    """An answer, and when each goal was last heard of: the seconds at which its level was closed, or given up."""

    seats: int
    answer: Answer
    closed_s: Mapping[Goal, float]


def cases() -> Iterator[Case]:
    yield Case(name="haut-anjou, 1 week", first_week="2026-W49", weeks=1, given=REFERENCE)
    yield Case(name="haut-anjou, 4 weeks", first_week="2026-W50", weeks=4, given=REFERENCE)
    if LARGE.exists():
        yield Case(name="large, 1 week", first_week="2026-W49", weeks=1, given=LARGE)
    for shape in (S, M, L):
        yield Case(name=f"generated {shape.name}, 1 week", first_week="2026-W49", weeks=1, shape=shape)
    for shape in (S, M, L):
        yield Case(name=f"generated {shape.name}, 4 weeks", first_week="2026-W49", weeks=4, shape=shape)


def measure(effort: Effort) -> Sequence[Table]:
    phases: list[Row] = []
    levels: list[Row] = []
    yardsticks = [yardstick_seconds()]
    for case in cases():
        solved = [_solve(case.problem(seed), seed, effort) for seed in range(1, effort.repeats + 1)]
        yardsticks.append(yardstick_seconds())
        phases.append(_phases(case, solved, middle(yardsticks[-2:])))
        levels.extend(_levels(case, solved))
    how = (
        f"{WORKERS} workers, at most {effort.solve_seconds:g} s a solve, seeds 1 to {effort.repeats} (of the solver,"
        " and of generated territories); seconds are medians."
    )
    limit = (
        "The limit is the yardstick: one CP-SAT worker proves the shortest Golomb ruler of nine marks, before and after"
        f" every case; {min(yardsticks):.2f} to {max(yardsticks):.2f} s, {middle(yardsticks)} s in the middle."
    )
    return [
        Table(title="Solving: phases", rows=phases, notes=(how, limit)),
        Table(
            title="Solving: goals, each in its turn", rows=levels, notes=("Seed 1; *at* is the median of all seeds.",)
        ),
    ]


def _solve(problem: Problem, seed: int, effort: Effort) -> Solved:
    closed_s: dict[Goal, float] = {}

    def note(progress: Progress) -> None:
        closed_s[progress.goal] = progress.elapsed_s

    answer = solve(problem, Limits(seconds=effort.solve_seconds, workers=WORKERS, seed=seed), on_progress=note)
    return Solved(seats=sum(each.template.seats for each in problem.sessions), answer=answer, closed_s=closed_s)


def _phases(case: Case, solved: Sequence[Solved], yardstick_s: float) -> Row:
    timings = [each.answer.timings for each in solved]
    total_s = middle(timing.solve_s for timing in timings)
    found = [timing.first_s for timing in timings if timing.first_s is not None]
    return {
        "case": case.name,
        "seats": solved[0].seats,
        "build s": middle(timing.build_s for timing in timings),
        "first roster s": middle(found) if found else None,
        "total s": total_s,
        "worst s": round(max(timing.solve_s for timing in timings), 3),
        "all goals proved": f"{sum(_is_proved(each.answer) for each in solved)} of {len(solved)}",
        "total ÷ yardstick": round(total_s / yardstick_s, 2),
    }


def _levels(case: Case, solved: Sequence[Solved]) -> Iterator[Row]:
    """What each goal came to with the first seed, and when it was settled."""
    for index, goal in enumerate(solved[0].answer.goals):
        heard = [each.closed_s[goal.name] for each in solved if goal.name in each.closed_s]
        proved = [each.answer.goals[index].gap == 0 for each in solved if each.answer.goals]
        yield {
            "case": case.name,
            "goal": goal.name.value,
            "value": goal.value,
            "bound": goal.bound,
            "conditional": "yes" if goal.conditional else "",
            "at s": middle(heard) if heard else None,
            "proved": f"{sum(proved)} of {len(proved)}",
        }


def _is_proved(answer: Answer) -> bool:
    return bool(answer.goals) and all(goal.gap == 0 for goal in answer.goals)
