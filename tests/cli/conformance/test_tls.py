"""`tourderole conformance` over TLS: with a certificate it is let in; without one, or by an old TLS, none should be."""

import ipaddress
import json
import ssl
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from typer.testing import CliRunner

from service.cli.conformance.answers import Kind
from service.cli.conformance.playing import Certificates
from service.cli.conformance.requests import Search, searches
from service.cli.conformance.tls import tries
from service.cli.main import app
from tests.cli.conformance.agenda import Agenda, Reply, served
from tests.cli.conformance.answers import ANNE, BRUNO

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1:DeprecationWarning")


def named(name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def certificate(name, by=None):
    """A certificate and its key; of an authority of its own, unless one signs it."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, signer = by or (None, key)
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(
        named(name) if issuer is None else issuer.subject, named(name), key.public_key(), x509.random_serial_number()
    )
    builder = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    here = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    builder = builder.add_extension(here, critical=False)
    builder = builder.add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    return builder.sign(signer, hashes.SHA256()), key


def written(path, pair):
    certificate, key = pair
    text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate.public_bytes(Encoding.PEM) + text)
    return path


@pytest.fixture
def files(tmp_path):
    authority = certificate("authority")
    names = ("server", "client")
    return {"authority": written(tmp_path / "authority.pem", authority)} | {
        name: written(tmp_path / f"{name}.pem", certificate(name, by=authority)) for name in names
    }


def context(files, verify):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(files["server"])
    made.load_verify_locations(files["authority"])
    made.verify_mode = verify
    return made


def told(files, tls, agenda=None):
    with served(agenda or Agenda(), tls) as base:
        words = [base, "--rpps", f"{ANNE},{BRUNO}", "--ps", "--ca", str(files["authority"])]
        done = CliRunner().invoke(app, ["conformance", *words, "--cert", str(files["client"]), "--json"])
    report = json.loads(done.stdout)
    return done.exit_code, {finding["rule"] for tried in report["tried"] for finding in tried["findings"]}, report


def test_a_server_that_asks_for_certificates_and_knows_new_tls_alone_conforms(files):
    status, broken, report = told(files, context(files, ssl.CERT_REQUIRED))
    assert (status, broken) == (0, set())
    assert {"without a certificate"} <= {tried["name"] for tried in report["tried"]}


def test_a_server_that_answers_without_a_certificate_is_found(files):
    status, broken, _ = told(files, context(files, ssl.CERT_OPTIONAL))
    assert (status, broken) == (1, {"REQ-4"})


def test_that_it_has_no_metadata_is_no_sign_that_it_lets_nobody_in(files):
    agenda = Agenda(spoil=lambda path, query, reply: Reply(404, {}) if "metadata" in path else reply)
    status, broken, _ = told(files, context(files, ssl.CERT_OPTIONAL), agenda)
    assert (status, broken) == (1, {"REQ-4"})


@pytest.mark.parametrize(
    ("status", "is_let_in"),
    [(200, True), (302, True), (404, True), (406, True), (500, True)]
    + [(status, False) for status in (400, 401, 403, 495, 496)],
)
def test_only_some_statuses_of_the_plain_search_turn_a_stranger_away(status, is_let_in):
    now = datetime.now(UTC)
    zone = ZoneInfo("Europe/Paris")
    search = Search(kind=Kind.PS, identifiers=(ANNE,), start=now, until=now + timedelta(days=1), zone=zone)
    asked = []

    def spoil(path, query, reply):
        asked.append((path, reply.status))
        return Reply(status, {})

    with served(Agenda(spoil=spoil)) as base, httpx.Client(base_url=f"{base}/") as stranger:
        [tried] = tries(base, stranger, Certificates(), next(searches(search, now)))
    assert (bool(tried.let_in), asked) == (is_let_in, [("/fhir/Slot", 200)])


def test_a_server_that_speaks_an_old_tls_is_found(files):
    old = context(files, ssl.CERT_REQUIRED)
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    status, broken, report = told(files, old)
    tried = [each["name"] for each in report["tried"]]
    assert (status, broken) == ((1, {"REQ-5"}) if "TLS 1.1" in tried else (0, set()))
