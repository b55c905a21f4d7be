"""A practitioner's availability rules, over REST."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from service.application.availability import change_declared, declare, get_declared, list_declared, withdraw
from service.application.territory_file.fields import AnyLevel, AnySchoolHolidays, AnyWeekday, Shape
from service.application.territory_file.periods import End, FromDay, Start, UntilDay
from service.domain.availability import AvailabilityRule, SchoolHolidays
from service.domain.directory import PractitionerId
from service.domain.entries import Entry
from service.domain.errors import Invalid, NotFound, PreconditionMissing, StaleVersion, TooLarge
from service.storage.availability import RULES
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
    prefix="/territories/{territory}/practitioners/{practitioner}/availability-rules", tags=["availability"]
)


class RuleIn(Shape):
    """Open time on every such weekday, from `from` to `until`, in the territory's wall time."""

    weekday: AnyWeekday = Field(examples=["MON"])
    start: Start
    end: End
    level: AnyLevel = Field(description="How welcome a session is then", examples=["available"])
    from_on: FromDay = None
    until_on: UntilDay = None
    school_holidays: AnySchoolHolidays = Field(
        default=SchoolHolidays.ALWAYS,
        description="Also in school holidays, only then, or never then",
        examples=["never"],
    )

    def value(self, practitioner: PractitionerId) -> AvailabilityRule:
        return AvailabilityRule(
            practitioner=practitioner,
            weekday=self.weekday,
            start=self.start,
            end=self.end,
            level=self.level,
            from_on=self.from_on,
            until_on=self.until_on,
            school_holidays=self.school_holidays,
        )


class RuleOut(RuleIn):
    """A rule as it is kept."""

    id: UUID
    version: Version

    @classmethod
    def of(cls, entry: Entry[AvailabilityRule]) -> "RuleOut":
        given = {
            "id": UUID(entry.id),
            "version": entry.version,
            "weekday": entry.value.weekday,
            "start": entry.value.start,
            "end": entry.value.end,
            "level": entry.value.level,
            "from_on": entry.value.from_on,
            "until_on": entry.value.until_on,
            "school_holidays": entry.value.school_holidays,
        }
        return cls.model_validate(given, by_name=True)


@router.get("", responses=answers(Invalid, NotFound))
async def list_rules(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    paging: PagingDep,
    database: DatabaseDep,
    caller: CallerDep,
) -> PageOut[RuleOut]:
    """A practitioner's rules, in the order they came."""
    page = await list_declared(
        database, RULES, territory, practitioner, after=paging.after, limit=paging.limit, caller=caller
    )
    return PageOut[RuleOut].of(page, RuleOut.of)


@router.post("", status_code=201, responses=CREATED | answers(TooLarge, Invalid, NotFound))
async def add_rule(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    asked: RuleIn,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    keyed: KeyedDep,
    now: Now,
) -> RuleOut:
    """Declare open time that begins today or later and overlaps no other rule of the same practitioner."""
    rule = asked.value(practitioner)
    entry = await declare(database, RULES, territory, rule, caller=caller, keyed=keyed, now=now)
    locate(response, entry, "territories", territory, "practitioners", practitioner, "availability-rules")
    return RuleOut.of(entry)


@router.get("/{rule}", responses=SHOWN | answers(Invalid, NotFound))
async def get_rule(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    rule: DeclarationPath,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
) -> RuleOut:
    """One rule."""
    entry = await get_declared(database, RULES, territory, practitioner, str(rule), caller=caller)
    tag(response, entry)
    return RuleOut.of(entry)


@router.put("/{rule}", responses=SHOWN | answers(TooLarge, Invalid, NotFound, StaleVersion, PreconditionMissing))
async def change_rule(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    rule: DeclarationPath,
    asked: RuleIn,
    version: RequiredVersion,
    response: Response,
    database: DatabaseDep,
    caller: CallerDep,
    now: Now,
) -> RuleOut:
    """Change a rule; days that stay as they were may be past."""
    entry = await change_declared(
        database, RULES, territory, str(rule), asked.value(practitioner), version=version, caller=caller, now=now
    )
    tag(response, entry)
    return RuleOut.of(entry)


@router.delete("/{rule}", status_code=204, responses=answers(Invalid, NotFound, StaleVersion, PreconditionMissing))
async def remove_rule(
    territory: TerritoryPath,
    practitioner: PractitionerPath,
    rule: DeclarationPath,
    version: RequiredVersion,
    database: DatabaseDep,
    caller: CallerDep,
) -> None:
    """Take a rule back; published rosters stay."""
    await withdraw(database, RULES, territory, practitioner, str(rule), version=version, caller=caller)
