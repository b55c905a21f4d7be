"""Whose places are free at this instant, found by one walk along an index for each person."""

import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg import sql

from service.application.agendas import find_agendas
from service.application.bookings import book_place, hold_slot
from service.domain.agendas import AgendaSearch
from service.domain.rosters import Mode
from service.storage.agendas import AGENDAS, asked
from service.storage.database import DIRECT_SESSION
from service.storage.tables.bookings import SlotRow
from service.storage.tables.directory import CommuneRow, PracticeRow, PractitionerRow
from tests.make_bookings import (
    NOW,
    REGULATOR,
    a_place,
    a_practice,
    a_territory,
    change_rows,
    in_minutes,
    naming,
    places,
    some_slots,
)
from tests.storage.test_offers import MANY, SESSIONS

RPPS = "99900000011"
NEXT_YEAR = datetime(2027, 12, 31, tzinfo=UTC)
PLEDGED = {"pledge_minutes": 60, "pledge_per": "week"}


async def found(database, *, now=NOW, start=NOW, end=NEXT_YEAR, rpps=(RPPS,), cpts=False):
    search = AgendaSearch(rpps=frozenset(rpps), start_at=start, end_at=end, with_communities=cpts)
    return await find_agendas(database, search, caller=REGULATOR, now=now)


async def ids(database, **search):
    return [place.id for agenda in await found(database, **search) for place in agenda.places]


async def test_what_has_begun_or_lies_outside_the_window_is_not_found(database):
    all_ = await places(database, [NOW, in_minutes(1), in_minutes(60), in_minutes(61)])
    assert await ids(database, start=in_minutes(-60), end=in_minutes(60)) == all_[1:3]
    assert await ids(database, start=in_minutes(2)) == all_[2:]


async def test_a_booked_place_is_not_found(database):
    slot = await a_place(database)
    await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    assert await ids(database) == []


async def test_a_held_place_is_found_once_the_hold_has_run_out(database):
    slot = await a_place(database, in_minutes(60))
    hold = await hold_slot(database, slot, "DRM-2026-1", caller=REGULATOR, now=NOW)
    assert await ids(database, now=hold.expires_at - timedelta(microseconds=1)) == []
    assert await ids(database, now=hold.expires_at) == [slot]


@pytest.mark.parametrize(
    ("different", "is_found"),
    [({"taken": 9}, True), ({"taken": 10}, False), ({"state": "closed"}, False), ({"state": "withdrawn"}, False)],
)
async def test_a_walk_in_session_is_found_while_it_takes_people_and_has_not_begun(database, different, is_found):
    slot = await a_place(database, in_minutes(60), mode=Mode.WALK_IN, places=10)
    await change_rows(database, SlotRow, **different)
    assert await ids(database) == ([slot] if is_found else [])
    assert await ids(database, now=in_minutes(60)) == []


async def test_a_place_kept_for_a_sector_is_found(database):
    slot = await a_place(database)
    await change_rows(database, SlotRow, kept_for="B", kept_until=in_minutes(9))
    assert await ids(database) == [slot]


async def test_without_a_zone_the_window_is_by_the_clock_of_the_territory(database):
    """14:05 in Paris is 17:05 on La Réunion."""
    await a_territory(database, "island", timezone="Indian/Reunion")
    await a_practice(database, territory="island")
    [slot] = await some_slots(database, [in_minutes(60)], territory="island")
    wall = datetime(2026, 11, 23, 18, 5)  # noqa: DTZ001 - a wall clock's
    assert await ids(database, start=wall, end=wall) == [slot]
    assert await ids(database, start=wall + timedelta(seconds=1), end=wall + timedelta(hours=9)) == []


async def test_on_the_night_of_the_clocks_each_place_bears_the_offset_of_its_hour(database):
    before = datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    all_ = await places(database, [before, before + timedelta(hours=1)])
    [agenda] = await found(database, end=before + timedelta(days=1))
    assert [place.id for place in agenda.places] == all_
    assert [place.time.start.astimezone(agenda.zone).isoformat()[11:] for place in agenda.places] == [
        "01:30:00+01:00",
        "03:30:00+02:00",
    ]


async def test_a_person_in_two_territories_has_an_agenda_in_each_and_both_as_communities(database):
    for territory in ("west", "east"):
        await a_territory(database, territory, insee={"west": "53001", "east": "53002"}[territory])
        await a_practice(database, territory=territory)
        await some_slots(database, territory=territory, audiences=frozenset({"cpts"}))
    pledges = {"west": ["cpts", "snp"], "east": ["cpts"]}
    for territory, audiences in pledges.items():
        of_territory = PractitionerRow.territory_id == territory
        await change_rows(database, PractitionerRow, of_territory, **PLEDGED, pledge_audiences=audiences)
    told = {agenda.site.territory: agenda for agenda in await found(database, cpts=True)}
    assert [each.territory for each in told["west"].communities] == ["west", "east"]
    assert [each.territory for each in told["east"].communities] == ["east", "west"]
    assert await found(database) == ()


async def test_a_practice_that_names_no_commune_is_in_the_nearest_town(database):
    await a_place(database)
    far = {"territory_id": "west", "position": 1, "population": 1, "lat": 48.5, "lon": -1.0, "sector": "A"}
    async with database.transaction() as session:
        session.add(CommuneRow(insee="53003", name="Elsewhere", postal_code="53999", **far))
    [agenda] = await found(database)
    assert (agenda.site.postal_code, agenda.site.city) == ("53000", "west")
    await change_rows(database, PracticeRow, insee="53003")
    [agenda] = await found(database)
    assert (agenda.site.postal_code, agenda.site.city) == ("53999", "Elsewhere")


async def test_each_stop_of_a_mobile_unit_is_a_place_of_its_own(database):
    monday, tuesday, thursday = (in_minutes(60 + days * 24 * 60) for days in (0, 1, 3))
    await places(database, [monday, tuesday, thursday])
    stop = {"insee": "53001", "point": [47.9, -1.0], "dates": []}
    stops = [
        {**stop, "weekday": "MON", "address_line": "Mairie"},
        {**stop, "weekday": "TUE", "address_line": "Salle des fêtes"},
    ]
    await change_rows(database, PracticeRow, kind="mobile_unit", lat=None, lon=None, stops=stops)
    agendas = await found(database)
    assert {each.site.address_line: len(each.places) for each in agendas} == {"Mairie": 1, "Salle des fêtes": 1}
    assert len({each.id for each in agendas}) == 2


async def test_a_search_is_one_statement_within_a_transaction_too(database):
    await a_place(database)
    search = AgendaSearch(rpps=frozenset({RPPS}), start_at=NOW, end_at=in_minutes(60))
    async with database.statement() as connection:
        assert len(await AGENDAS.rows(connection, asked(search, now=NOW))) == 1


PEOPLE = """
    INSERT INTO practitioners (territory_id, id, position, version, given_name, family_name, rpps, specialty, status,
        home_practice, max_sessions_per_week, min_sessions_per_week, capacity_uplift, may_work_at)
    SELECT territory_id, id || n, n, version, given_name, family_name, (rpps::bigint + n)::text, specialty, status,
        home_practice, max_sessions_per_week, min_sessions_per_week, capacity_uplift, may_work_at
    FROM practitioners, generate_series(1, 400) n
"""
DEALT = "UPDATE slots SET practitioner_id = 'gp-1' || (1 + hashtext(id::text) & 255) WHERE state = 'free'"


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_whichever_plan_is_taken_it_walks_along_the_index_of_agendas(database, database_url, mode):
    await a_place(database)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in (SESSIONS, MANY, PEOPLE, DEALT, "ANALYZE"):
            connection.execute(statement)
        for name, setting in (DIRECT_SESSION | {"plan_cache_mode": mode}).items():
            connection.execute(f"SET {name} = {setting}")
        connection.execute(f"PREPARE search AS {AGENDAS.text}")
        people = frozenset(str(int(RPPS) + number) for number in range(25))
        search = AgendaSearch(rpps=people, start_at=NOW, end_at=in_minutes(3 * 24 * 60))
        values = [sql.Literal(each).as_string(connection) for each in AGENDAS.arguments(asked(search, now=NOW))]
        rows = connection.execute(f"EXPLAIN EXECUTE search ({', '.join(values)})").fetchall()
    plan = "\n".join(row[0] for row in rows)
    [walk] = re.findall(r"Index Scan using slots_open_agenda_idx.*\n *Index Cond: \((.*)\)\n", plan)
    assert all(name in walk for name in ("territory_id", "practitioner_id", "timezone('UTC'::text, start_at)"))
    assert "practitioners_rpps_idx" in plan
    assert "Seq Scan on slots" not in plan
