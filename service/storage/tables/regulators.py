"""Tables of the accounts of regulators who come from the SAS."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.tables.base import Base


class RegulatorRow(Base):
    """An account. Of active ones no two have an identifier in common; what a disabled one had may be another's."""

    __tablename__ = "regulators"
    __table_args__ = (
        Index("regulators_one_active_national", "national_id", unique=True, postgresql_where=text("is_active")),
        Index("regulators_one_active_technical", "technical_id", unique=True, postgresql_where=text("is_active")),
        Index("regulators_national_id_idx", "national_id"),
        Index("regulators_technical_id_idx", "technical_id"),
        UniqueConstraint("id", "is_active", name="regulators_activity_key"),
        CheckConstraint("national_id IS NOT NULL OR technical_id IS NOT NULL", name="named"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    national_id: Mapped[str | None]
    technical_id: Mapped[str | None]
    family_name: Mapped[str]
    given_name: Mapped[str]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    version: Mapped[int]


class RegulatorEmailRow(Base):
    """The e-mails of an account, in its order. `is_active` is the account's: the foreign key sees to it."""

    __tablename__ = "regulator_emails"
    __table_args__ = (
        Index("regulator_emails_one_active", text("lower(email)"), unique=True, postgresql_where=text("is_active")),
        ForeignKeyConstraint(
            ["regulator_id", "is_active"],
            ["regulators.id", "regulators.is_active"],
            name="regulator_emails_of_an_account",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
    )

    regulator_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    is_active: Mapped[bool]
