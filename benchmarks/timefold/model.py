"""A question as Timefold sees it: facts, and seats to be given to somebody at some host."""

from dataclasses import dataclass, field
from typing import Annotated

from timefold.solver.domain import (
    PlanningEntityCollectionProperty,
    PlanningId,
    PlanningScore,
    PlanningVariable,
    ProblemFactCollectionProperty,
    ValueRangeProvider,
    planning_entity,
    planning_solution,
)
from timefold.solver.score import BendableScore

COVERAGE, WORST, WORST_UNLOVED, SUM, WISHES, ROTATION, TRAVEL = range(LEVELS := 7)


@dataclass(unsafe_hash=True)
class Practitioner:
    """`before`: history less target, in minutes, of all work and of the unloved; nothing for who has no share."""

    number: Annotated[int, PlanningId]
    max_per_day: int = field(compare=False)
    max_per_week: int = field(compare=False)
    min_per_week: int = field(compare=False)
    has_share: bool = field(compare=False)
    before: int = field(compare=False)
    before_unloved: int = field(compare=False)


@dataclass(unsafe_hash=True)
class Host:
    number: Annotated[int, PlanningId]


@dataclass(unsafe_hash=True)
class Apart:
    """Two sessions that nobody may hold both: too little rest, Saturdays in a row, no time to travel."""

    first: int
    second: int


@dataclass(unsafe_hash=True)
class Journey:
    """Two sessions that nobody may hold both when they are at these hosts."""

    first: int
    here: int
    second: int
    there: int


@dataclass(unsafe_hash=True)
class Use:
    """A session under way at an instant, at a host which then has so many rooms."""

    instant: int
    session: int
    host: int
    rooms: int


@planning_entity
@dataclass
class Seat:
    """`wish_of`: penalty by practitioner. `travel_of`: tenths of a km, by `1000 × practitioner + host`."""

    id: Annotated[int, PlanningId]
    session: int
    day: int
    half_day: int
    week: int
    minutes: int
    is_unloved: bool
    is_shared: bool
    priority: int
    group: int
    hosts_in_turn: int
    wish_of: dict[int, int]
    travel_of: dict[int, int]
    candidates: Annotated[list[Practitioner], ValueRangeProvider(id="candidates")]
    hosts: Annotated[list[Host], ValueRangeProvider(id="hosts")]
    practitioner: Annotated[
        Practitioner | None, PlanningVariable(value_range_provider_refs=["candidates"], allows_unassigned=True)
    ] = field(default=None)
    host: Annotated[Host | None, PlanningVariable(value_range_provider_refs=["hosts"])] = field(default=None)

    def who(self) -> int:
        return self.practitioner.number

    def where(self) -> int:
        return self.host.number

    def way(self) -> int:
        return self.practitioner.number * 1000 + self.host.number


@planning_solution
@dataclass
class Roster:
    practitioners: Annotated[list[Practitioner], ProblemFactCollectionProperty]
    aparts: Annotated[list[Apart], ProblemFactCollectionProperty]
    journeys: Annotated[list[Journey], ProblemFactCollectionProperty]
    uses: Annotated[list[Use], ProblemFactCollectionProperty]
    seats: Annotated[list[Seat], PlanningEntityCollectionProperty]
    score: Annotated[
        BendableScore | None, PlanningScore(bendable_hard_levels_size=1, bendable_soft_levels_size=LEVELS)
    ] = field(default=None)
