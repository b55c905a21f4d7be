"""Practices, over REST."""

from fastapi import APIRouter, Response

from service.application.directory_entries import (
    add_to_directory,
    change_directory,
    get_from_directory,
    list_directory,
    remove_from_directory,
)
from service.application.territory_file.practices import PracticeIn
from service.domain.directory import Practice
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
from service.storage.directory import PRACTICES
from service.web.dependencies import CallerDep, DatabaseDep, KeyedDep, Now, RequiredVersion
from service.web.problems import answers
from service.web.rest.entries import (
    CREATED,
    SHOWN,
    EntryPath,
    PageOut,
    PagingDep,
    TerritoryPath,
    Version,
    locate,
    stamped,
    tag,
)

router = APIRouter(prefix="/territories/{territory}/practices", tags=["directory"])


class PracticeOut(PracticeIn):
    """A practice as it is kept."""

    version: Version

    @classmethod
    def of_entry(cls, entry: Entry[Practice]) -> "PracticeOut":
        return stamped(cls, PracticeIn.of(entry.value), version=entry.version)


@router.get("", responses=answers(Invalid, NotFound))
async def list_practices(
    territory: TerritoryPath, paging: PagingDep, database: DatabaseDep, caller: CallerDep
) -> PageOut[PracticeOut]:
    """The practices of a territory, in the order of its file."""
    page = await list_directory(database, PRACTICES, territory, after=paging.after, limit=paging.limit, caller=caller)
    return PageOut[PracticeOut].of(page, PracticeOut.of_entry)


@router.post("", status_code=201, responses=CREATED | answers(TooLarge, Invalid, NotFound, AlreadyThere))
async def add_practice(
    territory: TerritoryPath,
    asked: PracticeIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    keyed: KeyedDep,
    now: Now,
) -> PracticeOut:
    """Add a practice; what it refers to must be there."""
    entry = await add_to_directory(database, PRACTICES, territory, asked.value(), caller=caller, keyed=keyed, now=now)
    locate(response, entry, "territories", territory, "practices")
    return PracticeOut.of_entry(entry)


@router.get("/{practice}", responses=SHOWN | answers(Invalid, NotFound))
async def get_practice(
    territory: TerritoryPath, practice: EntryPath, response: Response, database: DatabaseDep, caller: CallerDep
) -> PracticeOut:
    """One practice."""
    entry = await get_from_directory(database, PRACTICES, territory, practice, caller=caller)
    tag(response, entry)
    return PracticeOut.of_entry(entry)


@router.put("/{practice}", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing))
async def change_practice(
    territory: TerritoryPath,
    practice: EntryPath,
    asked: PracticeIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> PracticeOut:
    """Change a practice; templates that rely on a stop keep it from being taken away."""
    entry = await change_directory(
        database, PRACTICES, territory, practice, asked.value(), version=version, caller=caller
    )
    tag(response, entry)
    return PracticeOut.of_entry(entry)


@router.delete(
    "/{practice}",
    status_code=204,
    responses=answers(Invalid, NotFound, StaleVersion, StillReferred, PreconditionMissing),
)
async def remove_practice(
    territory: TerritoryPath, practice: EntryPath, version: RequiredVersion, database: DatabaseDep, caller: CallerDep
) -> None:
    """Remove a practice that nothing names any more."""
    await remove_from_directory(database, PRACTICES, territory, practice, version=version, caller=caller)
