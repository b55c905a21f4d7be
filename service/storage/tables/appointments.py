"""The table of what the SAS platform is to know of bookings, and what it knows."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.tables.base import Base


class SasAppointmentRow(Base):
    """One a booking of the SAS. `wanted_version`: of the booking, that the SAS is to know; `told_version`: it knows.

    `is_sent` is written before anything is sent: whatever dies then, the next message is an update.
    """

    __tablename__ = "sas_appointments"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'told', 'refused')", name="state_known"),
        CheckConstraint(
            "state <> 'told' OR (told_version IS NOT NULL AND told_version >= wanted_version)", name="told_is_told"
        ),
        CheckConstraint("told_version IS NULL OR is_sent", name="told_was_sent"),
        Index("sas_appointments_pending_idx", "next_attempt_at", postgresql_where=text("state = 'pending'")),
        Index("sas_appointments_state_booking_id_idx", "state", "booking_id"),
    )

    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"), primary_key=True)
    created_at: Mapped[datetime]
    state: Mapped[str]
    wanted_version: Mapped[int]
    told_version: Mapped[int | None]
    is_sent: Mapped[bool]
    since: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int]
    last_attempt_at: Mapped[datetime | None]
    status: Mapped[int | None]
    failing: Mapped[str | None]
    refusal: Mapped[str | None]
