"""The pages in Chromium: the whole way, by keyboard, on a phone, without script, and whatever comes in between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from service.application.bookings import book_place
from service.web.console.cookies import SESSION
from service.web.console.setup import Console
from tests.console.browsing import PHONE, Shown, chromium, serving
from tests.console.conftest import AGENDA, session_of
from tests.make_bookings import REGULATOR, naming, places, quarters
from tests.make_regulators import JULES, NUMBER, national, posted, put
from tests.openid_provider import running_provider

CASE = "DRM-2026-118203"


@pytest.fixture(scope="module")
async def browser():
    async with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
async def address(routes):
    async with serving(routes) as address:
        yield address


@pytest.fixture(scope="module")
def provider(address):
    with running_provider(f"{address}/rdv/connexion/retour") as provider:
        yield provider


@pytest.fixture
async def slots(app, database, clock, provider):
    """Two hours of free places, at the provider's time, which is the real one."""
    clock.now = datetime.now(UTC)
    app.state.console = Console(openid=provider.openid())
    return await places(database, quarters(8, first=clock.now + timedelta(minutes=30)))


@pytest.fixture
async def account(database, slots):
    return await posted(database, replace(JULES, national=NUMBER))


@pytest.fixture
def opened(browser, address, database, account, clock):
    """The agenda in a new window of somebody who is signed in."""

    async def open_(path=AGENDA, **different):
        context = await browser.new_context(base_url=address, locale="fr-FR", **different)
        token = await session_of(database, account, now=clock.now)
        over_tls = address.replace("http:", "https:")
        await context.add_cookies(
            [{"name": SESSION, "value": token, "url": over_tls, "secure": True, "httpOnly": True}]
        )
        shown = Shown(await context.new_page()).listen()
        await shown.page.goto(path)
        return shown

    return open_


async def choose(shown: Shown) -> None:
    await shown.follow(shown.page.locator("button[name=place]").first)


async def book(shown: Shown, case_ref=CASE) -> None:
    await choose(shown)
    await shown.page.get_by_label("Numéro du dossier").fill(case_ref)
    await shown.click("Confirmer")


async def test_from_the_provider_to_the_card_and_its_cancelling(browser, address, account):
    shown = Shown(await (await browser.new_context(base_url=address)).new_page())
    await shown.page.goto(f"{AGENDA}?origin=sas")
    await shown.page.locator("[name=login]").fill(NUMBER)
    await shown.page.locator("[name=password]").fill("any")
    await shown.page.get_by_role("button").click()
    shown.listen()
    await shown.page.get_by_label("J’ai lu").check()
    assert await shown.is_fine()
    await shown.click("Continuer")
    await book(shown)
    assert await shown.is_fine()
    await shown.page.get_by_text("Annuler ce rendez-vous").click()
    await shown.click("Confirmer l’annulation")
    await expect(shown.page.get_by_role("status")).to_contain_text("Le rendez-vous est annulé")
    assert await shown.is_fine()


@pytest.mark.parametrize("size", [PHONE, {"width": 1280, "height": 800}], ids=["phone", "desk"])
async def test_every_page_is_fine_on_a_phone_and_on_a_desk(opened, size):
    shown = await opened(viewport=size)
    assert await shown.is_fine()
    await choose(shown)
    assert await shown.is_fine()
    await shown.page.get_by_label("Numéro du dossier").fill("Mme Durand")
    await shown.click("Confirmer")
    assert await shown.is_fine()
    await shown.page.get_by_label("Numéro du dossier").fill(CASE)
    await shown.click("Confirmer")
    assert await shown.is_fine()
    await shown.click("Revenir", "link")
    await shown.click("Se déconnecter")
    assert await shown.is_fine()
    await shown.page.goto(AGENDA)
    assert await shown.is_fine()


async def press(shown: Shown, key: str, *, until: str) -> None:
    """The key, until what has the focus is, or says, that; it is always seen where the focus is."""
    for _ in range(40):
        await shown.page.keyboard.press(key)
        outline = await shown.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
        if until in await shown.focused():
            return
    pytest.fail(f"{until} is never reached by {key}")


async def test_the_keyboard_alone_is_enough(opened):
    shown = await opened()
    await press(shown, "Tab", until="Aller au contenu")
    await press(shown, "Enter", until="contenu")
    await press(shown, "Tab", until="Retenir")
    await shown.page.keyboard.press("Enter")
    await shown.page.wait_for_url("**/retenues/*")
    assert await shown.focused() == "dossier"
    await shown.page.keyboard.type(CASE)
    await shown.page.keyboard.press("Enter")
    await shown.page.wait_for_url("**/rendez-vous/*")
    await press(shown, "Tab", until="Annuler ce rendez-vous")
    await shown.page.keyboard.press("Enter")
    await press(shown, "Tab", until="Confirmer l’annulation")
    await shown.page.keyboard.press("Enter")
    await expect(shown.page.get_by_role("status")).to_contain_text("annulé")


async def test_without_script_everything_works(opened):
    shown = await opened(java_script_enabled=False)
    await book(shown)
    await expect(shown.page.get_by_role("status")).to_contain_text("Le rendez-vous est pris")
    await shown.page.get_by_text("Annuler ce rendez-vous").click()
    await shown.click("Confirmer l’annulation")
    await expect(shown.page.get_by_role("status")).to_contain_text("annulé")


async def test_a_name_is_refused_and_the_focus_leads_from_the_summary_to_the_field(opened):
    shown = await opened()
    await book(shown, "Mme Durand")
    assert await shown.focused() == "erreurs"
    await expect(shown.page).to_have_title("Erreur : Place retenue · À tour de rôle")
    await shown.click("Ceci ressemble à un nom", "link")
    assert await shown.focused() == "dossier"


async def test_a_place_taken_in_between_is_told_with_the_focus_on_it(opened, database, slots, clock):
    shown = await opened()
    await book_place(database, naming(slots[0]), caller=REGULATOR, now=clock.now)
    await choose(shown)
    assert await shown.focused() == "erreurs"
    await expect(shown.page.get_by_role("alert")).to_contain_text("Cette place vient d’être prise")
    await expect(shown.page.locator("button[name=place]")).to_have_count(7)
    assert await shown.is_fine()


async def test_a_hold_counts_down_and_tells_when_it_is_over(opened, clock):
    shown = await opened()
    await choose(shown)
    await expect(shown.page.get_by_role("timer")).to_contain_text("encore 4 min")
    clock.now += timedelta(minutes=4, seconds=59)
    await shown.page.reload()
    await expect(shown.page.get_by_role("timer")).to_contain_text("le délai est passé")
    clock.now += timedelta(seconds=2)
    await shown.page.get_by_label("Numéro du dossier").fill(CASE)
    await shown.click("Confirmer")
    await expect(shown.page.get_by_role("alert")).to_contain_text("Le délai est passé")
    assert await shown.is_fine()


async def test_going_back_after_booking_leads_forward_to_the_card(opened):
    shown = await opened()
    await book(shown)
    card = shown.page.url
    await shown.page.go_back()
    await expect(shown.page).to_have_url(card)


async def test_whose_account_is_taken_away_loses_the_page_at_once(opened, database):
    shown = await opened()
    await put(database, national(NUMBER), replace(JULES, national=NUMBER, is_active=False))
    await choose(shown)
    await expect(shown.page.get_by_role("heading", level=1)).to_have_text("Votre session est terminée")
    assert await shown.is_fine()


async def test_the_printed_card_is_what_the_patient_needs_and_no_more(opened):
    shown = await opened()
    await book(shown)
    await shown.page.emulate_media(media="print")
    await expect(shown.page.get_by_text("1 rue de l'Exemple").first).to_be_visible()
    for left_out in (CASE, "Imprimer", "Jules Marius", "Annuler ce rendez-vous"):
        await expect(shown.page.get_by_text(left_out)).to_be_hidden()
