"""Seats that go and come back while their patients' tasks are decided, places held, moved to, and waited for."""

import asyncio
from collections import Counter
from itertools import chain, count

import pytest

from service.application.bookings import book_place, cancel_booking, hold_slot, move_booking, release_hold
from service.application.roster_edits import edit_roster
from service.application.rosters import read_roster
from service.application.tasks import accept_task, close_task, decline_task, list_tasks
from service.application.wait_list import accept_offer, decline_offer, enter_wait_list, list_entries, offer_waited_for
from service.domain.bookings import Booking, Hold
from service.domain.errors import Conflict, NotFound, Unavailable
from service.domain.roster_content import Edit
from service.domain.rosters import HalfDay
from service.domain.tasks import Outcome, TaskFilter, TaskState
from service.domain.wait_list import EntryFilter, EntryState, Waiting
from service.storage.database import Database
from tests.audited import a_published_week, by_session, naming
from tests.crash.processes import audited
from tests.rosters import ANNE, FILE, NOW, TERRITORY
from tests.worker.watching import PATIENCE_SECONDS

TIMES = 4
"""Seats go and come back at least so often, and until all of these were done."""
DONE = {"accepted", "declined", "closed", "booked", "held", "released", "moved", "cancelled", "answered"}


@pytest.fixture
async def crowd(database_url):
    """As many connections as a busy server has."""
    async with Database(database_url, pool_size=25) as database:
        yield database


async def test_seats_go_and_come_back_under_patients_tasks_and_cases_that_wait(crowd):
    roster = await a_published_week(crowd)
    sessions = (await by_session(crowd))[:3]
    places = list(chain.from_iterable(ids for _, ids in sessions))
    for number, place in enumerate(places[::2]):
        await book_place(crowd, naming(place, f"DRM-{number}"), caller=ANNE, now=NOW)
    for number in range(6):
        await enter_wait_list(crowd, waiting_for(sessions[0][0], number), caller=ANNE, now=NOW)
    callers = [
        decisions(crowd, 0),
        decisions(crowd, 1),
        bookings(crowd, places),
        bookings(crowd, places),
        offers(crowd),
    ]
    found: Counter[str | type] = Counter()
    async with asyncio.timeout(3 * PATIENCE_SECONDS), asyncio.TaskGroup() as group:
        editing = group.create_task(go_and_come_back(crowd, roster, {row.template_id for row, _ in sessions}, found))
        for each in callers:
            group.create_task(repeated(each, found, until=editing))
    assert Unavailable not in found
    await offer_waited_for(crowd, now=NOW)
    await audited(crowd.url)


def waiting_for(session, number):
    assert session.period.lower is not None
    half_day = HalfDay.of(session.period.lower.astimezone(FILE.territory.zone).time())
    where = {"territory": TERRITORY, "sector": session.template["sector"], "half_day": half_day}
    return Waiting(case_ref=f"DRM-W{number}", on=session.on_date, **where)


async def go_and_come_back(crowd, roster, templates, found):
    """By an amendment each."""
    _, content, _ = await read_roster(crowd, roster.id, caller=ANNE)
    seats = tuple(seat for seat in content.assignments if seat.template in templates)
    times, version = 0, roster.version
    while times < TIMES or not found.keys() >= DONE:
        for edit in (Edit(removed=seats), Edit(added=seats)):
            version = (await amended(crowd, roster, edit, version)).version
        times += 1


async def amended(crowd, roster, edit, version):
    """Again where a caller holds a place at this instant."""
    while True:
        try:
            after, _, _ = await edit_roster(
                crowd, roster.id, edit, reason="ill", expected_version=version, caller=ANNE, now=NOW
            )
        except Conflict:
            continue
        return after


async def repeated(attempts, found, *, until):
    """What came of each attempt until the seats have come back for the last time."""
    async for attempt, what in attempts:
        try:
            await attempt
            found[what] += 1
        except (Conflict, NotFound, Unavailable) as refusal:
            found[type(refusal)] += 1
        if until.done():
            return


async def close_elsewhere(crowd, id, *, caller, now):
    return await close_task(crowd, id, Outcome.ELSEWHERE, caller=caller, now=now)


async def decisions(crowd, first):
    """Every second open task is accepted, declined or closed, in turn."""
    numbers = count(first)
    while True:
        open_ones = TaskFilter(state=TaskState.OPEN)
        tasks = (await list_tasks(crowd, open_ones, after=None, limit=20, caller=ANNE)).items
        for task in tasks[first::2]:
            decide, what = ((accept_task, "accepted"), (decline_task, "declined"), (close_elsewhere, "closed"))[
                next(numbers) % 3
            ]
            yield decide(crowd, task.id, caller=ANNE, now=NOW), what
        if len(tasks) <= first:
            yield asyncio.sleep(0), "idle"


async def bookings(crowd, places):
    """Places booked, held and released; bookings moved and cancelled."""
    numbers, own = count(), []
    held: list[Hold] = []

    async def book(place, number):
        own.append(await book_place(crowd, naming(place, f"DRM-B{number}"), caller=ANNE, now=NOW))

    async def hold(place, number):
        held.append(await hold_slot(crowd, place, f"DRM-H{number}", caller=ANNE, now=NOW))

    while True:
        number = next(numbers)
        place = places[(7 * number) % len(places)]
        yield book(place, number), "booked"
        if number % 5 == 0:
            yield hold(places[(3 * number + 1) % len(places)], number), "held"
        for each in (held.pop() for _ in held[:]):
            yield release_hold(crowd, each.id, caller=ANNE, now=NOW), "released"
        if own:
            booking: Booking = own[number % len(own)]
            yield move_booking(crowd, booking.id, places[(3 * number) % len(places)], caller=ANNE, now=NOW), "moved"
        if len(own) > 3:
            yield cancel_booking(crowd, own.pop(0).id, caller=ANNE, now=NOW), "cancelled"


async def offers(crowd):
    """What is offered to cases that wait is accepted or declined; what is free is offered."""
    numbers = count()
    while True:
        waiting = EntryFilter(territory=TERRITORY, state=EntryState.WAITING)
        for entry in (await list_entries(crowd, waiting, after=0, limit=20, caller=ANNE)).items:
            if entry.offer:
                answer = (accept_offer, decline_offer)[next(numbers) % 2]
                yield answer(crowd, entry.id, caller=ANNE, now=NOW), "answered"
        yield offer_waited_for(crowd, now=NOW), "swept"
