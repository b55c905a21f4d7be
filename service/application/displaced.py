"""Bookings whose place a change of roster took away: each goes where it can, or somebody is told.

The same time and place if it can; the same time of the session at its new site within reach, and a notice; else the
best alternative is proposed, and kept; else an alert. All within the transaction that changes the roster.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from service.domain.bookings import Booking, BookingId, Slot, SlotId, SlotState
from service.domain.events import EventType
from service.domain.offering import SeatKey
from service.domain.rosters import Modality
from service.domain.tasks import Outcome, Task, TaskId, TaskKind, TaskState, alternatives
from service.storage.booking_rows import bookings_by_id, save_displaced, save_move
from service.storage.kept import PROPOSAL_TIME, give_back, keep_place
from service.storage.moving import find_alternative, find_same_hour
from service.storage.places import get_place
from service.storage.slots import add_slots, lock_seats, restore_bookings, withdraw_slots
from service.storage.tasks import get_task, open_task, open_task_of, proposals_at, save_closed
from service.storage.wait_list import offer_places, places_waited_for, withdraw_offers

SERVICE = "tourderole"
"""Who closes a task that no person closes."""


async def change_places(
    session: AsyncSession, gone: Collection[SeatKey], added: Sequence[Slot], *, now: datetime
) -> None:
    """The places of some seats go, others come, and no booking is lost.

    What is withdrawn goes first, then the new places come, then bookings find theirs, and what is left is offered to
    those who wait. Raises SeatBooked, SlotHeld.
    """
    come = {(slot.session, slot.practitioner) for slot in added}
    await lock_seats(session, {*gone, *come})
    withdrawn = await withdraw_slots(session, gone, now=now)
    await withdraw_offers(session, withdrawn.holds, now=now)
    restored = await restore_bookings(session, added, now=now)
    await add_slots(session, added)
    await _settle_restored(session, set(restored) - set(withdrawn.bookings), now=now)
    gone_too = await proposals_at(session, withdrawn.places)
    await _settle(session, set(withdrawn.bookings) - set(restored), now=now)
    await _seek_again(session, gone_too, now=now)
    await offer_places(session, await places_waited_for(session, now=now), now=now)


async def _settle_restored(session: AsyncSession, back: Collection[BookingId], *, now: datetime) -> None:
    """Bookings that an earlier change displaced. What went and came back in this one left its task as it was."""
    for booking in await bookings_by_id(session, back):
        known = await _known_place(session, booking, Outcome.RESTORED, now=now)
        await _tell_address(session, booking, known, now=now)


async def _settle(session: AsyncSession, lost: Collection[BookingId], *, now: datetime) -> None:
    """Each by the time of its place."""
    for booking in await bookings_by_id(session, lost):
        known = await _known_place(session, booking, Outcome.SUPERSEDED, now=now)
        same = await find_same_hour(session, booking.slot, now=now)
        if same is None:
            displaced = await save_displaced(session, booking, now=now)
            await seek_alternative(session, displaced, known, now=now)
        else:
            await _tell_address(session, await _hand_over(session, booking, same, now), known, now=now)


async def _known_place(session: AsyncSession, booking: Booking, outcome: Outcome, *, now: datetime) -> Slot:
    """Where the patient believes that he or she is to come: what an open task was to tell is not told yet.

    That task is done, as the booking went another way.
    """
    task = await _end_task_of(session, booking.id, outcome, now=now)
    return booking.slot if task is None else task.left.slot


async def _hand_over(session: AsyncSession, booking: Booking, to: SlotId, now: datetime) -> Booking:
    slot, _ = await get_place(session, to)
    stays = slot.practice == booking.slot.practice or slot.modality is Modality.TELE
    type_ = EventType.BOOKING_HANDED_OVER if stays else EventType.BOOKING_MOVED
    return await put_on(session, booking, to, type_=type_, now=now)


async def _tell_address(session: AsyncSession, booking: Booking, known: Slot, *, now: datetime) -> None:
    """A notice, where the patient would go to another practice."""
    if booking.slot.practice != known.practice and booking.slot.modality is not Modality.TELE:
        await open_task(session, booking, TaskKind.NOTICE, known.id, now=now)


async def put_on(session: AsyncSession, booking: Booking, to: SlotId, *, type_: EventType, now: datetime) -> Booking:
    """A locked booking goes to a locked place that is free, or kept for it."""
    slot, venue = await get_place(session, to)
    free = replace(slot, state=SlotState.FREE, held_until=None)
    moved = replace(booking.move(free, now=now), venue=venue)
    await save_move(session, moved, left=booking.slot.id, now=now, type_=type_)
    return replace(moved, slot=replace(slot, state=SlotState.BUSY, taken=1, held_until=None))


async def seek_alternative(session: AsyncSession, booking: Booking, left: Slot, *, now: datetime) -> Task:
    """A proposal that keeps the best place not proposed before, else an alert."""
    for need in alternatives(left, now=now):
        place = await find_alternative(session, booking.id, need, now=now)
        if place is not None:
            by, time = booking.booked_by, PROPOSAL_TIME
            hold, _ = await keep_place(session, place, booking.case_ref, held_by=by, time=time, now=now)
            return await open_task(session, booking, TaskKind.PROPOSAL, left.id, hold=hold, now=now)
    return await open_task(session, booking, TaskKind.ALERT, left.id, now=now)


async def _seek_again(session: AsyncSession, proposals: Collection[TaskId], *, now: datetime) -> None:
    """What was proposed is no longer there, or not as it was: something else is."""
    for id in proposals:
        task = await get_task(session, id)
        await end_task(session, task, Outcome.SUPERSEDED, now=now)
        await seek_alternative(session, task.booking, task.left.slot, now=now)


async def _end_task_of(session: AsyncSession, booking: BookingId, outcome: Outcome, *, now: datetime) -> Task | None:
    """A locked booking's open task, if any, is done: the booking went another way."""
    task = await open_task_of(session, booking)
    if task is not None:
        await end_task(session, task, outcome, now=now)
    return task


async def end_task(session: AsyncSession, task: Task, outcome: Outcome, *, now: datetime) -> None:
    await save_closed(session, task.closed(TaskState.DONE, by=SERVICE, now=now, outcome=outcome), now=now)
    await let_go(session, task, now=now)


async def let_go(session: AsyncSession, task: Task, *, now: datetime) -> None:
    """The place that a closed task kept goes to the first on the wait-list, or is free."""
    if task.proposal is not None:
        place = await give_back(session, task.proposal.hold, now=now)
        if place is not None:
            await offer_places(session, [place], now=now)
