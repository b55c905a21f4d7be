"""The SAS platform and we show each other certificates, as the settings name them."""

from typing import Any

import pytest
import typer
from pydantic import ValidationError

from service.cli.telling import informed
from service.settings import Settings
from service.storage.tables.appointments import SasAppointmentRow
from service.worker.running import worker_beside
from tests.make_bookings import places, quarters, rows_of
from tests.tls.authority import CN, Authority, name, pem
from tests.worker.telling import EDITOR, a_platform, a_regulator, booked_by, kept, tellings


def written(folder, called, *certificates):
    path = folder / called
    path.write_bytes(pem(*certificates))
    return str(path)


@pytest.fixture
def authority():
    return Authority.root("IGC")


@pytest.fixture
async def platform(tmp_path, authority):
    """One that asks for a certificate of that authority."""
    server = authority.issue(name({CN: "sas"}), serves=True).write(tmp_path, "server")
    ours = written(tmp_path, "clients.pem", authority.pair.certificate)
    async with a_platform(tmp_path / "sas") as platform:
        await platform.stop()
        platform.answers(tls=[*map(str, server), ours])
        await platform.start()
        yield platform


def settings(platform, **different):
    url = f"https://127.0.0.1:{platform.port}/fhir"
    hasty: dict[str, Any] = {"webhooks_first_wait_seconds": 0.05, "webhooks_longest_wait_seconds": 0.2}
    return Settings(sas_url=url, sas_editor=EDITOR, **hasty, **different)


def shown(tmp_path, authority):
    """Settings of the certificate that we show."""
    certificate, key = authority.issue(name({CN: "tourderole"})).write(tmp_path, "client")
    return {"sas_certificate": certificate, "sas_key": key}


async def one_booking(database):
    [slot] = await places(database, quarters(1))
    [booking] = await booked_by(database, await a_regulator(database), slot)
    return booking


async def test_who_shows_a_certificate_of_the_right_authority_is_heard(database, platform, authority, tmp_path):
    booking = await one_booking(database)
    theirs = written(tmp_path, "theirs.pem", authority.pair.certificate)
    given = settings(platform, sas_authorities=theirs, **shown(tmp_path, authority))
    async with worker_beside(database, concurrency=1, sas=informed(given)):
        await tellings(database, "told")
    assert kept(platform) == {str(booking.id): "booked"}


@pytest.mark.parametrize("wrong", ["no certificate", "another's certificate", "another platform"])
async def test_otherwise_nothing_is_said_and_it_waits(database, platform, authority, tmp_path, wrong):
    await one_booking(database)
    other = Authority.root("elsewhere")
    trusted = other if wrong == "another platform" else authority
    ours = {} if wrong == "no certificate" else shown(tmp_path, other if wrong.startswith("another's") else authority)
    theirs = written(tmp_path, "theirs.pem", trusted.pair.certificate)
    async with worker_beside(database, concurrency=1, sas=informed(settings(platform, sas_authorities=theirs, **ours))):
        while not (row := (await rows_of(database, SasAppointmentRow) or [None])[0]) or row.attempts < 2:
            pass
    assert (row.state, row.failing, platform.requests) == ("pending", "unreachable", [])


@pytest.mark.parametrize(
    "given",
    [
        {"sas_url": "https://sas.example"},
        {"sas_url": "http://sas.example", "sas_editor": EDITOR},
        {"sas_url": "https://sas.example?x", "sas_editor": EDITOR},
        {"sas_editor": "an editor"},
        {"sas_certificate": "client.pem"},
    ],
)
def test_settings_that_are_half_are_refused(given):
    with pytest.raises(ValidationError):
        Settings(**given)


def test_a_certificate_that_cannot_be_read_ends_the_command(tmp_path):
    given = {"sas_certificate": tmp_path / "none.pem", "sas_key": tmp_path / "none.pem"}
    with pytest.raises(typer.Exit):
        informed(Settings(sas_url="https://sas.example", sas_editor=EDITOR, **given))


def test_without_an_address_nobody_is_told():
    assert informed(Settings()) is None
