"""Problem in, answer out: build, search goal by goal, explain."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from service.domain.answers import Answer, Gap, GoalValue, Outcome, Progress, Timings
from service.domain.fairness import fairness_table
from service.domain.gaps import gaps
from service.domain.goals import GOALS as VALUES
from service.domain.policy import Goal
from service.domain.rosters import Assignment
from service.domain.solving import Breach, Limits, Problem
from service.solver.admission import candidates
from service.solver.budget import Budget
from service.solver.constraints import BETWEEN
from service.solver.explain import settle_pins
from service.solver.goals import GOALS
from service.solver.greedy import least_loaded_first
from service.solver.ladder import Ladder
from service.solver.variables import Works


def solve(
    problem: Problem,
    limits: Limits,
    *,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Answer:
    """The best roster that the limits allow, with what is proved about it. A stop keeps the best so far.

    `on_progress` is called from other threads too, one at a time; `should_stop` is asked some twenty times a second.
    """
    budget = Budget(limits=limits, should_stop=should_stop or (lambda: False))
    works = Works.of(problem, candidates(problem))
    pinned = settle_pins(works)
    if pinned.conflict:
        return _impossible(pinned.conflict, budget)
    for rule in BETWEEN.values():
        rule(works)
    build_s = budget.elapsed_seconds
    roster = least_loaded_first(works, pinned.assignments)
    first_s = budget.elapsed_seconds
    ladder = Ladder(works, roster, budget, on_progress or (lambda _: None))
    settled = tuple(_climb(ladder, problem, budget))
    missing = gaps(problem, ladder.roster)
    timings = Timings(build_s=build_s, first_s=first_s, solve_s=budget.elapsed_seconds)
    return _answer(problem, ladder.roster, settled, missing, timings)


def _climb(ladder: Ladder, problem: Problem, budget: Budget) -> Iterator[GoalValue]:
    """A goal gets a third of the time that is left, the last ones even parts; what it does not need is left to others.

    Where nothing is published there is nothing to be stable against.
    """
    policy = problem.policy
    idle = () if problem.published else (Goal.STABILITY,)
    sought = [goal for goal in policy.goal_order if goal in GOALS and goal not in idle]
    for index, goal in enumerate(sought):
        if budget.is_over:
            yield GoalValue(name=goal, value=VALUES[goal](problem, ladder.roster), bound=None)
            continue
        yield ladder.settle(goal, seconds=budget.left_seconds / min(3, len(sought) - index))
        if goal is Goal.FAIRNESS_SUM and policy.settle_minutes:
            ladder.settle_minutes()


def _answer(
    problem: Problem,
    roster: tuple[Assignment, ...],
    settled: tuple[GoalValue, ...],
    missing: tuple[Gap, ...],
    timings: Timings,
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
