"""A regulator in front of the pages, without a browser: signed in, or about to be."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape

import httpx
import pytest

from service.application.page_sessions import accept_terms, begin_session, signed_in
from service.web.console.cookies import SESSION
from service.web.console.setup import Console
from tests.make_regulators import posted

RPPS = "99900000011"
AGENDA = f"/rdv/{RPPS}"

Form = tuple[str, dict[str, str]]
"""Where it leads, and what it sends."""


@dataclass
class Visitor:
    """Somebody who fills in the forms as they were shown, and follows where he or she is sent."""

    client: httpx.AsyncClient
    shown: httpx.Response | None = None

    async def open(self, path: str) -> httpx.Response:
        self.shown = await self.client.get(path, follow_redirects=True)
        return self.shown

    async def send(self, action: str, **fields: str) -> httpx.Response:
        """The form of the page that leads there, with its hidden fields; `action` is how its address ends."""
        self.shown = await self.post(self.form(action, **fields), follow_redirects=True)
        return self.shown

    async def post(self, form: Form, *, follow_redirects: bool = False) -> httpx.Response:
        return await self.client.post(form[0], data=form[1], follow_redirects=follow_redirects)

    def form(self, action: str, **fields: str) -> Form:
        html = self.text
        found = re.search(rf'<form[^>]*action="([^"]*{action}(?:\?[^"]*)?)"[^>]*>(.*?)</form>', html, re.DOTALL)
        assert found is not None, f"no form leads to {action}: {html}"
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', found[2]))
        return unescape(found[1]), hidden | fields

    @property
    def text(self) -> str:
        assert self.shown is not None
        return self.shown.text

    @property
    def words(self) -> str:
        """What the page says, without its markup."""
        main = self.text.split("<main", 1)[1].split("</main>", 1)[0]
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", "<main" + main)).split())

    @property
    def path(self) -> str:
        assert self.shown is not None
        return self.shown.url.path


async def session_of(database, regulator, *, now, with_terms=True) -> str:
    token = await begin_session(database, regulator.id, origin="sas", now=now)
    if with_terms:
        await accept_terms(database, await signed_in(database, token, now=now), now=now)
    return token


@pytest.fixture
def regulator(database):
    """An account as the SAS sent it."""
    return posted(database)


@pytest.fixture
async def stranger(app) -> AsyncIterator[Visitor]:
    """Nobody yet; where nobody vouches for anybody."""
    app.state.console = Console()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="https://test") as client:
        yield Visitor(client)


@pytest.fixture
async def visitor(stranger: Visitor, database, regulator, clock) -> Visitor:
    """Signed in, the terms accepted."""
    stranger.client.cookies.set(SESSION, await session_of(database, await regulator, now=clock.now))
    return stranger
