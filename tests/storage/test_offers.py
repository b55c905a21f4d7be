"""The search: its one statement ranks as plain arithmetic does, and the planner walks the index for it."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import update

from service.domain.bookings import SlotState
from service.domain.calendar import Interval
from service.domain.directory import Audience, Insee, TerritoryId
from service.domain.geography import Point, road_km
from service.domain.keeping import Home, Keeping
from service.domain.needs import Need, Tele
from service.domain.policy import Policy, SearchPolicy
from service.domain.ranking import Turn, cost_of
from service.domain.rosters import Modality
from service.storage.database import DIRECT_SESSION
from service.storage.offers import SEARCHES, asked, next_start, search_offers
from service.storage.tables.bookings import SlotRow
from service.storage.tables.directory import TerritoryRow
from tests.make_bookings import HERE, NOW, a_place, a_practice, a_territory, in_minutes, places, rows_of, some_slots

WINDOW = Interval(start=NOW, end=NOW + timedelta(hours=48))
NEED = Need(near=HERE, window=WINDOW)
SEARCH: dict[str, Any] = {
    "radius_km": 60,
    "waiting_weight": 3,
    "travel_weight": 5,
    "kept_charge": 700,
    "tele_charge": 90,
}
EAST = Policy(detour_factor=1.5, speed_kmh=40, search=SearchPolicy(**SEARCH))
FAR_EAST = Point(47.95, -0.6)
WEST_A, EAST_A = (Home(TerritoryId(territory), "A") for territory in ("west", "east"))
HOMES = {HERE: WEST_A, "53001": WEST_A, "53002": EAST_A}


async def found(database, need=NEED, *, now=NOW, limit=20):
    return await search_offers(database.direct, need, now=now, limit=limit)


async def ids(database, need=NEED, **how):
    return [offer.slot.id for offer in await found(database, need, **how)]


async def scatter(database, random):
    """Places of two territories with different policies, here and there, of every state, audience and modality."""
    await a_territory(database)
    await a_territory(database, "east", at=FAR_EAST, insee="53002", detour_factor=1.5, speed_kmh=40, search=SEARCH)
    for number in range(30):
        territory, at = random.choice(("west", "east")), Point(random.gauss(47.9, 0.25), random.gauss(-1, 0.4))
        gp = {"practice": f"p-{number}", "gp": f"gp-{number}", "territory": territory, "at": at}
        await a_practice(database, f"p-{number}", territory=territory, at=at, gp=gp["gp"], rpps=f"{number:011}")
        starts = sorted({in_minutes(15 * random.randint(-8, 220)) for _ in range(10)})
        until = in_minutes(15 * random.randint(-2, 220))
        different = {
            "audiences": frozenset(random.sample(list(Audience), 2)),
            "modality": random.choice((Modality.IN_PERSON, Modality.IN_PERSON, Modality.TELE)),
            "kept": random.choice((None, Keeping(sector="A", until=until), Keeping(sector="B", until=until))),
        }
        await some_slots(database, starts, **gp, **different)
    busy = update(SlotRow).values(state=SlotState.BUSY, taken=1)
    async with database.transaction() as session:
        taken = random.sample([row.id for row in await rows_of(database, SlotRow)], 60)
        await session.execute(busy.where(SlotRow.id.in_(taken)))


def plainly(rows, need, limit):
    """The same by loops, the formula in its plain form and the domain's own geography."""
    ranked = sorted(key for row in rows if need.audience in row.audiences if (key := plain_key(row, need)))
    return [id for *_, id in ranked[:limit]]


def plain_key(row, need):
    """What a place is ranked by; nothing when it does not meet the need."""
    policy = EAST if row.territory_id == "east" else Policy()
    here = FAR_EAST if need.near == "53002" else HERE
    km = road_km(here, Point(row.lat, row.lon), detour_factor=policy.detour_factor)
    is_tele = row.modality == "tele"
    is_in = NOW < row.start_at < need.window.end and (is_tele or km <= policy.search.radius_km)
    if not is_in or row.state != "free" or not need.accepts(Modality(row.modality)):
        return None
    kept = Keeping(sector=row.kept_for, until=row.kept_until) if row.kept_for else None
    cost = cost_of(
        policy.search,
        waiting_minutes=(row.start_at - NOW).total_seconds() / 60,
        travel_minutes=0 if is_tele else km / policy.speed_kmh * 60,
        is_kept=not is_tele and kept is not None and kept.is_from([HOMES[need.near]], row.territory_id, now=NOW),
        is_tele_instead=is_tele and need.tele is Tele.TOO,
    )
    turn = Turn.OWN_GP if need.usual_gp_rpps == f"{int(row.practitioner_id[3:]):011}" else Turn.OTHERS
    return turn, cost, row.start_at, row.id


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("near", HOMES)
async def test_the_ranking_is_that_of_the_plain_formula(database, seed, near):
    random = Random(seed)  # noqa: S311 - the same every time
    await scatter(database, random)
    rows = await rows_of(database, SlotRow)
    for usual, limit in product((None, "00000000007"), (1, 7, 100)):
        for how in ({}, {"or_tele": True}, {"modality": Modality.TELE}):
            need = Need(near=near, window=WINDOW, usual_gp_rpps=usual, **how)
            assert await ids(database, need, limit=limit) == plainly(rows, need, limit)


async def test_a_commune_is_its_centre(database):
    slot = await a_place(database)
    assert await ids(database, Need(near=Insee("53001"), window=WINDOW)) == [slot]
    assert await ids(database, Need(near=Insee("53999"), window=WINDOW)) == []


@pytest.mark.parametrize(("km", "is_found"), [(39.99, True), (40.01, False)])
async def test_no_place_is_beyond_forty_kilometres_of_road(database, km, is_found):
    await a_place(database)
    degree = road_km(HERE, Point(HERE.lat + 1, HERE.lon), detour_factor=1.3)
    near = Point(HERE.lat + km / degree, HERE.lon)
    assert bool(await found(database, Need(near=near, window=WINDOW))) is is_found


async def test_a_teleconsultation_is_never_too_far_and_takes_no_travel(database):
    slot = await a_place(database, modality=Modality.TELE)
    [offer] = await found(database, Need(near=Point(43.3, 5.4), window=WINDOW, modality=Modality.TELE))
    assert (offer.slot.id, offer.travel_minutes, offer.cost) == (slot, 0, 10)
    assert await found(database) == ()


@pytest.mark.parametrize(("minutes", "is_found"), [(-1, False), (0, False), (1, True), (2879, True), (2880, False)])
async def test_a_place_begins_after_now_and_before_the_window_ends(database, minutes, is_found):
    await a_place(database, in_minutes(minutes))
    assert bool(await found(database)) is is_found


@pytest.mark.parametrize("minutes", [-120, -45, 0, 30])
async def test_a_walk_in_session_is_found_once_until_it_ends(database, minutes):
    counter = await a_place(database, in_minutes(minutes), mode="walk_in", places=10)
    ends = Interval(start=in_minutes(minutes), end=in_minutes(minutes + 60)).end
    async with database.transaction() as session:
        await session.execute(update(SlotRow).values(end_at=ends))
    assert await ids(database) == ([counter] if ends > NOW else [])


async def test_a_window_of_tomorrow_finds_nothing_of_today(database):
    _, tomorrow = await places(database, [in_minutes(10), in_minutes(1500)])
    window = Interval(start=in_minutes(1440), end=in_minutes(2880))
    assert await ids(database, Need(near=HERE, window=window)) == [tomorrow]


async def test_the_next_start_is_the_first_free_one_after_the_window(database):
    await places(database, [in_minutes(10), in_minutes(1500), in_minutes(3000)])
    need = Need(near=HERE, window=Interval(start=NOW, end=in_minutes(60)))
    assert await next_start(database.direct, need, now=NOW, walk_in=True) == in_minutes(1500)
    far = Need(near=Point(43.3, 5.4), window=need.window)
    assert await next_start(database.direct, far, now=NOW, walk_in=True) is None


SESSIONS = """
    INSERT INTO sessions (id, roster_id, territory_id, template_id, on_date, period, hosts, burden_class, template)
    SELECT gen_random_uuid(), roster_id, territory_id, template_id || n, on_date, period, hosts, burden_class, template
    FROM sessions, generate_series(1, 400) n
"""
MANY = """
    INSERT INTO slots (id, session_id, territory_id, practice_id, practitioner_id, mode, modality, audiences, start_at,
        end_at, lat, lon, places, taken, state)
    SELECT gen_random_uuid(), of_session, territory_id, practice_id, practitioner_id, mode, modality, audiences,
        start_at + n * interval '1 minute', end_at + n * interval '1 minute', lat + n % 40 * 0.1, lon, places, taken,
        state
    FROM slots, (SELECT id AS of_session, 50 * row_number() OVER () + k AS n FROM sessions, generate_series(1, 50) k) of
"""


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_whichever_plan_is_taken_it_walks_along_the_index(database, database_url, mode):
    await a_place(database)
    search = SEARCHES[Tele.NEVER]
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in (SESSIONS, MANY, "ANALYZE"):
            connection.execute(statement)
        for name, setting in (DIRECT_SESSION | {"plan_cache_mode": mode}).items():
            connection.execute(f"SET {name} = {setting}")
        connection.execute(f"PREPARE search AS {search.text}")
        values = search.arguments(asked(NEED, now=NOW, limit=20))
        given = ", ".join(sql.Literal(value).as_string(connection) for value in values)
        rows = connection.execute(f"EXPLAIN EXECUTE search ({given})").fetchall()
    plan = "\n".join(row[0] for row in rows)
    walks = re.findall(r"Index Scan using slots_open_idx.*\n *Index Cond: \((.*)\)\n", plan)
    assert len(walks) == 2
    assert all(name in walk for walk in walks for name in ("cell", "start_at", "lat", "lon"))
    assert "Seq Scan on slots" not in plan


async def test_the_numbers_that_a_search_reads_are_those_of_the_policy(database):
    await a_territory(database)
    await a_territory(database, "east", insee="53002", detour_factor=1.5, speed_kmh=40, search={"radius_km": 60})
    for row in await rows_of(database, TerritoryRow):
        own = {"east": replace(Policy(), detour_factor=1.5, speed_kmh=40, search=SearchPolicy(radius_km=60))}
        policy = own.get(row.id, Policy())
        assert row.reach_km == pytest.approx(policy.search.radius_km / policy.detour_factor)
        assert (row.detour_factor, row.speed_kmh) == (policy.detour_factor, policy.speed_kmh)
        for name in ("radius_km", "waiting_weight", "travel_weight", "kept_charge", "tele_charge"):
            assert getattr(row, name) == getattr(policy.search, name)
