"""A roster made better by hand: seats handed on, or exchanged between two people.

Quick, and good at most goals before anything is proved: from here the levels begin, and where there is no time for
some, this is what they come to.
"""

from collections.abc import Iterator, Set

import numpy as np

from service.domain.goals import GOALS, goals_sought
from service.domain.rosters import Assignment
from service.domain.solving import Problem
from service.solver.budget import Budget
from service.solver.hands import Hands, IsOver, Mask, Reals, Seats, Whole
from service.solver.turns import take_turns
from service.solver.variables import Works

Roster = tuple[Assignment, ...]
TRIES = 12
"""Partners asked about one seat, the best first."""
ROUNDS = 4
NEARLY_NOTHING_KM = 0.5
FAR_KM = 100_000
"""More than any two ways differ by: wishes come first."""


def make_better(
    works: Works,
    roster: Roster,
    fixed: Set[Assignment],
    budget: Budget,
    *,
    seconds: float,
    shares_out: bool = True,
    keeps_minutes: bool = False,
) -> Roster:
    """Never worse, in the order of the policy's goals. What is published is left to stand, as far as it may.

    `shares_out`: fairness is sought first. `keeps_minutes`: everybody keeps the minutes that he or she has, of all work
    and of the unloved.
    """
    if works.problem.published or not roster or budget.is_over:
        return roster
    leave_seconds = budget.left_seconds - seconds

    def is_over() -> bool:
        return budget.is_over or budget.left_seconds <= leave_seconds

    seats = Seats.of(works, roster, fixed)
    for way in (share_out, take_turns, please) if shares_out else (take_turns, please):
        hands = Hands.of(works, seats, roster, budget, keeps_minutes=keeps_minutes)
        if not is_over() and _is_better(works.problem, better := way(hands, is_over), than=roster):
            roster = better
            seats = Seats.of(works, roster, fixed) if way is take_turns else seats
    return tuple(sorted(roster))


def _is_better(problem: Problem, roster: Roster, *, than: Roster) -> bool:
    """At the first goal at which they differ."""
    for goal in goals_sought(problem):
        value, before = GOALS[goal](problem, roster), GOALS[goal](problem, than)
        if value != before:
            return value < before
    return False


def share_out(hands: Hands, is_over: IsOver) -> Roster:
    """From who carries much to who carries little, as long as it makes Σ balance² + Σ unloved balance² less."""
    for those in _rounds(hands, is_over):
        for kind, step in enumerate((_hand_on, _share)):
            for seat in _in_order(hands, those, hands.balances[:, kind][hands.holder]):
                if not is_over():
                    step(hands, seat)
    return tuple(hands.roster)


def please(hands: Hands, is_over: IsOver) -> Roster:
    """Seats go to whom they suit better, then to who has less of a way, as long as that helps and is as fair."""
    for those in _rounds(hands, is_over):
        for seat in _in_order(hands, those, hands.seats.penalty[hands.holder, np.arange(len(hands.holder))]):
            if not is_over() and not _pass_on(hands, seat):
                _suit(hands, seat)
    return tuple(hands.roster)


def _rounds(hands: Hands, is_over: IsOver) -> Iterator[Mask]:
    """Whose seats to look at: everybody's, then again and again those of whoever has others than at the last look.

    Everybody's once more when that helps no more, until that does not help either.
    """
    everybody = np.ones(len(hands.balances), dtype=np.bool_)
    for _ in range(ROUNDS):
        those, has_helped = everybody, False
        while those.any() and not is_over():
            hands.is_changed[:] = False
            yield those
            those = hands.is_changed.copy()
            has_helped |= bool(those.any())
        if not has_helped:
            return


def _in_order(hands: Hands, those: Mask, weight: Whole) -> list[int]:
    """Their seats, the heaviest first."""
    order = np.argsort(-weight, kind="stable")
    found: list[int] = order[those[hands.holder[order]] & ~hands.seats.is_fixed[order]].tolist()
    return found


def _hand_on(hands: Hands, seat: int) -> bool:
    """To who carries least, of those who may."""
    giver, seats = hands.holder[seat], hands.seats
    if hands.wants_sessions[giver]:
        return False
    gain = _gain(hands.balances[giver], hands.balances, seats.loads[seat])
    people = np.flatnonzero((gain > 0) & hands.may_be_given(seat))
    people = people[hands.is_within(giver, people, np.broadcast_to(seats.loads[seat], (len(people), 2)))]
    return any(hands.replace({seat: person}) for person in _best(people, gain))


def _share(hands: Hands, seat: int) -> bool:
    """Against a seat that makes two people's balances more alike."""
    gain = _gain(hands.balances[hands.holder[seat]], hands.balances[hands.holder], hands.loads_less(seat))
    those = np.flatnonzero(gain > 0)
    those = those[hands.may_be_exchanged(seat, those)]
    is_within = hands.is_within(int(hands.holder[seat]), hands.holder[those], hands.loads_less(seat)[those])
    return _exchange(hands, seat, those[is_within], gain)


def _gain(given: Whole, taken: Whole, loads: Whole) -> Whole:
    """How much less the squares of balances come to when such loads go from one to the others, halved.

    b² - (b - m)² + c² - (c + m)² = 2m(b - c - m), of all minutes and of the unloved.
    """
    total: Whole = (loads * (given - taken - loads)).sum(axis=-1)
    return total


def _suit(hands: Hands, seat: int) -> bool:
    """Against a seat that suits both better in all, or, as well, is nearer, where that is as fair."""
    gain = _pleases(_less(hands, hands.seats.penalty, seat), _less(hands, hands.seats.km, seat))
    those = np.flatnonzero(gain > 0)
    those = those[hands.may_be_exchanged(seat, those)]
    is_fair = hands.is_as_fair(int(hands.holder[seat]), hands.holder[those], hands.loads_less(seat)[those])
    return _exchange(hands, seat, those[is_fair], gain)


def _pass_on(hands: Hands, seat: int) -> bool:
    """To somebody whom it suits better, or, as well, is nearer, where that is as fair."""
    giver, seats = int(hands.holder[seat]), hands.seats
    if hands.wants_sessions[giver]:
        return False
    more_welcome = seats.penalty[giver, seat] - seats.penalty[:, seat]
    gain = np.where(hands.may_be_given(seat), _pleases(more_welcome, seats.km[giver, seat] - seats.km[:, seat]), 0)
    people = np.flatnonzero(gain > 0)
    loads = np.broadcast_to(seats.loads[seat], (len(people), 2))
    people = people[hands.is_as_fair(giver, people, loads)]
    return any(hands.replace({seat: person}) for person in _best(people, gain))


def _pleases(more_welcome: Whole | Reals, nearer: Reals) -> Reals:
    """Above 0: it does."""
    is_better = (more_welcome > 0) | ((more_welcome == 0) & (nearer > NEARLY_NOTHING_KM))
    gain: Reals = np.where(is_better, more_welcome * FAR_KM + nearer, 0)
    return gain


def _less(hands: Hands, what: Whole | Reals, seat: int) -> Reals:
    """What an exchange of this seat against each other one would save of it."""
    holder, all_ = hands.holder, np.arange(len(hands.holder))
    now = what[holder[seat], seat] + what[holder, all_]
    saved: Reals = now - what[holder, seat] - what[holder[seat], all_]
    return saved


def _exchange(hands: Hands, seat: int, others: Whole, gain: Whole | Reals) -> bool:
    """Against the first of these that the rule book allows, of those that gain most."""
    giver = int(hands.holder[seat])
    return any(hands.replace({seat: int(hands.holder[other]), other: giver}) for other in _best(others, gain))


def _best(those: Whole, gain: Whole | Reals) -> list[int]:
    """Of these, those that gain most, the best first."""
    order = np.argsort(-gain[those], kind="stable")[:TRIES]
    found: list[int] = those[order].tolist()
    return found
