"""Territories, and the communes they are made of, over REST."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from service.application import directory
from service.application.territory_file.fields import CommuneCode, Id
from service.application.territory_file.territories import CommuneIn, TerritoryIn
from service.domain.directory import Territory
from service.domain.entries import Entry
from service.domain.errors import (
    AlreadyThere,
    Invalid,
    NotFound,
    PreconditionMissing,
    StaleVersion,
    StillReferred,
    TooLarge,
)
from service.web.dependencies import CallerDep, DatabaseDep, KeyedDep, Now, RequiredVersion
from service.web.problems import answers
from service.web.rest.entries import (
    CREATED,
    SHOWN,
    Limit,
    PageOut,
    PagingDep,
    TerritoryPath,
    Version,
    locate,
    stamped,
    tag,
)

router = APIRouter(tags=["directory"])
Cursor = Annotated[Id | None, Query(description="`next_cursor` of the page before")]


class TerritoryOut(TerritoryIn):
    """A territory as it is kept."""

    version: Version

    @classmethod
    def of_entry(cls, entry: Entry[Territory]) -> "TerritoryOut":
        return stamped(cls, TerritoryIn.of(entry.value), version=entry.version)


@router.get("/territories", responses=answers(Invalid))
async def list_territories(
    database: DatabaseDep, caller: CallerDep, cursor: Cursor = None, limit: Limit = 50
) -> PageOut[TerritoryOut]:
    """All territories, by id."""
    page = await directory.list_territories(database, after=cursor or "", limit=limit, caller=caller)
    return PageOut[TerritoryOut].of(page, TerritoryOut.of_entry)


@router.post("/territories", status_code=201, responses=CREATED | answers(TooLarge, Invalid, AlreadyThere))
async def create_territory(
    asked: TerritoryIn, response: Response, database: DatabaseDep, caller: CallerDep, keyed: KeyedDep, now: Now
) -> TerritoryOut:
    """Create an empty territory; its file brings communes, practices and people."""
    entry = await directory.create_territory(database, asked.value(), caller=caller, keyed=keyed, now=now)
    locate(response, entry, "territories")
    return TerritoryOut.of_entry(entry)


@router.get("/territories/{territory}", responses=SHOWN | answers(Invalid, NotFound))
async def get_territory(
    territory: TerritoryPath, response: Response, database: DatabaseDep, caller: CallerDep
) -> TerritoryOut:
    """One territory."""
    entry = await directory.get_territory(database, territory, caller=caller)
    tag(response, entry)
    return TerritoryOut.of_entry(entry)


@router.put(
    "/territories/{territory}",
    responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing),
)
async def change_territory(
    territory: TerritoryPath,
    asked: TerritoryIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> TerritoryOut:
    """Change a territory and its policy; its session templates must still lie within its hours."""
    entry = await directory.change_territory(database, territory, asked.value(), version=version, caller=caller)
    tag(response, entry)
    return TerritoryOut.of_entry(entry)


@router.delete(
    "/territories/{territory}",
    status_code=204,
    responses=answers(Invalid, NotFound, StaleVersion, StillReferred, PreconditionMissing),
)
async def delete_territory(
    territory: TerritoryPath, version: RequiredVersion, database: DatabaseDep, caller: CallerDep
) -> None:
    """Delete a territory that never had a roster, with all that it holds."""
    await directory.delete_territory(database, territory, version=version, caller=caller)


@router.get("/territories/{territory}/communes", responses=answers(Invalid, NotFound))
async def list_communes(
    territory: TerritoryPath, paging: PagingDep, database: DatabaseDep, caller: CallerDep
) -> PageOut[CommuneIn]:
    """The communes of a territory; they change with its file."""
    page = await directory.list_communes(database, territory, after=paging.after, limit=paging.limit, caller=caller)
    return PageOut[CommuneIn].of(page, CommuneIn.of)


@router.get("/communes/{insee}", responses=answers(Invalid))
async def resolve_commune(
    insee: Annotated[CommuneCode, Path(description="INSEE code, of today or of a commune that has merged")],
    database: DatabaseDep,
    caller: CallerDep,
) -> CommuneIn:
    """The commune of today: 53014, merged in 2019, is 53062. An unknown one is refused, with a hint."""
    return CommuneIn.of(await directory.resolve_commune(database, insee, caller=caller))
