"""The shipped nginx configuration: which certificates pass, which do not, and what reaches the service."""

import re
import ssl

import httpx
import pytest
from cryptography.x509.oid import NameOID

from service.settings import Settings
from service.web.fhir.forwarded import SECRET, SUBJECT, VERIFY
from tests.tls.authority import CN, COUNTRY, DAY, ORG, OU, Authority, name, self_signed
from tests.tls.front_proxy import PORTS, SHIPPED, configured, tried
from tests.tls.machines import KNOWN, KNOWN_CN, KNOWN_OU, PROXY_SECRET

SERIAL = NameOID.SERIAL_NUMBER
SEARCH = "/fhir/Slot?status=free"
PASSING = {
    "as it is issued": KNOWN,
    "the other way round": name({CN: KNOWN_CN}, {OU: KNOWN_OU}, {COUNTRY: "FR"}),
    "both in one part": name({COUNTRY: "FR"}, {CN: KNOWN_CN, OU: KNOWN_OU}),
    "beside text that looks like more": name({ORG: "x,CN=other+OU=other\\"}, {OU: KNOWN_OU}, {CN: KNOWN_CN}),
}
REFUSED = {
    "another CN": name({ORG: "ANS"}, {OU: KNOWN_OU}, {CN: "other.example.fr"}),
    "a longer CN": name({OU: KNOWN_OU}, {CN: f"{KNOWN_CN}.evil.example"}),
    "a CN with something before": name({OU: KNOWN_OU}, {CN: f"evil.{KNOWN_CN}"}),
    "a dot that is another letter": name({OU: KNOWN_OU}, {CN: "sasxexample.fr"}),
    "another OU": name({OU: "318751275100021"}, {CN: KNOWN_CN}),
    "a longer OU": name({OU: f"{KNOWN_OU} "}, {CN: KNOWN_CN}),
    "no CN": name({COUNTRY: "FR"}, {OU: KNOWN_OU}),
    "no OU": name({COUNTRY: "FR"}, {CN: KNOWN_CN}),
    "CN and OU exchanged": name({OU: KNOWN_CN}, {CN: KNOWN_OU}),
    "a CN within the O": name({ORG: f"x,CN={KNOWN_CN}"}, {OU: KNOWN_OU}, {CN: "other"}),
    "a CN that is all of the O": name({ORG: f"CN={KNOWN_CN}"}, {OU: KNOWN_OU}),
    "an OU within the CN": name({CN: f"{KNOWN_CN},OU={KNOWN_OU}"}),
    "an OU within the O of the same part": name({ORG: f"x+OU={KNOWN_OU}", CN: KNOWN_CN}),
    "a second CN": name({OU: KNOWN_OU}, {CN: "other"}, {CN: KNOWN_CN}),
    "a second CN before": name({OU: KNOWN_OU}, {CN: KNOWN_CN}, {CN: "other"}),
    "a second CN in one part": name({OU: KNOWN_OU}, {CN: KNOWN_CN, SERIAL: "1"}, {CN: "other"}),
    "a second OU": name({OU: KNOWN_OU}, {OU: "other"}, {CN: KNOWN_CN}),
    "a second OU before": name({OU: "other"}, {OU: KNOWN_OU}, {CN: KNOWN_CN}),
    "the CN as a domain component": name({OU: KNOWN_OU}, {NameOID.DOMAIN_COMPONENT: KNOWN_CN}),
    "a CN that ends with a nought byte": name({OU: KNOWN_OU}, {CN: f"{KNOWN_CN}\0"}),
    "a line that ends within the CN": name({OU: KNOWN_OU}, {CN: f"{KNOWN_CN}\n"}),
}
IDENTITY = ("x-proxy-secret", "x-client-verify", "x-client-subject")


def said(answer: httpx.Response, header: str) -> list[str]:
    """What the service was told under that name, each time that it was."""
    return [value for name, value in answer.json()["headers"] if name == header]


def refused(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["resourceType"]) == (403, "OperationOutcome")
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_nginx_finds_no_fault_in_the_shipped_configuration(machines):
    ports = {server: port for port, server in enumerate(PORTS, 8443)}
    checked = tried(configured(machines.folder, service="127.0.0.1:8000", ports=ports))
    assert (checked.returncode, "[warn]" in checked.stderr) == (0, False), checked.stderr


def test_what_the_documentation_names_is_what_is_shipped():
    shipped, told = SHIPPED.read_text(), (SHIPPED.parents[2] / "docs" / "mtls.md").read_text()
    assert {*re.findall(r"/etc/nginx/tourderole/([\w.-]+)", shipped)} <= {*re.findall(r"[\w-]+\.(?:pem|conf)", told)}
    settings = {f"TOURDEROLE_{name.upper()}" for name in Settings.model_fields}
    assert {*re.findall(r"TOURDEROLE_\w+", shipped + told)} <= settings
    assert {SECRET, VERIFY, SUBJECT} <= {*re.findall(r"proxy_set_header ([\w-]+)", shipped)}


def test_the_known_client_passes_and_the_service_is_told_who_it_is(machines, telling_proxy):
    with machines.client(telling_proxy.fhir, machines.sas) as client:
        answer = client.get(SEARCH)
    subject = f"CN={KNOWN_CN},OU={KNOWN_OU},O=Agence du num\\C3\\A9rique en sant\\C3\\A9,C=FR"
    assert [said(answer, header) for header in IDENTITY] == [[PROXY_SECRET], ["SUCCESS"], [subject]]
    assert said(answer, "x-forwarded-proto") == ["https"]


def test_whoever_shows_no_certificate_is_refused(machines, telling_proxy):
    with machines.client(telling_proxy.fhir) as client:
        refused(client.get(SEARCH))


@pytest.mark.parametrize(("begins", "ends"), [(-2 * DAY, -DAY), (DAY, 2 * DAY)], ids=["expired", "not yet valid"])
def test_a_certificate_out_of_its_time_is_refused(machines, telling_proxy, begins, ends):
    with machines.client(telling_proxy.fhir, machines.authority.issue(KNOWN, begins=begins, ends=ends)) as client:
        refused(client.get(SEARCH))


def test_a_revoked_certificate_is_refused(machines, telling_proxy):
    with machines.client(telling_proxy.fhir, machines.revoked) as client:
        refused(client.get(SEARCH))
    telling_proxy.logged('"client":"FAILED:certificate revoked"')


def test_a_certificate_of_another_authority_is_refused_be_it_called_the_same(machines, telling_proxy):
    impostor = Authority.root("Test root").intermediate("Test organisations")
    for shown in (impostor.issue(KNOWN), self_signed(KNOWN)):
        with machines.client(telling_proxy.fhir, shown) as client:
            refused(client.get(SEARCH))


def test_a_certificate_of_a_server_is_no_certificate_of_a_client(machines, telling_proxy):
    with machines.client(telling_proxy.fhir, machines.authority.issue(KNOWN, serves=True)) as client:
        refused(client.get(SEARCH))


@pytest.mark.parametrize("subject", PASSING.values(), ids=PASSING)
def test_the_one_cn_and_the_one_ou_decide_wherever_they_stand(machines, telling_proxy, subject):
    with machines.client(telling_proxy.fhir, machines.authority.issue(subject)) as client:
        assert client.get(SEARCH).status_code == 200


@pytest.mark.parametrize("subject", REFUSED.values(), ids=REFUSED)
def test_another_subject_is_refused_however_it_is_written(machines, telling_proxy, subject):
    with machines.client(telling_proxy.fhir, machines.authority.issue(subject)) as client:
        refused(client.get(SEARCH))


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_from_1_2_is_spoken(machines, telling_proxy, version):
    context = machines.trust(machines.sas)
    context.minimum_version = context.maximum_version = version
    for address in (telling_proxy.fhir, telling_proxy.pages):
        with httpx.Client(base_url=address, verify=context, trust_env=False) as client:
            assert client.get("/fhir/Slot").status_code in (200, 404)


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_tls_before_1_2_is_refused_by_the_server(machines, telling_proxy, version):
    context = machines.trust(machines.sas)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.deprecated_call():
        context.minimum_version = context.maximum_version = version
    for address in (telling_proxy.fhir, telling_proxy.pages):
        with (
            httpx.Client(base_url=address, verify=context, trust_env=False) as client,
            pytest.raises(httpx.ConnectError, match="alert protocol version"),
        ):
            client.get(SEARCH)


@pytest.mark.parametrize("header", [*IDENTITY, "x-forwarded-for", "x-forwarded-proto", "forwarded"])
def test_what_a_client_says_of_itself_is_written_over(machines, telling_proxy, header):
    forged = [(header, "forged"), (header.title(), "forged again")]
    with machines.client(telling_proxy.fhir, machines.sas) as client:
        assert not {"forged", "forged again"} & {*said(client.get(SEARCH, headers=forged), header)}
    with machines.client(telling_proxy.pages) as client:
        told = said(client.get("/rdv/x?origin=sas", headers=forged), header)
    assert not {"forged", "forged again"} & {*told}
    assert header not in IDENTITY or told == []


def test_a_search_for_25_people_reaches_the_service_byte_for_byte(machines, telling_proxy):
    people = ",".join(f"urn:oid:1.2.250.1.71.4.2.1%7C8100{n:08d}" for n in range(25))
    query = f"start=ge2026-11-30T08:00:00.000+01:00&_include:iterate=Schedule:actor&%73tatus=free&who={people}&&a=%2B"
    target = f"/fhir/Slot?{query}&{'x' * 12_000}"
    with machines.client(telling_proxy.fhir, machines.sas) as client:
        answer = client.send(client.build_request("GET", client.base_url.copy_with(raw_path=target.encode())))
    assert answer.json()["target"] == target


@pytest.mark.parametrize("path", ["/v1/slots", "/rdv/x", "/fhir/../v1/slots", "/fhir/%2e%2e/v1/slots", "/metrics", "/"])
def test_behind_a_certificate_there_is_the_national_interface_alone(machines, telling_proxy, path):
    with machines.client(telling_proxy.fhir, machines.sas) as client:
        answer = client.send(client.build_request("GET", client.base_url.copy_with(raw_path=path.encode())))
    assert (answer.status_code, answer.json()["resourceType"]) == (404, "OperationOutcome")


@pytest.mark.parametrize("path", ["/fhir/Slot", "/%66hir/Slot", "//fhir/Slot", "/rdv/../fhir/Slot", "/metrics"])
def test_on_the_side_of_the_pages_there_is_no_national_interface(machines, telling_proxy, path):
    with machines.client(telling_proxy.pages, machines.sas) as client:
        answer = client.send(client.build_request("GET", client.base_url.copy_with(raw_path=path.encode())))
    assert answer.status_code == 404


def test_nobody_is_asked_for_a_certificate_by_the_pages_and_a_bad_one_breaks_nothing(machines, telling_proxy):
    for shown in (None, machines.revoked, self_signed(KNOWN)):
        with machines.client(telling_proxy.pages, shown) as client:
            assert client.get("/rdv/x").status_code == 200


def test_plain_http_leads_to_https(telling_proxy):
    answer = httpx.get(f"{telling_proxy.plain}/rdv/x?origin=sas", trust_env=False)
    assert (answer.status_code, answer.headers["location"]) == (301, "https://tourderole.example.fr/rdv/x?origin=sas")


def test_logs_hold_no_query_and_of_a_path_its_first_part(machines, telling_proxy):
    with machines.client(telling_proxy.fhir, machines.sas) as client:
        client.get("/fhir/Practitioner/SECRET?identifier=SECRET")
    with machines.client(telling_proxy.pages) as client:
        client.get("/pages/SECRET?case=SECRET", headers={"Referer": "https://SECRET/", "User-Agent": "SECRET"})
    telling_proxy.logged('"area":"/pages"')
    assert "SECRET" not in "".join(log.read_text() for log in machines.folder.glob("*.log"))
