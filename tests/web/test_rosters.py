"""Rosters over REST: the way from a request to a published roster, and each refusal's body."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from service.application.roster_solving import record_answer, take_roster
from service.application.rosters import stop_roster
from service.worker.running import worker_beside
from tests.rosters import (
    ANNE,
    LAWFUL,
    MONDAY_QUAI,
    NOW,
    TERRITORY,
    a_draft,
    a_long_request,
    a_request,
    answer,
    import_territory,
)
from tests.worker.watching import searching

ROSTERS = f"/v1/territories/{TERRITORY}/rosters"
QUAI = {"template": "t01", "date": "2026-11-30", "practice": "cab-quai", "practitioner": "gp-01"}


def at(version):
    return {"If-Match": f'"{version}"'}


def events(text):
    """Names and data of server-sent events; comments that keep the line open are none."""
    for block in text.replace("\r\n", "\n").split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            yield fields["event"], json.loads(fields["data"])


async def test_a_request_is_accepted_and_says_where_the_roster_is(client, database):
    await import_territory(database)
    asked = await client.post(ROSTERS, json={"week": "2026-W49", "seed": 3})
    assert asked.status_code == 202, asked.text
    assert asked.headers["ETag"] == '"1"'
    assert asked.headers["Location"] == f"/v1/rosters/{asked.json()['id']}"
    said = (await client.get(asked.headers["Location"])).json()
    assert (said["week"], said["weeks"], said["solving"], said["seed"]) == ("2026-W49", 1, "queued", 3)
    assert (said["sessions"], said["assignments"], said["outcome"]) == ([], [], None)


async def test_a_roster_shows_its_sessions_in_local_time_and_who_holds_them(client, database):
    draft = await a_draft(database, *LAWFUL)
    shown = await client.get(f"/v1/rosters/{draft.id}")
    assert (shown.status_code, shown.headers["ETag"]) == (200, '"2"')
    said = shown.json()
    first = said["sessions"][0]
    assert (first["template"], first["start"]) == ("t01", "2026-11-30T10:00:00+01:00")
    assert said["assignments"][0] == QUAI
    coverage = said["goals"][0]
    assert (coverage.pop("name"), coverage.pop("value")) == ("coverage", 25)
    assert coverage == {"bound": None, "gap": None, "conditional": False, "tolerance": 0, "settled": []}
    assert len(said["digest"]) == 64
    assert "highspy" in said["solver_version"]


async def test_progress_is_told_until_the_roster_is_solved(client, database):
    """A real worker and its solver, stopped once it has been seen to search."""
    asked = await a_long_request(database)
    async with worker_beside(database, concurrency=1, solver_threads=1):
        following = asyncio.create_task(client.get(f"/v1/rosters/{asked.id}/progress"))
        await searching(database, asked.id)
        await stop_roster(database, asked.id, caller=ANNE)
        followed = await asyncio.wait_for(following, 60)
    assert followed.headers["content-type"].startswith("text/event-stream")
    told = list(events(followed.text))
    assert {name for name, _ in told[:-1]} == {"progress"}
    seen = [data["progress"] for _, data in told if data["progress"]]
    assert set(seen[0]) == {"goal", "level", "levels", "value", "bound", "elapsed_s"}
    assert (told[-1][0], told[-1][1]["version"]) == ("solved", 2)


async def test_a_failure_ends_the_progress_too(client, database):
    asked = await a_request(database)
    run = await take_roster(database, asked.id, 1)
    await record_answer(database, run, answer(run.problem), now=NOW)
    [(name, data)] = events((await client.get(f"/v1/rosters/{asked.id}/progress")).text)
    assert (name, data["solving"]) == ("solved", "solved")


async def test_a_solve_is_stopped_once_it_is_under_way_only(client, database):
    asked = await a_request(database)
    stopped = await client.post(f"/v1/rosters/{asked.id}/stop")
    assert (stopped.status_code, stopped.json()["stop_requested"]) == (202, True)
    draft = await a_draft_of(database, asked)
    refused = await client.post(f"/v1/rosters/{draft.id}/stop")
    assert (refused.status_code, refused.json()["code"]) == (409, "roster_not_ready")


async def a_draft_of(database, asked):
    run = await take_roster(database, asked.id, 1)
    return await record_answer(database, run, answer(run.problem, *LAWFUL), now=NOW)


async def test_a_draft_in_the_way_is_named_with_its_version(client, database):
    draft = await a_draft(database)
    refused = await client.post(ROSTERS, json={"week": "2026-W48", "weeks": 3})
    assert (refused.status_code, refused.headers["content-type"]) == (409, "application/problem+json")
    body = refused.json()
    assert (body["code"], body["roster"], body["version"]) == ("roster_exists", str(draft.id), 2)
    again = await client.post(ROSTERS, json={"week": "2026-W48", "weeks": 3}, headers=at(2))
    assert (again.status_code, again.headers["ETag"], again.json()["id"]) == (202, '"3"', str(draft.id))


async def test_a_repeated_request_has_the_same_answer(client, database):
    await import_territory(database)
    keyed = {"Idempotency-Key": "one"}
    first, again = [await client.post(ROSTERS, json={"week": "2026-W49"}, headers=keyed) for _ in range(2)]
    assert (again.status_code, again.json()) == (202, first.json())
    other = await client.post(ROSTERS, json={"week": "2026-W50"}, headers=keyed)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key.reused")


@pytest.mark.parametrize(
    ("asked", "path", "code"),
    [
        ({}, "week", "key.missing"),
        ({"week": "2026-W54"}, "week", "week.malformed"),
        ({"week": "next"}, "week", "text.malformed"),
        ({"week": "2026-W47", "weeks": 3}, "week", "week.past"),
        ({"week": "2026-W49", "weeks": 27}, "weeks", "number.too_large"),
        ({"week": "2026-W49", "seconds": 0}, "seconds", "number.too_small"),
        ({"week": "2026-W49", "hurry": True}, "hurry", "key.unknown"),
    ],
)
async def test_a_malformed_request_is_told_what_is_wrong_and_where(client, database, asked, path, code):
    await import_territory(database)
    refused = await client.post(ROSTERS, json=asked)
    assert refused.status_code == 422
    [fault] = refused.json()["errors"]
    assert (fault["path"], fault["code"]) == (path, code)


async def test_the_present_week_may_be_asked_for_until_its_sunday_ends_where_the_territory_is(client, database, clock):
    await import_territory(database)
    clock.now = datetime(2026, 11, 29, 22, 59, 59, tzinfo=UTC)
    assert (await client.post(ROSTERS, json={"week": "2026-W48"})).status_code == 202
    clock.now += timedelta(seconds=1)
    refused = await client.post(ROSTERS, json={"week": "2026-W48", "weeks": 2}, headers=at(1))
    assert (refused.status_code, refused.json()["code"]) == (422, "week.past")
    assert refused.json()["errors"][0]["hint"] == "2026-W49 or later"


@pytest.mark.parametrize("call", ["", "/progress", "/explanations", "/fairness", "/versions", "/diff?from=1"])
async def test_a_roster_that_is_not_there_is_not_found(client, call):
    missing = await client.get(f"/v1/rosters/{uuid4()}{call}")
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "call", "asked"),
    [
        ("PATCH", f"/v1/rosters/{uuid4()}/assignments", {"remove": [QUAI]}),
        ("POST", f"/v1/rosters/{uuid4()}/publish", None),
        ("POST", "/v1/territories/nowhere/rosters", {"week": "2026-W49"}),
    ],
    ids=["edit", "publish", "request"],
)
async def test_nothing_is_done_about_a_roster_or_territory_that_is_not_there(client, method, call, asked):
    missing = await client.request(method, call, json=asked, headers={"If-Match": '"1"'})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")


async def test_a_draft_is_edited_and_published_by_who_knows_its_version(client, database):
    draft = await a_draft(database, *LAWFUL)
    address = f"/v1/rosters/{draft.id}"
    unnamed = await client.patch(f"{address}/assignments", json={"remove": [QUAI]})
    assert (unnamed.status_code, unnamed.json()["code"]) == (428, "if_match.missing")
    edited = await client.patch(f"{address}/assignments", json={"remove": [QUAI]}, headers=at(2))
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"3"')
    assert QUAI not in edited.json()["assignments"]
    published = await client.post(f"{address}/publish", headers=at(3))
    assert (published.status_code, published.headers["ETag"], published.json()["state"]) == (200, '"4"', "published")
    assert published.json()["published_by"] == "admin"


async def test_the_second_who_publishes_at_the_same_time_is_told_of_the_newer_version(client, database):
    draft = await a_draft(database, *LAWFUL)
    answers = await asyncio.gather(*(client.post(f"/v1/rosters/{draft.id}/publish", headers=at(2)) for _ in range(2)))
    done, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (done.status_code, refused.status_code) == (200, 409)
    assert (refused.json()["code"], refused.json()["version"]) == ("stale_version", 3)
    late = await client.post(f"/v1/rosters/{draft.id}/publish", headers=at(3))
    assert (late.status_code, late.json()["code"]) == (409, "roster_published")


async def test_an_edit_that_breaks_a_rule_is_refused_by_its_name_and_facts(client, database):
    draft = await a_draft(database)
    unwilling = QUAI | {"practitioner": "gp-03"}
    refused = await client.patch(f"/v1/rosters/{draft.id}/assignments", json={"add": [unwilling]}, headers=at(2))
    assert (refused.status_code, refused.json()["code"]) == (409, "rules_broken")
    [breach] = refused.json()["breaches"]
    assert (breach["rule"], breach["practitioner"]) == ("consent", "gp-03")
    assert breach["sessions"] == [{"template": "t01", "date": "2026-11-30"}]


async def test_an_edit_says_either_what_changes_or_all_that_stands(client, database):
    draft = await a_draft(database)
    both = {"add": [QUAI], "replace": [QUAI]}
    refused = await client.patch(f"/v1/rosters/{draft.id}/assignments", json=both, headers=at(2))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "edit.ambiguous")


async def test_an_amendment_without_a_reason_is_refused_in_french_too(client, database):
    draft = await a_draft(database, *LAWFUL)
    await client.post(f"/v1/rosters/{draft.id}/publish", headers=at(2))
    address = f"/v1/rosters/{draft.id}/assignments"
    refused = await client.patch(address, json={"remove": [QUAI]}, headers=at(3) | {"Accept-Language": "fr"})
    assert (refused.status_code, refused.json()["code"]) == (422, "reason.missing")
    assert refused.json()["title"] == "La demande est mal formée"
    amended = await client.patch(address, json={"remove": [QUAI], "reason": "ill"}, headers=at(3))
    assert amended.json()["state"] == "amended"
    versions = (await client.get(f"/v1/rosters/{draft.id}/versions?limit=1&cursor=3")).json()
    assert versions["items"][0] | {"made_at": ""} == {
        "version": 4,
        "state": "amended",
        "seats_held": 3,
        "made_by": "admin",
        "made_at": "",
        "reason": "ill",
    }
    change = (await client.get(f"/v1/rosters/{draft.id}/diff", params={"from": 3})).json()
    assert change == {"added": [], "removed": [QUAI], "moved": []}


async def test_fairness_and_explanations_are_told_once_there_is_an_answer(client, database):
    asked = await a_request(database)
    for what in ("fairness", "explanations"):
        early = await client.get(f"/v1/rosters/{asked.id}/{what}")
        assert (early.status_code, early.json()["code"]) == (409, "roster_not_ready")
    await a_draft_of(database, asked)
    rows = (await client.get(f"/v1/rosters/{asked.id}/fairness")).json()["rows"]
    assert {row["practitioner"]: row["held"] for row in rows}[MONDAY_QUAI.practitioner] == 120
    explained = (await client.get(f"/v1/rosters/{asked.id}/explanations")).json()
    assert (explained["outcome"], explained["conflict"]) == ("FEASIBLE", [])


async def test_rosters_are_listed_page_by_page_the_latest_weeks_first(client, database):
    await import_territory(database)
    for week in ("2026-W49", "2026-W50"):
        await client.post(ROSTERS, json={"week": week})
    first = (await client.get(ROSTERS, params={"limit": 1})).json()
    rest = (await client.get(ROSTERS, params={"limit": 1, "cursor": first["next_cursor"]})).json()
    assert [item["week"] for item in first["items"] + rest["items"]] == ["2026-W50", "2026-W49"]
    assert rest["next_cursor"] is None


async def test_nobody_without_the_token_sees_a_roster(client, database):
    draft = await a_draft(database)
    refused = await client.get(f"/v1/rosters/{draft.id}", headers={"Authorization": "Bearer no"})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
