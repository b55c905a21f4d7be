"""Small problems of every kind, for hypothesis: whatever is drawn has a roster, since seats may stay empty."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as some

from service.domain.availability import AvailabilityRule
from service.domain.directory import Commune, Practice, Practitioner
from service.domain.policy import AccessFloor, FairnessPolicy, Goal, Policy, ReachWeights
from service.domain.rosters import Assignment, Modality, SessionTemplate
from service.domain.solving import Problem
from service.domain.standing import Standing
from service.domain.territory_file import Pin
from tests.make import (
    ORDER,
    W49,
    a_burden,
    a_commune,
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
FAR_APART = (0, 11, 37.5, 80)
WEEKDAYS = ("MON", "TUE", "SAT")
MODALITIES = (*[Modality.IN_PERSON] * 4, Modality.TELE)
HOURS = ("08:00-10:00", "10:00-12:30", "11:00-13:00", "12:30-14:00", "13:30-16:00", "18:00-20:00", "18:30-21:30")


@some.composite
def practices(draw: some.DrawFn) -> list[Practice]:
    """At home, half an hour away, and an hour away; and a home that hosts nothing."""
    hosts = [
        a_practice(place, road_km=road_km, rooms=draw(some.integers(1, 2)))
        for place, road_km in zip(PLACES, (0, 25, 50), strict=True)
    ]
    return [*hosts, a_practice("aside", road_km=0.3)]


@some.composite
def practitioners(draw: some.DrawFn, most: int) -> list[Practitioner]:
    return [
        a_practitioner(
            f"gp-{number}",
            home_practice=draw(some.sampled_from([*PLACES, "aside"])),
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
            modality=draw(some.sampled_from(MODALITIES)),
        )
        for number in range(1, draw(some.integers(2, most)) + 1)
    ]


@some.composite
def communes(draw: some.DrawFn) -> list[Commune]:
    """At a practice, between two of them, and beyond all.

    In thousands, so many minutes away that no sum is near a half, where a roundness of the solver's own would show.
    """
    populations = some.sampled_from([0, 1000, 2000, 3000])
    return [a_commune(road_km=road_km, population=draw(populations)) for road_km in draw(some.permutations(FAR_APART))]


@some.composite
def orders(draw: some.DrawFn) -> tuple[Goal, ...]:
    """TERRITORY-FILE's, or any other, of some goals only."""
    shuffled = draw(some.permutations(ORDER))
    return draw(some.sampled_from([ORDER, ORDER, tuple(shuffled), tuple(shuffled[:4])]))


@some.composite
def open_times(draw: some.DrawFn, practitioner: str) -> list[AvailabilityRule]:
    levels = some.sampled_from(["preferred", "available", "avoid"])
    spans = some.sampled_from([*["00:00-23:59"] * 6, "08:00-13:00", "13:00-22:00"])
    return [
        open_time(practitioner, weekday, draw(spans), draw(levels)) for weekday in WEEKDAYS if draw(some.integers(0, 4))
    ]


@some.composite
def circumstances(draw: some.DrawFn) -> dict[str, Any]:
    """History, an absence, a duty, what is published beside: each of them sometimes."""
    minutes = some.integers(-240, 240)
    burden_class = draw(some.sampled_from(["ordinary", "evening"]))
    saturday_before = day("SAT") - timedelta(weeks=1)
    possible: dict[str, Any] = {
        "burden_history": (a_burden(draw(minutes), "gp-1", burden_class),),
        "absences": (an_absence(day("FRI"), None, "gp-2"),),
        "duties": (a_duty(at(W49.monday, "22:00"), at(day("TUE"), "01:00"), "gp-1"),),
        "neighbours": (held_before(saturday_before, "09:00-11:00", "gp-1"),),
    }
    return {name: value for name, value in possible.items() if draw(some.booleans())}


@some.composite
def lawful_seats(draw: some.DrawFn, problem: Problem) -> tuple[Assignment, ...]:
    """A few seats that break no rule together."""
    standing = Standing(problem)
    people = some.sampled_from(problem.practitioners)
    for session in draw(some.lists(some.sampled_from(problem.sessions), max_size=4)):
        practice = draw(some.sampled_from(session.hosts))
        asked = seat(session.template.id, session.on, draw(people).id, practice)
        if not standing.broken_by(asked):
            standing.add(asked)
    return standing.roster


@some.composite
def standings(draw: some.DrawFn, problem: Problem) -> Problem:
    """Seats that stand already: pinned, published, begun; what is published may be against the rules by now.

    Once something has begun its seats are all published, so that whatever is pinned stands beside it.
    """
    lawful = draw(lawful_seats(problem))
    has_begun = draw(some.booleans())
    pinned = [held for held in lawful if draw(some.booleans())]
    published = [held for held in lawful if has_begun or draw(some.booleans())]
    begun = {held.key for held in lawful if has_begun and held.on == W49.monday}
    stray = seat("t2", problem.sessions[-1].on, "gp-2")
    published += [stray] if stray.key not in begun and stray not in lawful and draw(some.booleans()) else []
    pins = (Pin(template=a.template, on=a.on, practitioner=a.practitioner, practice=a.practice) for a in pinned)
    file = replace(problem.file, pins=tuple(pins))
    return replace(problem, file=file, published=tuple(published), frozen=frozenset(begun))


@some.composite
def problems(draw: some.DrawFn, *, people: int = 4, sessions: int = 5, weeks: int = 2) -> Problem:
    those = draw(practitioners(people))
    problem = a_problem(
        *draw(templates(sessions)),
        practitioners=those,
        practices=draw(practices()),
        communes=draw(communes()),
        rules=[rule for person in those for rule in draw(open_times(person.id))],
        weeks=draw(some.integers(1, weeks)),
        policy=Policy(
            max_sessions_per_day=draw(some.sampled_from([1, 2, 2])),
            max_travel_km=30,
            goal_order=draw(orders()),
            coverage_by_reach=draw(some.sampled_from([None, None, ReachWeights()])),
            access_floor=draw(some.sampled_from([None, AccessFloor(minutes=30, half_days_per_week=2)])),
            fairness=draw(some.sampled_from([*[FairnessPolicy.WORST_THEN_SUM] * 3, FairnessPolicy.LEXIMIN])),
        ),
        **draw(circumstances()),
    )
    return draw(some.one_of(some.just(problem), standings(problem)))
