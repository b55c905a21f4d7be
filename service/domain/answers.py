"""What the solver found: the roster, what is proved about it, and why it is as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from service.domain.availability import Level
from service.domain.directory import PracticeId, PractitionerId
from service.domain.policy import Goal
from service.domain.rosters import Assignment, TemplateId
from service.domain.solving import Breach, Rule


class Outcome(StrEnum):
    OPTIMAL = "OPTIMAL"
    FEASIBLE = "FEASIBLE"
    INFEASIBLE = "INFEASIBLE"
    OUT_OF_TIME = "OUT_OF_TIME"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalValue:
    """What a goal came to, and the value that no roster can go below while the goals before it stay at their best.

    `bound` None: not yet known. `conditional`: the bound holds only under something stronger than those goals.
    `tolerance`: how much above its best the policy lets it be for the sake of later goals. `settled`: under leximin,
    the largest balances, the worst first, each proved as low as those before it allow: so far, and no farther.
    """

    name: Goal
    value: int
    bound: int | None
    conditional: bool = False
    tolerance: int = 0
    settled: tuple[int, ...] = ()

    @property
    def is_proved(self) -> bool:
        return self.bound is not None and self.value - self.bound <= self.tolerance and not self.conditional

    @property
    def gap(self) -> int | None:
        """How far the value may be from the best, in the goal's own unit."""
        return None if self.bound is None else self.value - self.bound


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why one practitioner does not take a seat that stays empty: the rule that forbids it, and the numbers."""

    practitioner: PractitionerId
    rule: Rule
    facts: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalChange:
    """What a goal comes to before and after something is done; lower is better."""

    name: Goal
    before: int
    after: int

    @property
    def cost(self) -> int:
        """How much worse, in the goal's own unit; negative: better."""
        return self.after - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """A rule relaxed, once, so that a seat is filled: verified by solving, and the least changes that do it.

    `relaxes` for `practitioner` (consent: offers that time; reach: goes that far; maximum_per_week: one more session
    that week; …) or at `practice` (rooms: one more that day); `also`: what else has to give way, for the same person or
    at the same practice. Both are named where that person takes the seat in that room. `goals`: those that change, in
    the policy's order.
    """

    relaxes: Rule
    practitioner: PractitionerId | None
    practice: PracticeId | None
    added: tuple[Assignment, ...]
    removed: tuple[Assignment, ...]
    goals: tuple[GoalChange, ...]
    also: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Seats of a session that nobody holds. Reasons for every practitioner: those of the first lawful-looking host.

    `fixes`: the cheapest, cheapest first; None where nobody has looked for them.
    """

    template: TemplateId
    on: date
    seats: int
    reasons: tuple[Reason, ...]
    fixes: tuple[Fix, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why one practitioner holds a seat: how welcome it is, and what giving it to the next would cost.

    `next`: the seat in the hands of whoever costs least among those who could lawfully take it as things stand, None
    where nobody could; `goals`: what changes then. `reasons`: what forbids it to everybody else.
    """

    assignment: Assignment
    level: Level
    next: Assignment | None
    goals: tuple[GoalChange, ...]
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FairnessRow:
    """One practitioner's minutes in the period: balance = history + held - target; positive = did more."""

    practitioner: PractitionerId
    target: int
    held: int
    history: int
    balance: int
    target_unloved: int
    held_unloved: int
    history_unloved: int
    balance_unloved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """What the secretary's way comes to, seat after seat to whoever carries least: the roster to compare with."""

    goals: tuple[GoalValue, ...]
    empty_seats: int
    fairness: tuple[FairnessRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """Seconds: building the model, until the first complete lawful roster, searching in all; explaining afterwards."""

    build_s: float
    first_s: float | None
    solve_s: float
    explain_s: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the solver found. `assignments` is None, never a stand-in, when there is no roster.

    INFEASIBLE carries `conflict`: pins that cannot stand together, with the rules they break.
    """

    outcome: Outcome
    goals: tuple[GoalValue, ...]
    assignments: tuple[Assignment, ...] | None
    gaps: tuple[Gap, ...]
    fairness: tuple[FairnessRow, ...]
    conflict: tuple[Breach, ...]
    timings: Timings
    baseline: Baseline | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A sight of a running solve: the goal in work, its best value and proved bound so far.

    `level`: which of the `levels` goals sought it is, from 1; 0: not said.
    """

    goal: Goal
    value: int | None
    bound: int | None
    elapsed_s: float
    level: int = 0
    levels: int = 0
