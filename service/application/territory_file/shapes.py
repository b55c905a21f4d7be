"""The whole document as one shape: its keys, in order, and what each list holds."""

from typing import Literal

from pydantic import Field

from service.application.territory_file.availability import (
    AbsenceIn,
    AvailabilityExceptionIn,
    AvailabilityRuleIn,
    DutyIn,
)
from service.application.territory_file.fields import Shape
from service.application.territory_file.practices import PracticeIn
from service.application.territory_file.practitioners import PractitionerIn
from service.application.territory_file.rosters import BurdenIn, PinIn, SessionTemplateIn
from service.application.territory_file.territories import CommuneIn, TerritoryIn

FORMAT = "tourderole/territory@1"


class TerritoryFileIn(Shape):
    """`tourderole/territory@1`: all that the solver and a new territory need."""

    format: Literal["tourderole/territory@1"] = Field(examples=[FORMAT])
    territory: TerritoryIn
    communes: list[CommuneIn]
    practices: list[PracticeIn]
    practitioners: list[PractitionerIn]
    session_templates: list[SessionTemplateIn]
    availability_rules: list[AvailabilityRuleIn]
    absences: list[AbsenceIn]
    availability_exceptions: list[AvailabilityExceptionIn] | None = None
    duties: list[DutyIn] | None = None
    pins: list[PinIn] | None = None
    burden_history: list[BurdenIn]
