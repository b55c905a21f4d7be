"""A territory's dated configuration: limits, weights, hours; never constants in code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum


class Goal(StrEnum):
    """What makes one lawful roster better than another; lower is better. TERRITORY-FILE: goal values."""

    COVERAGE = "coverage"
    FAIRNESS_WORST = "fairness_worst"
    FAIRNESS_WORST_UNLOVED = "fairness_worst_unloved"
    FAIRNESS_SUM = "fairness_sum"
    STABILITY = "stability"
    WISHES = "wishes"
    ACCESS_FLOOR = "access_floor"
    ACCESS = "access"
    ROTATION = "rotation"
    TRAVEL = "travel"


class FairnessPolicy(StrEnum):
    WORST_THEN_SUM = "worst_then_sum"
    LEXIMIN = "leximin"


@dataclass(frozen=True, slots=True, kw_only=True)
class SnpWindow:
    """Local hours in which unscheduled care is ours to roster; later belongs to out-of-hours care (PDSA).

    Code de la santé publique R6315-1: PDSA runs from 20:00 to 08:00, on Sundays and public holidays, and on Saturday
    from the hour that the region sets. `saturday_end` None means the territory's `pdsa_saturday_start`.
    """

    start: time = time(8)
    end: time = time(20)
    saturday_end: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessFloor:
    """What every commune is to have: on so many half-days a week, a session held in person within so many minutes."""

    minutes: int
    half_days_per_week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachWeights:
    """Empty seats weigh more in a sector whose inhabitants have little within reach.

    A sector's supply: minutes of seats asked for in person within `reach_minutes` of road, per inhabitant. Its weight:
    the best supplied sector's supply ÷ its own, to the nearest whole number, from 1 to `most`.
    """

    reach_minutes: int = 30
    most: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPolicy:
    """How the free places within `radius_km` by road are ranked: `ranking.cost_of` has the formula.

    The last `kept_percent` of each seat's places, in every sector or in the `kept_sectors`, are kept for the sector's
    inhabitants until `release_minutes` before they begin: `kept_charge`, in units of cost, is what they cost others
    more. `tele_charge`: what a teleconsultation costs more where the patient would as soon be seen in person.
    Percentage, sectors and release are those of the policy under which a roster is published.
    """

    radius_km: float = 40
    waiting_weight: int = 1
    travel_weight: int = 2
    tele_charge: int = 0
    kept_percent: int = 50
    kept_sectors: tuple[str, ...] | None = None
    kept_charge: int = 1440
    release_minutes: int = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Every limit that a territory may set. Distances are kilometres of road; the first of `goal_order` wins.

    `tolerances`: how much worse than its best a goal may become for the sake of those after it, in its own unit.
    `leave_weeks`: who was away for so many whole weeks on end comes back with the group's median balance. `changes`:
    what rosters that begin on a day or later are bound by instead, earliest first. `proposal_minutes`: how long a place
    is kept for a booking that lost its own; `wait_list_minutes`: for a case on the wait-list, which is
    offered nothing that begins in less than `wait_list_notice_minutes`: somebody has to be called, and to come.
    """

    detour_factor: float = 1.3
    speed_kmh: float = 50
    max_sessions_per_day: int = 2
    min_rest_hours: int = 11
    allow_consecutive_saturdays: bool = False
    max_travel_km: float = 20
    goal_order: tuple[Goal, ...] = tuple(Goal)
    fairness: FairnessPolicy = FairnessPolicy.WORST_THEN_SUM
    settle_minutes: bool = False
    tolerances: Mapping[Goal, int] = field(default_factory=dict)
    coverage_by_reach: ReachWeights | None = None
    access_floor: AccessFloor | None = None
    leave_weeks: int = 3
    snp_window: SnpWindow = field(default_factory=SnpWindow)
    publication_notice_hours: int = 0
    hold_seconds: int = 300
    proposal_minutes: int = 120
    wait_list_minutes: int = 10
    wait_list_notice_minutes: int = 15
    nearly_full_percent: int = 80
    search: SearchPolicy = field(default_factory=SearchPolicy)
    changes: tuple["PolicyChange", ...] = ()

    def in_force_on(self, day: date) -> "Policy":
        """What binds a roster that begins on this day: the latest change by then, or this."""
        return next((change.policy for change in reversed(self.changes) if change.from_on <= day), self)

    def maximum_km(self, own: float | None) -> float:
        """How far somebody goes: his or her own limit, else everybody's."""
        return self.max_travel_km if own is None else own


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """Another policy for rosters that begin on this day or later; it holds no further changes."""

    from_on: date
    policy: Policy
