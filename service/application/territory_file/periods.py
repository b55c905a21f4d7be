"""The fields that rows with days or hours have in common: `from` and `until`, `start` and `end`."""

from datetime import date, time
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo

from service.application.territory_file.fields import LocalDate, LocalTime, refusal


def _not_before_from(until_on: date | None, info: ValidationInfo) -> date | None:
    from_on = info.data.get("from_on")
    if until_on is not None and from_on is not None and until_on < from_on:
        raise refusal("date.order", "the last day is before the first")
    return until_on


def _after_start(end: time, info: ValidationInfo) -> time:
    if "start" in info.data and end <= info.data["start"]:
        raise refusal("time.order", "the end is not after the start")
    return end


FromDay = Annotated[LocalDate | None, Field(alias="from", description="First day; null: since ever")]
UntilDay = Annotated[
    LocalDate | None,
    Field(alias="until", description="Last day, included; null: open-ended"),
    AfterValidator(_not_before_from),
]
Start = Annotated[LocalTime, Field(description="Local wall time")]
End = Annotated[LocalTime, Field(description="Local wall time, later the same day"), AfterValidator(_after_start)]
