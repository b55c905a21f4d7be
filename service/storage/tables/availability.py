"""Tables of availability: rules, exceptions, absences, duties, pins and the ledger brought in."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.tables.base import Base


def of_practitioner() -> ForeignKeyConstraint:
    """The row goes with its practitioner."""
    return ForeignKeyConstraint(
        ["territory_id", "practitioner_id"],
        ["practitioners.territory_id", "practitioners.id"],
        ondelete="CASCADE",
    )


class AvailabilityRuleRow(Base):
    __tablename__ = "availability_rules"
    __table_args__ = (
        of_practitioner(),
        CheckConstraint("start_local < end_local", name="time_order"),
        Index("availability_rules_practitioner_idx", "territory_id", "practitioner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str]
    practitioner_id: Mapped[str]
    position: Mapped[int]
    version: Mapped[int]
    weekday: Mapped[str]
    start_local: Mapped[time]
    end_local: Mapped[time]
    level: Mapped[str]
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    school_holidays: Mapped[str]


class AvailabilityExceptionRow(Base):
    __tablename__ = "availability_exceptions"
    __table_args__ = (
        of_practitioner(),
        CheckConstraint("start_local < end_local", name="time_order"),
        Index("availability_exceptions_practitioner_idx", "territory_id", "practitioner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str]
    practitioner_id: Mapped[str]
    position: Mapped[int]
    version: Mapped[int]
    on_date: Mapped[date]
    start_local: Mapped[time]
    end_local: Mapped[time]
    kind: Mapped[str]
    level: Mapped[str]


class AbsenceRow(Base):
    """`until_on` null: open-ended."""

    __tablename__ = "absences"
    __table_args__ = (
        of_practitioner(),
        CheckConstraint("from_on <= until_on", name="date_order"),
        Index("absences_practitioner_idx", "territory_id", "practitioner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str]
    practitioner_id: Mapped[str]
    position: Mapped[int]
    version: Mapped[int]
    from_on: Mapped[date]
    until_on: Mapped[date | None]


class DutyRow(Base):
    __tablename__ = "duties"
    __table_args__ = (
        of_practitioner(),
        CheckConstraint("start_at < end_at", name="time_order"),
        Index("duties_practitioner_idx", "territory_id", "practitioner_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str]
    practitioner_id: Mapped[str]
    position: Mapped[int]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]


class PinRow(Base):
    __tablename__ = "pins"
    __table_args__ = (
        of_practitioner(),
        ForeignKeyConstraint(
            ["territory_id", "template_id"],
            ["session_templates.territory_id", "session_templates.id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(["territory_id", "practice_id"], ["practices.territory_id", "practices.id"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str]
    position: Mapped[int]
    template_id: Mapped[str]
    on_date: Mapped[date]
    practitioner_id: Mapped[str]
    practice_id: Mapped[str | None]


class BurdenRow(Base):
    """Minutes done before the service kept the ledger itself, relative to the fair share."""

    __tablename__ = "burden_history"
    __table_args__ = (of_practitioner(),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str]
    position: Mapped[int]
    practitioner_id: Mapped[str]
    burden_class: Mapped[str]
    minutes: Mapped[int]
