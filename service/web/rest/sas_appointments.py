"""What the SAS platform was told of bookings, over REST: what waits, what it refused and why, and telling it again."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from service.application import appointments
from service.domain.appointments import Telling, TellingState
from service.domain.errors import Invalid, NotFound
from service.domain.webhooks import Failing
from service.web.dependencies import CallerDep, DatabaseDep, Now
from service.web.problems import answers
from service.web.rest.bookings import BookingPath
from service.web.rest.entries import Limit, PageOut

router = APIRouter(prefix="/sas-appointments", tags=["sas"])


class SasAppointmentOut(BaseModel):
    """How far the SAS platform knows a booking that a regulator of its took."""

    booking: UUID
    territory: str = Field(examples=["cpts-haut-anjou-fictive"])
    state: TellingState
    wanted_version: int = Field(description="Of the booking, that the SAS is to know", examples=[2])
    told_version: int | None = Field(description="Of the booking, that the SAS knows", examples=[1])
    attempts: int = Field(description="That failed since the last success", examples=[0])
    last_attempt_at: datetime | None
    next_attempt_at: datetime | None = Field(description="Null unless it is pending")
    status: int | None = Field(description="HTTP status of the last answer", examples=[422])
    failing: Failing | None = Field(description="Why there was no answer")
    refusal: str | None = Field(description="Why the SAS refused it, in its own words")

    @classmethod
    def of(cls, telling: Telling) -> "SasAppointmentOut":
        return cls(
            booking=telling.booking,
            territory=telling.territory,
            state=telling.state,
            wanted_version=telling.wanted_version,
            told_version=telling.told_version,
            attempts=telling.attempts,
            last_attempt_at=telling.last_attempt_at,
            next_attempt_at=telling.next_attempt_at if telling.state is TellingState.PENDING else None,
            status=telling.status,
            failing=telling.failing,
            refusal=telling.refusal,
        )


@router.get("", responses=answers(Invalid))
async def list_appointments(
    database: DatabaseDep,
    caller: CallerDep,
    state: Annotated[TellingState, Query(description="Those in this state")] = TellingState.REFUSED,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before")] = None,
    limit: Limit = 50,
) -> PageOut[SasAppointmentOut]:
    """What the SAS refused, or what is pending or told, by the booking's id."""
    page = await appointments.list_tellings(database, state, after=cursor, limit=limit, caller=caller)
    return PageOut[SasAppointmentOut].of(page, SasAppointmentOut.of)


@router.post("/{booking}/replay", responses=answers(Invalid, NotFound))
async def replay_appointment(
    booking: BookingPath, database: DatabaseDep, caller: CallerDep, now: Now
) -> SasAppointmentOut:
    """Tell the SAS again of the booking as it now is, whatever became of it."""
    return SasAppointmentOut.of(await appointments.replay_telling(database, booking, caller=caller, now=now))
