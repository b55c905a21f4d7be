"""Why the 15 sees a session, or does not: the trace says so in words, and says what the platform is really told."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import select, update

from service.domain.directory import Audience
from service.domain.visibility import Check
from service.domain.wording import Language
from service.domain.wording_visibility import SENTENCES
from service.storage.tables.bookings import SlotRow
from service.storage.tables.directory import PracticeRow, PractitionerRow
from service.storage.tables.rosters import SessionRow
from tests.make_bookings import publish
from tests.national import all_of, answer_to, asking
from tests.rosters import LAWFUL, MONDAY_QUAI, W49, a_draft

FRENCH = {"Accept-Language": "fr"}
CODES = {"public": "PUBLIC", "professional": "PRO", "snp": "SNP", "cpts": "CPTS"}
SUNDAY = datetime.fromisoformat("2026-11-29T09:00:00+01:00")
PEOPLE = ("99900000011", "99900000102", "99900000110", "99900000029")


async def session_of(database, template: str) -> UUID:
    async with database.transaction() as session:
        found: UUID | None = await session.scalar(select(SessionRow.id).where(SessionRow.template_id == template))
    assert found is not None
    return found


async def change(database, table, *where, **values):
    async with database.transaction() as session:
        await session.execute(update(table).where(*where).values(**values))


async def traced(client, session: UUID, headers=FRENCH, **asked):
    answer = await client.get(f"/v1/sessions/{session}/visibility", params=asked, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def step(trace, check):
    [found] = [each for each in trace["steps"] if each["check"] == check]
    return found


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.fixture
async def monday(client, database, clock) -> UUID:
    """A session of eight places from 10:00 to 12:00 of Monday, published, as it is seen on the Sunday before."""
    await publish(database, *LAWFUL, week=W49)
    clock.now = SUNDAY
    return await session_of(database, "t01")


async def test_what_is_seen_is_traced_from_the_pledge_to_the_bundle(client, monday):
    trace = await traced(client, monday, {})
    assert (trace["visible"], trace["places"], trace["stopped_by"]) == (True, 8, None)
    assert trace["words"] == "Visible: 8 places of this session, for the regulation"
    assert step(trace, "pledge")["words"] == "Pledged to the regulation: Aline Morvan"
    assert step(trace, "rpps")["words"] == "Shown in the name of Aline Morvan (RPPS 99900000011)"
    noted = [each["check"] for each in trace["steps"] if each["verdict"] == "noted"]
    assert noted == ["page"]
    assert not [each for each in trace["steps"] if each["verdict"] in ("stops", "moot")]


async def test_a_draft_is_not_seen_and_french_says_what_to_do(client, database, clock):
    await a_draft(database, MONDAY_QUAI)
    clock.now = SUNDAY
    trace = await traced(client, await session_of(database, "t01"))
    assert (trace["visible"], trace["stopped_by"], trace["language"]) == (False, "roster", "fr")
    why = "Le tour de rôle est un brouillon : rien n'en est montré"
    assert plain(trace["words"]) == f"Invisible pour la régulation. {why}. Publiez le tour de rôle."


async def test_an_empty_seat_has_no_places(client, database, clock):
    await a_draft(database, MONDAY_QUAI)
    clock.now = SUNDAY
    trace = await traced(client, await session_of(database, "t02"))
    assert (trace["stopped_by"], step(trace, "pledge")["verdict"]) == ("seat", "moot")
    assert plain(trace["words"]).endswith("l'explication du trou dit qui pourrait le prendre.")


@pytest.mark.parametrize(
    ("values", "check", "says"),
    [
        ({"state": "withdrawn"}, "offered", "amendez le tour de rôle"),
        ({"state": "busy", "taken": 1}, "free", "8 réservées"),
        (
            {"state": "held", "hold_id": uuid4(), "held_until": SUNDAY + timedelta(minutes=3)},
            "free",
            "dimanche 29/11 9 h 03",
        ),
        ({"audiences": ["public"]}, "audience", "à la publication, les places ont été ouvertes pour le grand public"),
        ({"audiences": []}, "audience", "les places ne s'ouvrent à personne"),
    ],
)
async def test_what_becomes_of_places_stops_them(client, database, monday, values, check, says):
    await change(database, SlotRow, SlotRow.session_id == monday, **values)
    trace = await traced(client, monday)
    assert (trace["visible"], trace["stopped_by"]) == (False, check)
    assert says.lower() in plain(trace["words"]).lower()


@pytest.mark.parametrize(
    ("at", "stop"),
    [
        ("2026-11-27T23:59:00+01:00", "window"),
        ("2026-11-28T00:00:00+01:00", None),
        ("2026-11-30T11:44:59+01:00", None),
        ("2026-11-30T11:45:00+01:00", "ahead"),
        ("2026-11-30T12:00:00+01:00", "ahead"),
    ],
)
async def test_it_is_seen_from_two_days_before_until_its_last_place_begins(client, monday, at, stop):
    assert (await traced(client, monday, at=at))["stopped_by"] == stop


async def test_a_promise_that_no_longer_holds_is_noted_while_its_places_stand(client, database, monday):
    await change(database, PractitionerRow, PractitionerRow.id == "gp-01", pledge_audiences=["public"])
    trace = await traced(client, monday)
    assert trace["visible"]
    assert (step(trace, "pledge")["verdict"], plain(step(trace, "pledge")["words"])) == (
        "noted",
        "L'engagement est pour le grand public, pas pour la régulation : Aline Morvan",
    )


async def test_places_for_a_community_are_seen_in_its_search_alone(client, database, monday):
    trace = await traced(client, monday, {}, audience="cpts")
    assert trace["visible"]
    assert step(trace, "community")["facts"]["finess"] == "1539900019"
    assert "INT_R04) alone" in step(trace, "search")["words"]
    await change(database, PractitionerRow, PractitionerRow.id == "gp-01", pledge_audiences=["snp"])
    assert (await traced(client, monday, audience="cpts"))["stopped_by"] == "community"


async def test_a_mobile_unit_without_a_stop_has_no_address(client, database, monday):
    await change(database, PracticeRow, PracticeRow.id == "medicobus-1", stops=[])
    trace = await traced(client, await session_of(database, "t26"), audience="public")
    assert trace["stopped_by"] == "address"


async def test_a_session_that_is_not_there_is_not_found(client):
    assert (await client.get(f"/v1/sessions/{uuid4()}/visibility")).status_code == 404
    assert (await client.get("/v1/sessions/x/visibility")).status_code == 422


async def disturbed(database, luck: Random, at: datetime) -> None:
    """Places, people and sites as anything may have left them."""
    async with database.transaction() as session:
        for slot in await session.scalars(select(SlotRow).order_by(SlotRow.start_at, SlotRow.id)):
            slot.audiences = luck.choice([slot.audiences, sorted(luck.sample(sorted(CODES), luck.randint(0, 2)))])
            if slot.mode == "walk_in":
                slot.state, slot.taken = luck.choice(["free", "closed", "withdrawn"]), luck.choice([0, slot.places])
                continue
            slot.state = luck.choice(["free", "free", "held", "busy", "withdrawn"])
            slot.taken = int(slot.state == "busy")
            if slot.state == "held":
                slot.hold_id, slot.held_until = uuid4(), at + timedelta(seconds=luck.choice([-1, 0, 1]))
        for person in await session.scalars(select(PractitionerRow).where(PractitionerRow.rpps.in_(PEOPLE))):
            person.pledge_audiences = luck.choice([person.pledge_audiences, ["snp"], ["cpts", "public"]])
            person.until_on = luck.choice([None, None, at.date() + timedelta(days=1)])
    if luck.random() < 0.2:
        await change(database, PracticeRow, PracticeRow.id == "medicobus-1", stops=[])


async def told(client: httpx.AsyncClient, at: datetime, audience: str) -> set[str]:
    """The places that the platform gets, in the search that can name that audience, marked with it."""
    last = f"{at.date() + timedelta(days=2)}T23:59:59.999+01:00"
    query = asking(*PEOPLE, start=at.isoformat(timespec="milliseconds"), end=last, cpts=audience == "cpts")
    slots = all_of(await answer_to(client, query), "Slot")
    return {slot["id"] for slot in slots if CODES[audience] in [code["code"] for code in slot["meta"]["security"]]}


@pytest.mark.parametrize("seed", range(10))
async def test_the_trace_sees_what_the_platform_is_told(client, database, clock, seed):
    await publish(database, *LAWFUL, week=W49)
    luck = Random(seed)  # noqa: S311 - the same states at every run
    clock.now = at = SUNDAY + timedelta(minutes=luck.choice([0, 1440, 1500, 1560, 1600, 1620, 2940, 3000, 7000, 8000]))
    await disturbed(database, luck, at)
    async with database.transaction() as session:
        of_slot = {str(row.id): row.session_id for row in await session.execute(select(SlotRow.id, SlotRow.session_id))}
    for audience in CODES:
        seen = await told(client, at, audience)
        for id in {*of_slot.values()}:
            trace = await traced(client, id, audience=audience)
            assert trace["places"] == len([slot for slot in seen if of_slot[slot] == id]), trace
            assert trace["visible"] == (trace["places"] > 0) == (trace["stopped_by"] is None)


def test_each_language_has_every_sentence_and_a_remedy_for_what_stops():
    english, french = SENTENCES[Language.EN], SENTENCES[Language.FR]
    assert english.steps.keys() == french.steps.keys() > english.remedies.keys() == french.remedies.keys()
    assert english.checks.keys() == french.checks.keys() == {*Check}
    assert {*Audience} == {*CODES}
