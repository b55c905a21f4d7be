"""Domain values with sensible defaults: a test says only what matters to it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from math import cos, radians
from typing import Any

from service.domain.availability import Absence, AvailabilityException, AvailabilityRule, Duty, ExceptionKind, Level
from service.domain.calendar import Interval, IsoWeek, Weekday
from service.domain.directory import (
    Audience,
    Commune,
    Insee,
    Pledge,
    PledgePeriod,
    Practice,
    PracticeId,
    PracticeKind,
    Practitioner,
    PractitionerId,
    PractitionerStatus,
    Territory,
    TerritoryId,
)
from service.domain.geography import Point
from service.domain.policy import Policy
from service.domain.rosters import Assignment, BurdenClass, Modality, Mode, SessionTemplate, TemplateId
from service.domain.solving import Held, Limits, Problem
from service.domain.territory_file import Burden, Pin, TerritoryFile

W49 = IsoWeek(2026, 49)
"""Monday 30 November 2026 to Sunday 6 December: no public holiday, no change of clocks."""
REPEATABLE = Limits(seconds=60, workers=1, seed=1, deterministic=True)
HERE = Point(47.8, -0.7)
ORDER = Policy().goal_order
"""TERRITORY-FILE's, by default."""

_rpps = count(10_000_000_000)


def east_of_here(road_km: float) -> Point:
    """A point so far away by road, when the detour factor is 1.3."""
    degree_km = 6371 * radians(1) * cos(radians(HERE.lat))
    return Point(HERE.lat, HERE.lon + road_km / 1.3 / degree_km)


def day(weekday: str, week: IsoWeek = W49) -> date:
    return week.day(Weekday(weekday))


def at(on: date, clock: str) -> datetime:
    """An instant by a clock in Paris in winter."""
    return datetime.combine(on, time.fromisoformat(clock), UTC) - timedelta(hours=1)


def a_territory(**changes: Any) -> Territory:
    return replace(
        Territory(
            id=TerritoryId("west"),
            name="CPTS de l'Ouest",
            department="53",
            finess="539900019",
            aci_size=1,
            population=10_000,
            timezone="Europe/Paris",
            school_zone="B",
            holiday_zone="metropole",
            pdsa_saturday_start=time(12),
            policy=Policy(),
        ),
        **changes,
    )


def a_commune(*, road_km: float = 0, population: int = 1000) -> Commune:
    return Commune(
        insee=Insee("53001"),
        name="Ici",
        postal_code="53000",
        population=population,
        point=east_of_here(road_km),
        sector="S",
    )


def a_practice(id: str = "here", *, road_km: float = 0, rooms: int = 3, **changes: Any) -> Practice:
    return replace(
        Practice(
            id=PracticeId(id),
            name=f"Cabinet {id}",
            kind=PracticeKind.PRACTICE,
            insee=Insee("53001"),
            point=east_of_here(road_km),
            address_line="1 rue de l'Exemple",
            phone="+33243900000",
            rooms=rooms,
        ),
        **changes,
    )


def a_pledge(minutes: int = 120, *audiences: Audience, per: PledgePeriod = PledgePeriod.WEEK) -> Pledge:
    return Pledge(minutes=minutes, per=per, audiences=frozenset(audiences or {Audience.SNP}))


def a_practitioner(id: str = "gp-1", **changes: Any) -> Practitioner:
    return replace(
        Practitioner(
            id=PractitionerId(id),
            given_name="Anne",
            family_name=f"Doe {id}",
            rpps=str(next(_rpps)),
            specialty="SM54",
            status=PractitionerStatus.SELF_EMPLOYED,
            home_practice=PracticeId("here"),
            pledge=a_pledge(),
            max_sessions_per_week=5,
        ),
        **changes,
    )


def a_template(
    id: str = "t1",
    weekday: str = "MON",
    hours: str = "10:00-12:00",
    *,
    hosts: Sequence[str] = ("here",),
    **changes: Any,
) -> SessionTemplate:
    start, end = (time.fromisoformat(clock) for clock in hours.split("-"))
    return replace(
        SessionTemplate(
            id=TemplateId(id),
            weekday=Weekday(weekday),
            start=start,
            end=end,
            sector="S",
            hosts=tuple(PracticeId(host) for host in hosts),
            seats=1,
            capacity=8,
            slot_minutes=15,
            mode=Mode.BOOKABLE,
            modality=Modality.IN_PERSON,
            audiences=frozenset({Audience.SNP}),
            priority=1,
        ),
        **changes,
    )


def open_time(
    practitioner: str = "gp-1",
    weekday: str = "MON",
    hours: str = "08:00-20:00",
    level: str = "available",
    **changes: Any,
) -> AvailabilityRule:
    start, end = (time.fromisoformat(clock) for clock in hours.split("-"))
    return AvailabilityRule(
        practitioner=PractitionerId(practitioner),
        weekday=Weekday(weekday),
        start=start,
        end=end,
        level=Level(level),
        **changes,
    )


def open_all_week(practitioner: str = "gp-1") -> tuple[AvailabilityRule, ...]:
    return tuple(open_time(practitioner, weekday, "00:00-23:59") for weekday in Weekday)


def an_exception(kind: str, on: date, hours: str, practitioner: str = "gp-1") -> AvailabilityException:
    start, end = (time.fromisoformat(clock) for clock in hours.split("-"))
    return AvailabilityException(
        practitioner=PractitionerId(practitioner), on=on, start=start, end=end, kind=ExceptionKind(kind)
    )


def an_absence(from_on: date, until_on: date | None, practitioner: str = "gp-1") -> Absence:
    return Absence(practitioner=PractitionerId(practitioner), from_on=from_on, until_on=until_on)


def a_duty(start: datetime, end: datetime, practitioner: str = "gp-1") -> Duty:
    return Duty(practitioner=PractitionerId(practitioner), time=Interval(start=start, end=end))


def a_pin(template: str = "t1", on: date | None = None, practitioner: str = "gp-1", practice: str | None = None) -> Pin:
    return Pin(
        template=TemplateId(template),
        on=on or W49.monday,
        practitioner=PractitionerId(practitioner),
        practice=PracticeId(practice) if practice else None,
    )


def a_burden(minutes: int, practitioner: str = "gp-1", burden_class: str = "ordinary") -> Burden:
    return Burden(practitioner=PractitionerId(practitioner), burden_class=BurdenClass(burden_class), minutes=minutes)


def held_before(on: date, hours: str, practitioner: str = "gp-1") -> Held:
    """Published in a week beside those to fill."""
    start, end = (at(on, clock) for clock in hours.split("-"))
    return Held(
        practitioner=PractitionerId(practitioner),
        practice=PracticeId("here"),
        on=on,
        time=Interval(start=start, end=end),
        point=HERE,
    )


def seat(
    template: str = "t1", on: date | None = None, practitioner: str = "gp-1", practice: str = "here"
) -> Assignment:
    return Assignment(
        template=TemplateId(template),
        on=on or W49.monday,
        practice=PracticeId(practice),
        practitioner=PractitionerId(practitioner),
    )


def a_problem(
    *templates: SessionTemplate,
    practitioners: Sequence[Practitioner] | None = None,
    practices: Sequence[Practice] | None = None,
    rules: Iterable[AvailabilityRule] | None = None,
    week: IsoWeek = W49,
    weeks: int = 1,
    policy: Policy | None = None,
    neighbours: Sequence[Held] = (),
    published: Sequence[Assignment] = (),
    begun: Iterable[Assignment] = (),
    **file: Any,
) -> Problem:
    """One practitioner, open all week, and one session, unless told otherwise.

    `begun`: what is published has begun there.
    """
    people = (a_practitioner(),) if practitioners is None else tuple(practitioners)
    declared = [rule for person in people for rule in open_all_week(person.id)] if rules is None else rules
    territory = file.pop("territory", a_territory())
    territory_file = TerritoryFile(
        territory=a_territory(policy=policy) if policy else territory,
        communes=file.pop("communes", (a_commune(),)),
        practices=tuple(practices or (a_practice(),)),
        practitioners=people,
        session_templates=templates or (a_template(),),
        availability_rules=tuple(declared),
        **file,
    )
    problem = Problem.of(territory_file, week.following(weeks), neighbours=neighbours, published=published)
    return replace(problem, frozen=frozenset(assignment.key for assignment in begun))
