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
    works: Works, roster: Roster, fixed: Set[Assignment], budget: Budget, *, seconds: float, keeps_minutes: bool = False
) -> Roster:
    """Never worse, in the order of the policy's goals. What is published is left to stand, as far as it may.

    `keeps_minutes`: everybody keeps the minutes that he or she has, of all work and of the unloved.
    """
    if works.problem.published or not roster or budget.is_over:
        return roster
    leave_seconds = budget.left_seconds - seconds

    def is_over() -> bool:
        return budget.is_over or budget.left_seconds <= leave_seconds

    seats, best = Seats.of(works, roster, fixed), _values(works.problem, roster)
    for way in (take_turns, please) if keeps_minutes else (share_out, take_turns, please):
        if is_over():
            break
        better = way(Hands.of(works, seats, roster, budget), is_over)
        if (worth := _values(works.problem, better)) < best:
            roster, best = better, worth
            seats = Seats.of(works, roster, fixed) if way is take_turns else seats
    return tuple(sorted(roster))


def _values(problem: Problem, roster: Roster) -> list[int]:
    return [GOALS[goal](problem, roster) for goal in goals_sought(problem)]


def share_out(hands: Hands, is_over: IsOver) -> Roster:
    """From who carries much to who carries little, as long as it makes Σ balance² + Σ unloved balance² less."""
    for those in _rounds(hands, is_over):
        for kind, step in enumerate((_hand_on, _share)):
            for seat in _in_order(hands, those, hands.balances[:, kind][hands.holder]):
                if not is_over():
                    step(hands, seat)
    return tuple(hands.roster)


def please(hands: Hands, is_over: IsOver) -> Roster:
    """Seats alike go to whom they suit better, then to who has less of a way, as long as an exchange helps."""
    for those in _rounds(hands, is_over):
        for seat in _in_order(hands, those, hands.seats.penalty[hands.holder, np.arange(len(hands.holder))]):
            if not is_over():
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
    gain[~hands.may_be_given(seat)] = 0
    return any(hands.replace({seat: person}) for person in _best(gain))


def _share(hands: Hands, seat: int) -> bool:
    """Against a seat that makes two people's balances more alike."""
    gain = _gain(hands.balances[hands.holder[seat]], hands.balances[hands.holder], hands.loads_less(seat))
    gain[~hands.may_be_exchanged(seat)] = 0
    return any(_exchange(hands, seat, other) for other in _best(gain))


def _gain(given: Whole, taken: Whole, loads: Whole) -> Whole:
    """How much less the squares of balances come to when such loads go from one to the others, halved.

    b² - (b - m)² + c² - (c + m)² = 2m(b - c - m), of all minutes and of the unloved.
    """
    total: Whole = (loads * (given - taken - loads)).sum(axis=-1)
    return total


def _suit(hands: Hands, seat: int) -> bool:
    """Against a seat alike that suits both better in all, or, as well, is nearer."""
    may = hands.may_be_exchanged(seat) & ~hands.loads_less(seat).any(axis=1)
    more_welcome, nearer = _less(hands, hands.seats.penalty, seat), _less(hands, hands.seats.km, seat)
    is_better = (more_welcome > 0) | ((more_welcome == 0) & (nearer > NEARLY_NOTHING_KM))
    gain = np.where(may & is_better, more_welcome * FAR_KM + nearer, 0)
    return any(_exchange(hands, seat, other) for other in _best(gain))


def _less(hands: Hands, what: Whole | Reals, seat: int) -> Reals:
    """What an exchange of this seat against each other one would save of it."""
    holder, all_ = hands.holder, np.arange(len(hands.holder))
    now = what[holder[seat], seat] + what[holder, all_]
    saved: Reals = now - what[holder, seat] - what[holder[seat], all_]
    return saved


def _exchange(hands: Hands, seat: int, other: int) -> bool:
    return hands.replace({seat: int(hands.holder[other]), other: int(hands.holder[seat])})


def _best(gain: Whole | Reals) -> list[int]:
    """The numbers of the greatest, above 0."""
    order = np.argsort(-gain, kind="stable")[:TRIES]
    found: list[int] = order[gain[order] > 0].tolist()
    return found
