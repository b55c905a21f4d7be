"""Every answer bears an id, which its log lines and its problem bear too."""

import httpx
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from service.web.request_ids import request_id_of
from tests.conftest import ADMIN_TOKEN

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def given(**headers: str) -> str:
    return request_id_of([(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()])


@pytest.mark.parametrize("id", [UUID, TRACE, "0123456789abcdef", "f" * 64])
def test_a_sane_id_of_the_caller_is_kept(id):
    assert given(x_request_id=id) == id


@pytest.mark.parametrize(
    "id", ["", "0612345678", "184127645108946", "jean.dupont@example.org", "f" * 65, TRACE + "\n", "é" * 16, "{}" * 8]
)
def test_what_may_be_a_person_or_a_trick_is_no_id(id):
    made = given(x_request_id=id)
    assert made != id
    assert len(made) == 32


def test_the_trace_is_the_id_unless_the_caller_names_one():
    assert given(traceparent=TRACEPARENT) == TRACE
    assert given(traceparent=TRACEPARENT, x_request_id=UUID) == UUID


@pytest.mark.parametrize(
    "trace", [f"ff-{TRACE}-00f067aa0ba902b7-01", f"00-{'0' * 32}-00f067aa0ba902b7-01", f"00-{TRACE}-{'0' * 16}-01", "x"]
)
def test_a_trace_that_the_standard_forbids_is_not_taken(trace):
    assert given(traceparent=trace) not in trace


def test_two_requests_have_two_ids():
    assert given() != given()


async def test_an_answer_and_its_problem_bear_the_id(client):
    answer = await client.get("/v1/territories/nowhere", headers={"X-Request-Id": UUID})
    assert (answer.headers["x-request-id"], answer.json()["request_id"]) == (UUID, UUID)
    missing = await client.get("/no-such-route")
    assert missing.json()["request_id"] == missing.headers["x-request-id"]


async def test_a_fault_of_ours_is_a_problem_too_and_the_log_tells_it_under_the_same_id(client, database):
    async with database.transaction() as session:
        await session.execute(text("ALTER TABLE bookings RENAME TO elsewhere"))
    with capture_logs() as lines:
        answer = await client.get("/v1/bookings", headers={"X-Request-Id": UUID})
    assert (answer.status_code, answer.json()["code"], answer.json()["request_id"]) == (500, "internal", UUID)
    assert answer.headers["content-type"] == "application/problem+json"
    [line] = lines
    assert (line["event"], line["route"]) == ("request_failed", "/v1/bookings")


async def test_a_server_that_drains_lets_go_of_its_connections(app, client):
    app.state.is_draining = True
    try:
        answer = await client.get("/healthz")
    finally:
        app.state.is_draining = False
    assert (answer.status_code, answer.headers["connection"]) == (200, "close")


def test_over_a_socket_too(server):
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}", "traceparent": TRACEPARENT}
    answer = httpx.get(f"{server}/v1/territories", headers=headers)
    assert answer.headers.get_list("x-request-id") == [TRACE]
