"""How sessions are cut into places."""

from uuid import UUID

import pytest

from service.domain.directory import Audience, PracticeId, TerritoryId
from service.domain.places import Seat, places_of, slots_of
from service.domain.policy import SearchPolicy
from service.domain.rosters import Mode, SessionId
from tests.make import HERE, a_pledge, a_practitioner, a_problem, a_template

SESSION = SessionId(UUID(int=1))
WEST = TerritoryId("west")
NOTHING_KEPT = SearchPolicy(kept_percent=0)


def a_session(**template):
    return a_problem(a_template(**template)).sessions[0]


def a_seat(id="gp-1", **holder):
    return Seat(holder=a_practitioner(id, **holder), practice=PracticeId("here"), point=HERE)


def starts(session, **holder):
    """Minutes from the session's start."""
    return [(place.start - session.time.start).seconds // 60 for place in places_of(session, a_seat(**holder).holder)]


@pytest.mark.parametrize(
    ("capacity", "uplift", "expected"),
    [
        (8, 0, [0, 15, 30, 45, 60, 75, 90, 105]),
        (8, 1, [0, 10, 25, 40, 50, 65, 80, 90, 105]),
        (1, 0, [0]),
        (24, 0, list(range(0, 120, 5))),
        (24, 6, list(range(0, 120, 5))),
    ],
)
def test_places_are_spread_evenly_in_steps_of_five_minutes(capacity, uplift, expected):
    assert starts(a_session(capacity=capacity), capacity_uplift=uplift) == expected


def test_a_place_ends_where_the_next_one_starts_and_the_last_with_the_session():
    session = a_session(capacity=7)
    places = list(places_of(session, a_seat().holder))
    assert [place.end for place in places] == [*(place.start for place in places[1:]), session.time.end]


def test_each_holder_has_places_of_his_or_her_own():
    session = a_session(seats=2, capacity=4)
    slots = list(slots_of(session, SESSION, WEST, [a_seat("gp-1"), a_seat("gp-2", capacity_uplift=1)], NOTHING_KEPT))
    assert [slot.practitioner for slot in slots] == ["gp-1"] * 4 + ["gp-2"] * 5


def test_a_walk_in_session_is_one_counter_of_all_its_holders_patients_shown_to_the_audiences_of_any():
    session = a_session(seats=2, mode=Mode.WALK_IN, audiences=frozenset({Audience.SNP, Audience.PUBLIC, Audience.CPTS}))
    seats = [
        a_seat("gp-1", pledge=a_pledge(120, Audience.PUBLIC)),
        a_seat("gp-2", pledge=a_pledge(120, Audience.SNP, Audience.PROFESSIONAL), capacity_uplift=2),
    ]
    [counter] = slots_of(session, SESSION, WEST, seats, NOTHING_KEPT)
    assert (counter.places, counter.time) == (18, session.time)
    assert counter.audiences == {Audience.PUBLIC, Audience.SNP}


def test_a_place_is_shown_to_what_template_and_pledge_have_in_common():
    session = a_session(audiences=frozenset({Audience.SNP, Audience.CPTS}), capacity=1)
    [slot] = slots_of(
        session, SESSION, WEST, [a_seat(pledge=a_pledge(120, Audience.SNP, Audience.PUBLIC))], NOTHING_KEPT
    )
    assert slot.audiences == {Audience.SNP}
