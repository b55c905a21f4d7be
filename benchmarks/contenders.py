"""Three ways from a problem to a roster: ours, the secretary's, and Timefold's where there is one."""

import json
import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks.measuring import Effort
from benchmarks.questions import Question
from service.domain.goals import goal_values
from service.domain.rosters import Assignment
from service.domain.solving import Limits, Problem
from service.solver.admission import candidates
from service.solver.greedy import least_loaded_first
from service.solver.solve import solve
from service.solver.variables import Works

Roster = Sequence[Assignment]
Method = Callable[[Problem, int], Roster]
"""A problem and a seed for whatever is random."""

ROOT = Path(__file__).parents[1]
OURS_SECONDS = 5
OURS = f"tourderole, {OURS_SECONDS} s"
TIMEFOLD_PYTHON = "TIMEFOLD_PYTHON"
"""Names the interpreter that has the package `timefold`."""
STARTING_SECONDS = 120
"""What Timefold's process may take beyond its time for solving."""


def methods(effort: Effort) -> Mapping[str, Method]:
    """By name; Timefold only where its interpreter is named."""
    found: dict[str, Method] = {"least loaded first": least_loaded, OURS: ours}
    python = os.environ.get(TIMEFOLD_PYTHON)
    if python:
        found[f"Timefold, {effort.timefold_seconds:g} s"] = _timefold(python, effort.timefold_seconds)
    return found


def least_loaded(problem: Problem, seed: int) -> Roster:
    """Seat after seat to whoever carries least; nothing random."""
    return least_loaded_first(Works.of(problem, candidates(problem)))


def ours(problem: Problem, seed: int) -> Roster:
    answer = solve(problem, Limits(seconds=OURS_SECONDS, seed=seed))
    if answer.assignments is None:
        raise AssertionError(f"no roster: {answer.conflict}")
    return answer.assignments


def _timefold(python: str, seconds: float) -> Method:
    def roster(problem: Problem, seed: int) -> Roster:
        question = Question(problem=problem)
        asked = json.dumps(question.document() | {"seed": seed, "seconds": seconds})
        command = [python, "-m", "benchmarks.timefold.roster"]
        run = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "JAVA_TOOL_OPTIONS": "-XX:+UseParallelGC"},
            input=asked,
            capture_output=True,
            text=True,
            timeout=seconds + STARTING_SECONDS,
            check=False,
        )
        if run.returncode != 0:
            raise AssertionError(f"Timefold under {TIMEFOLD_PYTHON} gave up: {run.stderr[-2000:]}")
        answer = json.loads(run.stdout)
        found = question.roster(answer["held"])
        _compare(answer["goals"], problem, found)
        return found

    return roster


def _compare(counted: Mapping[str, int], problem: Problem, roster: Roster) -> None:
    """Timefold must have sought what we count, else the comparison is none."""
    values = {goal.value: value for goal, value in goal_values(problem, roster).items()}
    if differing := {name: (value, values[name]) for name, value in counted.items() if value != values[name]}:
        raise AssertionError(f"Timefold counts its roster otherwise than we do: {differing}")
