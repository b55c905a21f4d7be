"""A territory is kept as it was given; what changed shows in versions, and what rosters name stays."""

from dataclasses import replace
from typing import Any

import pytest

from service.application.territory_file.reading import read_territory_file
from service.domain.availability import AvailabilityRule
from service.domain.directory import PracticeId, PractitionerId, TerritoryId
from service.domain.entries import Entry
from service.domain.errors import AlreadyThere, Invalid, NotFound, StaleVersion, StillReferred
from service.domain.territory_file import TerritoryFile
from service.storage.availability import RULES
from service.storage.database import Database
from service.storage.directory import (
    PRACTICES,
    PRACTITIONERS,
    TEMPLATES,
    get_commune,
    get_territory,
    get_territory_file,
    replace_territory_file,
)
from service.storage.entries import Kind, Within, add_entry, list_entries, page_entries, save_entry
from tests.standing_rosters import stand_in_a_roster
from tests.territory_documents import REFERENCE, everything

FILE = read_territory_file(REFERENCE)
ID = FILE.territory.id
WHOLE = Within(territory=ID)
PLACE = FILE.practices[-1].id


async def kept(database: Database, *files: TerritoryFile) -> TerritoryFile:
    """The territory as it is read after these imports."""
    for file in files:
        async with database.transaction() as session:
            await replace_territory_file(session, file)
    async with database.transaction() as session:
        return await get_territory_file(session, ID)


async def versions(database: Database, kind: Kind[Any]) -> dict[str, int]:
    async with database.transaction() as session:
        return {entry.id: entry.version for entry in await list_entries(session, kind, WHOLE)}


@pytest.mark.parametrize("document", [REFERENCE, everything()], ids=["reference", "every key"])
async def test_a_territory_comes_back_as_it_was_given(database, document):
    file = read_territory_file(document)
    assert await kept(database, file) == file


async def test_the_same_file_again_changes_no_version_and_no_id(database):
    await kept(database, FILE)
    before = [await versions(database, kind) for kind in (PRACTICES, PRACTITIONERS, TEMPLATES, RULES)]
    await kept(database, FILE)
    assert [await versions(database, kind) for kind in (PRACTICES, PRACTITIONERS, TEMPLATES, RULES)] == before
    assert {version for kind in before for version in kind.values()} == {1}


async def test_only_what_changed_gets_a_new_version(database):
    first, *others = FILE.practices
    reordered = replace(FILE, practices=(*others, replace(first, rooms=first.rooms + 1)))
    assert await kept(database, FILE, reordered) == reordered
    assert await versions(database, PRACTICES) == {practice.id: 1 for practice in others} | {first.id: 2}


async def test_what_the_file_leaves_out_goes_with_all_it_declared(database):
    gone = FILE.practitioners[0].id
    smaller = replace(
        FILE,
        practitioners=FILE.practitioners[1:],
        availability_rules=tuple(rule for rule in FILE.availability_rules if rule.practitioner != gone),
        session_templates=FILE.session_templates[1:],
    )
    assert await kept(database, FILE, smaller) == smaller


async def test_a_practice_is_replaced_by_another_under_a_new_id(database):
    moved = {PracticeId("cab-quai"): PracticeId("cab-neuf")}
    other = replace(
        FILE,
        practices=tuple(replace(each, id=moved.get(each.id, each.id)) for each in FILE.practices),
        practitioners=tuple(
            replace(each, home_practice=moved.get(each.home_practice, each.home_practice))
            for each in FILE.practitioners
        ),
    )
    assert await kept(database, FILE, other) == other


async def test_two_people_who_had_each_others_number_get_their_own(database):
    one, two, *others = FILE.practitioners
    right = replace(FILE, practitioners=(replace(one, rpps=two.rpps), replace(two, rpps=one.rpps), *others))
    assert (await kept(database, FILE, right)).practitioners == right.practitioners


async def test_a_number_moves_to_a_new_id(database):
    one, *others = FILE.practitioners
    renamed = replace(one, id=PractitionerId("dr-morvan"))
    right = replace(
        FILE,
        practitioners=(renamed, *others),
        availability_rules=tuple(rule for rule in FILE.availability_rules if rule.practitioner != one.id),
    )
    assert (await kept(database, FILE, right)).practitioners[0] == renamed


@pytest.mark.parametrize(
    ("key", "noun", "id"),
    [
        ("practitioners", "practitioner", "gp-22"),
        ("practices", "practice", PLACE),
        ("session_templates", "session template", "t29"),
    ],
)
async def test_what_a_roster_names_stays_and_nothing_else_is_changed(database, key, noun, id):
    await kept(database, FILE)
    async with database.transaction() as session:
        await stand_in_a_roster(session, ID, practitioner="gp-22", practice=PLACE, template="t29")
    listed = tuple(each for each in getattr(FILE, key) if each.id != id)
    changes: dict[str, Any] = {"communes": FILE.communes[:-1], key: listed}
    with pytest.raises(StillReferred, match=f"rosters name the {noun} {id}") as refusal:
        await kept(database, replace(FILE, **changes))
    assert refusal.value.facts["ids"] == [id]
    assert "hint" in refusal.value.facts
    async with database.transaction() as session:
        assert await get_territory_file(session, ID) == FILE


async def test_nothing_of_one_territory_touches_another(database):
    other = replace(FILE, territory=replace(FILE.territory, id=TerritoryId("other")))
    await kept(database, FILE, other, replace(other, practitioners=(), availability_rules=(), absences=()))
    async with database.transaction() as session:
        assert await get_territory_file(session, ID) == FILE


async def test_a_rule_that_was_there_already_keeps_its_id(database):
    await kept(database, FILE)
    before = set(await versions(database, RULES))
    await kept(database, replace(FILE, availability_rules=FILE.availability_rules[1:]))
    assert before > set(await versions(database, RULES))


async def test_an_entry_is_saved_once_for_each_version(database):
    await kept(database, FILE)
    practice = replace(FILE.practices[0], rooms=9)
    async with database.transaction() as session:
        saved = await save_entry(session, PRACTICES, WHOLE, practice.id, practice, version=1)
    assert saved == Entry(id=practice.id, version=2, value=practice)
    with pytest.raises(StaleVersion) as stale:
        async with database.transaction() as session:
            await save_entry(session, PRACTICES, WHOLE, practice.id, practice, version=1)
    assert stale.value.facts == {"version": 2}


async def test_what_is_not_there_is_not_found(database):
    with pytest.raises(NotFound):
        async with database.transaction() as session:
            await get_territory(session, TerritoryId("nowhere"))
    with pytest.raises(NotFound):
        async with database.transaction() as session:
            await save_entry(session, PRACTICES, WHOLE, "nothing", FILE.practices[0], version=1)


async def test_an_id_is_given_once(database):
    await kept(database, FILE)
    with pytest.raises(AlreadyThere):
        async with database.transaction() as session:
            await add_entry(session, PRACTICES, ID, FILE.practices[0].id, FILE.practices[1])


async def test_pages_hold_every_entry_once_in_order_and_end(database):
    await kept(database, FILE)
    seen: list[Entry[AvailabilityRule]] = []
    after: int | None = -1
    while after is not None:
        async with database.transaction() as session:
            page = await page_entries(session, RULES, WHOLE, after=after, limit=83)
        seen.extend(page.items)
        after = int(page.next_cursor) if page.next_cursor else None
    assert tuple(entry.value for entry in seen) == FILE.availability_rules


async def test_a_former_commune_is_the_one_of_today_and_a_postal_code_is_none(database):
    await kept(database, FILE)
    async with database.transaction() as session:
        assert (await get_commune(session, "53014")).insee == "53062"
        with pytest.raises(Invalid) as refusal:
            await get_commune(session, "53400")
    assert (refusal.value.faults[0].code, refusal.value.faults[0].hint) == (
        "commune.unknown",
        "postal code? Craon is 53084",
    )
