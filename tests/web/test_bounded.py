"""No request is read beyond the longest that can be lawful, whoever reads it."""

import json
import re
import socket
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from service.web.bounded import LIMIT_BYTES
from tests.conftest import ADMIN_TOKEN
from tests.reached import OPENAPI

JSON = {"Content-Type": "application/json"}
ROUTES = ("/v1/bookings", "/v1/holds", "/v1/territories", "/v1/wait-list")
"""Read by the fast lane, and by the framework."""

PATHS = json.loads(OPENAPI.read_text())["paths"]
WITH_BODY = [(method, path) for path, those in PATHS.items() for method, each in those.items() if "requestBody" in each]


async def in_pieces(length: int) -> AsyncIterator[bytes]:
    """So that no header says how long it is."""
    for start in range(0, length, 1_000_000):
        yield b" " * min(1_000_000, length - start)


@pytest.mark.parametrize("path", ROUTES)
async def test_a_longer_body_is_refused(client, path):
    for content in (b" " * (LIMIT_BYTES + 1), in_pieces(LIMIT_BYTES + 1)):
        answer = await client.post(path, content=content, headers=JSON)
        assert (answer.status_code, answer.json()["code"]) == (413, "body.too_large")
        assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ROUTES)
async def test_one_that_is_just_as_long_is_read(client, path):
    for content in (b" " * LIMIT_BYTES, in_pieces(LIMIT_BYTES)):
        answer = await client.post(path, content=content, headers=JSON)
        assert answer.status_code in (404, 422)


@pytest.mark.parametrize("said", [LIMIT_BYTES + 1, 10**15])
def test_what_says_that_it_is_longer_is_refused_before_it_comes(server, said):
    address = urlsplit(server)
    head = f"POST /v1/bookings HTTP/1.1\r\nHost: {address.netloc}\r\nAuthorization: Bearer {ADMIN_TOKEN}\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: {said}\r\n\r\n".encode())
        assert connection.recv(12) == b"HTTP/1.1 413"


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
async def test_whatever_has_a_body_says_that_it_may_be_too_long_and_refuses_it(client, method, path):
    assert "413" in PATHS[path][method]["responses"]
    somewhere = re.sub(r"{\w+}", "anything", path)
    answer = await client.request(method, somewhere, content=b" " * (LIMIT_BYTES + 1), headers=JSON)
    assert answer.status_code == 413


def test_there_are_such_operations():
    assert len(WITH_BODY) > 30
