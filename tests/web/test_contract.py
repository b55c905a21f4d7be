"""The committed document is what the application says, and a running server keeps to it whatever is sent."""

import json
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from tests.conftest import ADMIN_TOKEN
from tests.reached import OPENAPI

TERRITORY = "cpts-haut-anjou-fictive"
KNOWN = {"territory": TERRITORY, "practitioner": "gp-01", "practice": "cab-quai", "template": "t01", "insee": "53084"}
AUTHORIZED = {"Authorization": f"Bearer {ADMIN_TOKEN}"}

schema = schemathesis.openapi.from_path(str(OPENAPI)).exclude(path="/v1/territories/{territory}/file", method="PUT")
"""A whole territory takes a minute to invent: mutations of a real one try that call in `test_territory_file_faults`."""


@schema.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Names that exist stand in for invented ones, so that more than 404 is reached."""
    if path_parameters is None:
        return None
    return {name: KNOWN.get(name, value) for name, value in path_parameters.items()}


@schema.parametrize()
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_running_server_keeps_to_its_document(case, server):
    case.call_and_validate(
        base_url=server,
        headers=AUTHORIZED,
        excluded_checks=[positive_data_acceptance, negative_data_rejection],
    )


def test_the_committed_document_is_that_of_the_application(app: FastAPI):
    assert json.loads(OPENAPI.read_text()) == json.loads(json.dumps(app.openapi()))


@pytest.mark.parametrize("token", [None, "Bearer wrong", f"Basic {ADMIN_TOKEN}", f"Bearer {ADMIN_TOKEN}x"])
def test_every_route_of_v1_asks_for_the_token(server, token):
    headers = {"Authorization": token} if token else {}
    with httpx.Client(base_url=server, headers=headers) as client:
        for path, operations in json.loads(OPENAPI.read_text())["paths"].items():
            for method in operations:
                if path.startswith("/v1"):
                    answer = client.request(method, path)
                    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), path


def test_every_route_of_fhir_asks_who_calls(server):
    with httpx.Client(base_url=server) as client:
        for path, operations in json.loads(OPENAPI.read_text())["paths"].items():
            for method in operations:
                if path.startswith("/fhir"):
                    answer = client.request(method, path)
                    assert (answer.status_code, answer.json()["resourceType"]) == (401, "OperationOutcome"), path
