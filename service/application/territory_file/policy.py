"""The shape of a territory's policy: every key optional, the defaults those of the domain."""

from dataclasses import asdict
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator

from service.application.territory_file.fields import LocalDate, LocalTime, Shape, each_once, refusal
from service.application.territory_file.periods import End, Start
from service.application.territory_file.references import KnownSector
from service.domain.policy import (
    AccessFloor,
    FairnessPolicy,
    Goal,
    Policy,
    PolicyChange,
    ReachWeights,
    SearchPolicy,
    SnpWindow,
)

STANDARD = Policy()


class SnpWindowIn(Shape):
    """Local hours in which unscheduled care is rostered; later belongs to out-of-hours care."""

    start: Start = STANDARD.snp_window.start
    end: End = Field(default=STANDARD.snp_window.end, validate_default=True)
    saturday_end: LocalTime | None = Field(default=None, description="Null: the territory's `pdsa_saturday_start`")

    def value(self) -> SnpWindow:
        return SnpWindow(start=self.start, end=self.end, saturday_end=self.saturday_end)

    @classmethod
    def of(cls, window: SnpWindow) -> "SnpWindowIn":
        return cls(start=window.start, end=window.end, saturday_end=window.saturday_end)


class SearchPolicyIn(Shape):
    """How free places are ranked, the least cost first.

    The cost: `waiting_weight` × minutes of waiting + `travel_weight` × minutes of road + `kept_charge` while the place
    is kept for the inhabitants of another sector + `tele_charge` for a teleconsultation in place of a visit.
    """

    radius_km: float = Field(default=STANDARD.search.radius_km, gt=0, le=500, description="Kilometres of road")
    waiting_weight: int = Field(
        default=STANDARD.search.waiting_weight, ge=0, le=1000, description="Of a minute of waiting"
    )
    travel_weight: int = Field(default=STANDARD.search.travel_weight, ge=0, le=1000, description="Of a minute of road")
    tele_charge: int = Field(
        default=STANDARD.search.tele_charge,
        ge=0,
        le=1_000_000,
        description="Of a teleconsultation, where the patient would as soon be seen in person",
    )
    kept_percent: int = Field(
        default=STANDARD.search.kept_percent,
        ge=0,
        le=100,
        description="Of each seat's places, the last so many (rounded down) are kept for the sector's inhabitants",
    )
    kept_sectors: Annotated[list[KnownSector], AfterValidator(each_once)] | None = Field(
        default=None, description="Sectors whose places are kept; null: all of them", examples=[["CR"]]
    )
    kept_charge: int = Field(
        default=STANDARD.search.kept_charge,
        ge=0,
        le=1_000_000,
        description="Of a place that is kept for the inhabitants of a sector, for everybody else",
    )
    release_minutes: int = Field(
        default=STANDARD.search.release_minutes,
        ge=0,
        le=10_080,
        description="A place is kept until so many minutes before it begins",
    )

    def value(self) -> SearchPolicy:
        sectors = self.kept_sectors
        return SearchPolicy(**{**dict(self), "kept_sectors": None if sectors is None else tuple(sectors)})

    @classmethod
    def of(cls, search: SearchPolicy) -> "SearchPolicyIn":
        sectors = search.kept_sectors
        return cls(**{**asdict(search), "kept_sectors": None if sectors is None else list(sectors)})


GoalOrder = Annotated[list[Annotated[Goal, Field(strict=False)]], Field(min_length=1), AfterValidator(each_once)]


class ReachWeightsIn(Shape):
    """Empty seats weigh more in a sector whose inhabitants have little within reach."""

    reach_minutes: int = Field(default=ReachWeights().reach_minutes, ge=1, le=120, description="Minutes of road")
    most: int = Field(default=ReachWeights().most, ge=1, le=100, description="The largest weight")

    def value(self) -> ReachWeights:
        return ReachWeights(reach_minutes=self.reach_minutes, most=self.most)


class AccessFloorIn(Shape):
    """What every commune is to have."""

    minutes: int = Field(ge=1, le=60, description="Of road to a session held in person", examples=[20])
    half_days_per_week: int = Field(ge=1, le=18, description="On how many half-days a week", examples=[1])

    def value(self) -> AccessFloor:
        return AccessFloor(minutes=self.minutes, half_days_per_week=self.half_days_per_week)


def in_order(changes: list["PolicyChangeIn"]) -> list["PolicyChangeIn"]:
    """Each later than the one before."""
    days = [change.from_on for change in changes]
    if any(later <= earlier for earlier, later in pairwise(days)):
        raise refusal("policy.order", "each change of policy comes later than the one before")
    return changes


class PolicyIn(Shape):
    """Limits, weights and hours of a territory."""

    detour_factor: float = Field(
        default=STANDARD.detour_factor, ge=1, le=5, description="Road distance ÷ great-circle distance"
    )
    speed_kmh: float = Field(default=STANDARD.speed_kmh, ge=5, le=130, description="By road, km/h")
    max_sessions_per_day: int = Field(
        default=STANDARD.max_sessions_per_day, ge=1, le=3, description="Of one practitioner"
    )
    min_rest_hours: int = Field(
        default=STANDARD.min_rest_hours, ge=0, le=24, description="Hours between two days of work, and after a duty"
    )
    allow_consecutive_saturdays: bool = Field(
        default=STANDARD.allow_consecutive_saturdays, description="For the same practitioner"
    )
    max_travel_km: float = Field(
        default=STANDARD.max_travel_km, ge=0, le=500, description="Of people without their own, kilometres of road"
    )
    goal_order: GoalOrder = Field(default=list(STANDARD.goal_order), description="Lexicographic, the first wins")
    fairness: FairnessPolicy = Field(
        default=STANDARD.fairness, strict=False, description="The worst balance, then the sum; or every balance in turn"
    )
    settle_minutes: bool = Field(
        default=STANDARD.settle_minutes,
        description="Whether everybody's minutes stand once fairness, and wishes if soon proved, are settled",
    )
    tolerances: dict[Annotated[Goal, Field(strict=False)], Annotated[int, Field(ge=0, le=1_000_000)]] = Field(
        default_factory=dict,
        description="How much worse than its best a goal may become for those after it, in its own unit",
        examples=[{"fairness_sum": 60}],
    )
    coverage_by_reach: ReachWeightsIn | None = Field(
        default=None, description="Whether seats weigh more where inhabitants have little within reach"
    )
    access_floor: AccessFloorIn | None = Field(default=None, description="What every commune is to have")
    leave_weeks: int = Field(
        default=STANDARD.leave_weeks,
        ge=1,
        le=52,
        description="After so many whole weeks away on end, the ledger starts again at the group's median",
    )
    snp_window: SnpWindowIn = Field(default=SnpWindowIn(), description="A session outside these hours is refused")
    publication_notice_hours: int = Field(
        default=STANDARD.publication_notice_hours,
        ge=0,
        le=8760,
        description="Hours from publication to the first session",
    )
    hold_seconds: int = Field(
        default=STANDARD.hold_seconds, ge=1, le=86_400, description="How long a hold lasts, seconds"
    )
    proposal_minutes: int = Field(
        default=STANDARD.proposal_minutes,
        ge=1,
        le=1440,
        description="How long a place is kept for a booking that lost its own, minutes",
    )
    wait_list_minutes: int = Field(
        default=STANDARD.wait_list_minutes,
        ge=1,
        le=1440,
        description="How long a freed place is kept for a case on the wait-list, minutes",
    )
    wait_list_notice_minutes: int = Field(
        default=STANDARD.wait_list_notice_minutes,
        ge=0,
        le=1440,
        description="What begins in fewer minutes is not offered to the wait-list",
    )
    nearly_full_percent: int = Field(
        default=STANDARD.nearly_full_percent,
        ge=1,
        le=100,
        description="From which share of its places on a walk-in session is nearly full",
    )
    search: SearchPolicyIn = Field(default=SearchPolicyIn(), description="How free places are ranked")
    changes: Annotated[list["PolicyChangeIn"], AfterValidator(in_order)] = Field(
        default_factory=list, description="What rosters that begin on a later day are bound by instead"
    )

    def value(self) -> Policy:
        return Policy(
            detour_factor=self.detour_factor,
            speed_kmh=self.speed_kmh,
            max_sessions_per_day=self.max_sessions_per_day,
            min_rest_hours=self.min_rest_hours,
            allow_consecutive_saturdays=self.allow_consecutive_saturdays,
            max_travel_km=self.max_travel_km,
            goal_order=tuple(self.goal_order),
            fairness=self.fairness,
            settle_minutes=self.settle_minutes,
            tolerances=dict(self.tolerances),
            coverage_by_reach=self.coverage_by_reach.value() if self.coverage_by_reach else None,
            access_floor=self.access_floor.value() if self.access_floor else None,
            leave_weeks=self.leave_weeks,
            snp_window=self.snp_window.value(),
            publication_notice_hours=self.publication_notice_hours,
            hold_seconds=self.hold_seconds,
            proposal_minutes=self.proposal_minutes,
            wait_list_minutes=self.wait_list_minutes,
            wait_list_notice_minutes=self.wait_list_notice_minutes,
            nearly_full_percent=self.nearly_full_percent,
            search=self.search.value(),
            changes=tuple(change.value() for change in self.changes),
        )

    @classmethod
    def of(cls, policy: Policy) -> "PolicyIn":
        return cls(
            detour_factor=policy.detour_factor,
            speed_kmh=policy.speed_kmh,
            max_sessions_per_day=policy.max_sessions_per_day,
            min_rest_hours=policy.min_rest_hours,
            allow_consecutive_saturdays=policy.allow_consecutive_saturdays,
            max_travel_km=policy.max_travel_km,
            goal_order=list(policy.goal_order),
            fairness=policy.fairness,
            settle_minutes=policy.settle_minutes,
            tolerances=dict(policy.tolerances),
            coverage_by_reach=ReachWeightsIn(**asdict(policy.coverage_by_reach)) if policy.coverage_by_reach else None,
            access_floor=AccessFloorIn(**asdict(policy.access_floor)) if policy.access_floor else None,
            leave_weeks=policy.leave_weeks,
            snp_window=SnpWindowIn.of(policy.snp_window),
            publication_notice_hours=policy.publication_notice_hours,
            hold_seconds=policy.hold_seconds,
            proposal_minutes=policy.proposal_minutes,
            wait_list_minutes=policy.wait_list_minutes,
            wait_list_notice_minutes=policy.wait_list_notice_minutes,
            nearly_full_percent=policy.nearly_full_percent,
            search=SearchPolicyIn.of(policy.search),
            changes=[PolicyChangeIn.of(change) for change in policy.changes],
        )


class PolicyChangeIn(Shape):
    """A whole policy, for rosters whose first week begins on that day or later."""

    from_on: LocalDate = Field(alias="from", description="Local day", examples=["2027-01-04"])
    policy: PolicyIn

    @field_validator("policy")
    @classmethod
    def without_changes(cls, policy: PolicyIn) -> PolicyIn:
        if policy.changes:
            raise refusal("policy.nested", "a change of policy holds no further changes: list them one after the other")
        return policy

    def value(self) -> PolicyChange:
        return PolicyChange(from_on=self.from_on, policy=self.policy.value())

    @classmethod
    def of(cls, change: PolicyChange) -> "PolicyChangeIn":
        return cls.model_construct(from_on=change.from_on, policy=PolicyIn.of(change.policy))
