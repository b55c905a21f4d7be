"""The wait-list over REST: enter, see what is offered, accept or decline it, leave."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response

from service.application.wait_list import (
    accept_offer,
    decline_offer,
    enter_wait_list,
    get_entry,
    leave_wait_list,
    list_entries,
)
from service.domain.errors import (
    AlreadyWaiting,
    EntryClosed,
    HoldExpired,
    IdempotencyKeyReused,
    Invalid,
    NotFound,
    NothingOffered,
    OfferExpired,
    StaleVersion,
    TooLarge,
)
from service.domain.wait_list import EntryId
from service.web.counting import count_booking
from service.web.dependencies import CallerDep, DatabaseDep, KeyedDep, Now, etag
from service.web.problems import answers
from service.web.rest.booking_shapes import BookingOut
from service.web.rest.entries import CREATED, PageOut
from service.web.rest.wait_list_shapes import EntryFilterIn, EntryOut, WaitingIn

router = APIRouter(prefix="/wait-list", tags=["bookings"])

ENTERED: dict[int | str, dict[str, Any]] = {
    201: {"headers": {"Location": {"description": "The address of the entry", "schema": {"type": "string"}}}}
}


async def _entry(entry: Annotated[UUID, Path(description="The entry's id")]) -> EntryId:
    return EntryId(entry)


EntryPath = Annotated[EntryId, Depends(_entry)]


@router.post(
    "",
    status_code=201,
    responses=ENTERED | answers(TooLarge, Invalid, IdempotencyKeyReused, NotFound, AlreadyWaiting),
)
async def enter(
    asked: WaitingIn, response: Response, database: DatabaseDep, caller: CallerDep, now: Now, keyed: KeyedDep
) -> EntryOut:
    """Wait for a place of a sector's half-day. A place that comes free is offered in order, each until a deadline."""
    entry = await enter_wait_list(database, asked.value(), caller=caller, now=now, keyed=keyed)
    response.headers["Location"] = f"/v1/wait-list/{entry.id}"
    return EntryOut.of(entry, now)


@router.get("", responses=answers(Invalid, NotFound))
async def find_entries(
    asked: Annotated[EntryFilterIn, Query()], database: DatabaseDep, caller: CallerDep, now: Now
) -> PageOut[EntryOut]:
    """Entries that meet all that is asked, in their order."""
    after = int(asked.cursor or 0)
    page = await list_entries(database, asked.chosen(), after=after, limit=asked.limit, caller=caller)
    return PageOut[EntryOut].of(page, lambda entry: EntryOut.of(entry, now))


@router.get("/{entry}", responses=answers(Invalid, NotFound))
async def find_entry(entry: EntryPath, database: DatabaseDep, caller: CallerDep, now: Now) -> EntryOut:
    """An entry, with what is offered to it at this instant."""
    return EntryOut.of(await get_entry(database, entry, caller=caller), now)


@router.delete("/{entry}", status_code=204, responses=answers(Invalid, NotFound, EntryClosed, StaleVersion))
async def leave(entry: EntryPath, database: DatabaseDep, caller: CallerDep, now: Now) -> None:
    """Wait no longer; what was offered goes to the next in order."""
    await leave_wait_list(database, entry, caller=caller, now=now)


@router.post(
    "/{entry}/accept",
    status_code=201,
    responses=CREATED
    | answers(
        Invalid,
        IdempotencyKeyReused,
        NotFound,
        EntryClosed,
        NothingOffered,
        OfferExpired,
        HoldExpired,
        StaleVersion,
    ),
)
async def accept(
    entry: EntryPath, response: Response, database: DatabaseDep, caller: CallerDep, now: Now, keyed: KeyedDep
) -> BookingOut:
    """The place offered becomes a booking of the case."""
    booking = count_booking(await accept_offer(database, entry, caller=caller, now=now, keyed=keyed), now)
    response.headers["Location"] = f"/v1/bookings/{booking.id}"
    response.headers["ETag"] = etag(booking.version)
    return BookingOut.of(booking)


@router.post(
    "/{entry}/decline",
    responses=answers(Invalid, NotFound, EntryClosed, NothingOffered, OfferExpired, StaleVersion),
)
async def decline(entry: EntryPath, database: DatabaseDep, caller: CallerDep, now: Now) -> EntryOut:
    """The place goes to the next in order; this entry keeps its turn for another place."""
    return EntryOut.of(await decline_offer(database, entry, caller=caller, now=now), now)
