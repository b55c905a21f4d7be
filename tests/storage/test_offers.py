"""The search: its one statement ranks as plain arithmetic does, and the planner walks the index for it."""

from datetime import timedelta
from random import Random

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import update
from sqlalchemy.dialects import postgresql

from service.domain.bookings import SlotState
from service.domain.calendar import Interval
from service.domain.directory import Audience, Insee
from service.domain.geography import Point, road_km
from service.domain.needs import Need, Tele
from service.domain.policy import Policy, SearchPolicy
from service.domain.rosters import Modality
from service.storage.offers import asked, next_start, search_offers, search_statement
from service.storage.tables.bookings import SlotRow
from tests.make_bookings import HERE, NOW, a_place, a_practice, a_territory, in_minutes, places, rows_of, some_slots

WINDOW = Interval(start=NOW, end=NOW + timedelta(hours=48))
NEED = Need(near=HERE, window=WINDOW)
EAST = Policy(detour_factor=1.5, speed_kmh=40, search=SearchPolicy(radius_km=60, waiting_weight=3, travel_weight=5))


async def found(database, need=NEED, *, now=NOW, limit=20):
    async with database.statement() as connection:
        return await search_offers(connection, need, now=now, limit=limit)


async def ids(database, need=NEED, **how):
    return [offer.slot.id for offer in await found(database, need, **how)]


async def scatter(database, random):
    """Places of two territories with different policies, here and there, of every state and audience."""
    await a_territory(database)
    search = {"radius_km": 60, "waiting_weight": 3, "travel_weight": 5}
    await a_territory(database, "east", insee="53002", detour_factor=1.5, speed_kmh=40, search=search)
    for number in range(30):
        territory, at = random.choice(("west", "east")), Point(random.gauss(47.9, 0.25), random.gauss(-1, 0.4))
        gp = {"practice": f"p-{number}", "gp": f"gp-{number}", "territory": territory, "at": at}
        await a_practice(database, f"p-{number}", territory=territory, at=at, gp=gp["gp"], rpps=f"{number:011}")
        starts = sorted({in_minutes(15 * random.randint(-8, 220)) for _ in range(10)})
        await some_slots(database, starts, audiences=frozenset(random.sample(list(Audience), 2)), **gp)
    busy = update(SlotRow).values(state=SlotState.BUSY, taken=1)
    async with database.transaction() as session:
        taken = random.sample([row.id for row in await rows_of(database, SlotRow)], 60)
        await session.execute(busy.where(SlotRow.id.in_(taken)))


def plainly(rows, need, limit):
    """The same by loops and the domain's own geography."""
    costs = []
    for row in rows:
        policy = EAST if row.territory_id == "east" else Policy()
        km = road_km(HERE, Point(row.lat, row.lon), detour_factor=policy.detour_factor)
        travel, waiting = km / policy.speed_kmh * 60, (row.start_at - NOW).total_seconds() / 60
        cost = policy.search.waiting_weight * waiting + policy.search.travel_weight * travel
        turn = 0 if need.usual_gp_rpps == f"{int(row.practitioner_id[3:]):011}" else 2
        is_in = NOW < row.start_at < need.window.end and km <= policy.search.radius_km
        if is_in and row.state == "free" and need.audience in row.audiences:
            costs.append((turn, cost, row.start_at, row.id))
    return [id for *_, id in sorted(costs)[:limit]]


@pytest.mark.parametrize("seed", range(3))
async def test_the_ranking_is_that_of_plain_arithmetic(database, seed):
    random = Random(seed)  # noqa: S311 - the same every time
    await scatter(database, random)
    rows = await rows_of(database, SlotRow)
    for usual in (None, "00000000007"):
        for limit in (1, 7, 100):
            need = Need(near=HERE, window=WINDOW, usual_gp_rpps=usual)
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
    async with database.statement() as connection:
        assert await next_start(connection, need, now=NOW, walk_in=True) == in_minutes(1500)
        far = Need(near=Point(43.3, 5.4), window=need.window)
        assert await next_start(connection, far, now=NOW, walk_in=True) is None


MANY = """
    INSERT INTO slots (id, session_id, territory_id, practice_id, practitioner_id, mode, modality, audiences, start_at,
        end_at, lat, lon, places, taken, state)
    SELECT gen_random_uuid(), session_id, territory_id, practice_id, practitioner_id, mode, modality, audiences,
        start_at + n * interval '1 minute', end_at + n * interval '1 minute', lat + n % 40 * 0.1, lon, places, taken,
        state FROM slots, generate_series(1, 20000) n
"""


@pytest.mark.parametrize("mode", ["force_generic_plan", "force_custom_plan"])
async def test_whichever_plan_is_taken_it_walks_along_the_index(database, database_url, mode):
    await a_place(database)
    compiled = search_statement(Tele.NEVER).compile(dialect=postgresql.asyncpg.dialect())
    values = compiled.params | asked(NEED, now=NOW, limit=20)
    with psycopg.connect(database_url, autocommit=True) as connection:
        for statement in (MANY, "ANALYZE", f"SET plan_cache_mode = {mode}", f"PREPARE search AS {compiled}"):
            connection.execute(statement)
        given = [sql.Literal(values[name]).as_string(connection) for name in compiled.positiontup or ()]
        rows = connection.execute(f"EXPLAIN EXECUTE search ({', '.join(given)})").fetchall()
    plan = "\n".join(row[0] for row in rows)
    assert plan.count("Index Scan using slots_open_idx") + plan.count("Bitmap Index Scan on slots_open_idx") == 2
    assert "Seq Scan on slots" not in plan
