"""Travel, half-days, days, weeks, rest and Saturdays: just allowed, and just forbidden."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from service.domain.calendar import IsoWeek
from service.domain.policy import Policy
from service.domain.rosters import Assignment
from service.domain.solving import Problem, Rule
from tests.edge import allowed, forbidden
from tests.make import W49, a_duty, a_practice, a_practitioner, a_problem, a_template, at, day, held_before, seat

MONDAY = W49.monday
ONE_DAY = timedelta(days=1)
W50, W51 = W49.following(3)[1:]
AUTUMN, SPRING = IsoWeek(2026, 43), IsoWeek(2027, 12)
"""Weeks that end on the Sunday on which the clocks change: an hour more, an hour less."""


def _two(first: str, then: str, *, weekday: str = "MON", there: str = "here", **changes: Any) -> Problem:
    return a_problem(
        a_template("t1", hours=first),
        a_template("t2", weekday=weekday, hours=then, hosts=[there]),
        practitioners=[replace(a_practitioner(max_travel_km=100), **changes)],
        practices=[a_practice(), a_practice("near", road_km=24.9), a_practice("far", road_km=25.1)],
    )


BOTH = seat("t1"), seat("t2")
ONE_PLACE = (
    allowed("one after the other", _two("10:00-12:00", "12:00-14:00"), *BOTH),
    forbidden("a minute at once", Rule.ONE_PLACE_AT_A_TIME, _two("10:00-12:01", "12:00-14:00"), *BOTH),
    allowed(
        "30 minutes for 24.9 km", _two("10:00-12:00", "12:30-14:00", there="near"), seat(), seat("t2", practice="near")
    ),
    forbidden(
        "30 minutes for 25.1 km",
        Rule.ONE_PLACE_AT_A_TIME,
        _two("10:00-12:00", "12:30-14:00", there="far"),
        seat(),
        seat("t2", practice="far"),
    ),
)

HALF_DAY = (
    allowed("a morning and an afternoon", _two("10:00-11:59", "12:00-14:00"), *BOTH),
    forbidden("two in a morning", Rule.ONE_PER_HALF_DAY, _two("08:00-09:00", "11:59-14:00"), *BOTH),
    allowed("an afternoon and an evening", _two("16:00-17:59", "18:00-20:00"), *BOTH),
    forbidden("two in an afternoon", Rule.ONE_PER_HALF_DAY, _two("12:00-13:00", "17:59-19:00"), *BOTH),
)


def _three(policy: Policy | None = None) -> Problem:
    hours = "08:00-10:00", "14:00-16:00", "18:00-20:00"
    return a_problem(*(a_template(f"t{n}", hours=hours[n - 1]) for n in (1, 2, 3)), policy=policy)


MAXIMUM_PER_DAY = (
    allowed("two in a day", _three(), seat("t1"), seat("t3")),
    forbidden("three in a day", Rule.MAXIMUM_PER_DAY, _three(), seat("t1"), seat("t2"), seat("t3")),
    allowed("a policy of three", _three(Policy(max_sessions_per_day=3)), seat("t1"), seat("t2"), seat("t3")),
    forbidden("a policy of one", Rule.MAXIMUM_PER_DAY, _three(Policy(max_sessions_per_day=1)), seat("t1"), seat("t3")),
)


def _weekly(maximum: int, *weekdays: str) -> Problem:
    templates = [a_template(f"t{n}", weekday) for n, weekday in enumerate(weekdays, start=1)]
    return a_problem(*templates, practitioners=[a_practitioner(max_sessions_per_week=maximum)], weeks=2)


MAXIMUM_PER_WEEK = (
    allowed("two of two", _weekly(2, "MON", "TUE"), seat("t1"), seat("t2", day("TUE"))),
    forbidden("two of one", Rule.MAXIMUM_PER_WEEK, _weekly(1, "MON", "TUE"), seat("t1"), seat("t2", day("TUE"))),
    allowed("Sunday is the week before", _weekly(1, "SUN", "MON"), seat("t1", day("SUN")), seat("t2", day("MON", W50))),
    forbidden(
        "Sunday is the same week", Rule.MAXIMUM_PER_WEEK, _weekly(1, "SUN", "MON"), seat("t1", day("SUN")), seat("t2")
    ),
)


def _nights(evening: str, morning: str, *, week: IsoWeek = W49, first: str = "MON", then: str = "TUE") -> Problem:
    return a_problem(a_template("t1", first, evening), a_template("t2", then, morning), week=week)


def _around_sunday(week: IsoWeek) -> tuple[Assignment, Assignment]:
    return seat("t1", day("SAT", week)), seat("t2", day("SUN", week))


OVER_NIGHT = seat("t1"), seat("t2", day("TUE"))
BEFORE_MONDAY: dict[str, Any] = {"neighbours": (held_before(MONDAY - ONE_DAY, "19:00-21:00"),)}
AFTER_SUNDAY: dict[str, Any] = {"neighbours": (held_before(MONDAY + 7 * ONE_DAY, "07:00-09:00"),)}
MINIMUM_REST = (
    allowed("eleven hours", _nights("19:00-21:00", "08:00-10:00"), *OVER_NIGHT),
    forbidden("a minute less", Rule.MINIMUM_REST, _nights("19:00-21:00", "07:59-10:00"), *OVER_NIGHT),
    allowed(
        "an hour more when the clocks go back",
        _nights("19:00-21:00", "07:00-09:00", week=AUTUMN, first="SAT", then="SUN"),
        *_around_sunday(AUTUMN),
    ),
    forbidden(
        "an hour less when they go forward",
        Rule.MINIMUM_REST,
        _nights("19:00-21:00", "08:59-10:00", week=SPRING, first="SAT", then="SUN"),
        *_around_sunday(SPRING),
    ),
    allowed("after what is published before", a_problem(a_template(hours="08:00-10:00"), **BEFORE_MONDAY)),
    forbidden(
        "too soon after what is published before",
        Rule.MINIMUM_REST,
        a_problem(a_template(hours="07:59-10:00"), **BEFORE_MONDAY),
    ),
    allowed(
        "before what is published after",
        a_problem(a_template("t1", "SUN", "18:00-20:00"), **AFTER_SUNDAY),
        seat("t1", day("SUN")),
    ),
    forbidden(
        "too late before what is published after",
        Rule.MINIMUM_REST,
        a_problem(a_template("t1", "SUN", "18:00-20:01"), **AFTER_SUNDAY),
        seat("t1", day("SUN")),
    ),
)


def _duty(start: str, end: str, *, days_before: int = 0) -> Problem:
    on = MONDAY - days_before * ONE_DAY
    return a_problem(duties=(a_duty(at(on, start), at(on, end)),))


REST_AFTER_DUTY = (
    allowed("eleven hours after a duty", _duty("18:00", "23:00", days_before=1)),
    forbidden("a minute less after a duty", Rule.REST_AFTER_DUTY, _duty("18:00", "23:01", days_before=1)),
    allowed("a duty that begins when it ends", _duty("12:00", "20:00")),
    forbidden("a duty that begins a minute before", Rule.REST_AFTER_DUTY, _duty("11:59", "20:00")),
)


def _saturdays(policy: Policy | None = None, **changes: Any) -> Problem:
    return a_problem(a_template("t1", "SAT", "09:00-11:00"), weeks=3, policy=policy, **changes)


SATURDAY, NEXT, LAST = (day("SAT", week) for week in (W49, W50, W51))
ALLOWED_BY_POLICY = Policy(allow_consecutive_saturdays=True)
SATURDAY_BEFORE: dict[str, Any] = {"neighbours": (held_before(SATURDAY - 7 * ONE_DAY, "09:00-11:00"),)}
SATURDAY_AFTER: dict[str, Any] = {"neighbours": (held_before(LAST + 7 * ONE_DAY, "09:00-11:00"),)}
SATURDAYS = (
    allowed("every other Saturday", _saturdays(), seat("t1", SATURDAY), seat("t1", LAST)),
    forbidden("two in a row", Rule.CONSECUTIVE_SATURDAYS, _saturdays(), seat("t1", SATURDAY), seat("t1", NEXT)),
    allowed("a policy that allows it", _saturdays(ALLOWED_BY_POLICY), seat("t1", SATURDAY), seat("t1", NEXT)),
    forbidden("published before", Rule.CONSECUTIVE_SATURDAYS, _saturdays(**SATURDAY_BEFORE), seat("t1", SATURDAY)),
    allowed("published two weeks before", _saturdays(**SATURDAY_BEFORE), seat("t1", NEXT)),
    forbidden("published after", Rule.CONSECUTIVE_SATURDAYS, _saturdays(**SATURDAY_AFTER), seat("t1", LAST)),
)

EDGES = (*ONE_PLACE, *HALF_DAY, *MAXIMUM_PER_DAY, *MAXIMUM_PER_WEEK, *MINIMUM_REST, *REST_AFTER_DUTY, *SATURDAYS)
