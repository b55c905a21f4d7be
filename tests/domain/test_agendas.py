"""What is told of agendas, to whom."""

from datetime import UTC, date, datetime, timedelta
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.agendas import Agenda, AgendaPlace, AgendaSearch, Community, Site, shown
from service.domain.bookings import SlotId
from service.domain.calendar import Interval
from service.domain.directory import Audience, PracticeId, TerritoryId
from service.domain.geography import Point
from service.domain.rosters import Modality, Mode

START = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
"""Half past midnight of 1 December in Paris."""
EVERYBODY = frozenset(Audience)
CPTS = frozenset({Audience.CPTS})


def a_community(id: str = "west", **changes) -> Community:
    return Community(territory=TerritoryId(id), name=id, finess="539900019", phone=None, **changes)


WEST = (a_community(),)


def a_site(practice: str = "msp", **changes) -> Site:
    usual = {"territory": TerritoryId("west"), "name": "MSP", "structure": None, "phone": "", "point": Point(48, -1)}
    address = {"address_line": "1 rue", "postal_code": "53000", "city": "Laval"}
    return Site(practice=PracticeId(practice), **{**usual, **address, **changes})


def an_agenda(*audiences: frozenset[Audience], practice: str = "msp", communities=WEST, first=START) -> Agenda:
    """A place of a quarter of an hour for each, one after the other."""
    quarter = timedelta(minutes=15)
    starts = [first + quarter * number for number in range(len(audiences))]
    places = [
        AgendaPlace(
            id=SlotId(UUID(int=int(start.timestamp()) + len(practice))),
            time=Interval(start=start, end=start + quarter),
            mode=Mode.BOOKABLE,
            modality=Modality.IN_PERSON,
            audiences=each,
        )
        for start, each in zip(starts, audiences, strict=True)
    ]
    return Agenda(
        rpps="99900000011",
        given_name="Aline",
        family_name="Morvan",
        specialty="SM54",
        zone=ZoneInfo("Europe/Paris"),
        site=a_site(practice),
        communities=tuple(communities),
        places=tuple(places),
    )


def a_search(**changes) -> AgendaSearch:
    usual = {"rpps": frozenset({"99900000011"}), "start_at": START, "end_at": START + timedelta(days=1)}
    return AgendaSearch(**{**usual, **changes})


def told(*agendas: Agenda, **search) -> list[tuple[frozenset[Audience], list[str]]]:
    places = chain.from_iterable(each.places for each in shown(agendas, a_search(**search)))
    return [(place.audiences, [each.name for each in place.communities]) for place in places]


def test_a_place_that_is_open_to_nobody_is_not_shown():
    assert told(an_agenda(frozenset())) == told(an_agenda(frozenset()), with_communities=True) == []


def test_that_a_place_is_open_to_cpts_is_told_only_with_which():
    assert told(an_agenda(EVERYBODY, CPTS)) == [(EVERYBODY - CPTS, [])]
    assert told(an_agenda(EVERYBODY, CPTS), with_communities=True) == [(EVERYBODY, ["west"]), (CPTS, ["west"])]


def test_every_community_that_the_practitioner_pledged_to_is_told_the_places_own_first():
    both = an_agenda(CPTS, communities=[a_community(), a_community("east")])
    assert told(both, with_communities=True) == [(CPTS, ["west", "east"])]


def test_without_a_pledge_to_any_community_the_audience_is_not_told():
    assert told(an_agenda(EVERYBODY, CPTS, communities=[]), with_communities=True) == [(EVERYBODY - CPTS, [])]


@pytest.mark.parametrize(
    ("days", "counts"),
    [
        ({"from_on": date(2026, 12, 1)}, True),
        ({"from_on": date(2026, 12, 2)}, False),
        ({"until_on": date(2026, 12, 1)}, True),
        ({"until_on": date(2026, 11, 30)}, False),
    ],
)
def test_a_community_is_told_on_the_days_that_the_practitioner_belongs_to_it(days, counts):
    agenda = an_agenda(CPTS, communities=[a_community(**days)])
    assert told(agenda, with_communities=True) == ([(CPTS, ["west"])] if counts else [])


def test_of_a_place_that_is_not_open_to_cpts_no_community_is_told():
    assert told(an_agenda(frozenset({Audience.SNP})), with_communities=True) == [(frozenset({Audience.SNP}), [])]


def test_the_earliest_are_kept_across_agendas_and_those_left_empty_are_gone():
    early, late = (
        an_agenda(EVERYBODY, EVERYBODY),
        an_agenda(EVERYBODY, practice="bus", first=START + timedelta(hours=2)),
    )
    assert [each.site.practice for each in shown((late, early), a_search(limit=1))] == ["msp"]
    assert len(told(early, late, limit=3)) == 3


@given(st.lists(st.frozensets(st.sampled_from(Audience)), max_size=12), st.booleans(), st.integers(0, 14))
def test_nothing_is_told_that_the_pledge_does_not_say(audiences, with_communities, limit):
    agenda = an_agenda(*audiences)
    pledged = {place.id: place.audiences for place in agenda.places}
    found = shown([agenda], a_search(with_communities=with_communities, limit=limit))
    for place in chain.from_iterable(each.places for each in found):
        assert place.audiences
        assert place.audiences <= pledged[place.id]
        assert bool(place.communities) == (Audience.CPTS in place.audiences)
    assert sum(len(each.places) for each in found) <= limit


def test_an_agenda_is_of_a_person_and_a_place_of_consultation():
    msp, bus = an_agenda(), an_agenda(practice="bus")
    stops = {a_site("bus", stop=stop).id for stop in ("53197/Parking", "53088/Parking")}
    assert len({msp.id, bus.id, msp.site.id, bus.site.id, *stops}) == 6
    assert an_agenda().id == msp.id
