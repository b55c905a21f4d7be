"""Repairs and what-ifs over REST: the plan's body, what is saved, and each refusal."""

from uuid import uuid4

import pytest

from service.application.roster_publishing import publish_roster
from service.application.rosters import read_roster
from tests.rosters import ANNE, NOW, a_draft, a_request
from tests.whole_week import WHOLE_WEEK

ILL = {"absence": {"practitioner": "gp-05", "from": "2026-12-01", "until": "2026-12-14"}}
T09 = {"template": "t09", "date": "2026-12-01", "practice": "msp-vicoin", "practitioner": "gp-05"}
T21 = {"template": "t21", "date": "2026-12-04", "practice": "msp-tilleuls", "practitioner": "gp-05"}
T11 = {"template": "t11", "date": "2026-12-02"}
AT_3 = {"If-Match": '"3"'}


async def published(database):
    draft = await a_draft(database, *WHOLE_WEEK)
    return await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)


def by_name(goals):
    return {goal["name"]: goal for goal in goals}


async def test_a_plan_says_what_changes_for_whom_and_what_is_proved(client, database):
    roster = await published(database)
    planned = await client.post(f"/v1/rosters/{roster.id}/repairs", json={"changes": [ILL]})
    assert (planned.status_code, planned.headers["ETag"]) == (200, '"3"'), planned.text
    plan = planned.json()
    assert (plan["applied"], plan["outcome"], plan["people"], plan["bookings"]) == (False, "OPTIMAL", ["gp-05"], [])
    assert plan["difference"] == {"added": [], "removed": [T09, T21], "moved": []}
    assert by_name(plan["goals"])["stability"] == {
        "name": "stability",
        "before": 0,
        "after": 2,
        "cost": 2,
        "bound": 2,
        "conditional": False,
    }
    assert (len(plan["gaps_before"]), len(plan["gaps"])) == (2, 4)
    [mine] = [row for row in plan["fairness"] if row["practitioner"] == "gp-05"]
    assert mine["before"]["held"] - mine["after"]["held"] == 240
    assert {"insee", "population", "before", "after"} == plan["equity"][0].keys()


async def test_what_stays_empty_after_a_repair_is_told_with_what_would_fill_it(client, database):
    roster = await published(database)
    french = {"Accept-Language": "fr"}
    planned = await client.post(f"/v1/rosters/{roster.id}/repairs", json={"changes": [ILL]}, headers=french)
    assert planned.headers["Content-Language"] == "fr"
    gaps = planned.json()["gaps"]
    assert all("non pourvu" in gap["words"] for gap in gaps)
    assert any(fix["words"].startswith("Le Dr") for gap in gaps for fix in gap["fixes"])


async def test_a_repair_is_saved_by_who_knows_the_version_and_says_why(client, database):
    roster = await published(database)
    address = f"/v1/rosters/{roster.id}/repairs"
    unnamed = await client.post(address, json={"changes": [ILL], "apply": True})
    assert (unnamed.status_code, unnamed.json()["code"]) == (428, "if_match.missing")
    silent = await client.post(address, json={"changes": [ILL], "apply": True}, headers=AT_3)
    assert (silent.status_code, silent.json()["code"]) == (422, "reason.missing")
    done = await client.post(address, json={"changes": [ILL], "apply": True, "reason": "ill"}, headers=AT_3)
    assert (done.status_code, done.headers["ETag"], done.json()["applied"]) == (200, '"4"', True)
    late = await client.post(address, json={"changes": [ILL], "apply": True, "reason": "ill"}, headers=AT_3)
    assert (late.status_code, late.json()["code"], late.json()["version"]) == (409, "stale_version", 4)


async def test_a_what_if_is_shown_and_never_saved(client, database):
    roster = await published(database)
    asked = {"changes": [{"session_dropped": T11}], "fewest_changes": False, "seconds": 5}
    tried = await client.post(f"/v1/rosters/{roster.id}/what-ifs", json=asked)
    assert tried.status_code == 200, tried.text
    assert tried.json()["sessions_dropped"] == [T11]
    assert tried.json()["applied"] is False
    stored, content, _ = await read_roster(database, roster.id, caller=ANNE)
    assert (stored, content.assignments) == (roster, WHOLE_WEEK)


HOURS = {"start": "10:00", "end": "12:00"}
STOP = {"weekday": "FRI", "insee": "53089", "lat": 47.758, "lon": -0.6274, "address_line": "Place de l'Église"}
BUS = {
    "id": "t30",
    "weekday": "FRI",
    **HOURS,
    "sector": "CG",
    "hosts": ["medicobus-1"],
    "seats": 1,
    "mode": "walk_in",
    "capacity": 12,
    "slot_minutes": 15,
    "modality": "in_person",
    "audiences": ["snp", "public"],
    "priority": 1,
}


async def test_every_kind_of_change_can_be_said(client, database):
    roster = await published(database)
    changes = [
        ILL,
        {"seat_declined": {"practitioner": "gp-08", **T11}},
        {"time_offered": {"practitioner": "gp-04", "date": "2026-12-02", **HOURS, "level": "avoid"}},
        {"pledge": {"practitioner": "gp-04", "pledge": {"minutes": 240, "per": "week", "audiences": ["snp"]}}},
        {"weekly_maximum": {"practitioner": "gp-04", "sessions": 2}},
        {"rooms_closed": {"practice": "cab-grez", "from": "2026-12-02"}},
        {"stop_added": {"practice": "medicobus-1", "stop": STOP}},
        {"session_supposed": {"template": BUS, "date": "2026-12-04"}},
        {"session_dropped": T11},
        {"session_added": T11},
        {"session_moved": {**T11, "start": "15:00"}},
        {"session_moved": {**T11, "start": "16:00", "practice": "cab-quai"}},
    ]
    tried = await client.post(f"/v1/rosters/{roster.id}/what-ifs", json={"changes": changes})
    assert tried.status_code == 200, tried.text
    plan = tried.json()
    assert plan["sessions_added"] == [{"template": "t30", "date": "2026-12-04"}]
    assert plan["sessions_dropped"] == [{"template": "t15", "date": "2026-12-02"}]


STRANGER = {"absence": ILL["absence"] | {"practitioner": "gp-5"}}
NO_STOP = {"session_supposed": {"template": BUS, "date": "2026-12-04"}}


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({}, "changes[0]", "change.one_of"),
        (ILL | {"session_dropped": T11}, "changes[0]", "change.one_of"),
        ({"absence": ILL["absence"] | {"until": "2026-11-30"}}, "changes[0].absence.until", "date.order"),
        (
            {"absence": ILL["absence"] | {"practitioner": "gp-5"}},
            "changes[0].absence.practitioner",
            "reference.unknown",
        ),
        ({"session_dropped": {**T11, "date": "2026-12-03"}}, "changes[0].session_dropped.template", "session.unknown"),
        (
            {"session_supposed": {"template": BUS, "date": "2026-12-04"}},
            "changes[0].session_supposed.date",
            "template.no_stop",
        ),
        (
            {"session_moved": {**T11, "start": "19:00"}},
            "changes[0].session_moved.start",
            "template.outside_snp_window",
        ),
        ({"session_moved": {**T11, "start": "23:00"}}, "changes[0].session_moved.start", "session.past_midnight"),
        ({"sickness": ILL["absence"]}, "changes[0].sickness", "key.unknown"),
    ],
)
@pytest.mark.parametrize("call", ["repairs", "what-ifs"])
async def test_a_change_that_cannot_be_is_told_where_and_why(client, database, call, change, path, code):
    roster = await a_draft(database)
    refused = await client.post(f"/v1/rosters/{roster.id}/{call}", json={"changes": [change]})
    assert refused.status_code == 422, refused.text
    assert (path, code) in [(fault["path"], fault["code"]) for fault in refused.json()["errors"]]


@pytest.mark.parametrize("call", ["repairs", "what-ifs"])
async def test_a_roster_that_is_not_there_or_not_solved_is_not_repaired(client, database, call):
    missing = await client.post(f"/v1/rosters/{uuid4()}/{call}", json={"changes": [ILL]})
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    asked = await a_request(database)
    early = await client.post(f"/v1/rosters/{asked.id}/{call}", json={"changes": [ILL]})
    assert (early.status_code, early.json()["code"]) == (409, "roster_not_ready")


@pytest.mark.parametrize("call", ["repairs", "what-ifs"])
async def test_nobody_without_the_token_tries_anything(client, call):
    refused = await client.post(f"/v1/rosters/{uuid4()}/{call}", json={}, headers={"Authorization": "Bearer no"})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
