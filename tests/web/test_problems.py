"""The page of problems lists every code that the service may answer with."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from service.domain.events import EventType
from service.web.fault_codes import FAULTS
from service.web.french import FRENCH
from service.web.problem_page import errors

SERVICE = Path(__file__).parents[2] / "service"
LAYERS = ("domain", "application", "web")


def fault_codes() -> Iterator[str]:
    """Whatever text in the code looks like the code of a fault, `noun.claim`."""
    for layer in LAYERS:
        for module in (SERVICE / layer).rglob("*.py"):
            if module.name.startswith("wording"):  # sentences, by rule and case
                continue
            for node in ast.walk(ast.parse(module.read_text())):
                if isinstance(node, ast.Constant) and re.fullmatch(r"[a-z_]+\.[a-z_]+", text := str(node.value)):
                    yield text


def test_every_code_of_a_fault_is_explained():
    of_errors = {error.code for error in errors()}
    not_of_faults = {"route.not_found", "method.not_allowed", "territory.id"}
    assert set(fault_codes()) - set(FAULTS) - of_errors - not_of_faults - set(EventType) == set()


def test_every_error_has_a_code_of_its_own():
    codes = [error.code for error in errors()]
    assert len(codes) == len(set(codes))


def test_french_is_spoken_of_known_codes_alone():
    assert set(FRENCH) - set(FAULTS) - {error.code for error in errors()} == set()


async def test_a_problem_leads_to_its_line_on_the_page(client):
    answer = await client.get("/v1/territories/nowhere", headers={"Accept-Language": "fr"})
    page, anchor = answer.json()["type"].split("#")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == FRENCH["not_found"]
    assert f'id="{anchor}"' in (await client.get(page)).text
