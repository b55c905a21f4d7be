"""The table of events: what happened, written in the transaction that made it happen."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.tables.base import Base, Json


class EventRow(Base):
    """`position`: the order of events of one booking, since whoever changes a booking has its place locked.

    `relayed_at`: null until the event was handed to every receiver that wants it; a commit that comes late leaves it
    null, so none is missed. Nothing is referred to by a foreign key: its check would cost more than the event.
    """

    __tablename__ = "events"
    __table_args__ = (Index("events_to_relay_idx", "position", postgresql_where=text("relayed_at IS NULL")),)

    position: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    id: Mapped[UUID]
    type: Mapped[str]
    territory_id: Mapped[str]
    booking_id: Mapped[UUID | None]
    occurred_at: Mapped[datetime]
    data: Mapped[Json]
    relayed_at: Mapped[datetime | None]
