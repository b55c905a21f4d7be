"""The cheapest ways to fill a seat that stays empty, each verified by solving what it leads to."""

from collections.abc import Sequence
from dataclasses import replace

from service.domain.answers import Fix, Gap, GoalChange
from service.domain.goals import GOALS as VALUES
from service.domain.goals import goal_values, goals_sought
from service.domain.policy import Goal
from service.domain.roster_content import difference
from service.domain.rosters import Assignment, SessionKey
from service.domain.rules import breaches
from service.domain.solving import Problem
from service.solver.admission import candidates
from service.solver.budget import Budget
from service.solver.constraints import BETWEEN
from service.solver.explain import settle_pins
from service.solver.greedy import least_loaded_first
from service.solver.levels import Levels
from service.solver.promising import promising
from service.solver.relaxing import Relaxation
from service.solver.variables import Works

MOST_FIXES = 3
MOST_TRIED = 10
"""Of the relaxations that look cheapest, per gap."""
SECONDS = 10
"""For the fixes of all gaps together."""

Roster = tuple[Assignment, ...]


def with_fixes(problem: Problem, roster: Roster, found: Sequence[Gap], budget: Budget) -> tuple[Gap, ...]:
    """The gaps with the cheapest fixes, as far as the time allows; a gap that nobody has looked at has None."""
    seeking = replace(budget, limits=replace(budget.limits, seconds=budget.limits.seconds and SECONDS))
    seeking.begin()
    return tuple(gap if seeking.is_over else replace(gap, fixes=fixes(problem, roster, gap, seeking)) for gap in found)


def fixes(problem: Problem, roster: Roster, gap: Gap, budget: Budget) -> tuple[Fix, ...]:
    """Up to three, cheapest first: by the goals they lead to in the policy's order, then by the fewest changes."""
    nearby = _nearby(problem, roster, gap)
    before, missing = goal_values(problem, roster), VALUES[Goal.COVERAGE](problem, roster)
    found: list[tuple[tuple[int, ...], Fix]] = []
    for relaxation in promising(problem, roster, gap)[:MOST_TRIED]:
        after = None if budget.is_over else _filled(relaxation.applied(nearby), missing, budget)
        if after is not None and _only_relaxes(problem, roster, after, relaxation):
            values = goal_values(replace(problem, published=()), after)
            change = difference(roster, after)
            changes = [GoalChange(name=goal, before=before[goal], after=value) for goal, value in values.items()]
            fix = Fix(
                relaxes=relaxation.rules[0],
                also=relaxation.rules[1:],
                practitioner=relaxation.practitioner,
                practice=relaxation.practice,
                added=(*change.added, *(move.after for move in change.moved)),
                removed=(*change.removed, *(move.before for move in change.moved)),
                goals=tuple(each for each in changes if each.cost),
            )
            found.append(((*values.values(), len(fix.added)), fix))
    return tuple(fix for _, fix in sorted(found, key=lambda one: one[0]))[:MOST_FIXES]


def _nearby(problem: Problem, roster: Roster, gap: Gap) -> Problem:
    """What may change for the gap's sake: its week in its sector. Fewest changes come right after the seats filled."""
    asked = problem.session_at[SessionKey(gap.template, gap.on)]
    near = {s.key for s in problem.sessions if (s.week, s.template.sector) == (asked.week, asked.template.sector)}
    first = (Goal.COVERAGE, Goal.STABILITY)
    order = (*first, *(goal for goal in problem.policy.goal_order if goal not in first))
    territory = replace(problem.file.territory, policy=replace(problem.policy, goal_order=order))
    return replace(
        problem,
        file=replace(problem.file, territory=territory),
        published=roster,
        frozen=frozenset(session.key for session in problem.sessions if session.key not in near) | problem.frozen,
    )


def _filled(problem: Problem, missing: int, budget: Budget) -> Roster | None:
    """The best roster of the problem; None where there is none, or in none is less missing, whatever the policy seeks.

    Coverage comes first: where it gains nothing, no more is asked.
    """
    works = Works.of(problem, candidates(problem))
    pinned = settle_pins(works, budget)
    if pinned.conflict:
        return None
    for rule in BETWEEN.values():
        rule(works)
    levels = Levels(works, least_loaded_first(works, pinned.assignments, problem.published), budget, lambda _: None)
    for goal in goals_sought(problem):
        settled = levels.settle(goal, seconds=budget.left_seconds)
        if goal is Goal.COVERAGE and settled.value >= missing:
            return None
    return levels.roster


def _only_relaxes(problem: Problem, before: Roster, after: Roster, relaxation: Relaxation) -> bool:
    """Whether the roster breaks these rules, once, for whom they are relaxed, and else nothing that was not broken."""
    known = breaches(problem, before)
    new = [breach for breach in breaches(problem, after) if breach not in known]
    is_meant = all(each.rule in relaxation.rules and each.practitioner == relaxation.practitioner for each in new)
    return is_meant and len({each.rule for each in new}) == len(new)
