"""Publication: all of it or nothing, once, and only what is lawful today."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import Range

from service.application.roster_publishing import publish_roster
from service.application.rosters import find_roster, read_roster
from service.domain.availability import Absence
from service.domain.calendar import IsoWeek
from service.domain.errors import (
    PublicationTooLate,
    RosterNotReady,
    RosterOver,
    RosterPublished,
    RulesBroken,
    StaleVersion,
)
from service.domain.policy import Policy
from service.domain.rosters import RosterState
from service.storage.directory import replace_territory_file
from service.storage.tables.bookings import SlotRow
from service.storage.tables.rosters import AssignmentRow
from tests.rosters import ANNE, BRUNO, FILE, LAWFUL, MONDAY_QUAI, NOW, SATURDAY, a_draft, a_request, broken

W50 = IsoWeek(2026, 50)
FIRST_SESSION = datetime(2026, 11, 30, 9, tzinfo=UTC)


async def publishing(database, roster, *, version=2, caller=ANNE, now=NOW):
    return await publish_roster(database, roster.id, expected_version=version, caller=caller, now=now)


async def binding(database):
    """Seats that bind, and places offered."""
    async with database.transaction() as session:
        seats = (await session.scalars(select(AssignmentRow).where(AssignmentRow.published))).all()
        slots = (await session.scalars(select(SlotRow))).all()
    return seats, slots


async def save(database, **changes):
    async with database.transaction() as session:
        await replace_territory_file(session, replace(FILE, **changes))


async def test_a_roster_is_not_published_once_its_weeks_have_ended(database):
    draft = await a_draft(database, *LAWFUL)
    with pytest.raises(RosterOver):
        await publishing(database, draft, now=datetime(2026, 12, 6, 23, tzinfo=UTC))
    assert await binding(database) == ([], [])
    late = await publishing(database, draft, now=datetime(2026, 12, 6, 22, 59, 59, tzinfo=UTC))
    assert late.state is RosterState.PUBLISHED


async def test_a_published_roster_binds_its_holders_and_offers_their_places(database):
    draft = await a_draft(database, *LAWFUL)
    published = await publishing(database, draft)
    assert (published.state, published.version, published.published_by) == (RosterState.PUBLISHED, 3, "anne")
    assert await find_roster(database, draft.id, caller=ANNE) == published
    seats, slots = await binding(database)
    assert {(seat.practitioner_id, seat.practice_id, seat.room) for seat in seats} == {
        (each.practitioner, each.practice, 1) for each in LAWFUL
    }
    places = Counter(slot.practitioner_id for slot in slots)
    assert places == {"gp-01": 8, "gp-02": 9, "gp-10": 9, "gp-11": 1}, "capacity, with an assistant, and one counter"


async def test_of_two_who_publish_at_once_the_second_is_told_of_the_newer_version(database):
    draft = await a_draft(database, *LAWFUL)
    done = await asyncio.gather(
        publishing(database, draft), publishing(database, draft, caller=BRUNO), return_exceptions=True
    )
    [refused] = [each for each in done if isinstance(each, StaleVersion)]
    assert (refused.facts["version"], refused.facts["state"]) == (3, "published")
    _, slots = await binding(database)
    assert len(slots) == 27


async def test_what_is_published_is_not_published_again(database):
    draft = await a_draft(database, *LAWFUL)
    await publishing(database, draft)
    with pytest.raises(RosterPublished):
        await publishing(database, draft, version=3)


async def test_what_is_not_solved_is_not_published(database):
    asked = await a_request(database)
    with pytest.raises(RosterNotReady):
        await publishing(database, asked, version=1)


async def test_consent_is_asked_of_the_directory_as_it_is_today(database):
    draft = await a_draft(database, *LAWFUL)
    absence = Absence(practitioner=MONDAY_QUAI.practitioner, from_on=MONDAY_QUAI.on, until_on=MONDAY_QUAI.on)
    await save(database, absences=(*FILE.absences, absence))
    with pytest.raises(RulesBroken) as error:
        await publishing(database, draft)
    assert broken(error.value) == [("absence", "gp-01")]
    assert await find_roster(database, draft.id, caller=ANNE) == draft
    assert await binding(database) == ([], [])


async def test_published_neighbour_weeks_bind(database):
    await publishing(database, await a_draft(database, SATURDAY))
    next_saturday = replace(SATURDAY, on=SATURDAY.on + timedelta(weeks=1))
    draft = await a_draft(database, next_saturday, week=W50)
    with pytest.raises(RulesBroken) as error:
        await publishing(database, draft)
    assert broken(error.value) == [("consecutive_saturdays", "gp-02")]


@pytest.mark.parametrize(("ahead", "refused"), [(timedelta(hours=48), False), (timedelta(hours=47, minutes=59), True)])
async def test_publication_keeps_the_notice_that_the_territory_asks_for(database, ahead, refused):
    draft = await a_draft(database, *LAWFUL)
    await save(database, territory=replace(FILE.territory, policy=Policy(publication_notice_hours=48)))
    publication = publishing(database, draft, now=FIRST_SESSION - ahead)
    if refused:
        with pytest.raises(PublicationTooLate) as error:
            await publication
        assert error.value.facts["first_session_at"] == "2026-11-30T10:00:00+01:00"
    else:
        assert (await publication).state is RosterState.PUBLISHED


async def test_a_roster_is_published_whole_or_not_at_all(database):
    """A seat that already binds elsewhere, at the same hour, stops the publication at its last step but two."""
    draft, other = await a_draft(database, *LAWFUL), await a_draft(database, week=W50)
    _, elsewhere, _ = await read_roster(database, other.id, caller=ANNE)
    _, content, _ = await read_roster(database, draft.id, caller=ANNE)
    time = content.session_at[SATURDAY.key].time
    async with database.transaction() as session:
        session.add(
            AssignmentRow(
                id=draft.id,
                session_id=next(iter(elsewhere.sessions)),
                territory_id=FILE.territory.id,
                practitioner_id=SATURDAY.practitioner,
                practice_id="cab-quai",
                period=Range(time.start, time.end),
                room=1,
                published=True,
            )
        )
    with pytest.raises(RulesBroken) as error:
        await publishing(database, draft)
    assert broken(error.value) == [("one_place_at_a_time", None)]
    assert await find_roster(database, draft.id, caller=ANNE) == draft
    seats, slots = await binding(database)
    assert (len(seats), slots) == (1, [])
