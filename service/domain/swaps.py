"""Swaps: two practitioners exchange sessions, or one takes another's; who could, and what it does to both ledgers."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from service.domain.answers import FairnessRow, GoalChange
from service.domain.candidates import OF_PLACES_ALONE
from service.domain.directory import PractitionerId
from service.domain.errors import Invalid
from service.domain.fairness import fairness_table
from service.domain.faults import Fault
from service.domain.goals import GOALS
from service.domain.policy import Goal
from service.domain.repairs import FairnessChange, goal_changes
from service.domain.rosters import Assignment
from service.domain.solving import Problem
from service.domain.standing import Standing

Roster = Sequence[Assignment]


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """`give` goes to a partner, `to`, who gives `take` for it, or nothing. Each session stays at its practice."""

    give: Assignment
    to: PractitionerId
    take: Assignment | None = None

    @property
    def added(self) -> tuple[Assignment, ...]:
        given = replace(self.give, practitioner=self.to)
        return (given, replace(self.take, practitioner=self.give.practitioner)) if self.take else (given,)

    @property
    def removed(self) -> tuple[Assignment, ...]:
        return (self.give, self.take) if self.take else (self.give,)

    def applied(self, roster: Roster) -> tuple[Assignment, ...]:
        """What stands afterwards, sorted; lawful or not. Raises Invalid (`assignment.absent`, `swap.same_holder`)."""
        named = (("give", self.give), ("take", self.take))
        faults = [
            Fault(path=path, code="assignment.absent", message="the roster says no such thing")
            for path, seat in named
            if seat is not None and seat not in roster
        ]
        if self.to == self.give.practitioner:
            message = f"{self.to} holds it already: a swap takes two"
            faults.append(Fault(path="take" if self.take else "to", code="swap.same_holder", message=message))
        if faults:
            raise Invalid(*faults)
        return tuple(sorted([*(each for each in roster if each not in self.removed), *self.added]))


@dataclass(frozen=True, slots=True, kw_only=True)
class SwapOffer:
    """A swap that is lawful for both, with both ledgers before and after it, and the goals that change."""

    swap: Swap
    giver: FairnessChange
    partner: FairnessChange
    goals: tuple[GoalChange, ...]


def swap_partners(problem: Problem, roster: Roster, give: Assignment) -> tuple[SwapOffer, ...]:
    """Every lawful swap of this seat, the best for the policy's goals in their order first."""
    goals = [goal for goal in problem.policy.goal_order if goal not in OF_PLACES_ALONE]
    if not problem.published:
        goals = [goal for goal in goals if goal is not Goal.STABILITY]
    before = {goal: GOALS[goal](problem, roster) for goal in goals}
    rows = {row.practitioner: row for row in fairness_table(problem, roster)}
    ranked = []
    for swap in _lawful(problem, roster, give):
        after = swap.applied(roster)
        worth = {goal: GOALS[goal](problem, after) for goal in goals}
        rows_after = {row.practitioner: row for row in fairness_table(problem, after)}
        offer = SwapOffer(
            swap=swap,
            giver=_ledger(give.practitioner, rows, rows_after),
            partner=_ledger(swap.to, rows, rows_after),
            goals=tuple(change for change in goal_changes(before, worth) if change.cost),
        )
        ranked.append((tuple(worth.values()), swap.added, offer))
    return tuple(offer for _, _, offer in sorted(ranked, key=lambda one: one[:2]))


def _ledger(
    id: PractitionerId, before: dict[PractitionerId, FairnessRow], after: dict[PractitionerId, FairnessRow]
) -> FairnessChange:
    return FairnessChange(practitioner=id, before=before.get(id), after=after.get(id))


def _lawful(problem: Problem, roster: Roster, give: Assignment) -> Iterator[Swap]:
    """Those that break no rule for the two of them; what a seat asks for by itself is cheap and looked at first."""
    nothing = Standing(problem)
    for to in (each.id for each in problem.practitioners if each.id != give.practitioner):
        if nothing.broken_by(replace(give, practitioner=to)):
            continue
        takes = (each for each in roster if each.practitioner == to and each.key != give.key)
        for take in (None, *takes):
            swap = Swap(give=give, to=to, take=take)
            is_fit = take is None or not nothing.broken_by(replace(take, practitioner=give.practitioner))
            if is_fit and not _breaks(problem, roster, swap.removed, swap.added):
                yield swap


def _breaks(problem: Problem, roster: Roster, removed: Iterable[Assignment], added: Iterable[Assignment]) -> bool:
    left = {*removed}
    standing = Standing(problem, (each for each in roster if each not in left))
    for seat in added:
        if standing.broken_by(seat):
            return True
        standing.add(seat)
    return False
