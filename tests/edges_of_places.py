"""Hosts, seats and rooms: just allowed, and just forbidden."""

from service.domain.rosters import Assignment
from service.domain.solving import Problem, Rule
from tests.edge import Edge, allowed, forbidden
from tests.make import a_practice, a_practitioner, a_problem, a_template, seat


def _two_of_one_session(*practices: str) -> Edge:
    hosts = a_practice(), a_practice("there", road_km=5), a_practice("elsewhere", road_km=5)
    problem = a_problem(
        a_template(hosts=["here", "there"], seats=2),
        practitioners=[a_practitioner(), a_practitioner("gp-2")],
        practices=hosts,
    )
    seats = [seat(practitioner=f"gp-{index + 1}", practice=practice) for index, practice in enumerate(practices)]
    lawful = set(practices) in ({"here"}, {"there"})
    what = f"held at {' and '.join(practices)}"
    return allowed(what, problem, *seats) if lawful else forbidden(what, Rule.HOST, problem, *seats)


HOST = (
    _two_of_one_session("there"),
    _two_of_one_session("elsewhere"),
    _two_of_one_session("there", "there"),
    _two_of_one_session("here", "there"),
)


def _people(number: int, seats: int) -> Problem:
    return a_problem(a_template(seats=seats), practitioners=[a_practitioner(f"gp-{n}") for n in range(1, number + 1)])


SEATS = (
    allowed("as many as asked", _people(2, 2), seat(), seat(practitioner="gp-2")),
    forbidden("one more than asked", Rule.SEATS, _people(2, 1), seat(), seat(practitioner="gp-2")),
)


def _at_once(rooms: int, *hours: str, seats: int = 1) -> Problem:
    people = [a_practitioner(f"gp-{n}") for n in range(1, 4)]
    templates = [a_template(f"t{n}", hours=span, seats=seats) for n, span in enumerate(hours, start=1)]
    return a_problem(*templates, practitioners=people, practices=[a_practice(rooms=rooms)])


IN_TURN = seat("t1"), seat("t2", practitioner="gp-2"), seat("t3", practitioner="gp-3")
ROOMS = (
    allowed("one after the other in a room", _at_once(1, "08:00-10:00", "10:00-12:00", "12:00-14:00"), *IN_TURN),
    forbidden(
        "a minute at once in a room", Rule.ROOMS, _at_once(1, "08:00-10:01", "10:00-12:00", "12:00-14:00"), *IN_TURN
    ),
    allowed("never three at once in two rooms", _at_once(2, "08:00-10:00", "09:00-11:00", "10:00-12:00"), *IN_TURN),
    forbidden(
        "three at once in two rooms", Rule.ROOMS, _at_once(2, "08:00-10:01", "09:00-11:00", "10:00-12:00"), *IN_TURN
    ),
    forbidden(
        "two seats of one session in a room",
        Rule.ROOMS,
        _at_once(1, "08:00-10:00", seats=2),
        seat("t1"),
        seat("t1", practitioner="gp-2"),
    ),
)


def _begun(*published: Assignment) -> Problem:
    return a_problem(
        a_template(hosts=["here", "there"], seats=2),
        practitioners=[a_practitioner(), a_practitioner("gp-2")],
        practices=[a_practice(), a_practice("there", road_km=5)],
        published=published,
        begun=[seat()],
    )


TWO_SEATS = seat(), seat(practitioner="gp-2")
FROZEN = (
    allowed("begun, and held as before", _begun(*TWO_SEATS), *TWO_SEATS),
    forbidden("joined after it began", Rule.FROZEN, _begun(seat()), *TWO_SEATS),
    forbidden("taken over after it began", Rule.FROZEN, _begun(seat()), seat(practitioner="gp-2")),
    forbidden("elsewhere after it began", Rule.FROZEN, _begun(seat()), seat(practice="there")),
)

EDGES = (*HOST, *SEATS, *ROOMS, *FROZEN)
