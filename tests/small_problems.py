"""Small problems, each tight where one rule or goal decides: what every roster of them comes to is quickly counted."""

from functools import cache

from service.domain.policy import Goal, Policy
from service.domain.rosters import Modality
from service.domain.solving import Problem
from tests.make import (
    ORDER,
    a_burden,
    a_commune,
    a_duty,
    a_pin,
    a_pledge,
    a_practice,
    a_practitioner,
    a_problem,
    a_template,
    an_absence,
    at,
    day,
    open_all_week,
    open_time,
    seat,
)

MONDAY, TUESDAY = day("MON"), day("TUE")
TWO_PEOPLE = (a_practitioner("gp-1"), a_practitioner("gp-2"))
PLACES = (a_practice(rooms=1), a_practice("there", road_km=25.1, rooms=1))
EITHER = ("here", "there")


def first(*goals: Goal) -> Policy:
    return Policy(goal_order=(Goal.COVERAGE, *goals, *(each for each in ORDER if each not in (Goal.COVERAGE, *goals))))


@cache
def small_problems() -> dict[str, Problem]:
    """By what is tight in them."""
    return {
        "rest": a_problem(a_template("t1", hours="19:00-21:00"), a_template("t2", "TUE", "07:00-09:00")),
        "duty": a_problem(
            a_template("t1", "TUE", "12:00-14:00"), duties=(a_duty(at(MONDAY, "22:00"), at(TUESDAY, "01:30")),)
        ),
        "absence": a_problem(absences=(an_absence(MONDAY, MONDAY),)),
        "weeks": a_problem(
            *(a_template(f"t{n}", weekday) for n, weekday in enumerate(("MON", "TUE", "WED"))),
            practitioners=[a_practitioner(max_sessions_per_week=2)],
        ),
        "half-days": a_problem(a_template("t1", hours="08:00-09:30"), a_template("t2", hours="10:00-11:30")),
        "Saturdays": a_problem(a_template("t1", "SAT", "09:00-11:00"), weeks=2),
        "seats": a_problem(a_template("t1", priority=2), a_template("t2", "TUE", seats=2), practitioners=TWO_PEOPLE),
        "rooms": a_problem(a_template("t1"), a_template("t2"), practitioners=TWO_PEOPLE, practices=PLACES),
        "priorities": a_problem(a_template("t1"), a_template("t2", hours="10:30-11:30", priority=2)),
        "hosts": _hosts(),
        "reach": _reach(),
        "balances": _balances(),
        "debts": _debts(),
        "published": _published(),
        "begun": _begun(),
        "pinned": a_problem(practitioners=TWO_PEOPLE, pins=(a_pin(),), burden_history=(a_burden(500),)),
        "wishes": _wishes(),
        "shortfalls": _shortfalls(),
        "distances": _distances(),
        "turns": _turns(),
    }


def _hosts() -> Problem:
    """In turn, one session would be here and one there; but it is half an hour, and a minute more."""
    hours = {"t1": "10:00-12:00", "t2": "12:30-14:00"}
    return a_problem(
        *(a_template(id, hours=span, hosts=EITHER) for id, span in hours.items()),
        practitioners=[a_practitioner(max_travel_km=100)],
        practices=PLACES,
        policy=first(Goal.ROTATION),
    )


def _reach() -> Problem:
    """Two seats at one host, and nobody can go to both but the third."""
    people = [a_practitioner("gp-1", max_travel_km=0), a_practitioner("gp-2", home_practice="there", max_travel_km=0)]
    return a_problem(
        a_template(hosts=EITHER, seats=2),
        practitioners=[*people, a_practitioner("gp-3", max_travel_km=30)],
        practices=[a_practice(), a_practice("there", road_km=25.1)],
        burden_history=(a_burden(600),),
    )


def _balances() -> Problem:
    """Three lengths, in the evening and not, for people who owe and did unequally much."""
    hours = {"t1": "10:00-12:00", "t2": "14:00-16:30", "t3": "18:00-19:30"}
    return a_problem(
        *(a_template(id, hours=span) for id, span in hours.items()),
        a_template("t4", "TUE", "18:00-20:00"),
        practitioners=[a_practitioner("gp-1", pledge=a_pledge(60)), a_practitioner("gp-2"), a_practitioner("gp-3")],
        burden_history=(a_burden(100), a_burden(-200, "gp-2"), a_burden(70, "gp-3", "evening")),
    )


def _debts() -> Problem:
    """Of three who owe more than a session each, two can work it off."""
    people = [a_practitioner(f"gp-{number}") for number in range(1, 4)]
    owed = tuple(a_burden(-50, one.id) for one in people)
    return a_problem(a_template("t1"), a_template("t2", "TUE"), practitioners=people, burden_history=owed)


def _published() -> Problem:
    """One seat may stand, another is new, and one is no longer asked for."""
    published = (seat("t1"), seat("t3", day("WED")))
    templates = (a_template("t1"), a_template("t2", "TUE"))
    return a_problem(*templates, practitioners=TWO_PEOPLE, published=published, policy=first(Goal.STABILITY))


def _begun() -> Problem:
    """Who holds what has begun is at his limit, and nobody else could hold what matters more; nobody joins him."""
    people = [a_practitioner("gp-1", max_sessions_per_week=1), a_practitioner("gp-2")]
    templates = (a_template("t1", seats=2), a_template("t2", "TUE", priority=3))
    rules = [*open_all_week("gp-1"), open_time("gp-2")]
    return a_problem(*templates, practitioners=people, rules=rules, published=[seat()], begun=[seat()])


def _wishes() -> Problem:
    """Rather two seats that are available than one to avoid."""
    rules = [open_time("gp-1", "MON", level="avoid"), open_time("gp-1", "TUE", level="preferred")]
    rules += [open_time("gp-2", weekday, level="available") for weekday in ("MON", "TUE")]
    templates = (a_template("t1"), a_template("t2", "TUE"))
    return a_problem(*templates, practitioners=TWO_PEOPLE, rules=rules, policy=first(Goal.WISHES))


def _shortfalls() -> Problem:
    """Rather a seat at a time to avoid, and one available, than somebody short of a session."""
    people = [a_practitioner("gp-1", min_sessions_per_week=1), a_practitioner("gp-2")]
    rules = [open_time("gp-1", level="avoid"), open_time("gp-2", level="available"), *open_all_week("gp-3")]
    return a_problem(practitioners=people, rules=rules, policy=first(Goal.WISHES))


def _distances() -> Problem:
    """Communes of unequal size, between and beyond two hosts; one session on the telephone, which is near to nobody."""
    communes = [a_commune(road_km=km, population=people) for km, people in ((0, 1000), (15, 2000), (25.1, 1600))]
    return a_problem(
        a_template("t1", hosts=EITHER),
        a_template("t2", hours="10:30-12:00", hosts=EITHER),
        a_template("t3", "TUE", hosts=EITHER, modality=Modality.TELE),
        practitioners=[a_practitioner("gp-1", max_travel_km=30), a_practitioner("gp-2", home_practice="there")],
        practices=PLACES,
        communes=communes,
        policy=first(Goal.ACCESS, Goal.TRAVEL),
    )


def _turns() -> Problem:
    """Three hosts for two sessions, so that shares are thirds."""
    templates = [a_template(f"t{n}", weekday, hosts=(*EITHER, "yonder")) for n, weekday in enumerate(("MON", "TUE"))]
    return a_problem(
        *templates,
        practitioners=[a_practitioner(max_travel_km=100)],
        practices=[*PLACES, a_practice("yonder", road_km=10)],
        policy=first(Goal.ROTATION, Goal.TRAVEL),
    )
