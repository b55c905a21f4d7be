"""What a roster changed by hand is worth: its goals, gaps and fairness, counted anew."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.domain.answers import GoalValue, Outcome
from service.domain.fairness import fairness_table
from service.domain.gaps import gaps
from service.domain.goals import GOALS, goals_sought
from service.domain.roster_life import Assessment
from service.domain.rosters import Assignment
from service.domain.solving import Problem


def assess(problem: Problem, assignments: Sequence[Assignment], before: Assessment) -> Assessment:
    """The worth of these assignments. What the solver proved holds as far as it still applies."""
    goals = tuple(_goals(problem, assignments, before.goals))
    return replace(
        before,
        outcome=Outcome.OPTIMAL if all(goal.is_proved for goal in goals) else Outcome.FEASIBLE,
        goals=goals,
        gaps=gaps(problem, assignments),
        fairness=fairness_table(problem, assignments),
        conflict=(),
    )


def _goals(problem: Problem, assignments: Sequence[Assignment], before: Sequence[GoalValue]) -> Iterator[GoalValue]:
    """A bound holds while every goal before it keeps its value; after the first that changes, nothing is known."""
    proved = {goal.name: goal for goal in before}
    still_holds = True
    for name in goals_sought(problem):
        value = GOALS[name](problem, assignments)
        known = proved.get(name) if still_holds else None
        yield replace(known, value=value) if known else GoalValue(name=name, value=value, bound=None)
        still_holds = known is not None and known.value == value
