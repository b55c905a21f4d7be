"""Declared time: whether it covers a session, and how welcome the session is."""

import pytest

from service.domain.directory import PractitionerId
from tests.make import W49, a_problem, an_exception, open_time

MONDAY = W49.monday


def level(*rules, **file):
    problem = a_problem(rules=[open_time(hours=hours, level=level) for hours, level in rules], **file)
    return problem.level(PractitionerId("gp-1"), problem.sessions[0])


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([("10:00-12:00", "preferred")], "preferred"),
        ([("08:00-11:00", "preferred"), ("11:00-13:00", "available")], "available"),
        ([("08:00-20:00", "preferred"), ("11:00-11:30", "avoid")], "avoid"),
        ([("08:00-10:00", "avoid"), ("10:00-12:00", "preferred"), ("12:00-14:00", "avoid")], "preferred"),
        ([("08:00-10:01", "avoid"), ("10:00-12:00", "preferred")], "avoid"),
        ([("10:00-11:00", "preferred"), ("11:01-12:00", "preferred")], None),
        ([], None),
    ],
)
def test_the_level_is_the_worst_of_all_that_overlap_for_more_than_an_instant(rules, expected):
    assert level(*rules) == expected


def test_time_added_for_a_day_joins_what_the_rules_open():
    extra = an_exception("extra", MONDAY, "11:00-12:00")
    assert level(("10:00-11:00", "preferred"), availability_exceptions=(extra,)) == "available"


def test_time_closed_for_a_day_opens_again_only_where_it_is_added():
    closed, extra = an_exception("closed", MONDAY, "08:00-20:00"), an_exception("extra", MONDAY, "10:00-12:00")
    assert level(("08:00-20:00", "avoid"), availability_exceptions=(closed,)) is None
    assert level(("08:00-20:00", "avoid"), availability_exceptions=(closed, extra)) == "available"
