"""The question put to the solver, and its answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

from service.domain.availability import (
    Absence,
    AvailabilityException,
    AvailabilityRule,
    Duty,
    Level,
    OpenTime,
    by_practitioner,
    consent,
    open_times,
)
from service.domain.calendar import Interval, IsoWeek
from service.domain.directory import Practice, PracticeId, Practitioner, PractitionerId
from service.domain.geography import Point, road_km, travel_minutes
from service.domain.policy import Goal, Policy
from service.domain.rosters import Assignment, Session, SessionKey, TemplateId, sessions_of
from service.domain.territory_file import Pin, TerritoryFile


class Rule(StrEnum):
    """The rule book: each is one function in `domain/rules.py` and one in `solver/constraints.py`, of this name."""

    CONSENT = "consent"
    ABSENCE = "absence"
    AUDIENCE = "audience"
    VALIDITY = "validity"
    PLEDGE = "pledge"
    REACH = "reach"
    HOST = "host"
    SEATS = "seats"
    ONE_PLACE_AT_A_TIME = "one_place_at_a_time"
    ONE_PER_HALF_DAY = "one_per_half_day"
    MAXIMUM_PER_DAY = "maximum_per_day"
    MAXIMUM_PER_WEEK = "maximum_per_week"
    MINIMUM_REST = "minimum_rest"
    REST_AFTER_DUTY = "rest_after_duty"
    CONSECUTIVE_SATURDAYS = "consecutive_saturdays"
    ROOMS = "rooms"
    PINS = "pins"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A session held: the facts of an assignment that the rules look at. `point` is where."""

    practitioner: PractitionerId
    practice: PracticeId
    on: date
    time: Interval
    point: Point


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A territory, the weeks to fill, and what binds from outside them.

    `neighbours`: what is published in the weeks before and after (rest and Saturdays bind across). `published`: what
    stands published for these very weeks, for stability.
    """

    file: TerritoryFile
    weeks: tuple[IsoWeek, ...]
    sessions: tuple[Session, ...]
    neighbours: tuple[Held, ...] = ()
    published: tuple[Assignment, ...] = ()

    @staticmethod
    def of(
        file: TerritoryFile,
        weeks: Iterable[IsoWeek],
        *,
        neighbours: Iterable[Held] = (),
        published: Iterable[Assignment] = (),
    ) -> "Problem":
        """The problem of filling these weeks; its sessions follow from the templates and the calendar."""
        weeks = tuple(weeks)
        sessions = tuple(sessions_of(file.session_templates, file.practices, weeks, file.territory))
        return Problem(
            file=file, weeks=weeks, sessions=sessions, neighbours=tuple(neighbours), published=tuple(published)
        )

    @property
    def policy(self) -> Policy:
        return self.file.territory.policy

    @property
    def practitioners(self) -> tuple[Practitioner, ...]:
        return self.file.practitioners

    @cached_property
    def session_at(self) -> Mapping[SessionKey, Session]:
        return {session.key: session for session in self.sessions}

    @cached_property
    def practice_of(self) -> Mapping[PracticeId, Practice]:
        return {practice.id: practice for practice in self.file.practices}

    @cached_property
    def practitioner_of(self) -> Mapping[PractitionerId, Practitioner]:
        return {practitioner.id: practitioner for practitioner in self.file.practitioners}

    @cached_property
    def absences_of(self) -> Mapping[PractitionerId, Sequence[Absence]]:
        return by_practitioner(self.file.absences)

    @cached_property
    def duties_of(self) -> Mapping[PractitionerId, Sequence[Duty]]:
        return by_practitioner(self.file.duties)

    @cached_property
    def neighbours_of(self) -> Mapping[PractitionerId, Sequence[Held]]:
        return by_practitioner(self.neighbours)

    @cached_property
    def pins(self) -> tuple[Pin, ...]:
        """The pins of the weeks to fill; those of other weeks bind nobody here."""
        return tuple(pin for pin in self.file.pins if IsoWeek.of(pin.on) in self.weeks)

    @cached_property
    def _rules_of(self) -> Mapping[PractitionerId, Sequence[AvailabilityRule]]:
        return by_practitioner(self.file.availability_rules)

    @cached_property
    def _exceptions_of(self) -> Mapping[PractitionerId, Sequence[AvailabilityException]]:
        return by_practitioner(self.file.availability_exceptions)

    @cached_property
    def _open_times(self) -> dict[tuple[PractitionerId, date], tuple[OpenTime, ...]]:
        return {}

    def open_times(self, practitioner: PractitionerId, on: date) -> tuple[OpenTime, ...]:
        """What the practitioner declares open that day, absences not taken off."""
        found = self._open_times.get((practitioner, on))
        if found is None:
            rules = self._rules_of.get(practitioner, ())
            exceptions = self._exceptions_of.get(practitioner, ())
            found = open_times(rules, exceptions, on, self.file.territory.school_zone)
            self._open_times[practitioner, on] = found
        return found

    def level(self, practitioner: PractitionerId, session: Session) -> Level | None:
        """At which level the practitioner consents to the whole session; None when he or she does not."""
        return consent(self.open_times(practitioner, session.on), session.template.start, session.template.end)

    def point(self, practice: PracticeId, on: date) -> Point | None:
        return self.practice_of[practice].point_on(on)

    def home_km(self, practitioner: Practitioner, practice: PracticeId, on: date) -> float:
        """Road kilometres from the home practice to the host that day; infinite where either has no place that day."""
        home, there = self.point(practitioner.home_practice, on), self.point(practice, on)
        if home is None or there is None:
            return float("inf")
        return road_km(home, there, detour_factor=self.policy.detour_factor)

    def travel_minutes(self, here: Point, there: Point) -> float:
        """Minutes by road at the policy's speed."""
        distance_km = road_km(here, there, detour_factor=self.policy.detour_factor)
        return travel_minutes(distance_km, speed_kmh=self.policy.speed_kmh)

    def held(self, assignment: Assignment) -> Held | None:
        """The assignment with its session's facts; None when session or place do not exist."""
        session = self.session_at.get(assignment.key)
        point = self.point(assignment.practice, assignment.on) if assignment.practice in self.practice_of else None
        if session is None or point is None:
            return None
        return Held(
            practitioner=assignment.practitioner,
            practice=assignment.practice,
            on=assignment.on,
            time=session.time,
            point=point,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`seconds` of wall clock for the whole search. `deterministic`: one worker and a bound on work, not on time."""

    seconds: float = 60
    workers: int = 2
    seed: int = 1
    deterministic: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A rule broken: by whom (None: nobody in particular), at which sessions, and the numbers that show it."""

    rule: Rule
    practitioner: PractitionerId | None
    sessions: tuple[SessionKey, ...]
    facts: Mapping[str, str | int | float]


class Outcome(StrEnum):
    OPTIMAL = "OPTIMAL"
    FEASIBLE = "FEASIBLE"
    INFEASIBLE = "INFEASIBLE"
    OUT_OF_TIME = "OUT_OF_TIME"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalValue:
    """What a goal came to, and the value that no roster can go below while the goals before it stay at their best.

    `bound` None: not yet known. `conditional`: the bound holds only under something stronger than those goals.
    """

    name: Goal
    value: int
    bound: int | None
    conditional: bool = False

    @property
    def is_proved(self) -> bool:
        return self.bound == self.value and not self.conditional

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
class Gap:
    """Seats of a session that nobody holds. Reasons for every practitioner: those of the first lawful-looking host."""

    template: TemplateId
    on: date
    seats: int
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
class Timings:
    """Seconds: building the model, until the first complete lawful roster, and in all."""

    build_s: float
    first_s: float | None
    solve_s: float


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A sight of a running solve: the goal in work, its best value and proved bound so far."""

    goal: Goal
    value: int | None
    bound: int | None
    elapsed_s: float
