"""Log lines: JSON with the request's id; of an error where it was, never what it said; of people nothing."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
import structlog

from service.cli import logs
from service.domain.calendar import IsoWeek
from tests.cli.serving_process import Serve, serve
from tests.territory_documents import REFERENCE

MARKS = (
    "Zzyzx",
    "Quetzalcoatl",
    "0612345678",
    "06 12 34 56 78",
    "DRM-9999-MARK",
    "rue-du-Marquage",
    "mark@example.org",
)
NAME, FAMILY, PHONE, SPACED_PHONE, CASE, STREET, MAIL = MARKS
ID = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the log says in this process, which then forgets that it was configured."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr("sys.stderr", stream)
    logs.configure()
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def fail() -> None:
    try:
        int(FAMILY)
    except ValueError as error:
        raise psycopg.errors.UniqueViolation(f"Key (family_name)=({NAME}) exists") from error


@pytest.mark.parametrize("logger", [structlog.get_logger("ours"), logging.getLogger("theirs")], ids=["ours", "theirs"])
def test_an_error_is_told_by_kind_and_place_without_its_words(said, logger):
    try:
        fail()
    except psycopg.Error:
        logger.exception("it_failed")
    line = json.loads(said.getvalue())
    assert [each["kind"] for each in line["error"]] == ["psycopg.errors.UniqueViolation", "builtins.ValueError"]
    assert line["error"][0]["sqlstate"] == "23505"
    assert line["error"][0]["at"][-1].endswith(" fail")
    assert [mark for mark in MARKS if mark in said.getvalue()] == []


def test_a_task_that_nobody_awaited_is_not_shown_with_its_error(said):
    logging.getLogger("asyncio").error("Task exception was never retrieved\nfuture: <Task ... ValueError('%s')>", NAME)
    assert json.loads(said.getvalue())["event"] == "Task exception was never retrieved"


def marked_file() -> bytes:
    document = json.loads(REFERENCE)
    document["practitioners"][0] |= {"given_name": NAME, "family_name": FAMILY}
    document["practices"][0] |= {"phone": "+33612345678", "address_line": f"1 {STREET}"}
    return json.dumps(document).encode()


def calls(client: httpx.Client) -> Iterator[httpx.Response]:
    """The main calls, lawful and not, with marks wherever a caller can put them."""
    territory = "/v1/territories/cpts-haut-anjou-fictive"
    marked = {"X-Request-Id": f"{NAME}-{PHONE}", "User-Agent": MAIL, "Referer": f"http://{STREET}", "Cookie": FAMILY}
    need = {"need": {"insee": "53084", "within_hours": 48}, "case_ref": CASE, "origin": "sas"}
    yield client.put(f"{territory}/file", content=marked_file(), headers=marked)
    yield client.get("/v1/slots", params={"insee": "53084", "within_hours": "48", NAME: PHONE}, headers=marked)
    yield client.get("/v1/slots", params={"insee": "53084", "within_hours": "48"}, headers=marked)
    for case in (CASE, SPACED_PHONE, f"{NAME} {FAMILY}", MAIL):
        yield client.post("/v1/bookings", json=need | {"case_ref": case}, headers=marked | {"Idempotency-Key": MAIL})
        yield client.post("/v1/holds", json={"slot": "0" * 32, "case_ref": case}, headers=marked)
    yield client.get("/v1/bookings", params={"case_ref": CASE}, headers=marked)
    yield client.get(f"/v1/bookings/{PHONE}", headers=marked)
    yield client.get(f"/{NAME}/{FAMILY}?phone={PHONE}", headers=marked)
    yield client.post("/v1/bookings", content=f'{{"case_ref": "{CASE}', headers=marked)
    yield client.get(f"{territory}/practitioners", headers=marked)
    yield client.get(f"{territory}/practitioners/{NAME}", headers=marked)
    yield client.get("/metrics")


def broken_calls(client: httpx.Client, url: str) -> Iterator[httpx.Response]:
    """The same on a database that is not as it should be, so that errors quote rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE practitioners ADD CHECK (family_name = 'nobody') NOT VALID")
        connection.execute("ALTER TABLE bookings RENAME COLUMN case_ref TO elsewhere")
    yield from calls(client)


def test_logs_and_metrics_of_the_main_calls_hold_nothing_of_anybody(database_url, tmp_path):
    with serve(database_url, tmp_path, log_requests="true", unready_seconds="0") as served, served.client() as client:
        sound = list(calls(client))
        broken = list(broken_calls(client, database_url))
        served.stop()
        served.ended()
    statuses = {answer.status_code for answer in sound}
    assert statuses == {200, 404, 409, 422}
    assert 500 in {answer.status_code for answer in broken}
    told = served.log.read_text() + sound[-1].text + broken[-1].text
    assert [mark for mark in (*MARKS, "+33612345678") if mark in told] == []
    assert ids_told(served) >= {answer.headers["x-request-id"] for answer in (*sound, *broken)}


def ids_told(served: Serve) -> set[object]:
    return {line.get("request_id") for line in served.lines()}


def test_the_lines_of_a_job_bear_the_id_of_the_request_that_asked_for_it(database_url, tmp_path):
    with serve(database_url, tmp_path, unready_seconds="0") as served, served.client() as client:
        client.put("/v1/territories/cpts-haut-anjou-fictive/file", content=REFERENCE)
        asked = client.post(
            "/v1/territories/cpts-haut-anjou-fictive/rosters",
            json={"week": str(IsoWeek.of(datetime.now(UTC).date() + timedelta(weeks=1))), "seconds": 1},
            headers={"traceparent": f"00-{ID}-00f067aa0ba902b7-01"},
        )
        with client.stream("GET", f"/v1/rosters/{asked.json()['id']}/progress") as stream:
            assert "event: solved" in list(stream.iter_lines())
        served.stop()
        served.ended()
    of_jobs = [line for line in served.lines() if line["logger"] == "service.worker.tasks"]
    assert {line["event"] for line in of_jobs} == {"job_started", "roster_solved", "job_done"}
    assert {line["request_id"] for line in of_jobs} == {ID}
