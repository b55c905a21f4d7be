"""Templates, weeks, holidays, stops and clock changes: which sessions there are, and at which instants."""

from datetime import UTC, date, datetime

import pytest

from service.domain.availability import SchoolHolidays
from service.domain.calendar import IsoWeek, Weekday
from service.domain.directory import Insee, PracticeKind, Stop
from service.domain.errors import Invalid
from service.domain.rosters import BurdenClass, HalfDay
from tests.make import W49, a_practice, a_problem, a_template, a_territory, day, east_of_here

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT")


def sessions_in(week, *templates, **changes):
    return a_problem(*templates, week=IsoWeek.parse(week), territory=a_territory(**changes)).sessions


def evenings(week, **changes):
    templates = (a_template(weekday, weekday, "18:00-20:00") for weekday in WEEKDAYS)
    return {session.template.id: session for session in sessions_in(week, *templates, **changes)}


@pytest.mark.parametrize(
    ("week", "monday_utc"),
    [("2026-W43", "2026-10-19T16:00Z"), ("2026-W44", "2026-10-26T17:00Z"), ("2027-W12", "2027-03-22T17:00Z")],
)
def test_a_clock_change_moves_the_instant_and_not_the_local_hour(week, monday_utc):
    assert evenings(week)["MON"].time.start == datetime.fromisoformat(monday_utc)


def test_easter_monday_has_no_session_and_the_tuesday_after_the_clock_change_is_in_summer_time():
    found = evenings("2027-W13")
    assert "MON" not in found
    assert found["TUE"].time.start == datetime(2027, 3, 30, 16, tzinfo=UTC)
    assert found["TUE"].minutes == 120


def test_christmas_has_no_session_and_its_eve_is_unloved():
    found = evenings("2026-W52")
    assert set(found) == {"MON", "TUE", "WED", "THU", "SAT"}
    assert found["THU"].burden_class is BurdenClass.EVE_OF_HOLIDAY


def test_a_session_that_says_so_runs_on_a_public_holiday():
    (christmas,) = sessions_in("2026-W52", a_template(weekday="FRI", on_public_holidays=True))
    assert christmas.on == date(2026, 12, 25)


def test_reunion_has_its_own_clock_and_its_own_holiday():
    found = evenings("2026-W51", timezone="Indian/Reunion", holiday_zone="la-reunion", school_zone="none")
    assert found["MON"].time.start == datetime(2026, 12, 14, 14, tzinfo=UTC)
    abolition = evenings("2027-W51", timezone="Indian/Reunion", holiday_zone="la-reunion", school_zone="none")
    assert date(2027, 12, 20) not in {session.on for session in abolition.values()}


@pytest.mark.parametrize(("behaviour", "weeks_with_session"), [("always", 2), ("only", 1), ("never", 1)])
def test_school_holidays_switch_a_template_on_or_off(behaviour, weeks_with_session):
    template = a_template(school_holidays=SchoolHolidays(behaviour))
    problem = a_problem(template, week=IsoWeek(2026, 51), weeks=2)
    assert len(problem.sessions) == weeks_with_session
    assert (problem.sessions[0].on == date(2026, 12, 21)) is (behaviour == "only")


def test_a_template_runs_from_its_first_day_to_its_last():
    template = a_template(from_on=day("MON"), until_on=day("MON"))
    problem = a_problem(template, week=IsoWeek(2026, 48), weeks=3)
    assert [session.on for session in problem.sessions] == [day("MON")]


def test_a_crisis_template_waits_for_the_crisis():
    assert sessions_in("2026-W49", a_template(crisis_only=True)) == ()


def a_bus(*dates):
    stop = Stop(weekday=Weekday.MON, insee=Insee("53001"), point=east_of_here(12), address_line="", dates=dates)
    return a_practice("bus", kind=PracticeKind.MOBILE_UNIT, point=None, insee=None, stops=(stop,))


def test_a_mobile_unit_hosts_only_at_its_stop():
    templates = (a_template("t1", "MON", hosts=["bus"]), a_template("t2", "TUE", hosts=["bus"]))
    problem = a_problem(*templates, practices=[a_practice(), a_bus()])
    assert [session.template.id for session in problem.sessions] == ["t1"]


def test_a_rotating_session_leaves_out_the_mobile_unit_on_a_day_without_its_stop():
    template = a_template(hosts=["bus", "here"])
    problem = a_problem(template, practices=[a_practice(), a_bus(day("MON"))], weeks=2)
    assert [session.hosts for session in problem.sessions] == [("bus", "here"), ("here",)]


@pytest.mark.parametrize(
    ("on", "hours", "expected"),
    [
        ("2026-12-24", "18:00-20:00", BurdenClass.EVE_OF_HOLIDAY),
        ("2027-04-30", "09:00-11:00", BurdenClass.EVE_OF_HOLIDAY),
        ("2026-12-05", "18:00-20:00", BurdenClass.SATURDAY),
        ("2026-12-04", "18:00-20:00", BurdenClass.EVENING),
        ("2026-12-04", "17:59-19:00", BurdenClass.ORDINARY),
    ],
)
def test_a_session_has_the_first_burden_class_that_fits(on, hours, expected):
    on = date.fromisoformat(on)
    (session,) = sessions_in(str(IsoWeek.of(on)), a_template(weekday=Weekday.of(on), hours=hours))
    assert session.burden_class is expected
    assert session.burden_class.is_unloved is (expected is not BurdenClass.ORDINARY)


@pytest.mark.parametrize(
    ("hours", "half_day"),
    [
        ("11:59-14:00", HalfDay.MORNING),
        ("12:00-14:00", HalfDay.AFTERNOON),
        ("17:59-20:00", HalfDay.AFTERNOON),
        ("18:00-20:00", HalfDay.EVENING),
    ],
)
def test_a_half_day_goes_by_the_hour_at_which_a_session_starts(hours, half_day):
    (session,) = sessions_in("2026-W49", a_template(hours=hours))
    assert session.half_day is half_day


@pytest.mark.parametrize("text", ["2026-49", "2026-W54", "2026-W00", "W49", ""])
def test_a_week_is_named_as_iso_names_it(text):
    with pytest.raises(Invalid):
        IsoWeek.parse(text)


def test_weeks_run_over_the_end_of_a_year_of_53():
    assert [str(week) for week in IsoWeek.parse("2026-W52").following(3)] == ["2026-W52", "2026-W53", "2027-W01"]
    assert W49.sunday == date(2026, 12, 6)
