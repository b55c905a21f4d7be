"""What the front proxy does as time goes by: lists of revoked certificates that come and run out, a service away."""

import socket
import ssl
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from tests.tls.authority import DAY
from tests.tls.front_proxy import FrontProxy, free_port, front_proxy
from tests.tls.machines import Machines
from tests.tls.telling_upstream import telling_upstream

SEARCH = "/fhir/Slot?identifier=SECRET"


@pytest.fixture
def own(tmp_path) -> Machines:
    return Machines(folder=tmp_path)


@pytest.fixture
def proxy(own) -> Iterator[FrontProxy]:
    with telling_upstream() as service, front_proxy(own.folder, service=service) as proxy:
        yield proxy


def status(client: httpx.Client) -> int:
    return client.get(SEARCH, headers={"Connection": "close"}).status_code


def test_who_is_revoked_is_refused_once_the_new_list_is_loaded(own, proxy):
    with own.client(proxy.fhir, own.sas) as client:
        assert status(client) == 200
        own.write_crl(own.authority.crl(own.sas))
        proxy.reload()
        assert status(client) == 403


def test_a_list_out_of_date_lets_nobody_in(own, proxy):
    own.write_crl(own.authority.crl(ends=-DAY))
    proxy.reload()
    with own.client(proxy.fhir, own.sas) as client:
        assert status(client) == 403
    proxy.logged("FAILED:CRL has expired")


def test_no_session_is_resumed(own, proxy):
    """Else a certificate would go on to count that was good when the session began."""
    address, context = urlsplit(proxy.fhir), own.trust(own.sas)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    session = None
    for _ in range(2):
        with (
            socket.create_connection((address.hostname, address.port)) as plain,
            context.wrap_socket(plain, server_hostname=address.hostname, session=session) as shaken,
        ):
            assert not shaken.session_reused
            session = shaken.session


def test_while_the_service_is_away_the_platform_is_told_so_and_no_log_quotes_it(own):
    with (
        front_proxy(own.folder, service=f"127.0.0.1:{free_port()}") as proxy,
        own.client(proxy.fhir, own.sas) as client,
    ):
        answer = client.get(SEARCH)
        proxy.logged('"status":503')
    assert (answer.status_code, answer.json()["resourceType"]) == (503, "OperationOutcome")
    assert "SECRET" not in "".join(log.read_text() for log in own.folder.glob("*.log"))
