"""Why a roster is as it is, over REST: gaps with fixes, conflicts and whys, as facts and in words of two languages."""

from dataclasses import replace
from uuid import uuid4

import pytest

from service.application.roster_publishing import publish_roster
from service.application.roster_solving import record_answer, take_roster
from service.domain.answers import Outcome
from service.domain.directory import PractitionerId
from service.domain.rosters import SessionKey
from service.domain.solving import Breach, Rule
from service.solver.solve import solve
from tests.make import REPEATABLE
from tests.rosters import ANNE, MONDAY_QUAI, NOW, a_draft, a_request, answer
from tests.whole_week import WHOLE_WEEK

MONDAY = {"template": "t01", "date": "2026-11-30", "practitioner": "gp-01"}
FRENCH = {"Accept-Language": "fr-FR,fr;q=0.9"}


def plain(text):
    """With spaces that break, to compare."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


async def solved(database):
    asked = await a_request(database)
    run = await take_roster(database, asked.id, 1)
    return await record_answer(database, run, solve(run.problem, REPEATABLE), now=NOW)


async def explained(client, roster, **headers):
    found = await client.get(f"/v1/rosters/{roster.id}/explanations", headers=headers)
    assert found.status_code == 200, found.text
    return found


async def test_an_empty_seat_is_told_with_its_reasons_and_what_would_fill_it(client, database):
    roster = await solved(database)
    found = await explained(client, roster)
    assert found.headers["Content-Language"] == "en"
    [first, second] = found.json()["gaps"]
    assert first["words"].endswith(": 1 seat empty")
    assert first["summary"].startswith(first["words"] + ". Of 22 practitioners: ")
    assert {reason["practitioner"] for reason in second["reasons"]} == {f"gp-{n:02}" for n in range(1, 23)}
    assert all(reason["words"].startswith("Dr ") for reason in first["reasons"])
    fixes = [*first["fixes"], *second["fixes"]]
    assert {change["name"]: change["cost"] for change in fixes[0]["goals"]}["coverage"] == -1
    assert all(fix["words"].startswith("Dr ") and fix["added"] and fix["relaxes"] for fix in fixes)


async def test_words_follow_the_language_asked_for(client, database):
    roster = await solved(database)
    found = await explained(client, roster, **FRENCH)
    told = found.json()
    assert (found.headers["Content-Language"], told["language"]) == ("fr", "fr")
    assert plain(told["gaps"][0]["words"]).endswith(" : 1 poste non pourvu")
    assert all(fix["words"].startswith("Le Dr") for fix in told["gaps"][0]["fixes"])


async def test_the_baseline_is_told_beside_the_roster(client, database):
    roster = await solved(database)
    told = (await explained(client, roster)).json()
    assert told["baseline"]["empty_seats"] >= len(told["gaps"])
    assert told["baseline"]["goals"][0]["name"] == "coverage"
    fairness = (await client.get(f"/v1/rosters/{roster.id}/fairness")).json()
    people = [row["practitioner"] for row in fairness["rows"]]
    assert [row["practitioner"] for row in fairness["baseline"]] == people
    assert [row["balance"] for row in fairness["before"]] == [row["history"] for row in fairness["rows"]]


async def test_what_nobody_has_looked_for_is_null(client, database):
    told = (await explained(client, await a_draft(database, MONDAY_QUAI))).json()
    assert (told["baseline"], told["conflict"], told["conflict_words"]) == (None, [], None)


async def test_fixes_are_forgotten_once_the_roster_has_changed(client, database):
    roster = await solved(database)
    [seat, *_] = (await client.get(f"/v1/rosters/{roster.id}")).json()["assignments"]
    edited = await client.patch(
        f"/v1/rosters/{roster.id}/assignments", json={"remove": [seat]}, headers={"If-Match": '"2"'}
    )
    assert edited.status_code == 200, edited.text
    told = (await explained(client, roster)).json()
    assert {gap["fixes"] is None for gap in told["gaps"]} == {True}
    assert told["baseline"] is not None


async def test_a_conflict_is_told_in_words(client, database):
    asked = await a_request(database)
    run = await take_roster(database, asked.id, 1)
    key = SessionKey(MONDAY_QUAI.template, MONDAY_QUAI.on)
    breach = Breach(rule=Rule.PLEDGE, practitioner=PractitionerId("gp-02"), sessions=(key,), facts={})
    impossible = replace(
        answer(run.problem), outcome=Outcome.INFEASIBLE, goals=(), assignments=None, conflict=(breach,)
    )
    roster = await record_answer(database, run, impossible, now=NOW)
    told = (await explained(client, roster)).json()
    assert (told["outcome"], told["conflict"][0]["rule"]) == ("INFEASIBLE", "pledge")
    assert told["conflict"][0]["words"].endswith("made no pledge — Monday 30/11, 10:00-12:00, Cabinet du Quai")
    assert told["conflict_words"].startswith("No roster keeps every pin. ")
    french = (await explained(client, roster, **FRENCH)).json()
    assert french["conflict_words"].startswith("Aucun tour de rôle ne respecte toutes")


async def test_why_a_seat_is_held_is_told_with_the_next_and_what_forbids_it_to_the_others(client, database):
    roster = await a_draft(database, MONDAY_QUAI)
    found = await client.get(f"/v1/rosters/{roster.id}/explanations/assignments", params=MONDAY)
    assert found.status_code == 200, found.text
    why = found.json()
    assert why["assignment"] == MONDAY | {"practice": "cab-quai"}
    assert why["next"] | {"practitioner": ""} == why["assignment"] | {"practitioner": ""}
    assert why["words"].startswith("Dr Morvan, Monday 30/11, 10:00-12:00, Cabinet du Quai: ")
    assert all(reason["words"] for reason in why["reasons"])
    french = await client.get(f"/v1/rosters/{roster.id}/explanations/assignments", params=MONDAY, headers=FRENCH)
    assert "Confier la plage au Dr" in plain(french.json()["words"])


async def test_of_what_is_published_a_seat_in_other_hands_counts_as_changes(client, database):
    draft = await a_draft(database, *WHOLE_WEEK[:5])
    await publish_roster(database, draft.id, expected_version=2, caller=ANNE, now=NOW)
    seat = WHOLE_WEEK[0]
    asked = {"template": seat.template, "date": seat.on.isoformat(), "practitioner": seat.practitioner}
    why = (await client.get(f"/v1/rosters/{draft.id}/explanations/assignments", params=asked)).json()
    assert {"name": "stability", "before": 0, "after": 2, "cost": 2} in why["goals"]


@pytest.mark.parametrize(
    ("asked", "status", "code"),
    [
        (MONDAY | {"practitioner": "gp-02"}, 404, "not_found"),
        (MONDAY | {"template": "t99"}, 404, "not_found"),
        (MONDAY | {"date": "Monday"}, 422, "date.malformed"),
        ({"template": "t01", "date": "2026-11-30"}, 422, "key.missing"),
    ],
)
async def test_a_why_is_asked_of_who_holds_a_seat(client, database, asked, status, code):
    roster = await a_draft(database, MONDAY_QUAI)
    refused = await client.get(f"/v1/rosters/{roster.id}/explanations/assignments", params=asked)
    assert (refused.status_code, refused.json()["code"]) == (status, code)


async def test_nothing_is_explained_before_there_is_an_answer_or_to_nobody(client, database):
    asked = await a_request(database)
    for call in ("explanations", "explanations/assignments"):
        early = await client.get(f"/v1/rosters/{asked.id}/{call}", params=MONDAY)
        assert (early.status_code, early.json()["code"]) == (409, "roster_not_ready")
        missing = await client.get(f"/v1/rosters/{uuid4()}/{call}", params=MONDAY)
        assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
        nobody = await client.get(f"/v1/rosters/{asked.id}/{call}", headers={"Authorization": "Bearer no"})
        assert (nobody.status_code, nobody.json()["code"]) == (401, "unauthenticated")
        malformed = await client.get(f"/v1/rosters/nothing/{call}", params=MONDAY)
        assert malformed.status_code == 422
