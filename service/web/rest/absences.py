"""A practitioner's absences, over REST."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from service.application.availability import change_declared, declare, get_declared, list_declared, withdraw
from service.application.territory_file.fields import LocalDate, Shape
from service.application.territory_file.periods import UntilDay
from service.domain.availability import Absence
from service.domain.directory import PractitionerId
from service.domain.entries import Entry
from service.domain.errors import Invalid, NotFound, PreconditionMissing, StaleVersion, TooLarge
from service.storage.availability import ABSENCES
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

router = APIRouter(prefix="/territories/{territory}/practitioners/{practitioner}/absences", tags=["availability"])


class DaysAwayIn(Shape):
    """Days away, both included; open-ended without `until`. No reason is asked or kept."""

    from_on: LocalDate = Field(alias="from", description="First day away")
    until_on: UntilDay = None

    def value(self, practitioner: PractitionerId) -> Absence:
        return Absence(practitioner=practitioner, from_on=self.from_on, until_on=self.until_on)


class DaysAwayOut(DaysAwayIn):
    """An absence as it is kept."""

    id: UUID
    version: Version

    @classmethod
    def of(cls, entry: Entry[Absence]) -> "DaysAwayOut":
        given = {
            "id": UUID(entry.id),
            "version": entry.version,
            "from_on": entry.value.from_on,
            "until_on": entry.value.until_on,
        }
        return cls.model_validate(given, by_name=True)


@router.get("", responses=answers(Invalid, NotFound))
async def list_absences(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    paging: PagingDep,
    database: DatabaseDep,
    caller: CallerDep,
) -> PageOut[DaysAwayOut]:
    """A practitioner's absences, in the order they came."""
    page = await list_declared(
        database, ABSENCES, territory, practitioner, after=paging.after, limit=paging.limit, caller=caller
    )
    return PageOut[DaysAwayOut].of(page, DaysAwayOut.of)


@router.post("", status_code=201, responses=CREATED | answers(TooLarge, Invalid, NotFound))
async def add_absence(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    asked: DaysAwayIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    keyed: KeyedDep,
    now: Now,
) -> DaysAwayOut:
    """Report an absence that is not all over; it may have begun."""
    absence = asked.value(practitioner)
    entry = await declare(database, ABSENCES, territory, absence, caller=caller, keyed=keyed, now=now)
    locate(response, entry, "territories", territory, "practitioners", practitioner, "absences")
    return DaysAwayOut.of(entry)


@router.get("/{absence}", responses=SHOWN | answers(Invalid, NotFound))
async def get_absence(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    absence: DeclarationPath,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> DaysAwayOut:
    """One absence."""
    entry = await get_declared(database, ABSENCES, territory, practitioner, str(absence), caller=caller)
    tag(response, entry)
    return DaysAwayOut.of(entry)


@router.put("/{absence}", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing))
async def change_absence(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    absence: DeclarationPath,
    asked: DaysAwayIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
) -> DaysAwayOut:
    """Change an absence: a last day that stays may be past."""
    entry = await change_declared(
        database, ABSENCES, territory, str(absence), asked.value(practitioner), version=version, caller=caller, now=now
    )
    tag(response, entry)
    return DaysAwayOut.of(entry)


@router.delete("/{absence}", status_code=204, responses=answers(Invalid, NotFound, StaleVersion, PreconditionMissing))
async def remove_absence(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    absence: DeclarationPath,
    version: RequiredVersion,
    database: DatabaseDep,
    caller: CallerDep,
) -> None:
    """Take an absence back."""
    await withdraw(database, ABSENCES, territory, practitioner, str(absence), version=version, caller=caller)
