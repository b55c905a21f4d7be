"""Rosters over REST: requested, followed, stopped, edited, published."""

from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any
from uuid import UUID

from anyio import Event
from fastapi import APIRouter, Depends, Path, Query, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from service.application.roster_edits import edit_roster
from service.application.roster_publishing import publish_roster
from service.application.rosters import (
    find_roster,
    follow_roster,
    list_rosters,
    read_roster,
    request_roster,
    stop_roster,
)
from service.domain.callers import Caller
from service.domain.errors import (
    IdempotencyKeyReused,
    Invalid,
    NotFound,
    PreconditionMissing,
    PublicationTooLate,
    RosterExists,
    RosterNotReady,
    RosterOver,
    RosterPublished,
    RulesBroken,
    SeatBooked,
    SessionBegun,
    SlotHeld,
    StaleVersion,
    TooLarge,
)
from service.domain.roster_life import Roster
from service.domain.rosters import RosterId
from service.storage.database import Database
from service.web.dependencies import CallerDep, DatabaseDep, KeyedDep, Now, OptionalVersion, RequiredVersion, etag
from service.web.problems import answers
from service.web.rest.entries import CREATED, SHOWN, Limit, PageOut, TerritoryPath
from service.web.rest.roster_shapes import EditIn, RosterIn, RosterOut, RosterSummaryOut

STREAM_GRACE_SECONDS = 5
"""For a stream to end whole when the server stops: it looks up every half second."""

router = APIRouter(tags=["rosters"])
ACCEPTED: dict[int | str, dict[str, Any]] = {202: CREATED[201]}
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Server-sent events", "content": {"text/event-stream": {}}}
}


async def _roster(roster: Annotated[UUID, Path(description="The roster's id")]) -> RosterId:
    return RosterId(roster)


RosterPath = Annotated[RosterId, Depends(_roster)]
WeekCursor = Annotated[
    str,
    Query(alias="cursor", pattern=r"^20\d{2}-W\d{2}$", description="`next_cursor` of the page before"),
]


def tag_roster(response: Response, roster: Roster) -> None:
    response.headers["ETag"] = etag(roster.version)


@router.post(
    "/territories/{territory}/rosters",
    status_code=202,
    responses=ACCEPTED
    | answers(TooLarge, Invalid, IdempotencyKeyReused, NotFound, RosterExists, RosterPublished, StaleVersion),
)
async def ask_for_roster(
    territory: TerritoryPath,
    asked: RosterIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
    expected_version: OptionalVersion,
    keyed: KeyedDep,
) -> RosterSummaryOut:
    """Ask for a roster; it is solved as a job. Over a draft of these weeks only with its ETag in If-Match.

    The present week may be asked for, a week that has ended not.
    """
    roster = await request_roster(
        database,
        territory,
        asked.iso_weeks(),
        seed=asked.seed,
        seconds=asked.seconds,
        caller=caller,
        now=now,
        expected_version=expected_version,
        keyed=keyed,
    )
    response.headers["Location"] = f"/v1/rosters/{roster.id}"
    tag_roster(response, roster)
    return RosterSummaryOut.of(roster)


@router.get("/territories/{territory}/rosters", responses=answers(Invalid, NotFound))
async def list_rosters_of_territory(
    territory: TerritoryPath, database: DatabaseDep, caller: CallerDep, before: WeekCursor = "", limit: Limit = 50
) -> PageOut[RosterSummaryOut]:
    """The territory's rosters, the latest weeks first."""
    page = await list_rosters(database, territory, before=before, limit=limit, caller=caller)
    return PageOut[RosterSummaryOut].of(page, RosterSummaryOut.of)


@router.get("/rosters/{roster}", responses=SHOWN | answers(Invalid, NotFound))
async def get_roster(roster: RosterPath, response: Response, database: DatabaseDep, caller: CallerDep) -> RosterOut:
    """A roster with its sessions and who holds them."""
    read, content, territory = await read_roster(database, roster, caller=caller)
    tag_roster(response, read)
    return RosterOut.with_content(read, content, territory)


@router.get(
    "/rosters/{roster}/progress",
    response_class=EventSourceResponse,
    responses=STREAM | answers(Invalid, NotFound),
)
async def follow(roster: RosterPath, database: DatabaseDep, caller: CallerDep) -> EventSourceResponse:
    """How the solve goes: an event `progress` per change, then `solved` or `failed`; each with the roster's summary."""
    await find_roster(database, roster, caller=caller)
    server_stops = Event()
    events = _events(database, roster, caller, server_stops.is_set)
    return EventSourceResponse(events, shutdown_event=server_stops, shutdown_grace_period=STREAM_GRACE_SECONDS)


async def _events(
    database: Database, roster: RosterId, caller: Caller, ended: Callable[[], bool]
) -> AsyncIterator[ServerSentEvent]:
    async for seen in follow_roster(database, roster, caller=caller, ended=ended):
        event = "progress" if seen.solving.is_under_way else seen.solving.value
        yield ServerSentEvent(event=event, data=RosterSummaryOut.of(seen).model_dump_json())


@router.post("/rosters/{roster}/stop", status_code=202, responses=answers(Invalid, NotFound, RosterNotReady))
async def stop(roster: RosterPath, database: DatabaseDep, caller: CallerDep) -> RosterSummaryOut:
    """End the solve under way; the best roster so far becomes the draft."""
    return RosterSummaryOut.of(await stop_roster(database, roster, caller=caller))


@router.patch(
    "/rosters/{roster}/assignments",
    responses=SHOWN
    | answers(
        TooLarge,
        Invalid,
        NotFound,
        RosterNotReady,
        RulesBroken,
        SeatBooked,
        SessionBegun,
        SlotHeld,
        StaleVersion,
        PreconditionMissing,
    ),
)
async def edit_assignments(
    roster: RosterPath,
    asked: EditIn,
    expected_version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
) -> RosterOut:
    """Change by hand who holds what. Every rule is checked; what is published is amended, with a reason."""
    edited, content, territory = await edit_roster(
        database,
        roster,
        asked.edit(),
        reason=asked.reason,
        expected_version=expected_version,
        caller=caller,
        now=now,
    )
    tag_roster(response, edited)
    return RosterOut.with_content(edited, content, territory)


@router.post(
    "/rosters/{roster}/publish",
    responses=SHOWN
    | answers(
        Invalid,
        NotFound,
        PublicationTooLate,
        RosterNotReady,
        RosterOver,
        RosterPublished,
        RulesBroken,
        StaleVersion,
        PreconditionMissing,
    ),
)
async def publish(
    roster: RosterPath,
    expected_version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
) -> RosterSummaryOut:
    """Make the roster binding and offer its places. There is no way back: it can be amended, with a reason."""
    published = await publish_roster(database, roster, expected_version=expected_version, caller=caller, now=now)
    tag_roster(response, published)
    return RosterSummaryOut.of(published)
