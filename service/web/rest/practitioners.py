"""Practitioners, over REST."""

from fastapi import APIRouter, Response

from service.application.directory_entries import (
    add_to_directory,
    change_directory,
    get_from_directory,
    list_directory,
    remove_from_directory,
)
from service.application.territory_file.practitioners import PractitionerIn
from service.domain.directory import Practitioner
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
from service.storage.directory import PRACTITIONERS
from service.web.dependencies import CallerDep, DatabaseDep, KeyedDep, Now, RequiredVersion
from service.web.problems import answers
from service.web.rest.entries import (
    CREATED,
    SHOWN,
    PageOut,
    PagingDep,
    PractitionerPath,
    TerritoryPath,
    Version,
    locate,
    stamped,
    tag,
)

router = APIRouter(prefix="/territories/{territory}/practitioners", tags=["directory"])


class PractitionerOut(PractitionerIn):
    """A practitioner as it is kept."""

    version: Version

    @classmethod
    def of_entry(cls, entry: Entry[Practitioner]) -> "PractitionerOut":
        return stamped(cls, PractitionerIn.of(entry.value), version=entry.version)


@router.get("", responses=answers(Invalid, NotFound))
async def list_practitioners(
    territory: TerritoryPath, paging: PagingDep, database: DatabaseDep, caller: CallerDep
) -> PageOut[PractitionerOut]:
    """The practitioners of a territory, in the order of its file."""
    page = await list_directory(
        database, PRACTITIONERS, territory, after=paging.after, limit=paging.limit, caller=caller
    )
    return PageOut[PractitionerOut].of(page, PractitionerOut.of_entry)


@router.post("", status_code=201, responses=CREATED | answers(TooLarge, Invalid, NotFound, AlreadyThere))
async def add_practitioner(
    territory: TerritoryPath,
    asked: PractitionerIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    keyed: KeyedDep,
    now: Now,
) -> PractitionerOut:
    """Add a practitioner, with or without a pledge; the practices named must be there."""
    entry = await add_to_directory(
        database, PRACTITIONERS, territory, asked.value(), caller=caller, keyed=keyed, now=now
    )
    locate(response, entry, "territories", territory, "practitioners")
    return PractitionerOut.of_entry(entry)


@router.get("/{practitioner}", responses=SHOWN | answers(Invalid, NotFound))
async def get_practitioner(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> PractitionerOut:
    """One practitioner."""
    entry = await get_from_directory(database, PRACTITIONERS, territory, practitioner, caller=caller)
    tag(response, entry)
    return PractitionerOut.of_entry(entry)


@router.put(
    "/{practitioner}", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing)
)
async def change_practitioner(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    asked: PractitionerIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> PractitionerOut:
    """Change a practitioner, the pledge included."""
    entry = await change_directory(
        database, PRACTITIONERS, territory, practitioner, asked.value(), version=version, caller=caller
    )
    tag(response, entry)
    return PractitionerOut.of_entry(entry)


@router.delete(
    "/{practitioner}",
    status_code=204,
    responses=answers(Invalid, NotFound, StaleVersion, StillReferred, PreconditionMissing),
)
async def remove_practitioner(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    version: RequiredVersion,
    database: DatabaseDep,
    caller: CallerDep,
) -> None:
    """Remove a practitioner whom no roster names, with all that he or she declared."""
    await remove_from_directory(database, PRACTITIONERS, territory, practitioner, version=version, caller=caller)
