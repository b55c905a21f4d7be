"""Tables of webhooks: receivers, and what is to be delivered to each."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.tables.base import Base, Texts


class WebhookRow(Base):
    """A receiver of a territory's events. The secrets are kept as they are, since they sign."""

    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint("disabled IN ('by_owner', 'gone')", name="disabled_known"),
        CheckConstraint("(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret_whole"),
        Index("webhooks_territory_id_id_idx", "territory_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"))
    url: Mapped[str]
    event_types: Mapped[Texts]
    secret: Mapped[str]
    old_secret: Mapped[str | None]
    old_secret_until: Mapped[datetime | None]
    disabled: Mapped[str | None]
    failures: Mapped[int]
    paused_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    version: Mapped[int]


class DeliveryRow(Base):
    """An event for a receiver: once each, by the primary key. `body` is what is signed and sent, byte for byte."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("state IN ('pending', 'delivered', 'dead')", name="state_known"),
        Index(
            "webhook_deliveries_pending_idx",
            "webhook_id",
            "booking_id",
            "position",
            postgresql_where=text("state = 'pending'"),
        ),
        Index("webhook_deliveries_webhook_id_state_position_idx", "webhook_id", "state", "position"),
    )

    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"), primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    booking_id: Mapped[UUID | None]
    type: Mapped[str]
    body: Mapped[str]
    state: Mapped[str]
    since: Mapped[datetime]
    next_attempt_at: Mapped[datetime]
    attempts: Mapped[int]
    last_attempt_at: Mapped[datetime | None]
    status: Mapped[int | None]
    failing: Mapped[str | None]
