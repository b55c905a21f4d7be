"""Small problems of every kind, for hypothesis: whatever is drawn has a roster, since seats may stay empty."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as some

from service.domain.availability import AvailabilityRule
from service.domain.directory import Practice, Practitioner
from service.domain.policy import Policy
from service.domain.rosters import SessionTemplate
from service.domain.solving import Problem
from tests.make import (
    W49,
    a_burden,
    a_duty,
    a_pledge,
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    an_absence,
    at,
    day,
    held_before,
    open_time,
    seat,
)

PLACES = ("here", "near", "far")
WEEKDAYS = ("MON", "TUE", "SAT")
HOURS = ("08:00-10:00", "10:00-12:30", "11:00-13:00", "12:30-14:00", "13:30-16:00", "18:00-20:00", "18:30-21:30")


@some.composite
def practices(draw: some.DrawFn) -> list[Practice]:
    """At home, half an hour away, and an hour away."""
    return [
        a_practice(place, road_km=road_km, rooms=draw(some.integers(1, 2)))
        for place, road_km in zip(PLACES, (0, 25, 50), strict=True)
    ]


@some.composite
def practitioners(draw: some.DrawFn, most: int) -> list[Practitioner]:
    return [
        a_practitioner(
            f"gp-{number}",
            home_practice=draw(some.sampled_from(PLACES)),
            pledge=draw(some.sampled_from([*[a_pledge(60), a_pledge(120)] * 4, None])),
            max_sessions_per_week=draw(some.integers(1, 3)),
            min_sessions_per_week=draw(some.sampled_from([0, 0, 1])),
            max_travel_km=draw(some.sampled_from([60, 60, 30, 0])),
            from_on=draw(some.sampled_from([*[None] * 6, day("TUE")])),
        )
        for number in range(1, draw(some.integers(2, most)) + 1)
    ]


@some.composite
def templates(draw: some.DrawFn, most: int) -> list[SessionTemplate]:
    hosts = some.lists(some.sampled_from(PLACES), min_size=1, max_size=3, unique=True)
    return [
        a_template(
            f"t{number}",
            draw(some.sampled_from(WEEKDAYS)),
            draw(some.sampled_from(HOURS)),
            hosts=draw(some.one_of(some.just(["near", "here"]), hosts)),
            seats=draw(some.sampled_from([1, 1, 2])),
            priority=draw(some.sampled_from([1, 1, 2])),
        )
        for number in range(1, draw(some.integers(2, most)) + 1)
    ]


@some.composite
def open_times(draw: some.DrawFn, practitioner: str) -> list[AvailabilityRule]:
    levels = some.sampled_from(["preferred", "available", "avoid"])
    spans = some.sampled_from([*["00:00-23:59"] * 6, "08:00-13:00", "13:00-22:00"])
    return [
        open_time(practitioner, weekday, draw(spans), draw(levels)) for weekday in WEEKDAYS if draw(some.integers(0, 4))
    ]


@some.composite
def circumstances(draw: some.DrawFn) -> dict[str, Any]:
    """History, an absence, a duty, what is published: each of them sometimes."""
    minutes = some.integers(-240, 240)
    burden_class = draw(some.sampled_from(["ordinary", "evening"]))
    saturday_before = day("SAT") - timedelta(weeks=1)
    possible: dict[str, Any] = {
        "burden_history": (a_burden(draw(minutes), "gp-1", burden_class),),
        "absences": (an_absence(day("FRI"), None, "gp-2"),),
        "duties": (a_duty(at(W49.monday, "22:00"), at(day("TUE"), "01:00"), "gp-1"),),
        "neighbours": (held_before(saturday_before, "09:00-11:00", "gp-1"),),
        "published": (seat("t1", practitioner="gp-1"), seat("t2", day("TUE"), "gp-2")),
    }
    return {name: value for name, value in possible.items() if draw(some.booleans())}


@some.composite
def problems(draw: some.DrawFn, *, people: int = 4, sessions: int = 5, weeks: int = 2) -> Problem:
    those = draw(practitioners(people))
    return a_problem(
        *draw(templates(sessions)),
        practitioners=those,
        practices=draw(practices()),
        rules=[rule for person in those for rule in draw(open_times(person.id))],
        weeks=draw(some.integers(1, weeks)),
        policy=Policy(max_sessions_per_day=draw(some.sampled_from([1, 2, 2])), max_travel_km=30),
        **draw(circumstances()),
    )
