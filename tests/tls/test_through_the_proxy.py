"""The service behind its front proxy, both as they are shipped, each in its own process."""

from collections.abc import Iterator

import httpx
import pytest

from service.storage.migrating import upgrade
from tests.cli.serving_process import Serve, serve
from tests.conftest import ADMIN_TOKEN
from tests.tls.authority import CN, OU, name
from tests.tls.front_proxy import PATIENCE_SECONDS, FrontProxy, front_proxy
from tests.tls.machines import KNOWN_CN, KNOWN_OU, PROXY_SECRET, Machines

VOUCHED = {
    "X-Proxy-Secret": PROXY_SECRET,
    "X-Client-Verify": "SUCCESS",
    "X-Client-Subject": f"CN={KNOWN_CN},OU={KNOWN_OU}",
}
PEOPLE = "schedule.actor:Practitioner.identifier"
ASKED = "/fhir/metadata"


@pytest.fixture(scope="module")
def own(tmp_path_factory) -> Machines:
    return Machines(folder=tmp_path_factory.mktemp("front"))


@pytest.fixture(scope="module")
def served(postgres, tmp_path_factory) -> Iterator[Serve]:
    url = postgres.create_database("behind_a_proxy")
    upgrade(url)
    known = {"fhir_proxy_secret": PROXY_SECRET, "fhir_client_cn": f"other, {KNOWN_CN}", "fhir_client_ou": KNOWN_OU}
    with serve(url, tmp_path_factory.mktemp("served"), trusted_proxies="127.0.0.1", **known) as served:
        yield served


@pytest.fixture(scope="module")
def proxy(own, served) -> Iterator[FrontProxy]:
    with front_proxy(own.folder, service=served.address.removeprefix("http://")) as proxy:
        yield proxy


def test_the_platform_is_let_in_by_its_certificate_alone_and_told_the_address_that_it_used(own, proxy):
    with own.client(proxy.fhir, own.sas) as client:
        answer = client.get(ASKED)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/fhir+json")
    assert answer.json()["implementation"]["url"] == f"{proxy.fhir}/fhir"


def test_a_search_of_the_guide_is_echoed_byte_for_byte(own, proxy):
    people = ",".join(f"urn:oid:1.2.250.1.71.4.2.1%7C8999{n:08d}" for n in range(25))
    query = (
        f"start=ge2024-01-01T00:00:00.000+01:00&start=le2024-01-02&status=free&{PEOPLE}={people}&_include=Slot:schedule"
    )
    with own.client(proxy.fhir, own.sas) as client:
        bundle = client.send(
            client.build_request("GET", client.base_url.copy_with(raw_path=f"/fhir/Slot?{query}".encode()))
        )
    assert (bundle.status_code, bundle.json()["total"]) == (200, 0)
    assert bundle.json()["link"] == [{"relation": "self", "url": f"{proxy.fhir}/fhir/Slot?{query}"}]


@pytest.mark.parametrize("headers", [{}, VOUCHED, {"Authorization": f"Bearer {ADMIN_TOKEN}"}])
def test_nobody_else_is_let_in_whatever_is_sent(own, proxy, headers):
    others = (None, own.revoked, own.authority.issue(name({CN: "other.example.fr"}, {OU: KNOWN_OU})))
    for shown in others:
        with own.client(proxy.fhir, shown) as client:
            assert client.get(ASKED, headers=headers).status_code == 403


def test_past_the_proxy_a_certificate_is_only_told_of(served):
    forged = {name: value for name, value in VOUCHED.items() if name != "X-Proxy-Secret"}
    for secret in ({}, {"X-Proxy-Secret": "f" * len(PROXY_SECRET)}):
        with httpx.Client(base_url=served.address, headers=forged | secret, timeout=PATIENCE_SECONDS) as client:
            assert client.get(ASKED).status_code == 401


def test_the_side_of_the_pages_serves_people_and_their_software(own, proxy):
    with own.client(proxy.pages) as client:
        assert client.get("/v1/territories", headers=VOUCHED).status_code == 401
        assert client.get("/v1/territories", headers={"Authorization": f"Bearer {ADMIN_TOKEN}"}).status_code == 200
        assert client.get("/docs").status_code == 200
        assert client.get(ASKED, headers=VOUCHED).status_code == 404
