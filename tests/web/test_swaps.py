"""Open seats and swaps over REST: who could, in which order; the exchange, and each refusal."""

from uuid import uuid4

import pytest

from service.application.roster_publishing import publish_roster
from tests.rosters import ANNE, MONDAY_QUAI, NOW, a_draft, a_request
from tests.whole_week import WHOLE_WEEK

T01 = {"template": "t01", "date": "2026-11-30"}
MINE = {**T01, "practice": "cab-quai", "practitioner": "gp-01"}
THEIRS = {"template": "t16", "date": "2026-12-03", "practice": "cab-quai", "practitioner": "gp-04"}
AT_3 = {"If-Match": '"3"'}


async def published(database):
    draft = await a_draft(database, *WHOLE_WEEK)
    return await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)


async def test_candidates_are_ranked_with_what_they_owe_and_what_changes(client, database):
    draft = await a_draft(database, MONDAY_QUAI)
    asked = {**T01, "instead_of": "gp-01"}
    found = await client.get(f"/v1/rosters/{draft.id}/candidates", params=asked)
    assert found.status_code == 200, found.text
    call = found.json()
    assert (call["template"], call["date"], call["seats"]) == ("t01", "2026-11-30", 1)
    balances = [candidate["balance"] for candidate in call["candidates"]]
    assert balances == sorted(balances)
    first = call["candidates"][0]
    assert {"name": "coverage", "before": 29, "after": 28, "cost": -1} in first["goals"]
    able = {candidate["practitioner"] for candidate in call["candidates"]}
    kept = {reason["practitioner"] for reason in call["reasons"]}
    assert (able & kept, len(able | kept)) == (set(), 21)


async def test_swaps_are_found_with_both_ledgers_and_made(client, database):
    roster = await published(database)
    address = f"/v1/rosters/{roster.id}/swaps"
    found = await client.get(address, params={**T01, "practitioner": "gp-01"})
    assert found.status_code == 200, found.text
    [offer] = [swap for swap in found.json()["swaps"] if swap["take"] == THEIRS]
    assert (offer["give"], offer["to"]) == (MINE, "gp-04")
    assert offer["giver"]["before"]["balance"] == offer["giver"]["after"]["balance"]
    made = await client.post(address, json={"give": MINE, "take": THEIRS, "reason": "a swap"}, headers=AT_3)
    assert (made.status_code, made.headers["ETag"], made.json()["state"]) == (200, '"4"', "amended")
    assert MINE | {"practitioner": "gp-04"} in made.json()["assignments"]
    assert THEIRS | {"practitioner": "gp-01"} in made.json()["assignments"]


async def test_a_swap_that_breaks_a_rule_is_refused_by_its_name(client, database):
    roster = await published(database)
    asked = {"give": MINE, "to": "gp-04", "reason": "a favour"}
    refused = await client.post(f"/v1/rosters/{roster.id}/swaps", json=asked, headers=AT_3)
    assert (refused.status_code, refused.json()["code"]) == (409, "rules_broken")
    assert [(breach["rule"], breach["practitioner"]) for breach in refused.json()["breaches"]] == [
        ("maximum_per_week", "gp-04")
    ]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"give": MINE}, "swap.one_of"),
        ({"give": MINE, "take": THEIRS, "to": "gp-04"}, "swap.one_of"),
        ({"give": MINE, "to": "gp-01"}, "swap.same_holder"),
        ({"give": THEIRS | {"practitioner": "gp-05"}, "take": MINE}, "assignment.absent"),
        ({"give": MINE, "take": THEIRS}, "reason.missing"),
    ],
)
async def test_a_swap_says_what_goes_where_and_why(client, database, asked, code):
    roster = await published(database)
    refused = await client.post(f"/v1/rosters/{roster.id}/swaps", json=asked, headers=AT_3)
    assert (refused.status_code, refused.json()["code"]) == (422, code)


async def test_a_swap_names_the_version_it_changes(client, database):
    roster = await published(database)
    refused = await client.post(f"/v1/rosters/{roster.id}/swaps", json={"give": MINE, "take": THEIRS})
    assert (refused.status_code, refused.json()["code"]) == (428, "if_match.missing")


@pytest.mark.parametrize("call", ["candidates", "swaps"])
async def test_what_is_asked_for_is_a_session_of_a_roster_that_is_solved(client, database, call):
    who = {"practitioner": "gp-01"} if call == "swaps" else {}
    missing = await client.get(f"/v1/rosters/{uuid4()}/{call}", params=T01 | who)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    asked = await a_request(database)
    early = await client.get(f"/v1/rosters/{asked.id}/{call}", params=T01 | who)
    assert (early.status_code, early.json()["code"]) == (409, "roster_not_ready")
    malformed = await client.get(f"/v1/rosters/{asked.id}/{call}", params=T01 | who | {"date": "Monday"})
    assert (malformed.status_code, malformed.json()["code"]) == (422, "date.malformed")
    nobody = await client.get(f"/v1/rosters/{asked.id}/{call}", headers={"Authorization": "Bearer no"})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")


async def test_nothing_is_swapped_where_no_roster_is(client):
    missing = await client.post(f"/v1/rosters/{uuid4()}/swaps", json={"give": MINE, "to": "gp-04"}, headers=AT_3)
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    nobody = await client.post(f"/v1/rosters/{uuid4()}/swaps", headers={"Authorization": "Bearer no"})
    assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
