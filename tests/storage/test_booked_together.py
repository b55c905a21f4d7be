"""Places that several name, or need, at once: in one statement each is booked as if it were alone, or left."""

import asyncio
import re
from dataclasses import replace
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from psycopg.sql import Literal
from sqlalchemy import text

from service.application import bookings
from service.application.bookings import book_place, hold_slot
from service.domain.bookings import Booking, Origin, SlotId
from service.domain.errors import (
    AlreadyThere,
    IdempotencyKeyReused,
    NoPlaceFree,
    NotFound,
    SlotBegun,
    SlotHeld,
    SlotTaken,
    WalkInNotBookable,
)
from service.domain.needs import Tele
from service.domain.rosters import Modality, Mode
from service.storage.booking_rows import get_booking
from service.storage.booking_statements import BY_NEEDS, BY_SLOTS
from service.storage.bookings import Naming, Needing, book_needs, book_slots
from service.storage.database import DIRECT_SESSION, Database
from service.storage.parameters import given, given_by_many
from service.storage.tables.bookings import BookingRow, IdempotencyKeyRow, SlotRow
from service.storage.tables.events import EventRow
from tests.make_bookings import (
    NOW,
    OTHER_REGULATOR,
    REGULATOR,
    a_practice,
    in_minutes,
    keyed,
    naming,
    needing,
    places,
    quarters,
    rows_of,
    some_slots,
)

MANY = """
    INSERT INTO slots (id, session_id, territory_id, practice_id, practitioner_id, mode, modality, audiences, start_at,
        end_at, lat, lon, places, taken, state)
    SELECT gen_random_uuid(), session_id, territory_id, practice_id, practitioner_id, mode, modality, audiences,
        start_at + n * interval '1 day', end_at + n * interval '1 day', lat, lon, places, taken, state
    FROM slots, generate_series(1, 500) n
"""
MANY_KEYS = "INSERT INTO idempotency_keys SELECT 'x', n, 'x', 'x', 'x', now() FROM generate_series(1, 9999) n"


@pytest.fixture
def together(monkeypatch):
    """How many went together, each time."""
    sizes = []

    async def counted(way, namings):
        sizes.append(len(namings))
        return await book_slots(way, namings)

    monkeypatch.setattr(bookings, "book_slots", counted)
    return sizes


def asks(slot, key=None, case_ref="DRM-1", caller=REGULATOR, request="a digest", **named):
    place = replace(naming(slot, case_ref), **named)
    return Naming(named=place, caller=caller, now=NOW, keyed=key and keyed(key, request))


async def booked(database, several):
    """Those that were, in one statement."""
    return [each for each in await book_slots(database.direct, several) if each]


async def book(database, one):
    return await book_place(database, one.named, caller=one.caller, now=one.now, keyed=one.keyed)


async def test_each_is_booked_as_if_it_were_alone(database):
    slots = await places(database, quarters(3))
    await a_practice(database, "east", gp="gp-2", rpps="99900000029")
    [with_other] = await some_slots(database, practice="east", gp="gp-2")
    own_gp = {"usual_gp_rpps": "99900000011"}
    several = [
        asks(slots[2], "k-2", "DRM-2", origin=Origin.SAS, **own_gp),
        replace(asks(slots[0], "k-0", "DRM-0", OTHER_REGULATOR), now=in_minutes(1)),
        asks(with_other, "k-3", "DRM-3", **own_gp),
        asks(slots[1], None, "DRM-1"),
    ]
    made = await booked(database, several)
    assert [each.slot.id for each in made] == [one.named.slot for one in several]
    assert [each.case_ref for each in made] == ["DRM-2", "DRM-0", "DRM-3", "DRM-1"]
    assert [each.booked_by for each in made] == [REGULATOR.name, OTHER_REGULATOR.name, REGULATOR.name, REGULATOR.name]
    assert [each.supplement_eligible for each in made] == [False, True, True, True]
    assert {each.booked_at for each in made} == {in_minutes(1)}
    assert made == [await get_booking(database.direct, each.id) for each in made]


async def test_each_has_its_event_and_its_key(database):
    slots = await places(database, quarters(3))
    made = await booked(database, [asks(slot, f"k-{slot}", f"DRM-{slot}") for slot in slots])
    told = {row.booking_id: row.data for row in await rows_of(database, EventRow)}
    assert {id: (data["slot"], data["case_ref"]) for id, data in told.items()} == {
        each.id: (str(each.slot.id), each.case_ref) for each in made
    }
    kept = {row.key: row.resource for row in await rows_of(database, IdempotencyKeyRow)}
    assert kept == {f"k-{each.slot.id}": str(each.id) for each in made}
    assert {row.state for row in await rows_of(database, SlotRow)} == {"busy"}


async def hard_cases(database):
    """Two places that anybody can have, and what nobody can, each with the reason."""
    *free, taken, held, known = await places(database, quarters(5))
    [begun] = await some_slots(database, [in_minutes(-1)])
    [counter] = await some_slots(database, [in_minutes(60)], mode=Mode.WALK_IN, places=3)
    await book_slots(database.direct, [asks(taken, "k-1")])
    await hold_slot(database, held, "DRM-9", caller=OTHER_REGULATOR, now=NOW)
    refused = {
        asks(taken): SlotTaken,
        asks(held): SlotHeld,
        asks(begun): SlotBegun,
        asks(counter): WalkInNotBookable,
        asks(SlotId(uuid4())): NotFound,
        asks(known, "k-1", "DRM-5", request="another"): IdempotencyKeyReused,
    }
    return free, refused


async def test_what_cannot_be_had_is_left_and_in_nobodys_way(database):
    [free, _], refused = await hard_cases(database)
    found = await book_slots(database.direct, [*refused, asks(free)])
    assert [each and each.slot.id for each in found] == [*[None] * len(refused), free]
    assert len(await rows_of(database, BookingRow)) == 2


async def test_in_a_crowd_each_is_refused_for_its_own_reason(database_url, together):
    async with Database(database_url, named_at_once=1) as database:
        [first, last], refused = await hard_cases(database)
        several = [asks(first), *refused, asks(last)]
        found = await asyncio.gather(*(book(database, one) for one in several), return_exceptions=True)
    assert together == [7]
    assert list(map(type, found)) == [Booking, *refused.values(), Booking]


async def test_in_a_crowd_a_key_used_before_stands_for_its_booking(database_url, together):
    async with Database(database_url, named_at_once=1) as database:
        first, *others = await places(database, quarters(9))
        mine = await book(database, asks(others[0], "mine"))
        asked = [asks(first), *(asks(slot, "mine" if slot == others[0] else None) for slot in others)]
        found = await asyncio.gather(*(book(database, one) for one in asked))
    assert together == [8]
    assert found[1] == mine
    assert len({each.id for each in found}) == 9


async def test_a_place_that_a_rival_has_locked_holds_nobody_up(database, sql):
    locked, free = await places(database, quarters(2))
    with sql.transaction():
        sql.execute("SELECT FROM slots WHERE id = %s FOR UPDATE", [locked])
        found = await book_slots(database.direct, [asks(locked), asks(free)])
    assert [each and each.slot.id for each in found] == [None, free]


async def test_a_key_that_another_uses_at_this_instant_undoes_all(database, sql):
    slots = await places(database, quarters(2))
    with sql.transaction():
        sql.execute("INSERT INTO idempotency_keys VALUES (%s, 'k-1', 'x', 'x', 'x', now())", [REGULATOR.name])
        booking = asyncio.create_task(book_slots(database.direct, [asks(slots[0], "k-1"), asks(slots[1], "k-2")]))
        await somebody_waits(database)
    with pytest.raises(AlreadyThere):
        await booking
    assert await rows_of(database, BookingRow) == []
    assert {row.state for row in await rows_of(database, SlotRow)} == {"free"}


WAITING = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


async def somebody_waits(database):
    """For a lock."""
    async with database.statement() as connection:
        while not (await connection.execute(text(WAITING))).all():
            pass


async def test_the_same_keys_in_whatever_order_are_not_waited_for_in_a_circle(database):
    slots = await places(database, quarters(40))
    for first in range(0, 40, 8):
        keys = [f"{first}-{number}" for number in range(4)]
        mine, other = slots[first : first + 4], slots[first + 4 : first + 8]
        asked = [list(map(asks, mine, keys)), list(map(asks, other, reversed(keys)))]
        found = await asyncio.gather(*(book_slots(database.direct, each) for each in asked), return_exceptions=True)
        assert all(isinstance(each, list | AlreadyThere) for each in found), found
    assert len(await rows_of(database, BookingRow)) == 20


def needs(key=None, case_ref="DRM-1", caller=REGULATOR, now=NOW, **request):
    needed = needing(case_ref, **request)
    need = needed.request.need(now=now, zone=ZoneInfo("UTC"))
    return Needing(needed=needed, need=need, caller=caller, now=now, keyed=key and keyed(key))


async def met(database, *needings):
    """In one statement: of each the booking, or the refusal's type, or None."""
    found = await book_needs(database.direct, needings)
    return [type(each) if isinstance(each, NoPlaceFree) else each for each in found]


async def met_at(database, *needings):
    """The same, by the places."""
    return [each.slot.id if isinstance(each, Booking) else each for each in await met(database, *needings)]


async def test_several_with_the_same_need_get_the_best_places_in_their_order(database):
    slots = await places(database, quarters(6))
    made = await met(database, *(needs(f"k-{n}", f"DRM-{n}") for n in range(4)))
    assert [each.slot.id for each in made] == slots[:4]
    assert [each.case_ref for each in made] == [f"DRM-{n}" for n in range(4)]
    assert made == [await get_booking(database.direct, each.id) for each in made]
    kept = {row.key: row.resource for row in await rows_of(database, IdempotencyKeyRow)}
    assert kept == {f"k-{n}": str(each.id) for n, each in enumerate(made)}
    assert len(await rows_of(database, EventRow)) == 4


async def test_who_comes_after_the_last_place_is_refused_in_the_same_statement(database):
    slots = await places(database, quarters(2))
    assert await met_at(database, needs(), needs(), needs("new")) == [*slots, NoPlaceFree]
    assert await met_at(database, needs()) == [NoPlaceFree]


async def test_a_key_used_before_takes_no_place_and_is_not_refused(database):
    slots = await places(database, quarters(3))
    await met(database, needs("mine"))
    another = needs("mine", caller=OTHER_REGULATOR)
    assert await met_at(database, needs("mine"), needs(), needs(), another) == [None, *slots[1:], NoPlaceFree]


async def test_what_rivals_have_locked_is_neither_waited_for_nor_taken_for_gone(database, sql):
    locked, free = await places(database, quarters(2))
    with sql.transaction():
        sql.execute("SELECT FROM slots WHERE id = %s FOR UPDATE", [locked])
        assert await met_at(database, needs(), needs()) == [free, None]


async def test_what_was_booked_before_it_was_asked_again_stays_so(database, sql, monkeypatch):
    """One place is a rival's; when it is asked for again, the database refuses."""
    locked, free = await places(database, quarters(2))
    rows, asked = BY_NEEDS[Tele.NEVER].rows, []

    async def refusing_the_second(way, values):
        asked.append(values)
        if len(asked) > 1:
            raise AlreadyThere
        return await rows(way, values)

    monkeypatch.setattr(BY_NEEDS[Tele.NEVER], "rows", refusing_the_second)
    with sql.transaction():
        sql.execute("SELECT FROM slots WHERE id = %s FOR UPDATE", [locked])
        assert await met_at(database, needs(), needs()) == [free, None]
    assert len(asked) == 2


async def test_a_hold_that_is_over_for_the_latest_is_over_for_all(database):
    [slot] = await places(database, quarters(1, first=in_minutes(60)))
    await hold_slot(database, slot, "DRM-9", caller=OTHER_REGULATOR, now=NOW)
    made, refused = await met(database, needs(), needs(now=in_minutes(6)))
    assert (made.slot.id, made.booked_at, refused) == (slot, in_minutes(6), NoPlaceFree)
    [told] = await rows_of(database, EventRow)
    assert told.occurred_at == in_minutes(6)


@pytest.mark.parametrize("asked", [{"or_tele": True}, {"modality": Modality.TELE}, {"usual_gp_rpps": "99900000011"}])
async def test_every_kind_of_need_is_met_together_as_alone(database, asked):
    [slot] = await places(database, quarters(1), modality=asked.get("modality", Modality.IN_PERSON))
    made, refused = await met(database, needs(**asked), needs(**asked))
    assert (made.slot.id, refused) == (slot, NoPlaceFree)
    assert made.supplement_eligible is ("usual_gp_rpps" not in asked)


async def test_it_walks_along_indexes_whichever_plan_is_taken(database, sql):
    slots = await places(database, quarters(40))
    for statement in (MANY, MANY_KEYS, "ANALYZE"):
        sql.execute(statement)
    for name, setting in DIRECT_SESSION.items():
        sql.execute(f"SET {name} = {setting}")
    sql.execute(f"PREPARE book AS {BY_SLOTS.text}")
    values = BY_SLOTS.arguments(given_by_many([asks(slot).given() for slot in slots]) | given(now=NOW))
    words = ", ".join(Literal(value).as_string(sql) for value in values)
    plan = "\n".join(row[0] for row in sql.execute(f"EXPLAIN EXECUTE book ({words})").fetchall())
    assert re.findall(r"(?:Seq|Bitmap Heap) Scan on (?:slots|idempotency_keys)", plan) == []
    assert "Nested Loop" in plan
