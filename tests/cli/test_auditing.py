"""`tourderole audit` as a person and a script see it: words, JSON, status; the log that a client kept."""

import json
import os
import subprocess

import pytest

from service.application.audit import audit, read_acknowledged
from service.application.bookings import book_place, cancel_booking, move_booking
from service.domain.errors import Invalid
from service.web.rest.booking_shapes import BookingOut
from tests.make_bookings import NOW, REGULATOR, keyed, naming, places, quarters
from tests.storage.processes import execute
from tests.worker.watching import TOURDEROLE


def asked(url, data, *options):
    environment = {**os.environ, "TOURDEROLE_DATABASE_URL": url, "TOURDEROLE_DATA": str(data)}
    command = [str(TOURDEROLE), "audit", *map(str, options)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def answered(booking, **further):
    """As a client keeps what it was answered."""
    return json.dumps(json.loads(BookingOut.of(booking).model_dump_json()) | further) + "\n"


async def test_a_sound_database_ends_with_success(database, tmp_path):
    done = asked(database.url, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "✔ No place has two live bookings." in done.stdout
    assert "Sound at " in done.stdout.splitlines()[-1]


async def test_what_is_wrong_is_named_and_ends_with_failure(database, tmp_path):
    [slot] = await places(database, quarters(1))
    done = asked(database.url, tmp_path)
    assert done.returncode == 1
    sentence = "✘ Every place that is offered is of somebody who holds that session there, in a published roster."
    assert f"{sentence}\n    slot {slot}: free, and nobody published holds it (gp-1 at msp)" in done.stdout
    found = json.loads(asked(database.url, tmp_path, "--json").stdout)
    [belied] = [each for each in found["statements"] if each["name"] == "places_are_of_published_seats"]
    assert (found["sound"], belied["findings"][0]["row"]) == (False, f"slot {slot}")


def test_a_database_of_another_version_and_a_file_that_is_not_there_are_said_to_be(postgres, tmp_path):
    done = asked(postgres.create_database("nothing_yet"), tmp_path)
    assert (done.returncode, "tourderole migrate" in done.stderr) == (2, True)
    done = asked(postgres.url, tmp_path, "--acknowledged", tmp_path / "none")
    assert (done.returncode, done.stderr) == (2, f"{tmp_path / 'none'}: No such file or directory\n")


async def kept(database, *lines):
    """What the audit finds of acknowledgements."""
    found = await audit(database, "".join(lines).encode())
    return [each.said for each in found.statements[0].findings]


async def test_whatever_was_acknowledged_is_there_as_it_then_was(database):
    slots = await places(database, quarters(3))
    first = await book_place(database, naming(slots[0]), caller=REGULATOR, now=NOW)
    moved = await move_booking(database, first.id, slots[1], caller=REGULATOR, now=NOW)
    gone = await cancel_booking(database, first.id, caller=REGULATOR, now=NOW)
    assert await kept(database, *map(answered, (first, moved, gone)), answered(first)) == []


@pytest.mark.parametrize(
    ("undone", "said"),
    [
        ("DELETE FROM bookings", "it does not exist"),
        ("UPDATE bookings SET version = 0", "it is at version 0, before 1"),
        ("DELETE FROM events", "no event tells its version 1"),
        ('UPDATE events SET data = data || \'{"status": "cancelled"}\'', "version 1 was cancelled on slot"),
    ],
)
async def test_what_was_acknowledged_and_is_not_there_is_named(database, undone, said):
    [slot] = await places(database, quarters(1))
    booking = await book_place(database, naming(slot), caller=REGULATOR, now=NOW)
    execute(database.url, undone)
    [found] = await kept(database, answered(booking))
    assert found.startswith(said)


async def test_one_key_was_answered_with_one_booking(database):
    slots = await places(database, quarters(2))
    made = {
        key: await book_place(database, naming(slot), caller=REGULATOR, now=NOW, keyed=keyed(key))
        for key, slot in zip(("k-1", "k-2"), slots, strict=True)
    }
    assert await kept(database, *(answered(each, key=key) for key, each in made.items())) == []
    found = await kept(database, *(answered(each, key="k-1") for each in made.values()))
    [both] = [said for said in found if said.startswith("answered with ")]
    assert sorted(both.removeprefix("answered with ").split(", ")) == sorted(str(each.id) for each in made.values())
    assert "its key k-1 is not kept, or not for it" in found


async def test_a_key_that_was_acknowledged_is_kept(database):
    [slot] = await places(database, quarters(1))
    booking = await book_place(database, naming(slot), caller=REGULATOR, now=NOW, keyed=keyed("k-1"))
    execute(database.url, "DELETE FROM idempotency_keys")
    assert await kept(database, answered(booking, key="k-1")) == ["its key k-1 is not kept, or not for it"]


def test_a_line_that_was_cut_off_counts_for_nothing_and_one_that_is_none_is_named():
    assert read_acknowledged(b'\n{"id": "cut o') == ()
    with pytest.raises(Invalid) as error:
        read_acknowledged(b'{"id": 1}\n[]\n')
    assert [(fault.path, fault.code) for fault in error.value.faults] == [
        ("line 1", "acknowledgement.malformed"),
        ("line 2", "acknowledgement.malformed"),
    ]
