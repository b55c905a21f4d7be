"""Accounts of regulators: one active account a person, whatever the SAS sends, in whatever order, how often."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import text

from service.application.needs import understand
from service.application.regulators import active_regulator, regulator_named, regulator_with_email
from service.domain.account_errors import EmailTaken, RegulatorDisabled, RegulatorExists
from service.domain.bookings import Booking, Origin
from service.domain.callers import Caller
from service.domain.errors import Invalid
from service.domain.needs import PlaceHeld
from service.domain.regulators import LONGEST_TEXT
from service.storage.bookings import Naming, Needing, book_held, book_needed, book_needs, book_slot, book_slots
from service.storage.holds import take_hold
from service.storage.tables.regulators import RegulatorEmailRow, RegulatorRow
from tests.make_bookings import NOW, REGULATOR, in_minutes, naming, needing, places, quarters, rows_of
from tests.make_regulators import JULES, NAMED, NUMBER, UUID_OF_SAS, national, posted, put, technical


async def test_an_account_is_found_by_each_of_its_names(database):
    made = await posted(database, national="X", emails=("jules@example.org", "j.marius@example.org"))
    for named in (technical(), national("X")):
        assert await regulator_named(database, named) == made
    for email in ("JULES@example.org", "j.marius@EXAMPLE.org"):
        assert await regulator_with_email(database, email) == made
    assert await active_regulator(database, made.id) == made


@pytest.mark.parametrize("named", [national(UUID_OF_SAS), technical("other")])
async def test_nobody_else_is_found(database, named):
    await posted(database)
    with pytest.raises(RegulatorDisabled):
        await regulator_named(database, named)
    with pytest.raises(RegulatorDisabled):
        await regulator_with_email(database, "jules@example.com")


async def test_a_disabled_regulator_loses_access_at_once_and_may_have_it_back(database):
    made = await posted(database)
    await put(database, technical(), is_active=False)
    for question in (
        active_regulator(database, made.id),
        regulator_named(database, technical()),
        regulator_with_email(database, "jules@example.org"),
    ):
        with pytest.raises(RegulatorDisabled):
            await question
    enabled, is_new = await put(database, technical())
    assert (enabled.id, is_new) == (made.id, False)
    assert await active_regulator(database, made.id) == enabled


@pytest.mark.parametrize(
    ("different", "refusal"),
    [
        ({}, RegulatorExists),
        ({"emails": ("other@example.org",)}, RegulatorExists),
        ({"technical": "other", "emails": ("Jules@Example.org",)}, EmailTaken),
        ({"is_active": False}, None),
    ],
)
async def test_an_active_account_shares_neither_name_nor_email(database, different, refusal):
    await posted(database)
    if refusal is None:
        await posted(database, national="X", technical=None, **different)
        return
    with pytest.raises(refusal):
        await posted(database, **different)
    assert len(await rows_of(database, RegulatorRow)) == 1


async def test_what_a_disabled_account_had_may_be_given_to_another(database):
    first = await posted(database, NAMED)
    await put(database, national(NUMBER), NAMED, is_active=False)
    second = await posted(database)
    moved, is_new = await put(database, technical(), NAMED)
    assert (moved.id, is_new) == (second.id, False)
    assert moved.account == NAMED
    assert (await regulator_named(database, national(NUMBER))).id == second.id != first.id


async def test_a_technical_name_becomes_a_national_one_also_when_the_message_comes_twice(database):
    made = await posted(database)
    [first, *again] = [await put(database, technical(), NAMED, now=in_minutes(1)) for _ in range(3)]
    changed, is_new = first
    assert again == [(changed, False)] * 2
    assert (changed.id, changed.version, is_new) == (made.id, 2, False)
    assert changed.account == NAMED
    assert (changed.created_at, changed.changed_at) == (NOW, in_minutes(1))


async def test_who_is_named_in_the_wrong_system_is_known_by_the_email(database):
    made = await posted(database)
    changed, is_new = await put(database, national(UUID_OF_SAS), technical=NUMBER)
    assert (changed.id, is_new) == (made.id, False)
    another, is_new = await put(database, national(NUMBER), NAMED, emails=("another@example.org",), is_active=False)
    assert is_new
    assert another.id != made.id


async def test_nobody_is_given_what_another_active_account_has(database):
    jules = await posted(database)
    await posted(database, NAMED, emails=("second@example.org",))
    with pytest.raises(RegulatorExists):
        await put(database, technical(), NAMED)
    with pytest.raises(EmailTaken):
        await put(database, technical(), emails=("SECOND@example.org",))
    assert await active_regulator(database, jules.id) == jules


async def test_an_account_comes_back_with_another_email_when_its_own_was_given_away(database):
    await posted(database)
    await put(database, technical(), is_active=False)
    await posted(database, NAMED)
    with pytest.raises(EmailTaken):
        await put(database, technical())
    back, is_new = await put(database, technical(), emails=("new@example.org",))
    assert (back.is_active, is_new) == (True, False)
    assert {row.email for row in await rows_of(database, RegulatorEmailRow)} == {"new@example.org", "jules@example.org"}


async def test_of_twenty_messages_at_once_about_one_person_one_makes_the_account(database):
    ends = await asyncio.gather(*(put(database, technical(), given_name=f"Jules {each}") for each in range(20)))
    assert sorted(is_new for _, is_new in ends) == [False] * 19 + [True]
    assert [row.version for row in await rows_of(database, RegulatorRow)] == [20]


async def test_of_twenty_creations_at_once_one_is_done(database):
    ends = await asyncio.gather(*(posted(database) for _ in range(20)), return_exceptions=True)
    assert sum(isinstance(each, RegulatorExists) for each in ends) == 19
    assert len(await rows_of(database, RegulatorRow)) == 1


@pytest.mark.parametrize("column", ["national_id = 'X'", "technical_id = 'X'"], ids=["national", "technical"])
async def test_the_database_itself_lets_no_name_be_of_two_active_accounts(database, column):
    await posted(database)
    await posted(database, NAMED, emails=("second@example.org",))
    with pytest.raises(RegulatorExists):
        async with database.transaction() as session:
            await session.execute(text(f"UPDATE regulators SET {column}"))  # noqa: S608


async def test_the_database_itself_lets_no_email_be_of_two_active_accounts(database):
    await posted(database)
    await posted(database, NAMED, emails=("second@example.org",))
    with pytest.raises(EmailTaken):
        async with database.transaction() as session:
            await session.execute(text("UPDATE regulator_emails SET email = 'same@example.org'"))


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"technical": None}, "key.missing"),
        ({"emails": ()}, "key.missing"),
        ({"emails": ("",)}, "text.too_short"),
        ({"technical": " "}, "text.too_short"),
        ({"family_name": ""}, "text.too_short"),
        ({"given_name": "\x00"}, "text.control_character"),
        ({"given_name": "\ud800"}, "text.control_character"),
        ({"given_name": "n" * (LONGEST_TEXT + 1)}, "text.too_long"),
    ],
)
def test_an_account_is_whole_or_is_none(different, code):
    with pytest.raises(Invalid) as refused:
        replace(JULES, **different)
    assert [fault.code for fault in refused.value.faults] == [code]


async def test_who_came_from_the_sas_books_for_it_in_every_way(database):
    jules = Caller.from_sas((await posted(database)).id)
    first, second, third, *_ = await places(database, quarters(5))
    named, also = (replace(naming(slot), origin=Origin.PEER) for slot in (first, third))
    hold = await take_hold(database.direct, second, "DRM-2", caller=jules, now=NOW, keyed=None)
    held = PlaceHeld(hold=hold.id, origin=Origin.OSNP)
    needed = needing("DRM-3")
    need = await understand(database, needed.request, now=NOW)
    made = [
        await book_slot(database.direct, Naming(named=named, caller=jules, now=NOW, keyed=None)),
        *await book_slots(database.direct, [Naming(named=also, caller=jules, now=NOW, keyed=None)]),
        await book_held(database.direct, held, caller=jules, now=NOW, keyed=None),
        await book_needed(database.direct, Needing(needed=needed, need=need, caller=jules, now=NOW, keyed=None)),
        *await book_needs(database.direct, [Needing(needed=needed, need=need, caller=jules, now=NOW, keyed=None)]),
    ]
    assert {isinstance(each, Booking) and (each.origin, each.regulator, each.booked_by) for each in made} == {
        (Origin.SAS, jules.regulator, f"regulator:{jules.regulator}")
    }


async def test_others_book_as_they_say(database):
    [slot] = await places(database, quarters(1))
    booking = await book_slot(database.direct, Naming(named=naming(slot), caller=REGULATOR, now=NOW, keyed=None))
    assert (booking.origin, booking.regulator) == (Origin.SAS, None)


BOB = replace(JULES, family_name="Martin", given_name="Bob")


@pytest.mark.parametrize("emails", [JULES.emails, ("bob@example.org",)])
async def test_another_person_under_the_identifier_of_a_disabled_account_begins_anew(database, emails):
    """With the e-mail of a whole centre, too."""
    first = await posted(database)
    await put(database, technical(), is_active=False)
    [made, *again] = [await put(database, technical(), BOB, emails=emails) for _ in range(3)]
    bob, is_new = made
    assert (is_new, again) == (True, [(bob, False)] * 2)
    assert bob.id != first.id
    assert await regulator_named(database, technical()) == bob


async def test_a_disabled_account_does_not_become_another_person_by_being_disabled_again(database):
    first = await posted(database)
    await put(database, technical(), is_active=False)
    *_, (bob, _) = [await put(database, technical(), BOB, is_active=active) for active in (False, False, True)]
    assert bob.id != first.id
    assert len(await rows_of(database, RegulatorRow)) == 2
