"""Who holds which seat while a roster is made better: seats change hands as the rule book allows."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.domain.fairness import history, shares, targets
from service.domain.goals import wish_penalty
from service.domain.rosters import Assignment
from service.domain.standing import Standing
from service.solver.budget import ITERATIONS_PER_SECOND, Budget
from service.solver.variables import Works

Mask = NDArray[np.bool_]
Whole = NDArray[np.int64]
Reals = NDArray[np.float64]
IsOver = Callable[[], bool]
STEPS = ITERATIONS_PER_SECOND // 10_000
"""Of the simplex method: they take as long as asking the rule book about one assignment."""


@dataclass(frozen=True, kw_only=True)
class Seats:
    """What stays as it is of the seats held, each at its host, and of people, both by number.

    `loads`: minutes of all work and of the unloved, by seat. `may`: who could hold what, whatever else he or she holds;
    `penalty`: how unwelcome it would be, `km`: the way there and back. `half_day` and `week` number those of a seat.
    """

    loads: Whole
    may: Mask
    penalty: Whole
    km: Reals
    half_day: Whole
    week: Whole
    is_fixed: Mask

    @staticmethod
    def of(works: Works, roster: tuple[Assignment, ...], fixed: Set[Assignment]) -> "Seats":
        problem = works.problem
        sessions = [problem.session_at[seat.key] for seat in roster]
        number = {practitioner.id: index for index, practitioner in enumerate(problem.practitioners)}
        shape = (len(number), len(roster))
        may, penalty, km = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.int64), np.zeros(shape)
        for index, seat in enumerate(roster):
            for one in works.of_session.get(seat.key, ()):
                if seat.practice in one.hosts:
                    person = number[one.practitioner.id]
                    may[person, index] = True
                    penalty[person, index] = wish_penalty(problem, one.practitioner.id, one.session)
                    distance = problem.home_km(one.practitioner, seat.practice, seat.on)
                    km[person, index] = distance if isfinite(distance) else 0
        unloved = [session.minutes if session.burden_class.is_unloved else 0 for session in sessions]
        return Seats(
            loads=np.array([[session.minutes for session in sessions], unloved], dtype=np.int64).T,
            may=may,
            penalty=penalty,
            km=km,
            half_day=_numbered([(session.on, session.half_day) for session in sessions]),
            week=_numbered([session.week for session in sessions]),
            is_fixed=np.array([seat in fixed for seat in roster], dtype=np.bool_),
        )


def _numbered(these: list[Any]) -> Whole:
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(each, len(numbers)) for each in these], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class Hands:
    """A roster under work: `holder` of each seat, what each person's balances are, when each is busy and how often.

    `is_changed`: who has other seats than when this was last said to be nobody.
    """

    works: Works
    budget: Budget
    seats: Seats
    standing: Standing
    roster: list[Assignment]
    holder: Whole
    balances: Whole
    busy: Whole
    of_week: Whole
    most_a_week: Whole
    wants_sessions: Mask
    keeps_minutes: bool
    has_share: Mask
    is_changed: Mask

    @staticmethod
    def of(
        works: Works, seats: Seats, roster: tuple[Assignment, ...], budget: Budget, *, keeps_minutes: bool = False
    ) -> "Hands":
        problem, people = works.problem, works.problem.practitioners
        number = {practitioner.id: index for index, practitioner in enumerate(people)}
        before = []
        for unloved in (False, True):
            done, due = history(problem, unloved=unloved), targets(problem, unloved=unloved)
            before.append([done.get(p.id, 0) - due.get(p.id, 0) for p in people])
        hands = Hands(
            works=works,
            budget=budget,
            seats=seats,
            standing=Standing(problem),
            roster=list(roster),
            holder=np.array([number[seat.practitioner] for seat in roster], dtype=np.int64),
            balances=np.array(before, dtype=np.int64).T.copy(),
            busy=np.zeros((len(people), seats.half_day.max(initial=-1) + 1), dtype=np.int64),
            of_week=np.zeros((len(people), seats.week.max(initial=-1) + 1), dtype=np.int64),
            most_a_week=np.array([p.max_sessions_per_week for p in people], dtype=np.int64),
            wants_sessions=np.array([p.min_sessions_per_week > 0 for p in people], dtype=np.bool_),
            keeps_minutes=keeps_minutes,
            has_share=np.array([p.id in shares(problem) for p in people], dtype=np.bool_),
            is_changed=np.zeros(len(people), dtype=np.bool_),
        )
        for seat in range(len(roster)):
            hands._add(seat, int(hands.holder[seat]))
        return hands

    def may_be_given(self, seat: int) -> Mask:
        """Who could hold it beside what he or she holds: at a glance, the rule book is asked later."""
        half_day, week = self.seats.half_day[seat], self.seats.week[seat]
        is_free, has_room = self.busy[:, half_day] == 0, self.of_week[:, week] < self.most_a_week
        could: Mask = self.seats.may[:, seat] & is_free & has_room
        return could

    def may_be_exchanged(self, seat: int, others: Whole) -> Mask:
        """Against which of these seats: at a glance, too. Who wants so many sessions a week loses none of a week."""
        seats, giver, those = self.seats, self.holder[seat], self.holder[others]
        half_day, half_days = seats.half_day[seat], seats.half_day[others]
        week, weeks = seats.week[seat], seats.week[others]
        same_half_day, same_week = half_days == half_day, weeks == week
        is_taken = seats.may[those, seat] & (self.busy[those, half_day] == same_half_day)
        is_taken &= self.of_week[those, week] - same_week < self.most_a_week[those]
        is_given = seats.may[giver, others] & (self.busy[giver, half_days] == same_half_day)
        is_given &= self.of_week[giver, weeks] - same_week < self.most_a_week[giver]
        keeps = same_week | ~(self.wants_sessions[those] | self.wants_sessions[giver])
        could: Mask = is_taken & is_given & keeps & (those != giver) & ~seats.is_fixed[others]
        return could

    def is_as_fair(self, giver: int, takers: Whole, loads: Whole) -> Mask:
        """Whether such loads, gone from the giver to each of these, leave Σ |balance| and the largest no greater.

        Where everybody keeps his or her minutes: whether they are none.
        """
        if self.keeps_minutes:
            is_alike: Mask = np.abs(loads).sum(axis=1) == 0
            return is_alike
        given, taken = self.balances[giver], self.balances[takers]
        more = (np.abs(given - loads) - np.abs(given)) * self.has_share[giver]
        more += (np.abs(taken + loads) - np.abs(taken)) * self.has_share[takers][:, None]
        is_fair: Mask = (more.sum(axis=1) <= 0) & self.is_within(giver, takers, loads)
        return is_fair

    def is_within(self, giver: int, takers: Whole, loads: Whole) -> Mask:
        """Whether no balance is then above the largest that there is, of all minutes and of the unloved."""
        largest = self.balances[self.has_share].max(axis=0, initial=np.iinfo(np.int64).min)
        after = np.maximum(self.balances[giver] - loads, self.balances[takers] + loads)
        within: Mask = ((loads == 0) | (after <= largest)).all(axis=1)
        return within

    def loads_less(self, seat: int) -> Whole:
        """The seat's load less each other's."""
        less: Whole = self.seats.loads[seat] - self.seats.loads
        return less

    def replace(self, changes: Mapping[int, int]) -> bool:
        """Give each of these seats to that person: all of it as the rule book allows, or nothing."""
        before = {seat: int(self.holder[seat]) for seat in changes}
        for seat in changes:
            self._remove(seat)
        added: list[int] = []
        for seat, person in changes.items():
            self.budget.spend(STEPS)
            if self.standing.clashes_of(self._held_by(seat, person)):
                break
            self._add(seat, person)
            added.append(seat)
        if len(added) == len(changes):
            self.is_changed[[*before.values(), *changes.values()]] = True
            return True
        for seat in added:
            self._remove(seat)
        for seat, person in before.items():
            self._add(seat, person)
        return False

    def _held_by(self, seat: int, person: int) -> Assignment:
        return replace(self.roster[seat], practitioner=self.works.problem.practitioners[person].id)

    def _add(self, seat: int, person: int) -> None:
        self.roster[seat] = self._held_by(seat, person)
        self.holder[seat] = person
        self.standing.add(self.roster[seat])
        self._count(seat, person, 1)

    def _remove(self, seat: int) -> None:
        self.standing.remove(self.roster[seat])
        self._count(seat, int(self.holder[seat]), -1)

    def _count(self, seat: int, person: int, sign: int) -> None:
        self.balances[person] += sign * self.seats.loads[seat]
        self.busy[person, self.seats.half_day[seat]] += sign
        self.of_week[person, self.seats.week[seat]] += sign
