"""From the agenda to the card and back, whatever happens in between."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from service.application.bookings import book_place
from service.domain.rosters import Modality, Mode
from service.storage.tables.bookings import BookingRow, HoldRow, SlotRow
from service.web.console.cookies import SESSION
from tests.changing import change
from tests.console.conftest import AGENDA, Visitor, session_of
from tests.make_bookings import NOW, REGULATOR, a_place, in_minutes, naming, places, quarters, rows_of, some_slots
from tests.make_regulators import JULES, posted

CASE = "DRM-2026-118203"


async def hold(visitor, slot):
    await visitor.open(AGENDA)
    return await visitor.send("/retenir", place=str(slot))


async def book(visitor, slot, case_ref=CASE):
    await hold(visitor, slot)
    return await visitor.send(r"/retenues/[\w-]+", dossier=case_ref)


async def test_a_place_is_held_its_case_named_and_booked_for_the_sas(visitor, database, regulator):
    answer = await book(visitor, await a_place(database))
    assert (answer.status_code, "Le rendez-vous est pris." in visitor.words) == (200, True)
    [booking] = await rows_of(database, BookingRow)
    assert (booking.case_ref, booking.origin, booking.booked_by) == (CASE, "sas", f"regulator:{booking.regulator_id}")


async def test_the_card_tells_what_the_patient_needs_and_nothing_of_the_patient(visitor, database):
    await book(visitor, await a_place(database))
    for told in (
        "Lundi 23 novembre 2026 à 14 h 15",
        "Dr Aline Morvan, consultation sur place",
        "02 43 90 00 00",
        "1 rue de l'Exemple",
    ):
        assert told in visitor.words


async def test_a_booking_is_cancelled_from_its_card_and_the_place_is_free_again(visitor, database):
    await book(visitor, await a_place(database))
    await visitor.send("/annuler")
    assert "Rendez-vous annulé" in visitor.words
    [slot] = await rows_of(database, SlotRow)
    assert slot.state == "free"


async def test_a_form_sent_twice_books_once_and_leads_to_the_same_card(visitor, database):
    await hold(visitor, await a_place(database))
    form = visitor.form(r"/retenues/[\w-]+", dossier=CASE)
    first, second = [await visitor.post(form) for _ in range(2)]
    assert (first.status_code, first.headers["location"]) == (303, second.headers["location"])
    assert len(await rows_of(database, BookingRow)) == 1


async def test_a_place_chosen_twice_on_a_page_is_held_once(visitor, database):
    slot = await a_place(database)
    await visitor.open(AGENDA)
    form = visitor.form("/retenir", place=str(slot))
    first, second = [await visitor.post(form) for _ in range(2)]
    assert (first.headers["location"], len(await rows_of(database, HoldRow))) == (second.headers["location"], 1)


async def test_going_back_from_the_card_leads_to_the_card_again(visitor, database):
    await hold(visitor, await a_place(database))
    held = visitor.path
    await visitor.send(r"/retenues/[\w-]+", dossier=CASE)
    card = visitor.path
    await visitor.open(held)
    assert visitor.path == card


async def test_a_place_taken_in_between_is_said_and_the_others_are_shown(visitor, database):
    slot, other = await places(database, quarters(2))
    await visitor.open(AGENDA)
    await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    answer = await visitor.send("/retenir", place=str(slot))
    assert (answer.status_code, "Cette place vient d’être prise." in visitor.words) == (409, True)
    assert str(other) in visitor.text
    assert str(slot) not in visitor.text


async def test_a_hold_that_has_run_out_says_so_and_its_place_can_be_chosen_again(visitor, database, clock):
    slot = await a_place(database)
    await hold(visitor, slot)
    clock.now = in_minutes(6)
    answer = await visitor.send(r"/retenues/[\w-]+", dossier=CASE)
    assert (answer.status_code, "Le délai est passé" in visitor.words) == (410, True)
    await visitor.send("/retenir", place=str(slot))
    assert "/retenues/" in visitor.path


async def test_a_place_given_back_is_free_at_once(visitor, database):
    slot = await a_place(database)
    await hold(visitor, slot)
    await visitor.send("/rendre")
    assert "La place est rendue" in visitor.words
    assert str(slot) in visitor.text


async def test_a_place_that_one_holds_is_shown_to_go_on_with(visitor, database):
    slot = await a_place(database)
    await hold(visitor, slot)
    held = visitor.path
    await visitor.open(AGENDA)
    assert f'href="{held}"' in visitor.text
    assert str(slot) not in visitor.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Mme Durand", "ressemble à un nom"),
        ("DURAND", "ressemble à un nom"),
        ("12/05/1961", "date de naissance"),
        ("DRM 2026", "ne contient pas d’espace"),
        ("  ", "Indiquez le numéro"),
    ],
)
async def test_what_is_no_case_number_is_refused_beside_the_field(visitor, database, typed, told):
    answer = await book(visitor, await a_place(database), typed)
    assert (answer.status_code, told in visitor.words) == (422, True)
    assert re.search(
        r'id="dossier"[^>]*aria-describedby="dossier-erreur dossier-aide" aria-invalid="true"', visitor.text
    )
    assert await rows_of(database, BookingRow) == []


async def test_a_session_cancelled_in_between_is_said(visitor, database):
    slot = await a_place(database)
    await visitor.open(AGENDA)
    async with database.transaction() as session:
        (await session.get_one(SlotRow, slot)).state = "withdrawn"
    answer = await visitor.send("/retenir", place=str(slot))
    assert (answer.status_code, "la plage a été annulée" in visitor.words) == (409, True)


async def test_a_place_that_has_begun_is_no_longer_taken(visitor, database, clock):
    slot = await a_place(database)
    await visitor.open(AGENDA)
    clock.now = in_minutes(11)
    answer = await visitor.send("/retenir", place=str(slot))
    assert (answer.status_code, "est passée" in visitor.words) == (409, True)


async def test_a_place_that_regulators_do_not_see_is_not_held(visitor, database):
    await places(database, quarters(1))
    [hidden] = await some_slots(database, quarters(1, first=in_minutes(60)), audiences=frozenset())
    await visitor.open(AGENDA)
    assert str(hidden) not in visitor.text
    answer = await visitor.send("/retenir", place=str(hidden))
    assert (answer.status_code, await rows_of(database, HoldRow)) == (404, [])


async def test_a_booking_that_changed_meanwhile_is_shown_before_it_is_cancelled(visitor, database):
    await book(visitor, await a_place(database))
    form = visitor.form("/annuler", version="7")
    answer = await visitor.post(form)
    assert (answer.status_code, "a changé entre-temps" in answer.text) == (409, True)


async def test_what_another_regulator_booked_or_holds_does_not_exist(visitor, database):
    slot = await a_place(database)
    booking = await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    assert (await visitor.open(f"{AGENDA}/rendez-vous/{booking.id}")).status_code == 404
    assert (await visitor.open(f"{AGENDA}/retenues/{booking.id}")).status_code == 404


async def test_a_form_from_elsewhere_does_nothing(visitor, database):
    slot = await a_place(database)
    await visitor.open(AGENDA)
    answer = await visitor.send("/retenir", place=str(slot), jeton="0" * 64)
    assert (answer.status_code, await rows_of(database, HoldRow)) == (403, [])


async def test_a_walk_in_session_is_shown_with_its_hours_and_cannot_be_held(visitor, database):
    slot = await a_place(database, mode=Mode.WALK_IN, places=8)
    await visitor.open(AGENDA)
    assert "Sans rendez-vous de 14 h 15 à 14 h 30" in visitor.words
    assert str(slot) not in visitor.text


async def test_how_the_patient_is_received_is_said(visitor, database):
    await a_place(database, modality=Modality.TELE)
    await visitor.open(AGENDA)
    assert "téléconsultation" in visitor.words


async def test_a_session_left_idle_books_nothing(visitor, database, clock):
    await hold(visitor, await a_place(database, NOW + timedelta(hours=3)))
    clock.now = in_minutes(46)
    answer = await visitor.send(r"/retenues/[\w-]+", dossier=CASE)
    assert (answer.status_code, "Votre session est terminée" in visitor.words) == (403, True)


async def test_a_fault_of_ours_is_told_as_a_page_with_a_number(visitor, database, app):
    await a_place(database)
    app.state.clock = None
    answer = await visitor.open(AGENDA)
    assert (answer.status_code, answer.headers["x-request-id"] in visitor.words) == (500, True)


async def test_of_two_regulators_who_choose_one_place_one_has_it(visitor, database, app, clock):
    slot = await a_place(database)
    other = await posted(database, replace(JULES, technical="another", emails=("other@example.org",)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://test") as client:
        client.cookies.set(SESSION, await session_of(database, other, now=clock.now))
        rival = Visitor(client)
        await asyncio.gather(visitor.open(AGENDA), rival.open(AGENDA))
        forms = [(each, each.form("/retenir", place=str(slot))) for each in (visitor, rival)]
        answers = await asyncio.gather(*(each.post(form) for each, form in forms))
    assert sorted(answer.status_code for answer in answers) == [303, 409]


async def test_a_booking_that_lost_its_place_says_to_call_the_patient(visitor, database):
    slot = await a_place(database)
    await book(visitor, slot)
    card = visitor.path
    await change(database, [slot])
    await visitor.open(card)
    assert "ce rendez-vous n’a plus de place. Rappelez le patient." in visitor.words
    assert "À lire au patient" not in visitor.words
    await visitor.send("/annuler")
    assert "Rendez-vous annulé" in visitor.words
