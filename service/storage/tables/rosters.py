"""Tables of rosters: the roster, its versions, its sessions and who holds them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import ColumnElement, column
from sqlalchemy.types import UserDefinedType

from service.storage.tables.base import Base, Json, Texts


class TextRange(UserDefinedType[Any]):
    """A range over text: core GiST excludes equal texts as overlapping one-point ranges, without an extension."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "textrange"


def same(*columns: str) -> ColumnElement[Any]:
    """A one-point range over the columns joined: two are equal exactly when they overlap."""
    joined = text(" || '/' || ".join(columns))
    return func.textrange(joined, joined, text("'[]'"), type_=TextRange())


class RosterRow(Base):
    """`period`: the days covered. `run_token`: the job run that may write the answer; a ghost's is refused.

    `solving`: queued, running, solved, failed. `answer`: the solver's, without assignments.
    """

    __tablename__ = "rosters"
    __table_args__ = (
        ExcludeConstraint(
            (same("territory_id"), "&&"), (column("period"), "&&"), name="rosters_one_per_week", using="gist"
        ),
        CheckConstraint("weeks BETWEEN 1 AND 26", name="weeks_bounded"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[str] = mapped_column(ForeignKey("territories.id"))
    first_week: Mapped[str]
    weeks: Mapped[int]
    period: Mapped[Range[date]] = mapped_column(DATERANGE)
    state: Mapped[str]
    version: Mapped[int]
    solving: Mapped[str]
    seed: Mapped[int]
    seconds: Mapped[float]
    run_token: Mapped[UUID | None]
    stop_requested: Mapped[bool]
    progress: Mapped[Json | None]
    answer: Mapped[Json | None]
    digest: Mapped[str | None]
    solver_version: Mapped[str | None]
    failure: Mapped[str | None]
    requested_by: Mapped[str]
    requested_at: Mapped[datetime]
    solved_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    published_by: Mapped[str | None]


class RosterVersionRow(Base):
    """What a roster said at each version, and why it changed: history is never edited."""

    __tablename__ = "roster_versions"

    roster_id: Mapped[UUID] = mapped_column(ForeignKey("rosters.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    assignments: Mapped[Json]
    reason: Mapped[str | None]
    made_by: Mapped[str]
    made_at: Mapped[datetime]


class SessionRow(Base):
    """`template`: the template as it was. A session that is no longer offered is `cancelled`, never deleted."""

    __tablename__ = "sessions"
    __table_args__ = (
        UniqueConstraint("roster_id", "template_id", "on_date"),
        Index("sessions_territory_id_on_date_idx", "territory_id", "on_date"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    roster_id: Mapped[UUID] = mapped_column(ForeignKey("rosters.id", ondelete="CASCADE"))
    territory_id: Mapped[str]
    template_id: Mapped[str]
    on_date: Mapped[date]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    hosts: Mapped[Texts]
    burden_class: Mapped[str]
    template: Mapped[Json]


class AssignmentRow(Base):
    """`room`: 1 to the practice's count, given at publication. `published`: binding, so the exclusions apply."""

    __tablename__ = "assignments"
    __table_args__ = (
        UniqueConstraint("session_id", "practitioner_id"),
        ForeignKeyConstraint(["territory_id", "practitioner_id"], ["practitioners.territory_id", "practitioners.id"]),
        ForeignKeyConstraint(["territory_id", "practice_id"], ["practices.territory_id", "practices.id"]),
        ExcludeConstraint(
            (same("territory_id", "practitioner_id"), "&&"),
            (column("period"), "&&"),
            where=text("published"),
            name="assignments_one_place_at_a_time",
            using="gist",
        ),
        ExcludeConstraint(
            (same("territory_id", "practice_id"), "&&"),
            (func.int4range(column("room"), column("room"), text("'[]'")), "&&"),
            (column("period"), "&&"),
            where=text("published"),
            name="assignments_one_per_room",
            using="gist",
        ),
        CheckConstraint("NOT published OR room IS NOT NULL", name="published_has_room"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"), index=True)
    territory_id: Mapped[str]
    practitioner_id: Mapped[str]
    practice_id: Mapped[str]
    period: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
    room: Mapped[int | None]
    published: Mapped[bool]
