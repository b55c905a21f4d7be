"""The audit: what the data says of itself, and whether what a client was told is there."""

from uuid import UUID

from pydantic import BaseModel, ValidationError

from service.domain.audit import Acknowledgement, Audit
from service.domain.bookings import BookingId, BookingStatus, SlotId
from service.domain.errors import Invalid
from service.domain.faults import Fault
from service.storage.audit import take_audit
from service.storage.database import Database


class _Place(BaseModel):
    id: UUID


class _Answer(BaseModel):
    """What an answer about a booking has beside much else, as the API sends it."""

    id: UUID
    version: int
    status: BookingStatus
    slot: _Place
    key: str | None = None

    def kept(self, line: int) -> Acknowledgement:
        return Acknowledgement(
            line=line,
            booking=BookingId(self.id),
            version=self.version,
            status=self.status,
            slot=SlotId(self.slot.id),
            key=self.key,
        )


async def audit(database: Database, acknowledged: bytes | None = None) -> Audit:
    """Every statement of truth, held against the data of one instant; nothing is written.

    `acknowledged`: what a client kept of the answers it got, a JSON line each: `{"id", "version", "status", "slot":
    {"id"}}`, as the API answers, and `key` if it likes. Raises Invalid, Unavailable.
    """
    kept = None if acknowledged is None else read_acknowledged(acknowledged)
    return await take_audit(database, kept)


def read_acknowledged(log: bytes) -> tuple[Acknowledgement, ...]:
    """Raises Invalid (`acknowledgement.malformed`), with every line that is none.

    Whatever follows the last line's end was cut off while it was written, so that nobody acted upon it.
    """
    whole, _, _ = log.rpartition(b"\n")
    kept, faults = [], []
    for number, line in enumerate(whole.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            kept.append(_Answer.model_validate_json(line).kept(number))
        except ValidationError as error:
            faults.append(_malformed(number, error))
    if faults:
        raise Invalid(*faults)
    return tuple(kept)


def _malformed(number: int, error: ValidationError) -> Fault:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = ".".join(map(str, first["loc"]))
    return Fault(
        path=f"line {number}",
        code="acknowledgement.malformed",
        message=f"{field}: {first['msg']}" if field else first["msg"],
        hint="a line is an answer about a booking: id, version, status, slot.id",
    )
