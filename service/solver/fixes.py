"""The cheapest ways to fill a seat that stays empty, each verified by solving what it leads to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from service.domain.answers import Fix, Gap, GoalChange
from service.domain.goals import goal_values, goals_sought
from service.domain.policy import Goal
from service.domain.roster_content import difference
from service.domain.rosters import Assignment, SessionKey
from service.domain.rules import breaches
from service.domain.solving import Problem, Rule
from service.domain.standing import Standing
from service.solver.admission import candidates
from service.solver.budget import Budget
from service.solver.constraints import BETWEEN
from service.solver.filling import Week
from service.solver.levels import Levels
from service.solver.promising import promising
from service.solver.relaxing import Relaxation
from service.solver.variables import Works

MOST_FIXES = 3
MOST_TRIED = 40
"""Of the relaxations that look cheapest, per gap: whether the seat can be filled at all."""
MOST_COMPARED = 6
"""Of those that do, per gap: what the best roster costs."""
SECONDS = 10
"""For the fixes of all gaps together."""

Roster = tuple[Assignment, ...]


def with_fixes(problem: Problem, roster: Roster, found: Sequence[Gap], budget: Budget) -> tuple[Gap, ...]:
    """The gaps with the cheapest fixes, as far as the time allows; a gap that nobody has looked at has None."""
    seeking = replace(budget, limits=replace(budget.limits, seconds=budget.limits.seconds and SECONDS))
    seeking.begin()
    return tuple(gap if seeking.is_over else replace(gap, fixes=fixes(problem, roster, gap, seeking)) for gap in found)


def fixes(problem: Problem, roster: Roster, gap: Gap, budget: Budget) -> tuple[Fix, ...]:
    """Up to three, cheapest first: by how many rules give way, then by the goals they lead to in the policy's order.

    Each is the best roster, fewest changes first, in which a promising relaxation fills the seat and none is emptied.
    """
    before = goal_values(problem, roster)
    found: dict[Roster, tuple[tuple[int, ...], Fix]] = {}
    for relaxation, after in _Seat(problem, roster, gap, budget).filled():
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
        found.setdefault(after, ((len(relaxation.rules), *values.values(), len(fix.added)), fix))
        if len(found) == MOST_COMPARED:
            break
    return tuple(fix for _, fix in sorted(found.values(), key=lambda one: one[0]))[:MOST_FIXES]


class _Seat:
    """That is empty, and what relaxations lead to."""

    def __init__(self, problem: Problem, roster: Roster, gap: Gap, budget: Budget) -> None:
        self._problem, self._roster, self._gap, self._budget = problem, roster, gap, budget
        self._nearby = _nearby(problem, roster, gap)
        self._week = Week.of(self._nearby, gap)
        self._standing, self._known = Standing(problem, roster), breaches(problem, roster)

    def filled(self) -> Iterator[tuple[Relaxation, Roster]]:
        """Each promising relaxation that fills it and breaks just what it relaxes, with the best roster of its."""
        for relaxation in promising(self._problem, self._roster, self._gap)[:MOST_TRIED]:
            if self._budget.is_over:
                return
            after = self._with_one_more(relaxation) or self._rearranged(relaxation)
            if after is not None and self._breaks_just(relaxation, after):
                yield relaxation, after

    def _with_one_more(self, relaxation: Relaxation) -> Roster | None:
        """The roster as it is and the practitioner in the seat, if that will do: nothing takes fewer changes.

        Of several hosts the best; None where the practitioner has to be chosen, or others have to move.
        """
        if relaxation.practitioner is None:
            return None
        possible = []
        for host in relaxation.session.hosts if relaxation.practice is None else (relaxation.practice,):
            key = relaxation.session.key
            seat = Assignment(template=key.template, on=key.on, practice=host, practitioner=relaxation.practitioner)
            if {breach.rule for breach in self._standing.broken_by(seat)} == set(relaxation.rules):
                possible.append(tuple(sorted((*self._roster, seat))))
        if len(possible) > 1:
            return min(possible, key=lambda roster: (*goal_values(self._problem, roster).values(), roster))
        return possible[0] if possible else None

    def _rearranged(self, relaxation: Relaxation) -> Roster | None:
        """The best roster of the week and sector, where there is one at all."""
        first = self._week.filled(relaxation, self._budget)
        return None if first is None else _best(relaxation.applied(self._nearby), first, self._budget)

    def _breaks_just(self, relaxation: Relaxation, after: Roster) -> bool:
        """Whether each of these rules is newly broken once, for whom or where it is relaxed, and no other is."""
        new = [breach for breach in breaches(self._problem, after) if breach not in self._known]
        of_people = [breach for breach in new if breach.rule is not Rule.ROOMS]
        is_meant = all(each.practitioner == relaxation.practitioner for each in of_people)
        is_there = all(each.facts["practice"] == relaxation.practice for each in new if each.rule is Rule.ROOMS)
        once = len({each.rule for each in of_people}) == len(of_people)
        return is_meant and is_there and once and {each.rule for each in new} == set(relaxation.rules)


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


def _best(problem: Problem, first: Roster, budget: Budget) -> Roster:
    """The best roster of the problem, from a lawful one of its own."""
    works = Works.of(problem, candidates(problem))
    for rule in BETWEEN.values():
        rule(works)
    levels = Levels(works, first, budget, lambda _: None)
    for goal in goals_sought(problem):
        levels.settle(goal, seconds=budget.left_seconds)
    return tuple(sorted(levels.roster))
