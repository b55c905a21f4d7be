"""The documentation works on a machine without internet: a real browser that may reach the server alone shows it."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, Route, sync_playwright

from tests.left_out import leave_out

QUIET = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]


@pytest.fixture
def page() -> Iterator[Page]:
    chromium = shutil.which("chromium")
    if chromium is None:
        leave_out("chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield browser.new_page()
        browser.close()


@pytest.fixture
def elsewhere(page: Page, server: str) -> list[str]:
    """What the page asks of anybody but the server; it gets none of it."""
    asked: list[str] = []

    def decide(route: Route, request: Request) -> None:
        if request.url.startswith((server, "data:")):
            route.continue_()
        else:
            asked.append(request.url)
            route.abort()

    page.route("**/*", decide)
    return asked


def test_the_documentation_needs_no_internet(page: Page, server: str, elsewhere: list[str]):
    page.goto(f"{server}/docs")
    page.get_by_text("/v1/slots").first.wait_for()
    assert elsewhere == []


def test_the_page_of_problems_needs_no_internet(page: Page, server: str, elsewhere: list[str]):
    page.goto(f"{server}/problems#slot_taken")
    assert page.locator("#slot_taken").inner_text().startswith("slot_taken")
    assert elsewhere == []
