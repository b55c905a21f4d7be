"""Tables of places: slots, holds, bookings, and the idempotency keys of what was created."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from service.storage.tables.base import Base, Texts

START_IN_UTC = "timezone('UTC'::text, start_at)"
"""As agendas are indexed: by the bare column, searches for the best place would take that index for theirs."""


class SlotRow(Base):
    """A place, or the one counter of a walk-in session (`mode` walk_in, `places` of which `taken`).

    Rows exist only for published sessions; at another practice a seat's place is another place. A hold is a state of
    the row, so two can never be: it counts as free once `held_until` is past, and the next statement takes it over.
    `closed`: a walk-in session that takes nobody more. `cell`: the half-degree square it lies in, for search.
    Until `kept_until` it is kept for the inhabitants of the sector `kept_for`.
    """

    __tablename__ = "slots"
    __table_args__ = (
        UniqueConstraint(
            "session_id", "practitioner_id", "start_at", "practice_id", name="slots_one_per_seat_and_site"
        ),
        Index(
            "slots_one_offered_per_seat",
            "session_id",
            "practitioner_id",
            "start_at",
            unique=True,
            postgresql_where=text("state <> 'withdrawn'"),
        ),
        UniqueConstraint("id", "start_at", "state", name="slots_state_key"),
        CheckConstraint("start_at < end_at", name="time_order"),
        CheckConstraint("state IN ('free', 'held', 'busy', 'withdrawn', 'closed')", name="state_known"),
        CheckConstraint("(state = 'held') = (hold_id IS NOT NULL AND held_until IS NOT NULL)", name="hold_whole"),
        CheckConstraint("taken BETWEEN 0 AND places", name="taken_within_places"),
        CheckConstraint("mode = 'walk_in' OR places = 1", name="one_patient_a_place"),
        CheckConstraint("mode = 'walk_in' OR (state = 'busy') = (taken = 1)", name="busy_is_taken"),
        CheckConstraint("mode = 'bookable' OR state IN ('free', 'withdrawn', 'closed')", name="walk_in_never_held"),
        CheckConstraint("mode = 'walk_in' OR state <> 'closed'", name="closed_is_walk_in"),
        CheckConstraint("(kept_for IS NULL) = (kept_until IS NULL)", name="keeping_whole"),
        Index("slots_open_idx", "cell", "start_at", "lat", "lon", postgresql_where=text("state IN ('free', 'held')")),
        Index(
            "slots_open_agenda_idx",
            "territory_id",
            "practitioner_id",
            text(START_IN_UTC),
            postgresql_where=text("state IN ('free', 'held')"),
        ),
        Index(
            "slots_open_tele_idx",
            "start_at",
            postgresql_where=text("state IN ('free', 'held') AND modality = 'tele'"),
        ),
        Index(
            "slots_open_walk_in_idx",
            "start_at",
            postgresql_where=text("state = 'free' AND mode = 'walk_in'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    session_id: Mapped[UUID] = mapped_column(ForeignKey("sessions.id"))
    territory_id: Mapped[str]
    practice_id: Mapped[str]
    practitioner_id: Mapped[str]
    mode: Mapped[str]
    modality: Mapped[str]
    audiences: Mapped[Texts]
    start_at: Mapped[datetime]
    end_at: Mapped[datetime]
    lat: Mapped[float]
    lon: Mapped[float]
    cell: Mapped[int] = mapped_column(
        Computed(
            "floor(lat * 2::double precision)::integer * 1000 + floor(lon * 2::double precision)::integer",
            persisted=True,
        )
    )
    places: Mapped[int]
    taken: Mapped[int]
    state: Mapped[str]
    hold_id: Mapped[UUID | None]
    held_until: Mapped[datetime | None]
    kept_for: Mapped[str | None]
    kept_until: Mapped[datetime | None]


class HoldRow(Base):
    """What was held, by whom; the slot says what is held now. `ended`: null while it may be live, else how it ended.

    `case_ref`: null when the case is named only as the place is booked.
    """

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("ended IN ('released', 'confirmed', 'expired')", name="ended_known"),
        Index(
            "holds_expires_at_idx",
            "expires_at",
            postgresql_using="brin",
            postgresql_with={"pages_per_range": 16, "autosummarize": "on"},
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"))
    case_ref: Mapped[str | None]
    held_by: Mapped[str]
    held_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended: Mapped[str | None]


class BookingRow(Base):
    """One live booking a place, and that place busy: none held, withdrawn or begun. `placed_at`: booked or moved here.

    `slot_state` is `busy` while the booking lives, null once cancelled: the foreign key binds live ones to their place
    in that very state, and the unique pair lets no second one in. `displaced`: the place was withdrawn under a booking
    that is yet to be honoured; an open task says what becomes of it. `regulator_id`: who came from the SAS.
    """

    __tablename__ = "bookings"
    __table_args__ = (
        ForeignKeyConstraint(
            ["slot_id", "slot_start_at", "slot_state"],
            ["slots.id", "slots.start_at", "slots.state"],
            name="bookings_on_an_offered_slot",
        ),
        UniqueConstraint("slot_id", "slot_state", name="bookings_one_live_per_slot"),
        CheckConstraint("placed_at < slot_start_at", name="before_it_begins"),
        CheckConstraint("NOT displaced OR status IN ('booked', 'cancelled')", name="displaced_not_honoured"),
        CheckConstraint("status IN ('booked', 'fulfilled', 'no_show', 'cancelled')", name="status_known"),
        CheckConstraint("regulator_id IS NULL OR origin = 'sas'", name="regulators_book_for_the_sas"),
        Index("bookings_case_ref_idx", "case_ref"),
        Index("bookings_slot_start_at_id_idx", "slot_start_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slot_id: Mapped[UUID] = mapped_column(ForeignKey("slots.id"))
    slot_start_at: Mapped[datetime]
    slot_state: Mapped[str | None] = mapped_column(
        Computed(
            "CASE WHEN status = 'cancelled'::text THEN NULL::text"
            " WHEN displaced THEN 'withdrawn'::text ELSE 'busy'::text END",
            persisted=True,
        )
    )
    displaced: Mapped[bool] = mapped_column(server_default=text("false"))
    territory_id: Mapped[str]
    case_ref: Mapped[str]
    origin: Mapped[str]
    booked_by: Mapped[str]
    booked_at: Mapped[datetime]
    placed_at: Mapped[datetime]
    status: Mapped[str]
    status_at: Mapped[datetime]
    supplement_eligible: Mapped[bool]
    version: Mapped[int]
    regulator_id: Mapped[UUID | None] = mapped_column(ForeignKey("regulators.id"))


class IdempotencyKeyRow(Base):
    """What a keyed POST created: `resource` is its id, `request` a digest of what was asked."""

    __tablename__ = "idempotency_keys"

    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str]
    request: Mapped[str]
    resource: Mapped[str]
    used_at: Mapped[datetime]
