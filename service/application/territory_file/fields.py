"""The kinds of field that the shapes are made of: bounded text and numbers, local days and times, identifiers."""

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable
from datetime import date, datetime, time
from functools import cache
from typing import Annotated, Any, TypeVar
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, model_validator
from pydantic.json_schema import WithJsonSchema
from pydantic_core import PydanticCustomError

from service.domain.availability import Level, SchoolHolidays
from service.domain.calendar import HOLIDAY_ZONES, SCHOOL_ZONES, Weekday
from service.domain.directory import Audience
from service.domain.errors import Invalid
from service.domain.faults import nearest
from service.domain.identifiers import (
    checked_finess,
    checked_insee,
    checked_phone,
    checked_rpps,
    checked_rpps_rank,
    checked_siret,
)

NOTE_SUFFIXES = ("_note", "_source")
EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


Hint = str | Callable[[], str | None] | None
"""What would mend a fault; asked for only when it is shown, if it takes long to find."""


def refusal(code: str, message: str, hint: Hint = None) -> PydanticCustomError:
    """A fault, for a validator to raise; the path is where the validator stands."""
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint})


class Shape(BaseModel):
    """An object of the file or of a request: unknown keys are refused, save remarks (`…_note`, `…_source`)."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        allow_inf_nan=False,
        json_schema_extra={"patternProperties": {"_(note|source)$": {"description": "A remark, ignored"}}},
    )

    @model_validator(mode="before")
    @classmethod
    def without_remarks(cls, given: Any) -> Any:
        if not isinstance(given, dict) or given.keys() <= cls.model_fields.keys():
            return given
        return {k: value for k, value in given.items() if not (isinstance(k, str) and k.endswith(NOTE_SUFFIXES))}


def _plain(text: str) -> str:
    """Control characters are refused: a database cannot hold NUL, and no name has a line break."""
    if not text.isprintable() and any(unicodedata.category(character) == "Cc" for character in text):
        raise refusal("text.control_character", "a control character stands in the text", "take it out")
    return text


def _named(text: str) -> str:
    if text != text.strip() or "/" in text or text in (".", ".."):
        raise refusal("id.malformed", "an id has no slash, nor a blank at its ends", "letters, digits, - and _ do")
    return text


def _local_time(given: object) -> object:
    if isinstance(given, str):
        if not re.fullmatch(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", given):
            raise refusal("time.malformed", f"{shown(given)} is no local time", "HH:MM, for example 08:30")
        return time.fromisoformat(given)
    return given


def _local_date(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", given):
            return date.fromisoformat(given)
    except ValueError:
        pass
    raise refusal("date.malformed", f"{shown(given)} is no date", "YYYY-MM-DD, for example 2026-11-23")


_DATE_AND_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})?",
)


def _local_datetime(given: object) -> object:
    if not isinstance(given, str):
        return given
    try:
        if _DATE_AND_TIME.fullmatch(given):
            return datetime.fromisoformat(given)
    except ValueError:
        pass
    raise refusal("time.malformed", f"{shown(given)} is no local date and time", "for example 2026-11-23T20:00")


def _in_our_time(on: date) -> date:
    if not EARLIEST_YEAR <= on.year <= LATEST_YEAR:
        raise refusal("date.out_of_range", f"the year {on.year} is out of range", f"{EARLIEST_YEAR} to {LATEST_YEAR}")
    return on


def shown(text: str) -> str:
    """Foreign text as it may stand in a message: quoted, unprintable characters escaped, cut at 40."""
    return repr(text if len(text) <= 40 else text[:39] + "…")


def _checked(check: Callable[[str], str]) -> AfterValidator:
    """A check of the domain, as a validator."""

    def judge(text: str) -> str:
        try:
            return check(text)
        except Invalid as error:
            fault = error.faults[0]
            raise refusal(fault.code, fault.message, fault.hint) from None

    return AfterValidator(judge)


def _one_of(choices: Callable[[], Iterable[str]], code: str) -> AfterValidator:
    def judge(text: str) -> str:
        known = choices()
        if text not in known:
            hint = nearest(text, known) or f"one of {', '.join(sorted(known)[:15])}"
            raise refusal(code, f"there is no {shown(text)}", hint)
        return text

    return AfterValidator(judge)


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


Item = TypeVar("Item", bound=Hashable)


def each_once(items: list[Item]) -> list[Item]:
    """No entry stands twice in the list."""
    if len(set(items)) < len(items):
        raise refusal("list.duplicate", "an entry stands twice in the list")
    return items


def _described(**schema: object) -> WithJsonSchema:
    return WithJsonSchema(schema)


Text = Annotated[str, Field(max_length=200), AfterValidator(_plain)]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain)]
Id = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(_plain), AfterValidator(_named)]
Sector = Annotated[
    str, Field(min_length=1, max_length=64, description="Part of the territory, by its name"), AfterValidator(_plain)
]

LocalTime = Annotated[
    time,
    BeforeValidator(_local_time),
    PlainSerializer(lambda at: f"{at:%H:%M}", return_type=str),
    _described(type="string", pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:30"]),
]
LocalDate = Annotated[
    date,
    BeforeValidator(_local_date),
    AfterValidator(_in_our_time),
    PlainSerializer(lambda on: on.isoformat(), return_type=str),
    _described(type="string", format="date", examples=["2026-11-23"]),
]
LocalDateTime = Annotated[
    datetime,
    BeforeValidator(_local_datetime),
    AfterValidator(_in_our_time),
    PlainSerializer(lambda at: at.isoformat(timespec="seconds" if at.second else "minutes"), return_type=str),
    _described(type="string", examples=["2026-11-23T20:00"]),
]

Rpps = Annotated[str, _checked(checked_rpps), Field(description="11 digits, Luhn", examples=["99900000011"])]
RppsRank = Annotated[
    str, _checked(checked_rpps_rank), Field(description="RPPS and a rank of 3 digits", examples=["99900000011001"])
]
Finess = Annotated[
    str, _checked(checked_finess), Field(description="9 digits (`2A`, `2B` in Corsica), Luhn", examples=["539900118"])
]
Siret = Annotated[str, _checked(checked_siret), Field(description="14 digits, Luhn", examples=["73282932000074"])]
Phone = Annotated[str, _checked(lambda text: text and checked_phone(text)), Field(examples=["02 43 90 00 00"])]
CommuneCode = Annotated[
    str, _checked(checked_insee), Field(description="INSEE code, never a postal code", examples=["53062"])
]

TimeZone = Annotated[
    str, _one_of(_timezones, "timezone.unknown"), Field(description="Of the IANA database", examples=["Europe/Paris"])
]
SchoolZone = Annotated[str, _one_of(lambda: SCHOOL_ZONES, "school_zone.unknown"), Field(examples=["B"])]
HolidayZone = Annotated[str, _one_of(lambda: HOLIDAY_ZONES, "holiday_zone.unknown"), Field(examples=["metropole"])]

Latitude = Annotated[float, Field(ge=-90, le=90, description="Degrees, WGS 84", examples=[47.8286])]
Longitude = Annotated[float, Field(ge=-180, le=180, description="Degrees, WGS 84", examples=[-0.7028])]
Count = Annotated[int, Field(ge=0, le=100_000_000)]

AnyWeekday = Annotated[Weekday, Field(strict=False, description="Of the local day", examples=["MON"])]
AnyLevel = Annotated[Level, Field(strict=False, description="How welcome a session is then", examples=["available"])]
AnySchoolHolidays = Annotated[SchoolHolidays, Field(strict=False, examples=["always"])]
Audiences = Annotated[
    list[Annotated[Audience, Field(strict=False)]],
    Field(min_length=1, description="To whom the places are shown", examples=[["snp", "cpts"]]),
    AfterValidator(each_once),
]
