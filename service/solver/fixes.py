"""The cheapest ways to fill a seat that stays empty, each verified by solving what it leads to."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.domain.answers import Fix, Gap, GoalChange
from service.domain.fairness import fairness_table
from service.domain.goals import GOALS as VALUES
from service.domain.goals import goal_values
from service.domain.policy import Goal
from service.domain.roster_content import difference
from service.domain.rosters import Assignment, SessionKey
from service.domain.rules import breaches
from service.domain.solving import Problem, Rule
from service.solver.admission import candidates
from service.solver.budget import Budget
from service.solver.constraints import BETWEEN
from service.solver.explain import settle_pins
from service.solver.greedy import least_loaded_first
from service.solver.levels import Levels
from service.solver.relaxing import RELAXED, Relaxation
from service.solver.variables import Works

MOST_FIXES = 3
MOST_TRIED = 6
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
    before = goal_values(problem, roster)
    found: list[tuple[tuple[int, ...], Fix]] = []
    for relaxation in _promising(problem, roster, gap)[:MOST_TRIED]:
        after = None if budget.is_over else _filled(relaxation.applied(nearby), budget)
        if after is not None and _only_relaxes(problem, roster, after, relaxation) and _fills(problem, roster, after):
            values = goal_values(replace(problem, published=()), after)
            change = difference(roster, after)
            changes = [GoalChange(name=goal, before=before[goal], after=value) for goal, value in values.items()]
            fix = Fix(
                relaxes=relaxation.rule,
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


def _promising(problem: Problem, roster: Roster, gap: Gap) -> list[Relaxation]:
    """Those after which nothing but what people hold already stands in the way, those with least in it first."""
    session = problem.session_at[SessionKey(gap.template, gap.on)]
    reasons: dict[str, list[Rule]] = defaultdict(list)
    for reason in gap.reasons:
        reasons[reason.practitioner].append(reason.rule)
    balance = {row.practitioner: (row.balance_unloved, row.balance) for row in fairness_table(problem, roster)}
    ranked: list[tuple[tuple[int, int, int, int, str], Relaxation]] = []
    for practitioner in problem.practitioners:
        rules = reasons[practitioner.id]
        for rule in (rule for rule in rules if rule in RELAXED and rule is not Rule.ROOMS):
            others = [other for other in rules if other is not rule]
            if all(other in ABOUT_WHAT_IS_HELD for other in others):
                relaxation = Relaxation(rule=rule, session=session, practitioner=practitioner.id)
                unloved, all_minutes = balance.get(practitioner.id, (0, 0))
                rank = (len(others), list(RELAXED).index(rule), unloved, all_minutes, practitioner.id)
                ranked.append((rank, relaxation))
    if any(Rule.ROOMS in rules for rules in reasons.values()):
        roomier = (Relaxation(rule=Rule.ROOMS, session=session, practice=practice) for practice in session.hosts)
        ranked.extend(((0, -1, 0, 0, each.practice or ""), each) for each in roomier)
    return [relaxation for _, relaxation in sorted(ranked, key=lambda one: one[0])]


ABOUT_WHAT_IS_HELD = frozenset(
    {
        Rule.MAXIMUM_PER_WEEK,
        Rule.MAXIMUM_PER_DAY,
        Rule.ONE_PER_HALF_DAY,
        Rule.ONE_PLACE_AT_A_TIME,
        Rule.MINIMUM_REST,
        Rule.CONSECUTIVE_SATURDAYS,
        Rule.ROOMS,
    }
)
"""Rules that other people's taking over can settle."""


def _filled(problem: Problem, budget: Budget) -> Roster | None:
    """The best roster of the problem, None where there is none."""
    works = Works.of(problem, candidates(problem))
    pinned = settle_pins(works, budget)
    if pinned.conflict:
        return None
    for rule in BETWEEN.values():
        rule(works)
    levels = Levels(works, least_loaded_first(works, pinned.assignments, problem.published), budget, lambda _: None)
    for goal in problem.policy.goal_order:
        levels.settle(goal, seconds=budget.left_seconds)
    return levels.roster


def _fills(problem: Problem, before: Roster, after: Roster) -> bool:
    """Whether less is missing, whatever the policy seeks."""
    return VALUES[Goal.COVERAGE](problem, after) < VALUES[Goal.COVERAGE](problem, before)


def _only_relaxes(problem: Problem, before: Roster, after: Roster, relaxation: Relaxation) -> bool:
    """Whether the roster breaks the one rule, once, for whom it is relaxed, and else nothing that was not broken."""
    known = breaches(problem, before)
    new: Iterator[tuple[Rule, str | None]] = (
        (breach.rule, breach.practitioner) for breach in breaches(problem, after) if breach not in known
    )
    return list(new) in ([], [(relaxation.rule, relaxation.practitioner)])
