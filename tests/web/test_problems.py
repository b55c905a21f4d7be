"""The page of problems lists every code that the service may answer with."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

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


REPAIR = f"/v1/rosters/{UUID(int=1)}/repairs"


@pytest.mark.parametrize(
    ("path", "body", "hint"),
    [
        ("/v1/territories/t/rosters", {"secnds": 9}, "did you mean seconds?"),
        ("/v1/territories/t/rosters", {"time_limit_s": 9}, "known here: seconds, seed, week, weeks"),
        ("/v1/territories/t/rosters?dry=1", {"week": "2026-W49", "hurry": 1}, "known here: seconds, seed, week, weeks"),
        (REPAIR, {"changes": [{"absense": {}}]}, "did you mean absence?"),
        (REPAIR, {"changes": [{"kind": "absence"}]}, "known here: absence, pledge, "),
        (REPAIR, {"changes": [{"absence": {"form": "2026-12-01"}}]}, "did you mean from?"),
    ],
)
async def test_a_key_that_is_not_known_comes_with_those_that_are(client, path, body, hint):
    answer = await client.post(path, json=body)
    hints = [each.get("hint", "") for each in answer.json()["errors"] if each["code"] == "key.unknown"]
    assert [each.startswith(hint) for each in hints] == [True]


async def test_a_parameter_that_is_not_known_comes_with_those_that_are(client):
    answer = await client.get("/v1/slots", params={"insee": "53018", "zip": "53350", "limt": 5})
    hints = {each["path"]: each["hint"] for each in answer.json()["errors"] if each["code"] == "key.unknown"}
    assert hints["limt"] == "did you mean limit?"
    assert hints["zip"].startswith("known here: ")
    assert "insee" in hints["zip"]
