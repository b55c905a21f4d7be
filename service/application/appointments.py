"""The SAS platform told of what its regulators booked: in the order of each booking, once, whatever comes between."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from service.application.appointment_sending import Messenger
from service.domain.appointments import Appointment, Reply, Telling, TellingState
from service.domain.bookings import BookingId
from service.domain.callers import Caller
from service.domain.entries import Page
from service.domain.events import Event
from service.domain.webhooks import Retrying
from service.storage import appointments as stored
from service.storage.database import Database

LANES = 8
"""Messages under way at the same time, each of another booking."""
TURN = timedelta(seconds=30)
"""Of one job."""
UNKNOWN = "the directory no longer knows the practitioner of this booking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Informing:
    """What is needed to tell the platform. `draw` gives a number in [0, 1): the jitter of waits."""

    messenger: Messenger
    retrying: Retrying
    clock: Callable[[], datetime]
    draw: Callable[[], float]


async def want_told(session: AsyncSession, events: Iterable[Event], *, now: datetime) -> None:
    """Part of relaying: the SAS is to know the bookings of its regulators as these events leave them."""
    versions: dict[BookingId, int] = {}
    for event in events:
        version = event.data.get("version")
        if event.type.startswith("booking.") and event.booking is not None and isinstance(version, int):
            versions[event.booking] = version
    if versions:
        await stored.want_told(session, versions, now=now)


async def tell_due(database: Database, how: Informing) -> int:
    """Tell all that is due until nothing is, the platform fails, or the turn is over. Gives how many attempts.

    One message comes first; once it is answered, more come at a time, and what waits for its next attempt is due: a
    platform that is down is left in peace. A fault of ours is raised when all that was under way has ended.
    """
    attempts, lanes, end = 0, 1, how.clock() + TURN
    while how.clock() < end:
        due = await _due(database, how, lanes)
        ends = await asyncio.gather(*(_tell(database, *each, how) for each in due), return_exceptions=True)
        for error in (end for end in ends if isinstance(end, BaseException)):
            raise error
        attempts += len(due)
        if not any(ends):
            break
        if lanes < LANES:
            await _hurry(database, how)
        lanes = LANES
    return attempts


async def _hurry(database: Database, how: Informing) -> None:
    async with database.transaction() as session:
        await stored.hurry_tellings(session, now=how.clock())


async def _due(database: Database, how: Informing, lanes: int) -> list[tuple[Telling, Appointment | None]]:
    """Each with the booking as it now is. That something may have been sent is on record before anything is."""
    async with database.transaction() as session:
        due = await stored.take_due(session, now=how.clock(), limit=lanes)
        found = await stored.appointments_of(session, [each.booking for each in due])
    return [(each, found.get(each.booking)) for each in due]


async def _tell(database: Database, telling: Telling, appointment: Appointment | None, how: Informing) -> bool:
    """Whether the platform answered, be it with a refusal."""
    if appointment is None:
        reply = Reply(words=UNKNOWN)
    else:
        reply = await how.messenger.send(appointment, again=telling.is_sent)
    version = appointment.version if appointment else telling.wanted_version
    now = how.clock()
    async with database.transaction() as session:
        if reply.is_success and reply.status is not None:
            await stored.save_told(session, telling.booking, version, reply.status, now=now)
            if telling.attempts:
                await stored.hurry_tellings(session, now=now)
        elif reply.is_refusal or appointment is None:
            await stored.save_refused(session, telling.booking, version, reply, now=now)
            if not telling.is_sent:
                await stored.unsend(session, telling.booking)
        else:
            await stored.save_failed(session, _failed(telling, reply, how, now))
            return False
    return True


def _failed(telling: Telling, reply: Reply, how: Informing, now: datetime) -> Telling:
    attempts = telling.attempts + 1
    return replace(
        telling,
        attempts=attempts,
        last_attempt_at=now,
        next_attempt_at=now + how.retrying.wait(attempts, how.draw()),
        status=reply.status,
        failing=reply.failing,
    )


async def rest(database: Database, *, now: datetime, pause: timedelta) -> None:
    """Leave the platform alone when telling it fails for a fault of ours."""
    async with database.transaction() as session:
        await stored.rest_tellings(session, now=now, pause=pause)


async def list_tellings(
    database: Database, state: TellingState, *, after: UUID | None, limit: int, caller: Caller
) -> Page[Telling]:
    """By the booking's id."""
    async with database.transaction() as session:
        return await stored.page_tellings(session, state, after=after, limit=limit)


async def replay_telling(database: Database, id: BookingId, *, caller: Caller, now: datetime) -> Telling:
    """Tell the SAS again of the booking as it is, whatever became of it. Raises NotFound."""
    async with database.transaction() as session:
        await stored.get_telling(session, id)
        await stored.replay_telling(session, id, now=now)
        return await stored.get_telling(session, id)
