"""Use cases of the directory and of availability, against PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, cast

import pytest

from service.application import availability, directory
from service.application.directory_entries import (
    add_to_directory,
    change_directory,
    get_from_directory,
    remove_from_directory,
)
from service.application.territory_file.reading import read_territory_file
from service.application.territory_file.writing import write_territory_file
from service.domain.availability import Absence, AvailabilityException, AvailabilityRule, ExceptionKind, Level
from service.domain.calendar import Weekday
from service.domain.callers import Caller, Keyed
from service.domain.directory import PracticeId, PractitionerId, TerritoryId
from service.domain.errors import Conflict, IdempotencyKeyReused, Invalid, StaleVersion, StillReferred
from service.storage.availability import ABSENCES, EXCEPTIONS, RULES
from service.storage.directory import PRACTICES, PRACTITIONERS, TEMPLATES, replace_territory_file
from service.storage.entries import Kind
from tests.left_out import LARGE, needs_large
from tests.standing_rosters import stand_in_a_roster
from tests.territory_documents import REFERENCE, ROOT, changed, put

FILE = read_territory_file(REFERENCE)
ID = FILE.territory.id
EXTRACT = (ROOT / "service/reference/directory-extract.txt").read_bytes()
ADMIN = Caller(name="admin")
NOW = datetime(2026, 11, 23, 13, 5, tzinfo=UTC)
QUAI = PracticeId("cab-quai")
GP = PractitionerId("gp-01")


@pytest.fixture
async def reference(database):
    async with database.transaction() as session:
        await replace_territory_file(session, FILE)
    return database


async def exported(database):
    return await directory.export_territory_file(database, ID, caller=ADMIN)


async def test_a_file_with_faults_imports_nothing(reference):
    faulty = changed(put("practitioners.3.rpps", "99900000046"), put("territory.name", "Other"))
    with pytest.raises(Invalid) as refusal:
        await directory.import_territory_file(reference, faulty, caller=ADMIN)
    assert [(fault.path, fault.code) for fault in refusal.value.faults] == [
        ("practitioners[3].rpps", "rpps.check_digit")
    ]
    assert await exported(reference) == FILE


async def test_a_file_about_another_territory_is_refused(reference):
    with pytest.raises(Invalid) as refusal:
        await directory.import_territory_file(reference, REFERENCE, caller=ADMIN, territory=TerritoryId("elsewhere"))
    assert refusal.value.faults[0].path == "territory.id"


@needs_large
async def test_a_large_territory_comes_back_as_it_was_given(database):
    file = await directory.import_territory_file(database, LARGE.read_bytes(), caller=ADMIN)
    assert len(file.practitioners) == 160
    assert await directory.export_territory_file(database, file.territory.id, caller=ADMIN) == file


async def test_two_imports_at_once_both_happen_whole(database):
    smaller = replace(FILE, session_templates=FILE.session_templates[:5])
    texts = [write_territory_file(file) for file in (FILE, smaller)] * 3
    await asyncio.gather(*(directory.import_territory_file(database, text, caller=ADMIN) for text in texts))
    assert await exported(database) in (FILE, smaller)


async def test_an_extract_with_faults_imports_nothing_and_says_all(reference):
    with pytest.raises(Invalid) as refusal:
        await directory.import_extract(reference, ID, EXTRACT, skip_faults=False, caller=ADMIN)
    assert {fault.code for fault in refusal.value.faults} == {"rpps.check_digit", "rpps.length", "commune.unknown"}
    assert len(cast("list[object]", refusal.value.facts["lines"])) == 29
    assert await exported(reference) == FILE


async def test_the_lawful_people_of_an_extract_join_and_the_whole_still_reads(reference):
    report = await directory.import_extract(reference, ID, EXTRACT, skip_faults=True, caller=ADMIN)
    after = await exported(reference)
    assert after == report.applied_to(FILE)
    assert len(after.practitioners) == len(FILE.practitioners) + 2
    assert read_territory_file(write_territory_file(after)) == after
    again = await directory.import_extract(reference, ID, EXTRACT, skip_faults=True, caller=ADMIN)
    assert {line.outcome for line in again.lines} == {"known", "skipped", "fault"}
    assert await exported(reference) == after


async def test_an_entry_is_judged_as_in_the_file_and_its_faults_are_by_field(reference):
    template = replace(FILE.session_templates[0], sector="XX", end=time(21), hosts=(QUAI, PracticeId("nowhere")))
    with pytest.raises(Invalid) as refusal:
        await change_directory(reference, TEMPLATES, ID, template.id, template, version=1, caller=ADMIN)
    assert {(fault.path, fault.code) for fault in refusal.value.faults} == {
        ("sector", "reference.unknown"),
        ("end", "template.outside_snp_window"),
        ("hosts[1]", "reference.unknown"),
    }
    assert await exported(reference) == FILE


async def test_an_rpps_stands_once_in_a_territory(reference):
    twin = replace(FILE.practitioners[0], id=PractitionerId("twin"))
    with pytest.raises(Invalid) as refusal:
        await add_to_directory(reference, PRACTITIONERS, ID, twin, caller=ADMIN, keyed=None, now=NOW)
    assert [(fault.path, fault.code) for fault in refusal.value.faults] == [("rpps", "rpps.duplicate")]


async def test_a_stop_that_a_template_needs_stays(reference):
    bus = next(practice for practice in FILE.practices if practice.stops)
    with pytest.raises(Invalid) as refusal:
        await change_directory(
            reference, PRACTICES, ID, bus.id, replace(bus, stops=bus.stops[:1]), version=1, caller=ADMIN
        )
    assert {fault.code for fault in refusal.value.faults} == {"template.no_stop"}


async def test_hours_that_leave_templates_outside_are_refused(reference):
    narrow = replace(FILE.territory, pdsa_saturday_start=time(10))
    with pytest.raises(Invalid) as refusal:
        await directory.change_territory(reference, ID, narrow, version=1, caller=ADMIN)
    assert {fault.code for fault in refusal.value.faults} == {"template.outside_snp_window"}


async def test_a_practice_that_is_named_stays(reference):
    with pytest.raises(StillReferred) as refusal:
        await remove_from_directory(reference, PRACTICES, ID, "cab-quai", version=1, caller=ADMIN)
    assert {"practitioner gp-01", "session template t01"} <= set(cast("list[str]", refusal.value.facts["referred_by"]))


async def test_a_practitioner_whom_a_roster_names_stays(reference):
    async with reference.transaction() as session:
        await stand_in_a_roster(session, ID, practitioner="gp-01", practice="cab-quai", template="t01")
    named: tuple[tuple[Kind[Any], str], ...] = ((PRACTITIONERS, "gp-01"), (TEMPLATES, "t01"), (PRACTICES, QUAI))
    for kind, id in named:
        with pytest.raises(StillReferred, match=id):
            await remove_from_directory(reference, kind, ID, id, version=1, caller=ADMIN)
    with pytest.raises(StillReferred):
        await directory.delete_territory(reference, ID, version=1, caller=ADMIN)
    await remove_from_directory(reference, PRACTITIONERS, ID, "gp-02", version=1, caller=ADMIN)
    assert not any(rule.practitioner == "gp-02" for rule in (await exported(reference)).availability_rules)


async def test_of_ten_who_save_one_version_at_once_one_does(reference):
    practice = FILE.practices[0]
    answers = await asyncio.gather(
        *(
            change_directory(
                reference, PRACTICES, ID, practice.id, replace(practice, rooms=rooms), version=1, caller=ADMIN
            )
            for rooms in range(2, 12)
        ),
        return_exceptions=True,
    )
    assert [type(answer) for answer in answers].count(StaleVersion) == 9


async def test_a_repeated_request_is_done_once_even_at_the_same_time(reference):
    keyed = Keyed(key="k", operation="POST …", request="digest")
    new = replace(FILE.practices[0], id=PracticeId("new"))
    asked = [add_to_directory(reference, PRACTICES, ID, new, caller=ADMIN, keyed=keyed, now=NOW) for _ in range(5)]
    assert {entry.version for entry in await asyncio.gather(*asked)} == {1}
    with pytest.raises(Conflict):
        await add_to_directory(reference, PRACTICES, ID, new, caller=ADMIN, keyed=None, now=NOW)
    other = replace(keyed, request="another digest")
    with pytest.raises(IdempotencyKeyReused):
        await add_to_directory(reference, PRACTICES, ID, new, caller=ADMIN, keyed=other, now=NOW)


async def test_a_repeated_declaration_is_made_once(reference):
    keyed = Keyed(key="k", operation="POST …", request="digest")
    away = Absence(practitioner=GP, from_on=date(2026, 12, 1))
    asked = [availability.declare(reference, ABSENCES, ID, away, caller=ADMIN, keyed=keyed, now=NOW) for _ in range(3)]
    assert len({entry.id for entry in await asyncio.gather(*asked)}) == 1


async def test_a_pledge_is_part_of_its_practitioner(reference):
    await availability.set_pledge(reference, ID, GP, None, version=1, caller=ADMIN)
    assert (await get_from_directory(reference, PRACTITIONERS, ID, GP, caller=ADMIN)).value.pledge is None
    with pytest.raises(StaleVersion):
        await availability.set_pledge(reference, ID, GP, None, version=1, caller=ADMIN)


async def test_what_was_declared_in_the_past_may_be_ended_but_not_moved(reference):
    rule = AvailabilityRule(
        practitioner=GP, weekday=Weekday.SUN, start=time(9), end=time(10), level=Level.AVOID, from_on=date(2026, 11, 23)
    )
    entry = await availability.declare(reference, RULES, ID, rule, caller=ADMIN, keyed=None, now=NOW)
    later = datetime(2026, 12, 7, tzinfo=UTC)
    ended = replace(rule, until_on=date(2026, 12, 7))
    for change in (replace(rule, until_on=date(2026, 12, 6)), replace(rule, from_on=date(2026, 11, 24))):
        with pytest.raises(Invalid, match="is past"):
            await availability.change_declared(
                reference, RULES, ID, entry.id, change, version=1, caller=ADMIN, now=later
            )
    saved = await availability.change_declared(
        reference, RULES, ID, entry.id, ended, version=1, caller=ADMIN, now=later
    )
    assert saved.version == 2


async def test_today_is_the_territorys_own(reference):
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    extra = AvailabilityException(
        practitioner=GP, on=date(2026, 11, 23), start=time(9), end=time(10), kind=ExceptionKind.EXTRA
    )
    with pytest.raises(Invalid) as refusal:
        await availability.declare(reference, EXCEPTIONS, ID, extra, caller=ADMIN, keyed=None, now=late)
    assert refusal.value.faults[0].hint == "today is 2026-11-24"
