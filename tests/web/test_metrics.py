"""What `/metrics` tells, and what the page of operations says of it."""

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from service.application.bookings import hold_slot
from service.application.deliveries import relay_events
from service.cli import supervising  # noqa: F401 - its metric is one of the list
from service.domain.roster_life import Solving
from service.storage.database import Database
from service.storage.vitals import MEASURES
from service.web.counting import REQUESTS
from service.web.metrics import PREFIX, SKEW, UP, Looks
from service.worker import running  # noqa: F401 - so are its
from tests.make_bookings import NOW, REGULATOR, a_place, places, quarters
from tests.rosters import LAWFUL, a_draft, a_request
from tests.waiting import waits

ROOT = Path(__file__).parents[2]


async def figures(client: httpx.AsyncClient, name: str) -> dict[tuple[str, ...], float]:
    """Every sample of that name, by the values of its labels, these in the reverse order of their names."""
    families = text_string_to_metric_families((await client.get("/metrics")).text)
    samples = (sample for family in families for sample in family.samples)
    ours = [sample for sample in samples if sample.name == PREFIX + name]
    return {tuple(sample.labels[key] for key in sorted(sample.labels, reverse=True)): sample.value for sample in ours}


async def grown(
    client: httpx.AsyncClient, name: str, before: dict[tuple[str, ...], float]
) -> dict[tuple[str, ...], float]:
    after = await figures(client, name)
    return {labels: value - before.get(labels, 0) for labels, value in after.items() if value != before.get(labels, 0)}


def booking(slot: object) -> dict[str, object]:
    return {"slot": str(slot), "case_ref": "DRM-2026-1", "origin": "ed"}


async def test_free_places_of_two_days_by_sector(client, database):
    [_, held, _] = await places(database, [*quarters(2), NOW + timedelta(hours=49)])
    await hold_slot(database, held, "DRM-2026-1", caller=REGULATOR, now=NOW)
    async with database.transaction() as session:
        await session.execute(text("""UPDATE sessions SET template = '{"sector": "B"}'"""))
    assert await figures(client, "places_free") == {("west", "A"): 0, ("west", "B"): 1}


async def test_a_look_is_shared_for_a_while(client, database):
    [slot, _] = await places(database, quarters(2))
    first = await figures(client, "places_free")
    await hold_slot(database, slot, "DRM-2026-1", caller=REGULATOR, now=NOW)
    assert await figures(client, "places_free") == first


@pytest.mark.parametrize(("is_up", "took", "kept"), [(True, 0.01, 5), (True, 0.5, 25), (True, 7, 60), (False, 7, 5)])
async def test_a_look_that_took_long_is_kept_longer_and_one_that_saw_nothing_is_not(database, clock, is_up, took, kept):
    times = iter((100.0, 100 + took, 100 + took + kept - 0.01, 100 + took + kept, 200, 300))
    async with Database("postgresql://nobody@127.0.0.1:1/nothing") as gone:
        looks = Looks(database if is_up else gone, clock, stopwatch=lambda: next(times))
        first = await looks.latest()
        assert first.is_up is is_up
        looks.database = database
        assert await looks.latest() is first
        again = await looks.latest()
        assert (again is not first, again.is_up) == (True, True)


@pytest.mark.parametrize(("minutes_later", "live", "expired"), [(1, 1, 0), (6, 0, 1), (11, 0, 0)])
async def test_holds_that_wait_and_holds_that_ran_out(client, database, clock, minutes_later, live, expired):
    slot = await a_place(database, NOW + timedelta(hours=1))
    await hold_slot(database, slot, "DRM-2026-1", caller=REGULATOR, now=NOW)
    clock.now = NOW + timedelta(minutes=minutes_later)
    assert await figures(client, "holds_live") == {(): live}
    assert await figures(client, "holds_expired") == {(): expired}


async def test_bookings_by_origin_are_counted_once_however_often_they_are_asked_for(client, database, clock):
    slot = await a_place(database)
    before = await figures(client, "bookings_total")
    for _ in range(3):
        answer = await client.post("/v1/bookings", json=booking(slot), headers={"Idempotency-Key": "call-1"})
        assert answer.status_code == 201
        clock.now += timedelta(seconds=1)
    assert await grown(client, "bookings_total", before) == {("ed",): 1}


async def test_a_booking_of_the_wait_list_is_counted_too(client, database):
    await a_place(database, NOW + timedelta(hours=1))
    entry = await waits(database)
    before = await figures(client, "bookings_total")
    assert (await client.post(f"/v1/wait-list/{entry.id}/accept")).status_code == 201
    assert await grown(client, "bookings_total", before) == {("sas",): 1}


async def test_refusals_by_code(client, database):
    slot = await a_place(database)
    before = await figures(client, "refusals_total")
    for _ in range(3):
        await client.post("/v1/bookings", json=booking(slot))
    await client.post("/v1/bookings", json=booking(slot) | {"case_ref": "06 12 34 56 78"})
    assert await grown(client, "refusals_total", before) == {
        ("slot_taken",): 2,
        ("case_ref.personal_data_suspected",): 1,
    }


async def test_jobs_that_wait_and_for_how_long(client, database):
    await a_request(database)
    async with database.transaction() as session:
        await session.execute(text("UPDATE jobs.procrastinate_events SET at = at - interval '1 hour'"))
    assert await figures(client, "jobs_waiting") == {("solving",): 1}
    [lag] = (await figures(client, "job_lag_seconds")).values()
    assert 3600 <= lag < 3700


async def test_events_that_wait_and_for_how_long(client, database, clock):
    await client.post("/v1/bookings", json=booking(await a_place(database)))
    clock.now += timedelta(seconds=90)
    assert await figures(client, "events_waiting") == {("relay",): 1, ("delivery",): 0}
    assert await figures(client, "event_lag_seconds") == {("relay",): 90, ("delivery",): 0}
    assert await figures(client, "deliveries_dead") == {(): 0}


@pytest.mark.parametrize(("is_enabled", "waiting", "lag"), [(True, 1, 90), (False, 0, 0)])
async def test_what_waits_for_a_receiver_counts_while_that_is_enabled(
    client, database, clock, is_enabled, waiting, lag
):
    slot = await a_place(database)
    hook = await client.post("/v1/territories/west/webhooks", json={"url": "https://regulation.example.org/events"})
    await client.post("/v1/bookings", json=booking(slot))
    await relay_events(database, now=clock.now)
    change = {"json": {"is_enabled": is_enabled}, "headers": {"If-Match": '"1"'}}
    assert (await client.patch(hook.headers["Location"], **change)).status_code == 200
    clock.now += timedelta(seconds=90)
    assert (await figures(client, "events_waiting"))["delivery",] == waiting
    assert (await figures(client, "event_lag_seconds"))["delivery",] == lag


async def test_the_widest_gap_of_the_solves_of_a_day_by_goal(client, database):
    solved = await a_draft(database, *LAWFUL)
    assert solved.solving is Solving.SOLVED
    assert await figures(client, "solves") == {("FEASIBLE",): 1, ("FAILED",): 0}
    assert (await figures(client, "solve_gap"))["coverage",] == 1


async def test_a_gap_is_a_share_of_the_value(client, database):
    await a_draft(database, *LAWFUL)
    async with database.transaction() as session:
        goals = """[{"name": "coverage", "value": 8, "bound": 6}, {"name": "travel", "value": 0, "bound": 0}]"""
        await session.execute(
            text("UPDATE rosters SET answer = jsonb_set(answer, '{goals}', CAST(:goals AS jsonb))"), {"goals": goals}
        )
    assert await figures(client, "solve_gap") == {("coverage",): 0.25, ("travel",): 0}


async def test_without_a_database_what_was_counted_is_still_told(app, client):
    app.state.database = type(app.state.database)("postgresql://nobody@127.0.0.1:1/nothing")
    assert await figures(client, "database_up") == {(): 0}
    assert await figures(client, "places_free") == {}
    assert await figures(client, "http_requests_total")


async def test_an_invented_method_or_path_makes_no_new_figure(client):
    before = await figures(client, "http_requests_total")
    for number in range(3):
        await client.request(f"METHOD{number}", f"/invented/{number}")
    grew = await grown(client, "http_requests_total", before)
    assert grew == {("404", "none", "other"): 3, ("200", "/metrics", "GET"): 1}


def names() -> set[str]:
    """Of every metric in the code, as a query spells it."""
    own = {
        f"{m.name}_total" if m.type == "counter" else m.name for m in REGISTRY.collect() if m.name.startswith(PREFIX)
    }
    return own | {PREFIX + name for name in (UP[0], SKEW[0], *(measure.name for measure in MEASURES))}


def test_the_page_of_operations_lists_every_metric_with_its_meaning_and_an_alert():
    page = (ROOT / "docs" / "operations.md").read_text()
    rows = re.findall(r"^\| `(tourderole_\w+)` \| ([^|]{10,}) \| ([^|]{3,}) \|$", page, re.MULTILINE)
    assert {name for name, _, _ in rows} == names()
    assert len(rows) == len(names())


async def test_an_answer_is_counted_before_its_end_reaches_the_caller(app):
    """Else a process that is killed right after it would have lost the count of an answer that somebody has."""
    found = REQUESTS.labels("GET", "/healthz", 200)._value.get
    before, seen = found(), []

    async def send(message):
        seen.append((message["type"], found() - before))

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": "/healthz", "query_string": b"", "headers": [], "app": app}
    await app(scope, receive, send)
    assert seen == [("http.response.start", 0), ("http.response.body", 1)]
    assert found() - before == 1
