"""The receiver that stands as an example: a process of its own, sent what a service would send."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from standardwebhooks import Webhook

from service.domain.webhooks import new_secret

RECEIVER = Path(__file__).parents[1] / "examples" / "webhook_receiver.py"
SECRET = new_secret()


@pytest.fixture
def kept(tmp_path):
    """The file of what the receiver keeps."""
    return tmp_path / "events.sqlite"


@pytest.fixture
def address(kept):
    command = [sys.executable, RECEIVER, "0", kept]
    environment = {**os.environ, "WEBHOOK_SECRET": SECRET}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        found = re.search(r"http://\S+", process.stderr.readline())
        assert found is not None
        yield found[0]
        process.kill()


def send(address, id, *, version=1, secret=SECRET, at=None, body=None, told=None, signed=None):
    booked = {"type": "booking.booked", "data": {"booking": "b-1", "version": version, "status": "booked"}}
    told = booked if told is None else told
    at, sent = at or datetime.now(UTC), body or json.dumps(told)
    headers = {
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id, at, signed or json.dumps(told)),
    }
    return httpx.post(address, content=sent, headers=headers).status_code


def rows(kept, question):
    with closing(sqlite3.connect(kept)) as connection:
        return connection.execute(question).fetchall()


def test_what_is_signed_is_kept_and_done_once(address, kept):
    assert [send(address, id) for id in ("e-1", "e-1", "e-2")] == [204, 204, 204]
    assert rows(kept, "SELECT id FROM seen ORDER BY id") == [("e-1",), ("e-2",)]
    assert rows(kept, "SELECT booking, version FROM bookings") == [("b-1", 1)]


def test_old_news_of_a_booking_changes_nothing(address, kept):
    assert [send(address, f"e-{version}", version=version) for version in (2, 1)] == [204, 204]
    assert rows(kept, "SELECT version FROM bookings") == [(2,)]
    send(address, "e-3", version=3)
    assert rows(kept, "SELECT version FROM bookings") == [(3,)]


@pytest.mark.parametrize("type_", ["task.opened", "wait_list.accepted", "sector.renamed"])
def test_what_is_no_change_of_a_booking_is_accepted_though_it_names_one(address, kept, type_):
    assert send(address, "e-1", told={"type": type_, "data": {"booking": "b-1", "case_ref": "DRM-1"}}) == 204
    assert rows(kept, "SELECT id FROM seen") == [("e-1",)]
    assert rows(kept, "SELECT booking FROM bookings") == []


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"type": 5, "data": {"booking": "b-1", "version": 1}},
        {"type": "booking.dreamt"},
        {"type": "booking.booked", "data": []},
        {"type": "booking.booked", "data": {"booking": "b-1"}},
        {"type": "booking.booked", "data": {"booking": ["b-1"], "version": "1"}},
    ],
)
def test_what_it_does_not_know_is_accepted_and_not_kept(address, kept, told):
    assert send(address, "e-1", told=told) == 204
    assert rows(kept, "SELECT id FROM seen") == [("e-1",)]
    assert rows(kept, "SELECT booking FROM bookings") == []


@pytest.mark.parametrize("told", [[], "booking.booked", 3, None])
def test_what_is_signed_and_no_object_is_malformed(address, kept, told):
    body = json.dumps(told)
    assert send(address, "e-1", body=body, signed=body) == 400
    assert rows(kept, "SELECT id FROM seen") == []


def test_what_is_signed_and_no_json_is_malformed(address):
    assert send(address, "e-1", body="{", signed="{") == 400


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": new_secret()},
        {"at": datetime.now(UTC) - timedelta(hours=1)},
        {"body": json.dumps({"type": "booking.booked", "data": {}})},
        {"body": "\N{SNOWMAN}"},
    ],
)
def test_what_is_forged_old_or_altered_is_refused(address, kept, forged):
    assert send(address, "e-1", **forged) == 401
    assert rows(kept, "SELECT * FROM seen") == []


def test_what_bears_no_signature_is_refused(address):
    assert httpx.post(address, content=b"{}").status_code == 401
    assert httpx.post(address, content=b"{}", headers={"webhook-id": "e", "webhook-signature": "v1"}).status_code == 401
