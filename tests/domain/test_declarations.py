"""What may be declared, and what declarations come to."""

from dataclasses import replace
from datetime import date, time

import pytest

from service.application.territory_file.reading import read_territory_file
from service.domain.availability import Absence, AvailabilityRule, Level, SchoolHolidays
from service.domain.calendar import Weekday
from service.domain.declarations import faults_of, open_days
from tests.territory_documents import REFERENCE

FILE = read_territory_file(REFERENCE)
GP = replace(FILE.practitioners[0], from_on=date(2026, 11, 9), until_on=date(2026, 11, 16))
TODAY = date(2026, 11, 23)
RULE = AvailabilityRule(
    practitioner=GP.id,
    weekday=Weekday.MON,
    start=time(10),
    end=time(12),
    level=Level.AVAILABLE,
    until_on=date(2026, 12, 31),
    school_holidays=SchoolHolidays.NEVER,
)


@pytest.mark.parametrize(
    ("change", "clashes"),
    [
        ({}, True),
        ({"start": time(11, 59), "end": time(13)}, True),
        ({"start": time(12), "end": time(13)}, False),
        ({"start": time(8), "end": time(10)}, False),
        ({"weekday": Weekday.TUE}, False),
        ({"from_on": date(2026, 12, 31), "until_on": None}, True),
        ({"from_on": date(2027, 1, 1), "until_on": None}, False),
        ({"until_on": None}, True),
        ({"school_holidays": SchoolHolidays.ALWAYS}, True),
        ({"school_holidays": SchoolHolidays.ONLY}, False),
        ({"level": Level.AVOID}, True),
    ],
)
def test_two_rules_overlap_when_both_would_hold_at_one_instant(change, clashes):
    one, other = RULE, replace(RULE, **change)
    for rule, others in ((one, [other]), (other, [one])):
        found = list(faults_of(rule, before=None, others=others, territory=FILE.territory, today=TODAY))
        assert [fault.code for fault in found] == (["rule.overlap"] if clashes else [])


@pytest.mark.parametrize(
    ("declaration", "paths"),
    [
        (replace(RULE, from_on=TODAY), []),
        (replace(RULE, from_on=date(2026, 11, 22)), ["from"]),
        (replace(RULE, from_on=date(2026, 11, 1), until_on=date(2026, 11, 2)), ["from", "until"]),
        (Absence(practitioner=GP.id, from_on=date(2026, 11, 1)), []),
        (Absence(practitioner=GP.id, from_on=date(2026, 11, 1), until_on=TODAY), []),
        (Absence(practitioner=GP.id, from_on=date(2026, 11, 1), until_on=date(2026, 11, 22)), ["until"]),
    ],
)
def test_a_past_day_is_a_fault_of_its_field_unless_it_was_there_before(declaration, paths):
    found = faults_of(declaration, before=None, others=(), territory=FILE.territory, today=TODAY)
    assert [(fault.path, fault.code) for fault in found] == [(path, "date.past") for path in paths]
    assert list(faults_of(declaration, before=declaration, others=(), territory=FILE.territory, today=TODAY)) == []


def test_nobody_is_open_before_coming_or_after_leaving():
    first, last = date(2026, 11, 2), date(2026, 11, 23)
    days = open_days(GP, [RULE], [], [], territory=FILE.territory, first=first, last=last)
    assert [day.on for day in days if day.openings] == [date(2026, 11, 9), date(2026, 11, 16)]
