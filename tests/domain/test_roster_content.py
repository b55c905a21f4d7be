"""Changes by hand, differences between versions, and rooms."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from service.domain.calendar import Interval
from service.domain.errors import Invalid
from service.domain.roster_content import Difference, Edit, Move, difference, room_numbers
from service.domain.rosters import SessionKey, TemplateId
from service.domain.solving import Problem
from tests.rosters import FILE, MONDAY_CRAON, MONDAY_QUAI, SATURDAY, W49

PROBLEM = Problem.of(FILE, (W49,))
SESSION = PROBLEM.session_at[MONDAY_QUAI.key]
ELSEWHERE = replace(MONDAY_QUAI, practice=MONDAY_CRAON.practice)


def codes(error):
    return [(fault.path, fault.code) for fault in error.value.faults]


def test_what_is_removed_goes_before_what_is_added_comes():
    swapped = replace(MONDAY_QUAI, practitioner=MONDAY_CRAON.practitioner)
    assert Edit(removed=(MONDAY_QUAI,), added=(swapped,)).applied([MONDAY_QUAI, SATURDAY]) == (swapped, SATURDAY)


def test_a_whole_list_replaces_all_that_stands():
    assert Edit(whole=(SATURDAY,)).applied([MONDAY_QUAI]) == (SATURDAY,)


def test_what_does_not_stand_cannot_be_removed_and_every_fault_is_told():
    with pytest.raises(Invalid) as error:
        Edit(removed=(SATURDAY,), added=(MONDAY_QUAI,)).applied([MONDAY_QUAI])
    assert codes(error) == [("remove.0", "assignment.absent"), ("add.0", "assignment.repeated")]


def test_nobody_holds_two_seats_of_one_session_even_at_two_practices():
    with pytest.raises(Invalid) as error:
        Edit(whole=(MONDAY_QUAI, ELSEWHERE)).applied([])
    assert codes(error) == [("replace.1", "assignment.repeated")]


def test_a_difference_says_what_came_what_went_and_who_moved():
    assert difference([MONDAY_QUAI, SATURDAY], [ELSEWHERE, MONDAY_CRAON]) == Difference(
        added=(MONDAY_CRAON,), removed=(SATURDAY,), moved=(Move(before=MONDAY_QUAI, after=ELSEWHERE),)
    )


def test_no_two_versions_alike_differ():
    assert difference([MONDAY_QUAI], [MONDAY_QUAI]) == Difference(added=(), removed=(), moved=())


@given(some.lists(some.tuples(some.integers(0, 10), some.integers(1, 5)), max_size=12))
def test_rooms_are_as_many_as_seats_in_use_at_once_and_no_two_share_one(times):
    session_at = {}
    for index, (start, hours) in enumerate(times):
        key = SessionKey(TemplateId(f"t{index:02}"), SESSION.on)
        begin = SESSION.time.start.replace(hour=start)
        session_at[key] = replace(SESSION, time=Interval(start=begin, end=begin.replace(hour=start + hours)))
    seats = [replace(MONDAY_QUAI, template=key.template) for key in session_at]
    rooms = room_numbers(seats, session_at)
    for one, other in combinations(seats, 2):
        if session_at[one.key].time.overlaps(session_at[other.key].time):
            assert rooms[one] != rooms[other]
    at_once = [
        sum(each.time.start <= begun.time.start < each.time.end for each in session_at.values())
        for begun in session_at.values()
    ]
    assert max(rooms.values(), default=0) == max(at_once, default=0)
