"""Whatever is refused under `/fhir` is an OperationOutcome, in FHIR's own media type."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from service.domain.errors import Invalid, RulesBroken, StaleVersion
from service.web.fhir.outcomes import status_of
from tests.conftest import ADMIN_TOKEN

PUBLIC = "https://regulation.example/tourderole"


def issue_of(answer: httpx.Response, status: int) -> Any:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/fhir+json")
    body = answer.json()
    assert (body["resourceType"], body["id"]) == ("OperationOutcome", answer.headers["x-request-id"])
    [issue] = body["issue"]
    assert issue["severity"] == "error"
    return issue


async def test_a_path_that_is_not_there_is_told_in_fhir(client):
    issue = issue_of(await client.get("/fhir/Schedule?actor=x"), 404)
    assert issue["code"] == "not-found"
    assert issue["details"]["coding"] == [{"system": "http://test/problems", "code": "route.not_found"}]


async def test_a_method_that_is_not_there_is_told_in_fhir(client):
    answer = await client.delete("/fhir/metadata")
    assert issue_of(answer, 405)["code"] == "not-supported"
    assert answer.headers["allow"] == "GET"


async def test_who_does_not_say_who_calls_is_told_in_fhir(client):
    del client.headers["Authorization"]
    answer = await client.get("/fhir/metadata")
    assert issue_of(answer, 401)["code"] == "login"
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_fault_of_ours_is_told_in_fhir(app: FastAPI, client):
    app.state.clock = None
    issue = issue_of(await client.get("/fhir/metadata"), 500)
    assert (issue["code"], issue["details"]["coding"][0]["code"]) == ("exception", "internal")


async def test_elsewhere_a_refusal_is_a_problem(client):
    for path in ("/fhirs", "/v1/nowhere"):
        answer = await client.get(path)
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_outcome_speaks_french_to_who_asks_in_french(client):
    client.headers["Authorization"] = f"Bearer {ADMIN_TOKEN}x"
    answer = await client.get("/fhir/metadata", headers={"Accept-Language": "fr"})
    assert issue_of(answer, 401)["details"]["text"].startswith("Envoyez le jeton")


async def test_the_page_of_problems_is_where_the_outside_finds_it(app: FastAPI, client):
    app.state.public_url = PUBLIC
    issue = issue_of(await client.get("/fhir/nothing"), 404)
    assert issue["details"]["coding"][0]["system"] == f"{PUBLIC}/problems"


@pytest.mark.parametrize(("error", "status"), [(Invalid, 400), (RulesBroken, 422), (StaleVersion, 422)])
def test_a_malformed_request_is_400_and_what_a_rule_refuses_422(error, status):
    assert status_of(error) == status
