"""What an audit finds: statements of truth about the data, and the rows that belie them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from service.domain.bookings import BookingId, BookingStatus, SlotId


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement:
    """An answer about a booking that a client got and kept. `line`: where in its log. `key`: of its request, if any."""

    line: int
    booking: BookingId
    version: int
    status: BookingStatus
    slot: SlotId
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A row that should not be as it is: `row` names it (`booking 5f0c…`), `said` tells what is wrong."""

    row: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A sentence that must be true of the data, and where it is not. `more`: findings beyond those shown."""

    name: str
    sentence: str
    findings: tuple[Finding, ...] = ()
    more: int = 0

    @property
    def holds(self) -> bool:
        return not self.findings


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Every statement, as one instant of the database has it. `counted`: how many rows there were of what."""

    taken_at: datetime
    counted: Mapping[str, int]
    statements: tuple[Statement, ...]

    @property
    def is_sound(self) -> bool:
        return all(statement.holds for statement in self.statements)
