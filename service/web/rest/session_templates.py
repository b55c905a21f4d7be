"""Session templates, over REST."""

from fastapi import APIRouter, Response

from service.application.directory_entries import (
    add_to_directory,
    change_directory,
    get_from_directory,
    list_directory,
    remove_from_directory,
)
from service.application.territory_file.rosters import SessionTemplateIn
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
from service.domain.rosters import SessionTemplate
from service.storage.directory import TEMPLATES
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

router = APIRouter(prefix="/territories/{territory}/session-templates", tags=["directory"])


class SessionTemplateOut(SessionTemplateIn):
    """A session template as it is kept."""

    version: Version

    @classmethod
    def of_entry(cls, entry: Entry[SessionTemplate]) -> "SessionTemplateOut":
        return stamped(cls, SessionTemplateIn.of(entry.value), version=entry.version)


@router.get("", responses=answers(Invalid, NotFound))
async def list_session_templates(
    territory: TerritoryPath, paging: PagingDep, database: DatabaseDep, caller: CallerDep
) -> PageOut[SessionTemplateOut]:
    """The typical week of a territory, in the order of its file."""
    page = await list_directory(database, TEMPLATES, territory, after=paging.after, limit=paging.limit, caller=caller)
    return PageOut[SessionTemplateOut].of(page, SessionTemplateOut.of_entry)


@router.post("", status_code=201, responses=CREATED | answers(TooLarge, Invalid, NotFound, AlreadyThere))
async def add_session_template(
    territory: TerritoryPath,
    asked: SessionTemplateIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    keyed: KeyedDep,
    now: Now,
) -> SessionTemplateOut:
    """Add a session to the typical week; it lies within the hours of unscheduled care."""
    entry = await add_to_directory(database, TEMPLATES, territory, asked.value(), caller=caller, keyed=keyed, now=now)
    locate(response, entry, "territories", territory, "session-templates")
    return SessionTemplateOut.of_entry(entry)


@router.get("/{template}", responses=SHOWN | answers(Invalid, NotFound))
async def get_session_template(
    territory: TerritoryPath, template: EntryPath, response: Response, database: DatabaseDep, caller: CallerDep
) -> SessionTemplateOut:
    """One session template."""
    entry = await get_from_directory(database, TEMPLATES, territory, template, caller=caller)
    tag(response, entry)
    return SessionTemplateOut.of_entry(entry)


@router.put("/{template}", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing))
async def change_session_template(
    territory: TerritoryPath,
    template: EntryPath,
    asked: SessionTemplateIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> SessionTemplateOut:
    """Change a session template; rosters that are there stay as they are."""
    entry = await change_directory(
        database, TEMPLATES, territory, template, asked.value(), version=version, caller=caller
    )
    tag(response, entry)
    return SessionTemplateOut.of_entry(entry)


@router.delete(
    "/{template}",
    status_code=204,
    responses=answers(Invalid, NotFound, StaleVersion, StillReferred, PreconditionMissing),
)
async def remove_session_template(
    territory: TerritoryPath, template: EntryPath, version: RequiredVersion, database: DatabaseDep, caller: CallerDep
) -> None:
    """Remove a session template that no roster names."""
    await remove_from_directory(database, TEMPLATES, territory, template, version=version, caller=caller)
