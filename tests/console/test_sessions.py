"""The sessions of the pages: who stays signed in, who is kept out, and what is forgotten of whom."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from service.application.page_sessions import begin_session
from service.domain.signing_in import IDLE_TIME
from service.storage.tables.page_sessions import PageSessionRow
from service.web.console.cookies import SESSION, form_token
from tests.console.conftest import AGENDA, session_of
from tests.make_bookings import a_place, rows_of
from tests.make_regulators import JULES, posted, put, technical

BOB = replace(JULES, family_name="Martin", given_name="Bob", emails=("bob@example.org",))


async def disabled_in_the_table(database):
    """As it is for an instant when the account is taken away while somebody signs in."""
    async with database.transaction() as session:
        await session.execute(text("UPDATE regulators SET is_active = false"))


async def test_whose_account_is_taken_away_has_no_session_left_when_it_comes_back(visitor, database):
    await a_place(database)
    assert (await visitor.open(AGENDA)).status_code == 200
    await put(database, technical(), is_active=False)
    assert await rows_of(database, PageSessionRow) == []
    await put(database, technical())
    assert (await visitor.open(AGENDA)).status_code == 503


async def test_who_is_given_the_identifier_of_another_inherits_nothing(visitor, database, clock):
    await a_place(database)
    await put(database, technical(), is_active=False)
    bob, is_new = await put(database, technical(), BOB)
    assert is_new
    visitor.client.cookies.set(SESSION, await session_of(database, bob, now=clock.now, with_terms=False))
    await visitor.open(AGENDA)
    assert "Conditions d’utilisation" in visitor.words


async def test_a_request_that_is_refused_keeps_no_session_alive(visitor, database, clock):
    await a_place(database)
    await disabled_in_the_table(database)
    [before] = await rows_of(database, PageSessionRow)
    clock.now += timedelta(minutes=1)
    answer = await visitor.open(AGENDA)
    assert (answer.status_code, "n’est pas actif" in visitor.words) == (403, True)
    assert [row.seen_at for row in await rows_of(database, PageSessionRow)] == [before.seen_at]


async def test_a_session_of_a_demonstration_is_none_of_a_service(stranger, database, clock):
    token = await begin_session(database, (await posted(database)).id, origin="", now=clock.now)
    stranger.client.cookies.set(SESSION, token)
    assert (await stranger.open(AGENDA)).status_code == 503


@pytest.mark.parametrize("happened", [disabled_in_the_table, None])
async def test_whoever_has_a_session_can_sign_out(visitor, database, clock, happened):
    if happened is None:
        clock.now += IDLE_TIME
    else:
        await happened(database)
    form = {"jeton": form_token(visitor.client.cookies[SESSION])}
    assert (await visitor.post(("/rdv/connexion/fin", {"jeton": "x"}))).status_code == 403
    answer = await visitor.post(("/rdv/connexion/fin", form))
    assert (answer.status_code, await rows_of(database, PageSessionRow)) == (200, [])


@pytest.mark.parametrize("cle", ["\x00", "k\x00", "", "k" * 65, "é"])
async def test_a_key_that_no_page_made_is_refused_as_a_page(visitor, database, cle):
    slot = await a_place(database)
    await visitor.open(AGENDA)
    answer = await visitor.send("/retenir", place=str(slot), cle=cle)
    assert (answer.status_code, "n’existe pas" in visitor.words) == (404, True)


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        (r"/retenues/[\w-]+", {"dossier": "D\x00"}),
        (r"/retenues/[\w-]+", {"jeton": "\x00"}),
    ],
)
async def test_what_cannot_be_written_is_refused_as_a_page(visitor, database, action, fields):
    await visitor.open(AGENDA)
    slot = await a_place(database)
    await visitor.open(AGENDA)
    await visitor.send("/retenir", place=str(slot))
    answer = await visitor.send(action, **fields)
    assert answer.status_code in range(400, 500)


@pytest.mark.parametrize(
    "query", ["origin=%00", "lieu=%00", "rendue=%00", "origin=sas%00", "lieu=" + "a" * 81], ids=str
)
async def test_no_query_is_a_fault_of_ours(visitor, database, query):
    await a_place(database)
    assert (await visitor.open(f"{AGENDA}?{query}")).status_code < 500


async def test_a_version_beyond_all_versions_is_refused_as_a_page(visitor, database):
    slot = await a_place(database)
    await visitor.open(AGENDA)
    await visitor.send("/retenir", place=str(slot))
    await visitor.send(r"/retenues/[\w-]+", dossier="DRM-1")
    assert (await visitor.send("/annuler", version=str(2**40))).status_code == 404
