"""`tourderole conformance` against `tourderole serve` in a process of its own: there is nothing to find."""

import json
import subprocess
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from service.application.appointment_message import appointment_resource
from service.cli.conformance.playing import held
from service.cli.conformance.profiles.definitions import Definitions
from service.domain.appointments import Appointment
from service.domain.bookings import BookingId, BookingStatus
from service.domain.directory import Audience
from service.domain.regulators import IdentifierSystem, RegulatorIdentifier
from service.domain.rosters import Mode
from service.storage.tables.directory import PracticeRow, PractitionerRow, TerritoryRow
from tests.cli.conformance.answers import answered
from tests.cli.serving_process import TOURDEROLE, serve
from tests.conftest import ADMIN_TOKEN
from tests.left_out import OFFICIAL
from tests.make_bookings import a_practice, a_territory, change_rows, quarters, some_slots

ALINE, COLIN = "99900000011", "99900000029"
EVERYBODY = frozenset(Audience)


async def a_published_territory(database):
    """Two practices with national numbers, two members of the CPTS, places of tomorrow of every kind."""
    tomorrow = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    await a_territory(database)
    await a_practice(database)
    await a_practice(database, "quai", gp="gp-2", rpps=COLIN)
    await change_rows(database, TerritoryRow, phone="+33243900099")
    await change_rows(database, PracticeRow, PracticeRow.id == "msp", finess="539900118")
    await change_rows(database, PracticeRow, PracticeRow.id == "quai", siret="99900000200019")
    pledge = {"pledge_minutes": 60, "pledge_per": "week", "pledge_audiences": [audience.value for audience in Audience]}
    await change_rows(database, PractitionerRow, **pledge)
    await some_slots(database, quarters(8, first=tomorrow), audiences=EVERYBODY)
    later = quarters(4, first=tomorrow + timedelta(hours=5))
    await some_slots(database, later, practice="quai", gp="gp-1", mode=Mode.WALK_IN)
    await some_slots(database, quarters(4, first=tomorrow), practice="quai", gp="gp-2", audiences=EVERYBODY)


def asked(base, *words):
    command = [
        str(TOURDEROLE),
        "conformance",
        base,
        "--rpps",
        f"{ALINE},{COLIN}",
        "--token",
        ADMIN_TOKEN,
        "--json",
        *words,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


async def test_the_service_conforms_to_the_national_interface(database, tmp_path):
    await a_published_territory(database)
    words = ("--profiles", str(OFFICIAL / "conformance" / "StructureDefinition")) if OFFICIAL.exists() else ()
    with serve(database.url, tmp_path) as served:
        status, report = asked(f"{served.address}/fhir", *words)
    assert [finding for tried in report["tried"] for finding in tried["findings"]] == []
    assert status == 0
    untried = {rule["id"] for rule in report["rules"] if not rule["is_tried"]}
    assert {name.partition("-")[0] for name in untried} <= {"REG", "APP"}
    assert {tried["outcome"].split()[1] for tried in report["tried"] if tried["name"] == "plain"} == {"16"}


@pytest.mark.parametrize("status", BookingStatus)
@pytest.mark.parametrize("system", IdentifierSystem)
def test_what_the_platform_is_told_of_a_booking_conforms(status, system):
    told = Appointment(
        booking=BookingId(uuid4()),
        version=1,
        status=status,
        start_at=datetime(2026, 12, 1, 9, tzinfo=UTC),
        end_at=datetime(2026, 12, 1, 9, 15, tzinfo=UTC),
        booked_at=datetime(2026, 11, 30, 21, 4, tzinfo=UTC),
        rpps=ALINE,
        regulator=RegulatorIdentifier(system=system, value="3456780581/11242343"),
    )
    message = json.loads(json.dumps(appointment_resource(told, editor="https://agenda.test")))
    definitions = Definitions(OFFICIAL / "conformance" / "StructureDefinition") if OFFICIAL.exists() else None
    assert held(answered(message), definitions)[0] == []


def test_an_account_is_taken_changed_and_taken_away_as_the_kit_does(database_url, tmp_path):
    with serve(database_url, tmp_path) as served:
        command = [str(TOURDEROLE), "conformance", f"{served.address}/fhir", "--token", ADMIN_TOKEN, "--write-accounts"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "Conforms: nothing found in 43 answers, by 8 rules")


def test_without_the_token_nothing_is_answered_and_that_is_told(database_url, tmp_path):
    with serve(database_url, tmp_path) as served:
        command = [str(TOURDEROLE), "conformance", f"{served.address}/fhir", "--rpps", ALINE, "--ps"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "HTTP status: 401" in done.stdout
