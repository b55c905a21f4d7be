"""What an agenda shows, by day and place, and what it says when nothing is free."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from service.application.bookings import book_place, hold_slot
from service.domain.agendas import agenda_id, site_id
from service.domain.directory import Audience, PracticeId, TerritoryId
from service.domain.keeping import Keeping
from service.storage.tables.bookings import SlotRow
from service.web.console.pages import HEADERS
from tests.console.conftest import AGENDA, RPPS
from tests.make_bookings import (
    HERE,
    NOW,
    REGULATOR,
    a_place,
    a_practice,
    a_territory,
    in_minutes,
    naming,
    places,
    publish,
    quarters,
    some_slots,
)
from tests.rosters import LAWFUL, W49

TOMORROW, LATER = NOW + timedelta(days=1), NOW + timedelta(days=15)


def at_site(practice: str, territory: str = "west") -> str:
    return f"{AGENDA}?lieu={agenda_id(RPPS, site_id(TerritoryId(territory), PracticeId(practice)))}"


async def test_the_days_are_named_from_today_on(visitor, database):
    await places(database, [in_minutes(10), TOMORROW, NOW + timedelta(days=2), NOW + timedelta(days=3)])
    await visitor.open(AGENDA)
    assert re.findall(r'<h2 id="jour-[\d-]+">([^<]+) <', visitor.text) == [
        "Aujourd’hui, lundi 23\N{NO-BREAK SPACE}novembre",
        "Demain, mardi 24\N{NO-BREAK SPACE}novembre",
        "Après-demain, mercredi 25\N{NO-BREAK SPACE}novembre",
        "Jeudi 26\N{NO-BREAK SPACE}novembre",
    ]


async def test_hours_are_those_of_the_territory(visitor, database):
    await a_territory(database, timezone="Indian/Reunion")
    await a_practice(database)
    await some_slots(database, [NOW.replace(hour=20, minute=30)])
    await visitor.open(AGENDA)
    assert "Demain, mardi 24 novembre" in visitor.words
    assert re.search(r"</span>0\sh\s30</button>", visitor.text)


async def test_one_site_is_shown_alone_with_a_way_to_the_others(visitor, database):
    here = await a_place(database)
    await a_practice(database, "bus", gp="gp-2", rpps="99900000029")
    there, other = await some_slots(database, quarters(2, first=TOMORROW), practice="bus")
    await visitor.open(at_site("bus"))
    assert [str(id) in visitor.text for id in (here, there, other)] == [False, True, True]
    assert "Voir aussi 1 place libre dans un autre lieu" in visitor.words
    await visitor.open(AGENDA)
    assert [str(id) in visitor.text for id in (here, there, other)] == [True, True, True]


async def test_a_site_without_free_places_leads_to_the_others(visitor, database):
    await a_place(database)
    await visitor.open(at_site("elsewhere"))
    assert "Aucune place libre dans ce lieu" in visitor.words
    assert "il en reste ailleurs" in visitor.words
    assert "Voir aussi 1 place libre" in visitor.words


async def test_the_address_that_the_national_interface_tells_leads_to_the_place(visitor, client, database):
    slot = await a_place(database)
    asked = {
        "schedule.actor:Practitioner.identifier": f"urn:oid:1.2.250.1.71.4.2.1|8{RPPS}",
        "start": [f"ge{NOW.isoformat()}", f"le{TOMORROW.isoformat()}"],
        "status": "free",
    }
    told = (await client.get("/fhir/Slot", params=asked)).json()["entry"][0]["resource"]["comment"]
    await visitor.open(f"{told.removeprefix('http://test')}&origin=sas")
    assert str(slot) in visitor.text


@pytest.mark.parametrize("rpps", [f"8{RPPS}", f"{RPPS}"])
async def test_a_number_is_understood_with_its_prefix_or_without(visitor, database, rpps):
    await a_place(database)
    await visitor.open(f"/rdv/{rpps}")
    assert "Dr Aline Morvan" in visitor.words


@pytest.mark.parametrize("rpps", ["99900000029", "12", "Morvan", "899900000029"])
async def test_a_practitioner_unknown_here_is_said(visitor, rpps):
    answer = await visitor.open(f"/rdv/{rpps}")
    assert (answer.status_code, "n’est pas connu ici" in visitor.words) == (404, True)


async def test_places_kept_for_a_sector_are_shown_as_such_until_they_are_not(visitor, database, clock):
    kept = Keeping(sector="CR", until=in_minutes(30))
    await a_place(database, in_minutes(60), kept=kept)
    await visitor.open(AGENDA)
    assert "En priorité pour les habitants du secteur CR" in visitor.words
    clock.now = in_minutes(31)
    await visitor.open(AGENDA)
    assert "secteur CR" not in visitor.words


async def nothing_published(database):
    await a_territory(database)
    await a_practice(database)


async def published_later(database):
    await a_place(database, LATER)


async def all_taken(database):
    await book_place(database, naming(await a_place(database)), caller=REGULATOR, now=NOW)


async def held_by_another(database):
    await hold_slot(database, await a_place(database), "DRM-1", caller=REGULATOR, now=NOW)


async def not_for_regulators(database):
    await a_place(database, audiences=frozenset())


@pytest.mark.parametrize(
    ("so", "told"),
    [
        (nothing_published, "Aucune plage n’est publiée"),
        (published_later, "La première place libre ensuite : mardi 8 décembre à 14 h 05"),
        (all_taken, "Toutes les places des deux prochaines semaines sont prises"),
        (held_by_another, "retenues en ce moment par d’autres"),
        (not_for_regulators, "ne sont pas ouvertes à la régulation"),
    ],
)
async def test_why_nothing_is_free_is_said_and_whom_to_call(visitor, database, so, told):
    await so(database)
    await visitor.open(AGENDA)
    assert "Aucune place libre" in visitor.words
    assert told in visitor.words
    assert 'href="tel:+33243900000"' in visitor.text


@pytest.mark.parametrize("audience", list(Audience))
async def test_a_place_open_to_any_audience_is_shown(visitor, database, audience):
    slot = await a_place(database, audiences=frozenset({audience}))
    await visitor.open(AGENDA)
    assert str(slot) in visitor.text


async def test_a_practitioner_of_two_territories_has_one_agenda(visitor, database):
    first = await a_place(database)
    await a_territory(database, "east", insee="53002")
    await a_practice(database, "cab", territory="east", gp="gp-9")
    [second] = await some_slots(database, [TOMORROW], territory="east", practice="cab", gp="gp-9", at=HERE)
    await visitor.open(AGENDA)
    assert [str(id) in visitor.text for id in (first, second)] == [True, True]
    assert visitor.words.count("Practice cab") >= 1


async def test_every_page_loads_from_here_alone_and_is_kept_nowhere(visitor, database):
    await a_place(database)
    for path in (AGENDA, "/rdv/12", f"{AGENDA}/retenues/no-id"):
        answer = await visitor.open(path)
        assert {name: answer.headers[name] for name in HEADERS} == dict(HEADERS)
        assert re.findall(r"<script>|<style|\sstyle=|\son\w+=", answer.text) == []


@pytest.mark.parametrize("file", ["page.css", "page.js", "icon.svg"])
async def test_what_pages_load_is_served(visitor, file):
    assert (await visitor.client.get(f"/console/static/{file}")).status_code == 200


async def test_a_name_is_text_whatever_it_holds(visitor, database):
    await a_territory(database)
    await a_practice(database, "<script>alert(1)</script>")
    await visitor.open(AGENDA)
    assert "<script>alert" not in visitor.text
    assert "Practice &lt;script&gt;alert(1)&lt;/script&gt;" in visitor.text


@pytest.mark.parametrize("path", ["/rdv", "/rdv/a/b/c/d", f"{AGENDA}/rendez-vous"])
async def test_an_address_that_is_not_there_is_answered_with_a_page(visitor, path):
    answer = await visitor.open(path)
    assert (answer.status_code, "Cette page n’existe pas" in visitor.words) == (404, True)


@pytest.mark.parametrize("path", ["/retenir", "/retenues/{id}/rendre"])
async def test_the_address_of_a_form_that_was_sent_leads_back(visitor, database, path):
    slot = await a_place(database)
    await visitor.open(AGENDA + path.format(id=slot))
    assert visitor.path == AGENDA


async def test_why_the_15_does_not_see_a_session_stands_below(visitor, database):
    await publish(database, *LAWFUL, week=W49)
    await visitor.open(AGENDA)
    assert "Pourquoi le 15 ne voit pas" not in visitor.words
    async with database.transaction() as session:
        await session.execute(update(SlotRow).where(SlotRow.practitioner_id == "gp-01").values(audiences=["public"]))
    await visitor.open(AGENDA)
    told = visitor.words.replace("\N{NO-BREAK SPACE}", " ")
    assert "Pourquoi le 15 ne voit pas 1 plage de ce professionnel Lundi 30 novembre, 10 h – 12 h" in told
    assert "Invisible pour la régulation." in told


async def test_a_patient_is_told_the_town_where_to_go(visitor, database):
    await publish(database, *LAWFUL, week=W49)
    await visitor.open(AGENDA)
    assert "3 rue de l'Exemple, 53200 Château-Gontier-sur-Mayenne" in visitor.words
    [place, *_] = re.findall(r'name="place" value="([^"]+)"', visitor.text)
    await visitor.send("/retenir", place=place)
    assert "3 rue de l'Exemple, 53200 Château-Gontier-sur-Mayenne" in visitor.words
    await visitor.send(visitor.path, dossier="DRM-2026-118203")
    assert "L’adresse : Cabinet du Quai, 3 rue de l'Exemple, 53200 Château-Gontier" in visitor.words
