"""Conflicts: six pins of which two cannot stand together; until it is said which, and why."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from time import perf_counter

from benchmarks import alone
from benchmarks.cases import CASES, Case
from benchmarks.contenders import least_loaded
from benchmarks.measuring import Effort, middle, percentile
from benchmarks.report import Row, Table, commit
from service.domain.answers import Outcome
from service.domain.rosters import SessionKey
from service.domain.solving import Limits, Problem
from service.domain.territory_file import Pin
from service.solver.admission import candidates
from service.solver.solve import solve

KEYS = ("S4", "M4", "L4", "L13")
AIM_S = 1.0
PROTOTYPE_S = {"M4": "0.9", "L4": "6"}
OTHER_PINS = 4
NOTE = (
    "Four pins taken from a lawful roster, and two that ask one practitioner for two sessions of one half-day. Seconds"
    " from the problem to the answer that there is no roster, whose conflict must be these two pins and no other."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    seconds: float


def measure(effort: Effort) -> Sequence[Table]:
    rows: list[Row] = []
    for key in filter(effort.includes, KEYS):
        seeds = range(1, effort.seeds + 1)
        seconds = [alone.measured(work, Refused, CASES[key], seed, effort).seconds for seed in seeds]
        rows.append(
            {
                "case": key,
                "what": CASES[key].name,
                "seeds": len(seconds),
                "median s": middle(seconds),
                "p95 s": percentile(seconds),
                "worst s": round(max(seconds), 3),
                "aim s": AIM_S,
                "prototype s": PROTOTYPE_S.get(key),
                "commit": commit(),
            }
        )
    return [Table(title="Minimal conflict", rows=rows, notes=(NOTE,))]


def work(case: Case, seed: int, seconds: float) -> Refused:
    problem, clash = _contradictory(case.problem(seed), Random(seed))  # noqa: S311 - invented, not secret
    limits = Limits(seconds=seconds, seed=seed)
    start = perf_counter()
    answer = solve(problem, limits)
    took_s = perf_counter() - start
    named = {key for breach in answer.conflict for key in breach.sessions}
    if answer.outcome is not Outcome.INFEASIBLE or named != clash:
        raise AssertionError(f"{answer.outcome}: {answer.conflict} instead of {clash}")
    return Refused(seconds=took_s)


def _contradictory(problem: Problem, random: Random) -> tuple[Problem, set[SessionKey]]:
    """The problem with pins, and the sessions of the two that clash."""
    clashing = _clashing(problem, random)
    keys, days = {SessionKey(pin.template, pin.on) for pin in clashing}, {pin.on for pin in clashing}
    lawful = [
        Pin(template=each.template, on=each.on, practitioner=each.practitioner)
        for each in least_loaded(problem, 1)
        if each.practitioner != clashing[0].practitioner and each.on not in days
    ]
    pins = [*clashing, *random.sample(lawful, OTHER_PINS)]
    random.shuffle(pins)
    return replace(problem, file=replace(problem.file, pins=tuple(pins))), keys


def _clashing(problem: Problem, random: Random) -> list[Pin]:
    """Two sessions of one half-day that one practitioner may hold, but not both."""
    choices: dict[tuple[object, ...], list[Pin]] = defaultdict(list)
    for one in candidates(problem):
        key, id = one.session.key, one.practitioner.id
        pin = Pin(template=key.template, on=key.on, practitioner=id)
        choices[id, key.on, one.session.half_day].append(pin)
    return random.choice([pins[:2] for pins in choices.values() if len(pins) > 1])


if __name__ == "__main__":
    alone.answer(work, Refused)
