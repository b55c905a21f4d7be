"""Bookings as the SAS platform is told of them: what it is told, and how far the telling has come."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.bookings import BookingId, BookingStatus
from service.domain.directory import TerritoryId
from service.domain.regulators import RegulatorIdentifier
from service.domain.webhooks import Failing


@dataclass(frozen=True, slots=True, kw_only=True)
class Appointment:
    """The present state of a booking, and all that the SAS is told of it: nothing about the patient.

    Instants are on the territory's clock. `regulator`: as the SAS itself named who booked.
    """

    booking: BookingId
    version: int
    status: BookingStatus
    start_at: datetime
    end_at: datetime
    booked_at: datetime
    rpps: str
    regulator: RegulatorIdentifier


class TellingState(StrEnum):
    """Pending: due, or waiting for its next attempt. Refused: the SAS says that the message is wrong."""

    PENDING = "pending"
    TOLD = "told"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """How far the SAS knows a booking: `wanted_version` is what it is to know, `told_version` what it has accepted.

    `is_sent`: a message about it may have arrived, so that the next one updates. `since`: when what is pending was
    first due. `refusal`: the SAS's own words.
    """

    booking: BookingId
    territory: TerritoryId
    state: TellingState
    wanted_version: int
    told_version: int | None
    is_sent: bool
    since: datetime
    next_attempt_at: datetime
    attempts: int
    last_attempt_at: datetime | None
    status: int | None
    failing: Failing | None
    refusal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came of a message: the HTTP status, or why there is none. `words`: why it was refused."""

    status: int | None = None
    failing: Failing | None = None
    words: str | None = None

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        """The message itself is wrong (400 malformed, 422 a rule): it is not sent again as it is."""
        return self.status in (400, 422)
