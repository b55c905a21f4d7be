"""What this server can do is told from its routes."""

from fastapi import APIRouter

from service.web.fhir.capabilities import Interaction, interactions_of, statement
from tests.conftest import MONDAY

CREATE = Interaction(resource="Practitioner", code="create", profiles=("profile",))
UPDATE = Interaction(
    resource="Practitioner", code="update", profiles=("profile",), conditional_update=True, update_create=True
)


async def test_the_statement_is_of_this_instance(client):
    answer = await client.get("/fhir/metadata")
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    assert (body["kind"], body["fhirVersion"], body["format"]) == ("instance", "4.0.1", ["application/fhir+json"])
    assert body["implementation"]["url"] == "http://test/fhir"
    assert (await client.get("/fhir/metadata/")).json() == body


def test_what_a_route_declares_is_told():
    router = APIRouter()
    router.add_api_route("/Practitioner", lambda: None, methods=["POST"], openapi_extra=CREATE.declared())
    router.add_api_route("/Practitioner", lambda: None, methods=["PUT"], openapi_extra=UPDATE.declared())
    router.add_api_route("/other", lambda: None)
    [rest] = statement(interactions_of([router]), base="http://test/fhir", now=MONDAY)["rest"]
    assert rest["resource"] == [
        {
            "type": "Practitioner",
            "supportedProfile": ["profile"],
            "interaction": [{"code": "create"}, {"code": "update"}],
            "updateCreate": True,
            "conditionalUpdate": True,
        }
    ]


async def test_what_this_server_can_do_with_accounts_is_told(client):
    [rest] = (await client.get("/fhir/metadata")).json()["rest"]
    [told] = [each for each in rest["resource"] if each["type"] == "Practitioner"]
    assert told["interaction"] == [{"code": "create"}, {"code": "update"}]
    assert (told["conditionalUpdate"], told["updateCreate"]) == (True, True)
    assert [each["name"] for each in told["searchParam"]] == ["identifier"]
