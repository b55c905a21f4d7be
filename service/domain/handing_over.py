"""What a roster comes to when one seat changes hands, goal by goal, counted from what that touches alone."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from heapq import nlargest
from math import isfinite

from service.domain.directory import PractitionerId
from service.domain.fairness import fairness_table
from service.domain.goals import GOALS, SHORT_OF_MINIMUM_PENALTY, goal_values, wish_penalty
from service.domain.policy import Goal
from service.domain.rosters import Assignment
from service.domain.rounding import half_up
from service.domain.solving import Problem

TOUCHED = 2
"""So many people's balances change: who gives the seat and who takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """A seat of a session goes to somebody who holds none of it. `come` may be at another practice."""

    gone: Assignment
    come: Assignment


class Tally:
    """A roster as it stands, with what its goals are counted from: balances of all (False) and unloved (True) hours."""

    def __init__(self, problem: Problem, roster: Sequence[Assignment]) -> None:
        rows = fairness_table(problem, roster)
        self.problem = problem
        self.roster = roster
        self.values = goal_values(problem, roster)
        self.balances = {
            False: {row.practitioner: row.balance for row in rows},
            True: {row.practitioner: row.balance_unloved for row in rows},
        }
        self.largest = {
            unloved: nlargest(TOUCHED + 1, ((minutes, id) for id, minutes in of_each.items()))
            for unloved, of_each in self.balances.items()
        }
        self.published = {(each.key, each.practitioner) for each in problem.published}
        self.sessions = Counter((each.practitioner, problem.session_at[each.key].week) for each in roster)
        self.km = sum((_km(problem, each) for each in roster), Fraction(0))

    def after(self, handover: Handover) -> Mapping[Goal, int]:
        """Every goal of `values` once the seat has changed hands."""
        return {goal: AFTER[goal](self, handover) for goal in self.values}


def _of_places(goal: Goal, tally: Tally, handover: Handover) -> int:
    """Who holds a session is nothing to it, where it is held is."""
    if handover.gone.practice == handover.come.practice:
        return tally.values[goal]
    left = (each for each in tally.roster if each != handover.gone)
    return GOALS[goal](tally.problem, (*left, handover.come))


def _changed(tally: Tally, handover: Handover, *, unloved: bool) -> Mapping[PractitionerId, int]:
    """The balances of the two, as far as they have a share."""
    session = tally.problem.session_at[handover.gone.key]
    minutes = session.minutes if session.burden_class.is_unloved or not unloved else 0
    before = tally.balances[unloved]
    moved = {handover.gone.practitioner: -minutes, handover.come.practitioner: minutes}
    return {id: before[id] + each for id, each in moved.items() if id in before}


def _worst(tally: Tally, handover: Handover, *, unloved: bool) -> int:
    changed = _changed(tally, handover, unloved=unloved)
    others = (minutes for minutes, id in tally.largest[unloved] if id not in changed)
    return max([*changed.values(), *others], default=0)


def _sum(tally: Tally, handover: Handover) -> int:
    total = tally.values[Goal.FAIRNESS_SUM]
    for unloved in (False, True):
        for id, minutes in _changed(tally, handover, unloved=unloved).items():
            total += abs(minutes) - abs(tally.balances[unloved][id])
    return total


def _stability(tally: Tally, handover: Handover) -> int:
    gone, come = ((seat.key, seat.practitioner) in tally.published for seat in (handover.gone, handover.come))
    return tally.values[Goal.STABILITY] + (1 if gone else -1) + (-1 if come else 1)


def _wishes(tally: Tally, handover: Handover) -> int:
    session = tally.problem.session_at[handover.gone.key]
    penalty = tally.values[Goal.WISHES]
    for seat, more in ((handover.gone, -1), (handover.come, 1)):
        penalty += more * wish_penalty(tally.problem, seat.practitioner, session)
        held = tally.sessions[seat.practitioner, session.week]
        minimum = tally.problem.practitioner_of[seat.practitioner].min_sessions_per_week
        penalty += SHORT_OF_MINIMUM_PENALTY * (max(0, minimum - held - more) - max(0, minimum - held))
    return penalty


def _travel(tally: Tally, handover: Handover) -> int:
    return half_up(tally.km - _km(tally.problem, handover.gone) + _km(tally.problem, handover.come))


def _km(problem: Problem, seat: Assignment) -> Fraction:
    """There and back; nothing where home or host has no place that day."""
    distance_km = problem.home_km(problem.practitioner_of[seat.practitioner], seat.practice, seat.on)
    return 2 * Fraction(distance_km) if isfinite(distance_km) else Fraction(0)


AFTER: Mapping[Goal, Callable[[Tally, Handover], int]] = {
    Goal.COVERAGE: partial(_of_places, Goal.COVERAGE),
    Goal.FAIRNESS_WORST: partial(_worst, unloved=False),
    Goal.FAIRNESS_WORST_UNLOVED: partial(_worst, unloved=True),
    Goal.FAIRNESS_SUM: _sum,
    Goal.STABILITY: _stability,
    Goal.WISHES: _wishes,
    Goal.ACCESS_FLOOR: partial(_of_places, Goal.ACCESS_FLOOR),
    Goal.ACCESS: partial(_of_places, Goal.ACCESS),
    Goal.ROTATION: partial(_of_places, Goal.ROTATION),
    Goal.TRAVEL: _travel,
}
"""The goals again, as they change: each must come to what `GOALS` counts on the whole roster."""
