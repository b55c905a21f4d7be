"""The question put to the solver, and the rules that bind its answer."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

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
from service.domain.calendar import Interval, IsoWeek, Weekday
from service.domain.directory import Practice, PracticeId, Practitioner, PractitionerId
from service.domain.geography import Point, road_km, travel_minutes
from service.domain.policy import Policy
from service.domain.rosters import Assignment, Session, SessionKey, sessions_of
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
    FROZEN = "frozen"


@dataclass(frozen=True, kw_only=True)
class Held:
    """A session held: the facts of an assignment that the rules look at. `point` is where."""

    practitioner: PractitionerId
    practice: PracticeId
    on: date
    time: Interval
    point: Point


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Fewer rooms than usual at a practice, on days both included."""

    practice: PracticeId
    from_on: date
    until_on: date
    rooms: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A territory, the weeks to fill, and what binds from outside them.

    `neighbours`: what is published in the weeks before and after (rest and Saturdays bind across). `published`: what
    stands published for these very weeks, for stability. `frozen`: sessions that have begun, whose holders stay those
    of `published`. `closures`: days with fewer rooms.
    """

    file: TerritoryFile
    weeks: tuple[IsoWeek, ...]
    sessions: tuple[Session, ...]
    neighbours: tuple[Held, ...] = ()
    published: tuple[Assignment, ...] = ()
    frozen: frozenset[SessionKey] = frozenset()
    closures: tuple[Closure, ...] = ()

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

    @cached_property
    def policy(self) -> Policy:
        """The one in force when the first week begins."""
        policy = self.file.territory.policy
        return policy.in_force_on(self.weeks[0].monday) if self.weeks else policy

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
    def namesakes(self) -> Mapping[str, int]:
        """How many practitioners bear a family name, and how many a full name."""
        return Counter(name for each in self.practitioners for name in (each.family_name, each.full_name))

    @cached_property
    def absences_of(self) -> Mapping[PractitionerId, Sequence[Absence]]:
        return by_practitioner(self.file.absences)

    @cached_property
    def worked_out(self) -> dict[Hashable, Any]:
        """What follows from the problem alone, by what it is: see `once_a_problem`."""
        return {}

    @cached_property
    def days_absent_of(self) -> Mapping[PractitionerId, frozenset[date]]:
        """Of the days with sessions, those on which somebody is away."""
        days = {session.on for session in self.sessions}
        return {
            id: frozenset(day for day in days if any(absence.covers(day) for absence in absences))
            for id, absences in self.absences_of.items()
        }

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
    def begun(self) -> frozenset[Assignment]:
        """Who holds what in sessions that have begun."""
        return frozenset(held for held in self.published if held.key in self.frozen)

    @cached_property
    def _rules_of(self) -> Mapping[tuple[PractitionerId, Weekday], Sequence[AvailabilityRule]]:
        found: dict[tuple[PractitionerId, Weekday], list[AvailabilityRule]] = defaultdict(list)
        for rule in self.file.availability_rules:
            found[rule.practitioner, rule.weekday].append(rule)
        return found

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
            rules = self._rules_of.get((practitioner, Weekday.of(on)), ())
            exceptions = self._exceptions_of.get(practitioner, ())
            found = open_times(rules, exceptions, on, self.file.territory.school_zone)
            self._open_times[practitioner, on] = found
        return found

    @cached_property
    def _levels(self) -> dict[tuple[PractitionerId, SessionKey], Level | None]:
        return {}

    def level(self, practitioner: PractitionerId, session: Session) -> Level | None:
        """At which level the practitioner consents to the whole session; None when he or she does not."""
        seat = practitioner, session.key
        if seat not in self._levels:
            pieces = self.open_times(practitioner, session.on)
            self._levels[seat] = consent(pieces, session.template.start, session.template.end)
        return self._levels[seat]

    def rooms(self, practice: PracticeId, on: date) -> int:
        """Seats at once that day: of the closures, the one that leaves fewest counts."""
        closed = (each for each in self.closures if each.practice == practice and each.from_on <= on <= each.until_on)
        return min([self.practice_of[practice].rooms, *(each.rooms for each in closed)])

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


Asked = ParamSpec("Asked")
Found = TypeVar("Found")


def once_a_problem(
    function: Callable[Concatenate[Problem, Asked], Found],
) -> Callable[Concatenate[Problem, Asked], Found]:
    """What the function works out for a problem is kept with it; whoever is given it leaves it as it is."""

    @wraps(function)
    def kept(problem: Problem, /, *args: Asked.args, **kwargs: Asked.kwargs) -> Found:
        asked = function.__qualname__, args, tuple(kwargs.items())
        if asked not in problem.worked_out:
            problem.worked_out[asked] = function(problem, *args, **kwargs)
        found: Found = problem.worked_out[asked]
        return found

    return kept


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
