"""Signing in with a real OpenID provider: who comes in, who does not, and what is not believed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest

from service.application.page_sessions import invite
from service.domain.signing_in import WHOLE_TIME, NamedBy
from service.storage.tables.page_sessions import PageSessionRow, SignInRow
from service.web.console.cookies import SIGN_IN
from service.web.console.setup import Console
from tests.console.conftest import AGENDA, Visitor
from tests.make_bookings import a_place, rows_of
from tests.make_regulators import JULES, NUMBER, national, posted, put
from tests.openid_provider import running_provider

FROM_SAS = f"{AGENDA}?origin=sas"


@pytest.fixture(scope="session")
def provider():
    with running_provider("https://test/rdv/connexion/retour") as provider:
        yield provider


@pytest.fixture
async def visitor(stranger, app, provider, database, clock):
    """At the provider's time, which is the real one."""
    clock.now = datetime.now(UTC)
    app.state.console = Console(openid=provider.openid())
    await a_place(database, clock.now + timedelta(hours=1))
    return stranger


async def left_for(visitor: Visitor, path=FROM_SAS) -> str:
    """Where the browser is sent."""
    answer = await visitor.client.get(path)
    assert answer.status_code == 303
    return str(answer.headers["location"])


async def sign_in(visitor, provider, login=NUMBER, path=FROM_SAS):
    back = await provider.sign_in(await left_for(visitor, path), login)
    return await visitor.open(str(back))


@pytest.fixture
async def named(database):
    return await posted(database, replace(JULES, national=NUMBER))


async def test_a_regulator_signs_in_accepts_the_terms_and_sees_the_agenda(visitor, provider, named):
    await sign_in(visitor, provider)
    assert (visitor.path, "Conditions d’utilisation" in visitor.words) == (AGENDA, True)
    await visitor.send("/conditions", accepte="oui")
    assert "Dr Aline Morvan" in visitor.words
    assert "Jules Marius" in visitor.text


async def test_the_terms_are_asked_for_once_and_by_everybody(visitor, provider, named):
    await sign_in(visitor, provider)
    answer = await visitor.send("/conditions")
    assert (answer.status_code, "Cochez la case" in visitor.words) == (422, True)
    await visitor.send("/conditions", accepte="oui")
    await visitor.send("/fin")
    await sign_in(visitor, provider)
    assert "Places libres" in visitor.words


@pytest.mark.parametrize(
    ("different", "login"),
    [
        ({"named_by": NamedBy.EMAIL, "claims": ("email",), "scope": "openid email"}, JULES.emails[0].upper()),
        ({"named_by": NamedBy.SAS, "claims": ("preferred_username",)}, JULES.technical),
    ],
)
async def test_a_profile_says_which_identifier_is_told(visitor, app, provider, named, different, login):
    app.state.console = Console(openid=provider.openid(**different))
    await sign_in(visitor, provider, login)
    assert "Conditions d’utilisation" in visitor.words


async def test_the_provider_is_asked_with_a_challenge_a_state_and_a_nonce(visitor):
    asked = parse_qs(httpx.URL(await left_for(visitor)).query.decode())
    assert (asked["code_challenge_method"], asked["acr_values"], asked["response_type"]) == (
        ["S256"],
        ["eidas1"],
        ["code"],
    )
    again = parse_qs(httpx.URL(await left_for(visitor)).query.decode())
    assert all(asked[name] != again[name] for name in ("state", "nonce", "code_challenge"))


async def test_without_an_account_nobody_comes_in(visitor, provider):
    answer = await sign_in(visitor, provider)
    assert (answer.status_code, "Aucun compte de régulateur actif" in visitor.words) == (403, True)


async def test_whose_account_is_taken_away_is_out_at_the_next_request(visitor, provider, database, named):
    await sign_in(visitor, provider)
    await put(database, national(NUMBER), replace(JULES, national=NUMBER, is_active=False))
    answer = await visitor.open(AGENDA)
    assert (answer.status_code, "depuis la plateforme SAS" in visitor.words) == (403, True)
    answer = await sign_in(visitor, provider)
    assert (answer.status_code, "Aucun compte de régulateur actif" in visitor.words) == (403, True)


@pytest.mark.parametrize("path", [AGENDA, f"{AGENDA}?origin=elsewhere", f"{AGENDA}?lieu=x"])
async def test_who_does_not_come_from_the_sas_is_told_to(visitor, path):
    answer = await visitor.open(path)
    assert (answer.status_code, "depuis la plateforme SAS" in visitor.words) == (403, True)


async def test_which_origins_are_the_sas_is_configured(visitor, app, provider):
    app.state.console = Console(openid=provider.openid(), origins=frozenset({"sas-recette"}))
    await left_for(visitor, f"{AGENDA}?origin=sas-recette")
    assert (await visitor.open(FROM_SAS)).status_code == 403


async def test_without_a_provider_the_page_says_so(stranger, database):
    answer = await stranger.open(FROM_SAS)
    assert (answer.status_code, "n’est pas encore configurée" in stranger.words) == (503, True)


def altered(back: httpx.URL, **parameters: str) -> str:
    return str(back.copy_merge_params(parameters))


@pytest.mark.parametrize("parameters", [{"state": "another"}, {"code": "another"}, {"iss": "https://example.org"}])
async def test_an_answer_that_was_altered_is_not_believed(visitor, provider, database, named, parameters):
    back = await provider.sign_in(await left_for(visitor), NUMBER)
    answer = await visitor.open(altered(back, **parameters))
    assert (answer.status_code, await rows_of(database, PageSessionRow)) == (403, [])


async def test_an_answer_to_another_nonce_is_not_believed(visitor, provider, database, named):
    back = await provider.sign_in(altered(httpx.URL(await left_for(visitor)), nonce="another"), NUMBER)
    answer = await visitor.open(str(back))
    assert (answer.status_code, "n’a pas pu être vérifiée" in visitor.words) == (403, True)


async def test_an_answer_to_another_client_is_not_believed(visitor, provider, database, named):
    back = await provider.sign_in(altered(httpx.URL(await left_for(visitor)), client_id="another"), NUMBER)
    assert (await visitor.open(str(back))).status_code == 403


async def test_an_answer_counts_once_and_in_the_browser_that_asked(visitor, provider, database, named):
    back = await provider.sign_in(await left_for(visitor), NUMBER)
    cookies = dict(visitor.client.cookies)
    visitor.client.cookies.clear()
    assert (await visitor.open(str(back))).status_code == 403
    visitor.client.cookies.update(cookies)
    assert (await visitor.open(str(back))).status_code == 200
    visitor.client.cookies.clear()
    visitor.client.cookies.update(cookies)
    assert (await visitor.client.get(str(back))).status_code == 403


async def test_who_is_signed_in_and_loads_the_way_back_again_is_where_it_led(visitor, provider, clock, named):
    back = await provider.sign_in(await left_for(visitor), NUMBER)
    await visitor.open(str(back))
    again = await visitor.client.get(str(back))
    assert (again.status_code, again.headers["location"]) == (303, FROM_SAS)
    clock.now += WHOLE_TIME
    assert (await visitor.client.get(str(back))).status_code == 403


@pytest.mark.parametrize("state", ["another", "%00", "x%20y"])
async def test_a_wrong_state_does_not_use_up_the_sign_in_under_way(visitor, provider, named, state):
    back = await provider.sign_in(await left_for(visitor), NUMBER)
    wrong = f"/rdv/connexion/retour?code=x&state={state}"
    assert (await visitor.client.get(wrong)).status_code in (403, 404)
    assert (await visitor.open(str(back))).status_code == 200


async def test_nobody_is_sent_to_sign_in_for_a_number_that_is_nobodys(visitor, database):
    answer = await visitor.open("/rdv/99900000029?origin=sas")
    assert (answer.status_code, "n’est pas connu ici" in visitor.words) == (404, True)
    assert await rows_of(database, SignInRow) == []


async def test_a_session_from_a_platform_that_is_one_no_longer_is_over(visitor, app, provider, named):
    await sign_in(visitor, provider)
    app.state.console = Console(openid=provider.openid(), origins=frozenset({"sas-recette"}))
    assert (await visitor.open(AGENDA)).status_code == 403


async def test_a_sign_in_that_takes_too_long_begins_again(visitor, provider, database, clock, named):
    back = await provider.sign_in(await left_for(visitor), NUMBER)
    clock.now += timedelta(minutes=11)
    assert (await visitor.open(str(back))).status_code == 403
    await left_for(visitor)
    assert len(await rows_of(database, SignInRow)) == 1


async def test_who_gives_up_at_the_provider_is_told_how_to_begin_again(visitor, provider):
    state = parse_qs(httpx.URL(await left_for(visitor)).query.decode())["state"][0]
    answer = await visitor.open(f"/rdv/connexion/retour?error=access_denied&state={state}")
    assert (answer.status_code, "n’a pas abouti" in visitor.words) == (403, True)


async def test_a_provider_that_does_not_answer_is_said(visitor, app, provider):
    app.state.console = Console(openid=provider.openid(issuer="http://127.0.0.1:9"))
    answer = await visitor.open(FROM_SAS)
    assert (answer.status_code, "ne répond pas" in visitor.words) == (503, True)


async def test_who_signs_out_is_out_and_shown_the_way_out_of_the_provider(visitor, provider, named):
    await sign_in(visitor, provider)
    await visitor.send("/fin")
    assert f"{provider.issuer}/session/end?client_id=tourderole" in visitor.text
    assert (await visitor.open(AGENDA)).status_code == 403


async def test_a_session_ends_with_the_longest_shift_however_busy(visitor, provider, clock, named):
    await sign_in(visitor, provider)
    began = clock.now
    while clock.now < began + WHOLE_TIME:
        assert (await visitor.open(AGENDA)).status_code == 200
        clock.now += timedelta(minutes=40)
    assert (await visitor.open(AGENDA)).status_code == 403


async def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(visitor, provider, named):
    back = await provider.sign_in(await left_for(visitor), NUMBER)
    answer = await visitor.client.get(str(back))
    kept = [cookie for cookie in answer.headers.get_list("set-cookie") if cookie.startswith("__Host-tourderole=")]
    assert [all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Path=/")) for cookie in kept] == [
        True
    ]


async def test_the_owner_of_a_demonstration_comes_in_once(stranger, app, database, clock):
    await a_place(database)
    regulator = await posted(database)
    token = await invite(database, regulator.id, return_to=AGENDA, now=clock.now)
    path = f"/rdv/connexion/invitation?jeton={token}"
    assert (await stranger.open(path)).status_code == 404
    app.state.console = Console(invites=True)
    await stranger.open(path)
    assert "Conditions d’utilisation" in stranger.words
    assert (await stranger.open(path)).status_code == 403
    app.state.console = Console()
    assert (await stranger.open(AGENDA)).status_code == 503


async def test_a_sign_in_under_way_is_no_invitation(visitor, app, provider, database):
    await left_for(visitor)
    token = visitor.client.cookies[SIGN_IN]
    app.state.console = Console(invites=True)
    assert (await visitor.open(f"/rdv/connexion/invitation?jeton={token}")).status_code == 403
    assert len(await rows_of(database, SignInRow)) == 1
