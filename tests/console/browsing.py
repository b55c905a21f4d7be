"""Chromium in front of the pages: everything that it complains of is kept, and axe-core looks at what is shown."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, async_playwright

from tests.left_out import leave_out
from tests.openid_provider import HERE

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
AXE = HERE / "node_modules" / "axe-core" / "axe.min.js"
PHONE = {"width": 360, "height": 740}
_REFUSED_DOCUMENT = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")
"""Chromium says so of a page that is itself a refusal."""


@dataclass
class Shown:
    """A page of the browser. `complaints`: of scripts, of the content policy, of what does not load."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> "Shown":
        def hear(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning") and not _REFUSED_DOCUMENT.match(message.text):
                self.complaints.append(message.text)

        self.page.on("console", hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return self

    async def click(self, name: str, role: Any = "button") -> None:
        """The one button, or link, whose name begins so."""
        await self.follow(self.page.get_by_role(role, name=re.compile("^" + name)))

    async def follow(self, there: Locator) -> None:
        """To the page that it leads to: what is looked at next is not the one before, nor one that is going."""
        async with self.page.expect_navigation():
            await there.click()

    async def is_fine(self) -> bool:
        """Nobody complains: neither the browser, nor axe-core by any of its rules, nor a phone whose screen is left."""
        await self.page.evaluate(AXE.read_text())
        found = await self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        violations = [(each["id"], [node["html"] for node in each["nodes"]]) for each in found["violations"]]
        beyond = await self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert (violations, self.complaints, max(beyond, 0)) == ([], [], 0), await self.page.title()
        return True

    async def focused(self) -> str:
        """The id of what has the focus, else what it says."""
        return str(await self.page.evaluate("document.activeElement.id || document.activeElement.innerText"))


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[str]:
    """Its address: in this very loop, so that what tests give the application is what answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    yield f"http://localhost:{listening.getsockname()[1]}"
    server.should_exit = True
    await running
    listening.close()


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Left out where Debian's, or axe-core, is missing."""
    found = shutil.which("chromium")
    if found is None:
        leave_out("chromium (Debian: apt-get install chromium)")
    if not AXE.exists():
        leave_out("the packages of tests/oidc (npm install --prefix tests/oidc)")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=QUIET)
        yield browser
        await browser.close()
