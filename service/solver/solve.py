"""Problem in, answer out: build, search goal by goal, explain."""

import gc
from collections.abc import Callable, Iterator, Set
from contextlib import contextmanager
from dataclasses import replace

from service.domain.answers import Answer, Baseline, Gap, GoalValue, Outcome, Progress, Timings
from service.domain.fairness import fairness_table
from service.domain.gaps import gaps
from service.domain.goals import GOALS as VALUES
from service.domain.goals import goal_values, goals_sought
from service.domain.policy import Goal
from service.domain.rosters import Assignment
from service.domain.solving import Breach, Limits, Problem
from service.solver.admission import candidates
from service.solver.budget import Budget
from service.solver.constraints import BETWEEN
from service.solver.explain import settle_pins
from service.solver.fixes import with_fixes
from service.solver.greedy import least_loaded_first
from service.solver.levels import Levels
from service.solver.variables import Works

BY_HAND = 0.1
"""Of the time: for making better by hand the first roster, and the last one where something could not be proved."""

FREELY = 0.03
"""Of the time that is left: for what is tried before everybody's minutes are settled."""


def solve(
    problem: Problem,
    limits: Limits,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Answer:
    """The best roster that the limits allow, with what is proved about it. A stop keeps the best so far.

    `on_progress` is called one sight at a time; `should_stop` is asked many times a second.
    """
    budget = Budget(limits=limits, should_stop=should_stop or (lambda: False))
    with _collector_paused():
        works = Works.of(problem, candidates(problem))
        pinned = settle_pins(works, budget)
        if pinned.conflict:
            return _impossible(pinned.conflict, budget)
        begun_s = budget.elapsed_seconds
        first = least_loaded_first(works, pinned.assignments, problem.published)
        first_s = budget.elapsed_seconds
        for rule in BETWEEN.values():
            rule(works)
        build_s = budget.elapsed_seconds - (first_s - begun_s)
    levels = Levels(works, first, budget, on_progress or (lambda _: None))
    settled = tuple(_climb(levels, problem, {*problem.begun, *pinned.assignments}, budget))
    solve_s = budget.elapsed_seconds
    found = with_fixes(problem, levels.roster, gaps(problem, levels.roster), budget)
    timings = Timings(build_s=build_s, first_s=first_s, solve_s=solve_s, explain_s=budget.elapsed_seconds - solve_s)
    baseline = None if problem.published else _baseline(problem, first)
    return _answer(problem, levels.roster, settled, found, timings, baseline)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Building makes some 100 000 things that all stay: searching them for waste takes a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _climb(levels: Levels, problem: Problem, fixed: Set[Assignment], budget: Budget) -> Iterator[GoalValue]:
    """By hand first; then a goal gets half of the time that is left, the last one all that is not kept for the end.

    The others get what it does not need. What was not proved is made better by hand in the end.
    """
    sought = goals_sought(problem)
    kept_seconds, is_proved = BY_HAND * budget.left_seconds, True
    levels.make_better(fixed, seconds=kept_seconds, shares_out=True)
    for index, goal in enumerate(sought):
        left_seconds = budget.left_seconds - kept_seconds
        if budget.is_over or left_seconds <= 0:
            is_proved = False
            yield GoalValue(name=goal, value=VALUES[goal](problem, levels.roster), bound=None)
            continue
        if problem.policy.settle_minutes and Goal.FAIRNESS_SUM in sought[:index]:
            settled = _with_minutes_settled(levels, goal, fixed, left_seconds=left_seconds, left=len(sought) - index)
        else:
            settled = levels.settle(goal, seconds=left_seconds / min(2, len(sought) - index))
        is_proved &= settled.is_proved
        yield settled
    if not is_proved:
        levels.make_better(fixed, seconds=budget.left_seconds, shares_out=not problem.policy.tolerances)


def _with_minutes_settled(
    levels: Levels, goal: Goal, fixed: Set[Assignment], *, left_seconds: float, left: int
) -> GoalValue:
    """Wishes are tried while minutes are still free, for that is where they have most to gain; all else is not."""
    if not levels.minutes_are_settled:
        if goal is Goal.WISHES:
            settled = levels.settle(goal, seconds=FREELY * left_seconds)
            if settled.is_proved:
                return settled
            levels.make_better(fixed, seconds=left_seconds, shares_out=False)
        levels.settle_minutes()
    return levels.settle(goal, seconds=left_seconds / min(2, left))


def _baseline(problem: Problem, greedy: tuple[Assignment, ...]) -> Baseline:
    seats = sum(session.template.seats for session in problem.sessions)
    return Baseline(
        goals=tuple(
            GoalValue(name=goal, value=value, bound=None) for goal, value in goal_values(problem, greedy).items()
        ),
        empty_seats=seats - len(greedy),
        fairness=fairness_table(problem, greedy),
    )


def _answer(
    problem: Problem,
    roster: tuple[Assignment, ...],
    settled: tuple[GoalValue, ...],
    missing: tuple[Gap, ...],
    timings: Timings,
    baseline: Baseline | None,
) -> Answer:
    """A goal that was not proved may have got better on the way of a later one: values are counted on the roster."""
    goals = tuple(replace(goal, value=VALUES[goal.name](problem, roster)) for goal in settled)
    return Answer(
        outcome=Outcome.OPTIMAL if goals and all(goal.is_proved for goal in goals) else Outcome.FEASIBLE,
        goals=goals,
        assignments=roster,
        gaps=missing,
        fairness=fairness_table(problem, roster),
        conflict=(),
        timings=timings,
        baseline=baseline,
    )


def _impossible(conflict: tuple[Breach, ...], budget: Budget) -> Answer:
    return Answer(
        outcome=Outcome.INFEASIBLE,
        goals=(),
        assignments=None,
        gaps=(),
        fairness=(),
        conflict=conflict,
        timings=Timings(build_s=budget.elapsed_seconds, first_s=None, solve_s=budget.elapsed_seconds),
    )
