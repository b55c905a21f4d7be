"""Tables of what follows when places go or come: tasks for bookings that lost theirs, and the wait-list."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.tables.base import Base


class TaskRow(Base):
    """What somebody must do for a booking; one open task a booking. `hold_id`: keeps the place that is proposed.

    `left_slot_id`: the place that the booking had when the roster changed.
    """

    __tablename__ = "tasks"
    __table_args__ = (
        Index("tasks_one_open_per_booking", "booking_id", unique=True, postgresql_where=text("state = 'open'")),
        Index("tasks_hold_id_idx", "hold_id", postgresql_where=text("state = 'open' AND hold_id IS NOT NULL")),
        Index("tasks_opened_at_id_idx", "opened_at", "id"),
        CheckConstraint("kind IN ('notice', 'proposal', 'alert')", name="kind_known"),
        CheckConstraint("state IN ('open', 'accepted', 'declined', 'done', 'expired')", name="state_known"),
        CheckConstraint("(kind = 'proposal') = (hold_id IS NOT NULL)", name="proposal_keeps_a_place"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="open_is_not_closed"),
        CheckConstraint("kind = 'proposal' OR state NOT IN ('accepted', 'expired')", name="only_proposals_accepted"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str]
    booking_id: Mapped[UUID] = mapped_column(ForeignKey("bookings.id"), index=True)
    kind: Mapped[str]
    state: Mapped[str]
    left_slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"))
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("holds.id"))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    outcome: Mapped[str | None]


class WaitListRow(Base):
    """Who waits for a place in a sector on a half-day; `turn` is the order. `slot_id`, `hold_id`, `offered_until`:
    the place offered, kept by that hold; over once the time is past. `refused`: places it never gets again.
    """

    __tablename__ = "wait_list"
    __table_args__ = (
        Index(
            "wait_list_waiting_idx",
            "territory_id",
            "on_date",
            "sector",
            "turn",
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "wait_list_one_per_case",
            "territory_id",
            "sector",
            "on_date",
            "half_day",
            "case_ref",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("wait_list_hold_id_idx", "hold_id", unique=True, postgresql_where=text("hold_id IS NOT NULL")),
        CheckConstraint("state IN ('waiting', 'booked', 'left', 'over')", name="state_known"),
        CheckConstraint("half_day IN ('morning', 'afternoon', 'evening')", name="half_day_known"),
        CheckConstraint("num_nulls(slot_id, hold_id, offered_until) IN (0, 3)", name="offer_whole"),
        CheckConstraint("(state = 'booked') = (booking_id IS NOT NULL)", name="booked_has_booking"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    turn: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    territory_id: Mapped[str] = mapped_column(ForeignKey("territories.id"))
    sector: Mapped[str]
    on_date: Mapped[date]
    half_day: Mapped[str]
    modality: Mapped[str]
    audience: Mapped[str]
    case_ref: Mapped[str]
    origin: Mapped[str]
    state: Mapped[str]
    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    slot_id: Mapped[UUID | None] = mapped_column(ForeignKey("slots.id"))
    hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("holds.id"))
    offered_until: Mapped[datetime | None]
    refused: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    booking_id: Mapped[UUID | None] = mapped_column(ForeignKey("bookings.id"))
