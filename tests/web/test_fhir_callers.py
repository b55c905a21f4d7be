"""Who is let in to `/fhir`: whom the front proxy vouches for, and nobody who only says that it does."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from service.web.fhir.forwarded import Entrance, KnownClients
from tests.conftest import ADMIN_TOKEN

SECRET = "0123456789abcdef0123456789abcdef"
KNOWN = KnownClients(
    proxy_secret=SECRET, common_names=frozenset({"sas.example.fr"}), organizational_units=frozenset({"318751275100020"})
)
SUBJECT = r"CN=sas.example.fr,OU=318751275100020,O=Agence du num\C3\A9rique en sant\C3\A9,C=FR"
VOUCHED = {"X-Proxy-Secret": SECRET, "X-Client-Verify": "SUCCESS", "X-Client-Subject": SUBJECT}
SEARCH = "status=free&start=ge2024-01-01&start=le2024-01-02&schedule.actor:Practitioner.identifier=810002909371"
REFUSED = {
    "another CN": "CN=other.example.fr,OU=318751275100020",
    "a CN in other letters": "CN=SAS.example.fr,OU=318751275100020",
    "another OU": "CN=sas.example.fr,OU=318751275100021",
    "no OU": "CN=sas.example.fr,C=FR",
    "a second CN": "CN=sas.example.fr,CN=other,OU=318751275100020",
    "a second OU": "CN=sas.example.fr,OU=318751275100020+OU=other",
    "a CN within the O": r"CN=other,O=x\,CN=sas.example.fr,OU=318751275100020",
    "a CN that is all of the O": "O=CN=sas.example.fr,OU=318751275100020",
    "a CN of a serial number": "serialNumber=1+CN=other,OU=318751275100020,O=CN=sas.example.fr",
    "a CN with a nought byte": r"CN=sas.example.fr\00,OU=318751275100020",
    "what nobody can read": "CN=sas.example.fr,OU=318751275100020,",
    "an attribute that nobody knows": "CN=sas.example.fr,OU=318751275100020,wizard=x",
    "nothing": "",
}


@pytest.fixture(autouse=True)
def _known(app: FastAPI, client) -> Iterator[None]:
    app.state.entrance = Entrance(known=KNOWN)
    del client.headers["Authorization"]
    yield
    app.state.entrance = Entrance()


async def test_whom_the_proxy_vouches_for_is_let_in(client):
    for subject in (SUBJECT, f"C=FR+emailAddress=a@example.fr,{SUBJECT}"):
        answer = await client.get("/fhir/metadata", headers=VOUCHED | {"X-Client-Subject": subject})
        assert answer.status_code == 200


@pytest.mark.parametrize("subject", REFUSED.values(), ids=REFUSED)
async def test_a_certificate_of_anybody_else_is_refused(client, subject):
    answer = await client.get("/fhir/metadata", headers=VOUCHED | {"X-Client-Subject": subject})
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (403, "forbidden")


@pytest.mark.parametrize("verified", ["NONE", "FAILED:certificate revoked", "success", ""])
async def test_a_certificate_that_was_not_verified_is_refused(client, verified):
    answer = await client.get("/fhir/metadata", headers=VOUCHED | {"X-Client-Verify": verified})
    assert answer.status_code == 403


@pytest.mark.parametrize("secret", ["", SECRET[:-1], SECRET.upper(), f"{SECRET} x", "é"])
async def test_without_the_secret_of_the_proxy_nothing_that_it_would_write_counts(client, secret):
    forged = {name.encode(): value.encode() for name, value in (VOUCHED | {"X-Proxy-Secret": secret}).items()}
    assert (await client.get("/fhir/metadata", headers=forged)).status_code == 401
    assert (
        await client.get("/fhir/metadata", headers={k: v for k, v in VOUCHED.items() if "Secret" not in k})
    ).status_code == 401
    forged[b"Authorization"] = f"Bearer {ADMIN_TOKEN}".encode()
    assert (await client.get("/fhir/metadata", headers=forged)).status_code == 200


@pytest.mark.parametrize("twice", VOUCHED)
async def test_a_header_that_comes_twice_was_not_written_by_the_proxy(client, twice):
    answer = await client.get("/fhir/metadata", headers=[*VOUCHED.items(), (twice, VOUCHED[twice])])
    assert answer.status_code in (401, 403)


async def test_a_service_without_a_proxy_believes_no_header(app: FastAPI, client):
    app.state.entrance = Entrance()
    assert (await client.get("/fhir/metadata", headers=VOUCHED)).status_code == 401


async def test_the_proxy_vouches_for_nobody_elsewhere(client):
    assert (await client.get("/v1/territories", headers=VOUCHED)).status_code == 401


async def test_every_route_of_the_interface_refuses_a_certificate_that_is_not_known(app: FastAPI, client):
    of_fhir = {path: methods for path, methods in app.openapi()["paths"].items() if path.startswith("/fhir")}
    assert of_fhir
    for path, methods in of_fhir.items():
        for method in methods:
            answer = await client.request(
                method, re.sub(r"\{\w+\}", "x", path), headers=VOUCHED | {"X-Client-Subject": "CN=other"}
            )
            assert answer.status_code == 403


async def test_behind_a_proxy_the_interface_may_have_an_address_of_its_own(app: FastAPI, client):
    app.state.entrance = Entrance(url="https://fhir.example:8443/fhir", known=KNOWN)
    told = (await client.get("/fhir/metadata", headers=VOUCHED)).json()["implementation"]["url"]
    assert told == "https://fhir.example:8443/fhir"
    bundle = (await client.get(f"/fhir/Slot?{SEARCH}", headers=VOUCHED)).json()
    assert bundle["link"][0]["url"] == f"https://fhir.example:8443/fhir/Slot?{SEARCH}"


def test_the_secret_is_not_told():
    assert SECRET not in repr(KNOWN)
