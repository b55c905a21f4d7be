"""A practitioner's exceptions to his or her rules, over REST."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from service.application.availability import change_declared, declare, get_declared, list_declared, withdraw
from service.application.territory_file.fields import AnyLevel, LocalDate, Shape
from service.application.territory_file.periods import End, Start
from service.domain.availability import AvailabilityException, ExceptionKind, Level
from service.domain.directory import PractitionerId
from service.domain.entries import Entry
from service.domain.errors import Invalid, NotFound, PreconditionMissing, StaleVersion, TooLarge
from service.storage.availability import EXCEPTIONS
from service.web.dependencies import CallerDep, DatabaseDep, KeyedDep, Now, RequiredVersion
from service.web.problems import answers
from service.web.rest.entries import (
    CREATED,
    SHOWN,
    DeclarationPath,
    PageOut,
    PagingDep,
    PractitionerPath,
    TerritoryPath,
    Version,
    locate,
    tag,
)

router = APIRouter(
    prefix="/territories/{territory}/practitioners/{practitioner}/availability-exceptions", tags=["availability"]
)


class ExceptionIn(Shape):
    """Closes or adds time on one date, whatever the rules say, in the territory's wall time."""

    on: LocalDate = Field(alias="date", description="Today or later")
    start: Start
    end: End
    kind: ExceptionKind = Field(strict=False, description="Takes time away, or adds some", examples=["extra"])
    level: AnyLevel = Field(default=Level.AVAILABLE, description="Of added time", examples=["available"])

    def value(self, practitioner: PractitionerId) -> AvailabilityException:
        return AvailabilityException(
            practitioner=practitioner, on=self.on, start=self.start, end=self.end, kind=self.kind, level=self.level
        )


class ExceptionOut(ExceptionIn):
    """An exception as it is kept."""

    id: UUID
    version: Version

    @classmethod
    def of(cls, entry: Entry[AvailabilityException]) -> "ExceptionOut":
        given = {
            "id": UUID(entry.id),
            "version": entry.version,
            "on": entry.value.on,
            "start": entry.value.start,
            "end": entry.value.end,
            "kind": entry.value.kind,
            "level": entry.value.level,
        }
        return cls.model_validate(given, by_name=True)


@router.get("", responses=answers(Invalid, NotFound))
async def list_exceptions(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    paging: PagingDep,
    database: DatabaseDep,
    caller: CallerDep,
) -> PageOut[ExceptionOut]:
    """A practitioner's exceptions, in the order they came."""
    page = await list_declared(
        database, EXCEPTIONS, territory, practitioner, after=paging.after, limit=paging.limit, caller=caller
    )
    return PageOut[ExceptionOut].of(page, ExceptionOut.of)


@router.post("", status_code=201, responses=CREATED | answers(TooLarge, Invalid, NotFound))
async def add_exception(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    asked: ExceptionIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    keyed: KeyedDep,
    now: Now,
) -> ExceptionOut:
    """Close or add time on one date, today or later."""
    exception = asked.value(practitioner)
    entry = await declare(database, EXCEPTIONS, territory, exception, caller=caller, keyed=keyed, now=now)
    locate(response, entry, "territories", territory, "practitioners", practitioner, "availability-exceptions")
    return ExceptionOut.of(entry)


@router.get("/{exception}", responses=SHOWN | answers(Invalid, NotFound))
async def get_exception(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    exception: DeclarationPath,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> ExceptionOut:
    """One exception."""
    entry = await get_declared(database, EXCEPTIONS, territory, practitioner, str(exception), caller=caller)
    tag(response, entry)
    return ExceptionOut.of(entry)


@router.put("/{exception}", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing))
async def change_exception(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    exception: DeclarationPath,
    asked: ExceptionIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
) -> ExceptionOut:
    """Change an exception."""
    entry = await change_declared(
        database,
        EXCEPTIONS,
        territory,
        str(exception),
        asked.value(practitioner),
        version=version,
        caller=caller,
        now=now,
    )
    tag(response, entry)
    return ExceptionOut.of(entry)


@router.delete("/{exception}", status_code=204, responses=answers(Invalid, NotFound, StaleVersion, PreconditionMissing))
async def remove_exception(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    exception: DeclarationPath,
    version: RequiredVersion,
    database: DatabaseDep,
    caller: CallerDep,
) -> None:
    """Take an exception back; published rosters stay."""
    await withdraw(database, EXCEPTIONS, territory, practitioner, str(exception), version=version, caller=caller)
