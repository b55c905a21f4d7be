"""What practitioners declare, over REST: the pledge, what all of it comes to, and the lists of rules and days."""

from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from service.application.availability import expand_availability, set_pledge
from service.application.directory_entries import get_from_directory
from service.application.territory_file.fields import LocalDate, Shape
from service.application.territory_file.practitioners import PledgeIn
from service.domain.availability import Level
from service.domain.declarations import OpenDay, Opening
from service.domain.directory import Practitioner
from service.domain.entries import Entry
from service.domain.errors import Invalid, NotFound, PreconditionMissing, StaleVersion, TooLarge
from service.storage.directory import PRACTITIONERS
from service.web.dependencies import CallerDep, DatabaseDep, RequiredVersion
from service.web.problems import answers
from service.web.rest import absences, availability_exceptions, availability_rules
from service.web.rest.entries import SHOWN, PractitionerPath, TerritoryPath, Version, tag

router = APIRouter()
own = APIRouter(prefix="/territories/{territory}/practitioners/{practitioner}", tags=["availability"])


class PledgeOut(Shape):
    """What a practitioner promises; null: nothing. The version is the practitioner's."""

    pledge: PledgeIn | None
    version: Version

    @classmethod
    def of(cls, entry: Entry[Practitioner]) -> "PledgeOut":
        pledge = entry.value.pledge
        return cls(pledge=PledgeIn.of(pledge) if pledge else None, version=entry.version)


class OpeningOut(BaseModel):
    """Declared time, as instants."""

    start: datetime = Field(description="With the territory's offset", examples=["2026-11-23T10:00:00+01:00"])
    end: datetime = Field(description="With the territory's offset", examples=["2026-11-23T12:00:00+01:00"])
    level: Level = Field(examples=["available"])

    @classmethod
    def of(cls, opening: Opening, zone: ZoneInfo) -> "OpeningOut":
        start, end = opening.time.start.astimezone(zone), opening.time.end.astimezone(zone)
        return cls(start=start, end=end, level=opening.level)


class OpenDayOut(BaseModel):
    """One day of a practitioner."""

    on: date = Field(serialization_alias="date", examples=["2026-11-23"])
    is_absent: bool = Field(description="Away that day: nothing is open", examples=[False])
    open: list[OpeningOut] = Field(description="As declared: pieces may touch or overlap")
    lost: list[OpeningOut] = Field(description="What would be open without the absence")

    @classmethod
    def of(cls, day: OpenDay, zone: ZoneInfo) -> "OpenDayOut":
        return cls(
            on=day.on,
            is_absent=day.is_absent,
            open=[OpeningOut.of(opening, zone) for opening in day.openings],
            lost=[OpeningOut.of(opening, zone) for opening in day.lost],
        )


class AvailabilityOut(BaseModel):
    """A practitioner's open time over a period."""

    practitioner: str = Field(examples=["gp-01"])
    timezone: str = Field(examples=["Europe/Paris"])
    days: list[OpenDayOut] = Field(description="Every day from `from` to `until`")


@own.get("/pledge", responses=SHOWN | answers(Invalid, NotFound))
async def get_pledge(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> PledgeOut:
    """What a practitioner promises."""
    entry = await get_from_directory(database, PRACTITIONERS, territory, practitioner, caller=caller)
    tag(response, entry)
    return PledgeOut.of(entry)


@own.put("/pledge", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing))
async def change_pledge(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    asked: PledgeIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> PledgeOut:
    """Promise time, of one's own will. The version is the practitioner's."""
    entry = await set_pledge(database, territory, practitioner, asked.value(), version=version, caller=caller)
    tag(response, entry)
    return PledgeOut.of(entry)


@own.delete("/pledge", status_code=204, responses=answers(Invalid, NotFound, StaleVersion, PreconditionMissing))
async def withdraw_pledge(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    version: RequiredVersion,
    database: DatabaseDep,
    caller: CallerDep,
) -> None:
    """Promise nothing any more: nobody is rostered without a pledge. The version is the practitioner's."""
    await set_pledge(database, territory, practitioner, None, version=version, caller=caller)


@own.get("/availability", responses=answers(Invalid, NotFound))
async def get_availability(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    first: Annotated[LocalDate, Query(alias="from", description="First day")],
    last: Annotated[LocalDate, Query(alias="until", description="Last day, included; 100 days at most")],
    database: DatabaseDep,
    caller: CallerDep,
) -> AvailabilityOut:
    """A practitioner's open time day by day: rules, exceptions and absences taken together."""
    clock, days = await expand_availability(database, territory, practitioner, first, last, caller=caller)
    shown = [OpenDayOut.of(day, clock.zone) for day in days]
    return AvailabilityOut(practitioner=practitioner, timezone=clock.timezone, days=shown)


router.include_router(own)
for part in (availability_rules, availability_exceptions, absences):
    router.include_router(part.router)
