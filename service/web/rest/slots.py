"""Places over REST: searched for, and people counted at walk-in sessions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query

from service.application.slots import close_session, count_arrivals, search_slots
from service.domain.bookings import SlotId
from service.domain.errors import (
    IdempotencyKeyReused,
    Invalid,
    NobodyToTakeBack,
    NotFound,
    NotWalkIn,
    SessionClosed,
    SessionFull,
    SessionNotOpen,
    SlotWithdrawn,
    TooLarge,
)
from service.web.dependencies import TOLD, CallerDep, DatabaseDep, KeyedDep, LanguageDep, Now
from service.web.problems import answers
from service.web.rest.search_shapes import SearchIn, SearchOut
from service.web.rest.slot_shapes import ArrivalsIn, SlotOut

router = APIRouter(prefix="/slots", tags=["slots"])


async def _slot(slot: Annotated[UUID, Path(description="The slot's id")]) -> SlotId:
    return SlotId(slot)


SlotPath = Annotated[SlotId, Depends(_slot)]


@router.get("", response_model_exclude_none=True, responses=TOLD | answers(Invalid))
async def search(
    asked: Annotated[SearchIn, Query()], database: DatabaseDep, caller: CallerDep, now: Now, language: LanguageDep
) -> SearchOut:
    """The free places of a need, ranked by waiting and travel, within the policy's radius; walk-in sessions included.

    The last places of a session rank later while they are kept for the inhabitants of its sector. Nothing that has
    begun is found, save a walk-in session that still takes people. When nothing is found the answer says why, and when
    the next place opens.
    """
    found = await search_slots(database, asked.request(), limit=asked.limit, caller=caller, now=now)
    return SearchOut.of(found, language)


@router.post(
    "/{slot}/arrivals",
    responses=answers(
        TooLarge,
        Invalid,
        IdempotencyKeyReused,
        NotFound,
        NotWalkIn,
        SlotWithdrawn,
        SessionNotOpen,
        SessionClosed,
        SessionFull,
        NobodyToTakeBack,
    ),
)
async def count_people(
    slot: SlotPath, asked: ArrivalsIn, database: DatabaseDep, caller: CallerDep, now: Now, keyed: KeyedDep
) -> SlotOut:
    """Count people who came to a walk-in session, from an hour before it begins; never over its places."""
    counter, venue = await count_arrivals(database, slot, asked.people, caller=caller, now=now, keyed=keyed)
    return SlotOut.of(counter, venue)


@router.post("/{slot}/close", responses=answers(Invalid, NotFound, NotWalkIn, SlotWithdrawn))
async def close(slot: SlotPath, database: DatabaseDep, caller: CallerDep) -> SlotOut:
    """A walk-in session takes nobody more, whatever its count: it is no longer found. Closing twice changes nothing."""
    return SlotOut.of(*await close_session(database, slot, closed=True, caller=caller))


@router.post("/{slot}/reopen", responses=answers(Invalid, NotFound, NotWalkIn, SlotWithdrawn))
async def reopen(slot: SlotPath, database: DatabaseDep, caller: CallerDep) -> SlotOut:
    """A walk-in session that was closed by hand takes people again, as many as it has places."""
    return SlotOut.of(*await close_session(database, slot, closed=False, caller=caller))
