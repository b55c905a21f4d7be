"""Places, holds and bookings, and what may become of each."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from stdnum.fr import nir

from service.domain.calendar import Interval
from service.domain.directory import Audience, PracticeId, PractitionerId, TerritoryId
from service.domain.errors import (
    BookingClosed,
    BookingDisplaced,
    Invalid,
    NobodyToTakeBack,
    NotWalkIn,
    SessionClosed,
    SessionFull,
    SessionNotOpen,
    SlotBegun,
    SlotHeld,
    SlotNotBegun,
    SlotTaken,
    SlotWithdrawn,
    WalkInNotBookable,
)
from service.domain.faults import Fault
from service.domain.geography import Point
from service.domain.keeping import Keeping
from service.domain.regulators import RegulatorId
from service.domain.rosters import Modality, Mode, SessionId
from service.domain.venues import Venue

SlotId = NewType("SlotId", UUID)
HoldId = NewType("HoldId", UUID)
BookingId = NewType("BookingId", UUID)

DOORS_OPEN = timedelta(hours=1)
"""Before a session begins: who comes early is seen, and counted, from then on."""


class SlotState(StrEnum):
    """A hold whose time is over counts as free: the next statement takes it over. Only walk-in sessions are closed."""

    FREE = "free"
    HELD = "held"
    BUSY = "busy"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Attendance(StrEnum):
    """Whether it is worth going to a walk-in session. Closed: full, or by hand."""

    OPEN = "open"
    NEARLY_FULL = "nearly_full"
    CLOSED = "closed"


class BookingStatus(StrEnum):
    BOOKED = "booked"
    FULFILLED = "fulfilled"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"


class Origin(StrEnum):
    """Who sent the patient: money depends on it."""

    SAS = "sas"
    OSNP = "osnp"
    ED = "ed"
    PEER = "peer"
    CPTS_DESK = "cpts_desk"
    WALK_IN = "walk_in"
    SELF = "self"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One patient's place, or the one counter of a walk-in session: `places` of which `taken`, never held nor booked.

    `audiences`: those of the session that the holder's pledge names too. `held_until`: of its latest hold.
    `kept`: for whom it is kept, and how long.
    """

    id: SlotId
    session: SessionId
    territory: TerritoryId
    practice: PracticeId
    practitioner: PractitionerId
    time: Interval
    point: Point
    mode: Mode
    modality: Modality
    audiences: frozenset[Audience]
    places: int = 1
    taken: int = 0
    state: SlotState = SlotState.FREE
    held_until: datetime | None = None
    kept: Keeping | None = None

    @property
    def places_left(self) -> int:
        return self.places - self.taken

    def attendance(self, nearly_full_percent: int) -> Attendance | None:
        """Of a walk-in session; None of a place that is booked."""
        if self.mode is not Mode.WALK_IN:
            return None
        if self.state is not SlotState.FREE or not self.places_left:
            return Attendance.CLOSED
        is_near = 100 * self.taken >= nearly_full_percent * self.places
        return Attendance.NEARLY_FULL if is_near else Attendance.OPEN

    def refuse_unless_free(self, *, now: datetime) -> None:
        """Raises the first that applies: WalkInNotBookable, SlotWithdrawn, SlotBegun, SlotTaken, SlotHeld."""
        if self.mode is Mode.WALK_IN:
            raise WalkInNotBookable(slot=str(self.id))
        if self.state is SlotState.WITHDRAWN:
            raise SlotWithdrawn(slot=str(self.id))
        self.refuse_if_begun(now=now)
        if self.state is SlotState.BUSY:
            raise SlotTaken(slot=str(self.id))
        if self.held_until is not None and self.held_until > now:
            raise SlotHeld(slot=str(self.id), retry_at=self.held_until.isoformat())

    def refuse_if_begun(self, *, now: datetime) -> None:
        """Raises SlotBegun."""
        if self.time.start <= now:
            raise SlotBegun(slot=str(self.id))

    def refuse_count(self, change: int, *, now: datetime) -> None:
        """Why so many people more, or fewer, are not counted at this instant; nothing when they would be.

        Raises NotWalkIn, SlotWithdrawn, SessionNotOpen, SessionClosed, SessionFull, NobodyToTakeBack.
        """
        self.refuse_unless_walk_in()
        if now < self.time.start - DOORS_OPEN:
            raise SessionNotOpen(slot=str(self.id), opens_at=(self.time.start - DOORS_OPEN).isoformat())
        if change > 0 and self.state is SlotState.CLOSED:
            raise SessionClosed(slot=str(self.id))
        if change > self.places_left:
            raise SessionFull(slot=str(self.id), places_left=self.places_left)
        if self.taken + change < 0:
            raise NobodyToTakeBack(slot=str(self.id), taken=self.taken)

    def refuse_unless_walk_in(self) -> None:
        """Raises NotWalkIn, SlotWithdrawn."""
        if self.mode is not Mode.WALK_IN:
            raise NotWalkIn(slot=str(self.id))
        if self.state is SlotState.WITHDRAWN:
            raise SlotWithdrawn(slot=str(self.id))


class HoldEnd(StrEnum):
    RELEASED = "released"
    CONFIRMED = "confirmed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A place kept for a caller until `expires_at`, for a case that is named now, or (None) when it is booked."""

    id: HoldId
    slot: Slot
    venue: Venue
    case_ref: str | None
    held_by: str
    expires_at: datetime
    ended: HoldEnd | None = None

    def end_by(self, now: datetime) -> HoldEnd | None:
        """How it has ended; None while it is live."""
        return self.ended or (HoldEnd.EXPIRED if self.expires_at <= now else None)

    def refuse_other_case(self, case_ref: str | None) -> None:
        """Raises Invalid: `case_ref.other` when another case is named, `key.missing` when none ever was."""
        if self.case_ref is None and case_ref is None:
            raise Invalid(Fault(path="case_ref", code="key.missing", message="the place is held for no case yet"))
        if self.case_ref is not None and case_ref not in (None, self.case_ref):
            raise Invalid(Fault(path="case_ref", code="case_ref.other", message="the place is held for another case"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """A place taken for a regulation case. No identity of the patient: `case_ref` is opaque to us.

    `regulator`: who came from the SAS and booked it, which is to be told of it.
    """

    id: BookingId
    slot: Slot
    venue: Venue
    case_ref: str
    origin: Origin
    booked_by: str
    booked_at: datetime
    status: BookingStatus
    status_at: datetime
    version: int
    supplement_eligible: bool = True
    regulator: RegulatorId | None = None

    @property
    def is_displaced(self) -> bool:
        """Its place was taken away: until it has another, an open task says what is proposed."""
        return self.status is BookingStatus.BOOKED and self.slot.state is SlotState.WITHDRAWN

    def cancel(self, *, now: datetime) -> "Booking":
        """Before the place begins: later, the booking is fulfilled or a no-show. Raises BookingClosed, SlotBegun."""
        self._refuse_if_closed()
        if not self.is_displaced:
            self.slot.refuse_if_begun(now=now)
        return self._close(BookingStatus.CANCELLED, now)

    def fulfil(self, *, now: datetime) -> "Booking":
        """The patient was seen, be it up to an hour early. Raises BookingClosed, BookingDisplaced, SlotNotBegun."""
        self._refuse_if_closed()
        self._refuse_if_displaced()
        if now < self.slot.time.start - DOORS_OPEN:
            raise SlotNotBegun(slot=str(self.slot.id))
        return self._close(BookingStatus.FULFILLED, now)

    def miss(self, *, now: datetime) -> "Booking":
        """The patient did not come. Raises BookingDisplaced, SlotNotBegun, BookingClosed."""
        self._refuse_if_displaced()
        if now < self.slot.time.start:
            raise SlotNotBegun(slot=str(self.slot.id))
        return self._close(BookingStatus.NO_SHOW, now)

    def move(self, slot: Slot, *, now: datetime) -> "Booking":
        """The same booking on another free place; both have yet to begin. Raises what forbids it."""
        self._refuse_if_closed()
        if not self.is_displaced:
            self.slot.refuse_if_begun(now=now)
        slot.refuse_unless_free(now=now)
        return replace(self, slot=slot, version=self.version + 1)

    def _close(self, status: BookingStatus, now: datetime) -> "Booking":
        self._refuse_if_closed()
        return replace(self, status=status, status_at=now, version=self.version + 1)

    def _refuse_if_displaced(self) -> None:
        if self.is_displaced:
            raise BookingDisplaced(booking=str(self.id))

    def _refuse_if_closed(self) -> None:
        if self.status is not BookingStatus.BOOKED:
            raise BookingClosed(booking=str(self.id), booking_status=self.status.value)


_CASE_REF = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._/-]{0,38}[A-Za-z0-9])?")
_PERSONAL = re.compile(
    r"(?<!\d)\d{1,2}[./-]\d{1,2}[./-](?:19|20)?\d{2}(?!\d)"  # a date of birth, as people write it
    r"|(?<!\d)(?:19\d\d|200\d|201\d)-\d\d-\d\d(?!\d)"  # and as machines do
    r"|@"  # an e-mail address
    r"|(?<!\d)(?:\+33|0)\s?[1-9](?:[\s.-]?\d{2}){4}(?!\d)"  # a French telephone number
    r"|\b(?:mme|mlle|m|mr|monsieur|madame|dr)\b[.\s]"  # a form of address
    r"|[a-z]{3,}[._/-]+[a-z]{2,}[._/-]+(?:19\d\d|20[01]\d)$"  # a name with a year of birth
    r"|^[a-z]{4,}[._/-]*(?:19\d\d|20[01]\d)$"  # a family name with one
    r"|^[12]\d\d(?:0[1-9]|1[0-2])(?:\d\d|2[ab])\d{6}$"  # a social security number without its key
    r"|^\D+$",  # no digit at all: the number of a file has some
    re.IGNORECASE,
)
_NIR_LENGTH = 15


def checked_case_ref(case_ref: str) -> str:
    """The reference of the regulation case: 1 to 40 letters, digits, `.`, `_`, `/`, `-`, and nothing about a person.

    Raises Invalid: `case_ref.personal_data_suspected`, else `case_ref.malformed`.
    """
    if _PERSONAL.search(case_ref) or (len(case_ref) >= _NIR_LENGTH and nir.is_valid(case_ref)):
        code, message = "case_ref.personal_data_suspected", "this looks like a person's data"
    elif not _CASE_REF.fullmatch(case_ref):
        code, message = "case_ref.malformed", "1 to 40 letters, digits, and . _ / - between them"
    else:
        return case_ref
    raise Invalid(Fault(path="case_ref", code=code, message=message, hint="send the regulation file's number alone"))
