"""Bookings that lost their place, tasks for them, the wait-list, walk-in sessions closed by hand.

Down: a booking without a place is cancelled, as the older schema knows none; two places of one seat and hour at two
practices stand in the way and are to be settled by hand.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OLD_STATE = "CASE WHEN status <> 'cancelled'::text THEN 'busy'::text ELSE NULL::text END"
_NEW_STATE = (
    "CASE WHEN status = 'cancelled'::text THEN NULL::text WHEN displaced THEN 'withdrawn'::text ELSE 'busy'::text END"
)


def upgrade() -> None:
    _slots_checked(
        states="state IN ('free', 'held', 'busy', 'withdrawn', 'closed')",
        walk_in="mode = 'bookable' OR state IN ('free', 'withdrawn', 'closed')",
    )
    op.create_check_constraint(op.f("slots_closed_is_walk_in"), "slots", "mode = 'walk_in' OR state <> 'closed'")
    op.drop_constraint("slots_session_id_practitioner_id_start_at_key", "slots", type_="unique")
    op.create_unique_constraint(
        "slots_one_per_seat_and_site", "slots", ["session_id", "practitioner_id", "start_at", "practice_id"]
    )
    op.create_index(
        "slots_one_offered_per_seat",
        "slots",
        ["session_id", "practitioner_id", "start_at"],
        unique=True,
        postgresql_where=sa.text("state <> 'withdrawn'"),
    )
    op.add_column("bookings", sa.Column("displaced", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.create_check_constraint(
        op.f("bookings_displaced_not_honoured"), "bookings", "NOT displaced OR status IN ('booked', 'cancelled')"
    )
    _bind_bookings(_NEW_STATE)
    _create_tasks()
    _create_wait_list()


def downgrade() -> None:
    op.drop_table("wait_list")
    op.drop_table("tasks")
    op.execute("UPDATE bookings SET status = 'cancelled', version = version + 1 WHERE displaced AND status = 'booked'")
    op.drop_constraint(op.f("bookings_displaced_not_honoured"), "bookings", type_="check")
    _bind_bookings(_OLD_STATE)
    op.drop_column("bookings", "displaced")
    op.drop_index("slots_one_offered_per_seat", "slots")
    op.drop_constraint("slots_one_per_seat_and_site", "slots", type_="unique")
    op.create_unique_constraint(
        "slots_session_id_practitioner_id_start_at_key", "slots", ["session_id", "practitioner_id", "start_at"]
    )
    op.drop_constraint(op.f("slots_closed_is_walk_in"), "slots", type_="check")
    op.execute("UPDATE slots SET state = 'free' WHERE state = 'closed'")
    _slots_checked(
        states="state IN ('free', 'held', 'busy', 'withdrawn')",
        walk_in="mode = 'bookable' OR state IN ('free', 'withdrawn')",
    )


def _slots_checked(*, states: str, walk_in: str) -> None:
    op.drop_constraint(op.f("slots_state_known"), "slots", type_="check")
    op.create_check_constraint(op.f("slots_state_known"), "slots", states)
    op.drop_constraint(op.f("slots_walk_in_never_held"), "slots", type_="check")
    op.create_check_constraint(op.f("slots_walk_in_never_held"), "slots", walk_in)


def _bind_bookings(slot_state: str) -> None:
    """A computed column is made anew, with the two constraints that stand on it."""
    op.drop_constraint("bookings_on_an_offered_slot", "bookings", type_="foreignkey")
    op.drop_constraint("bookings_one_live_per_slot", "bookings", type_="unique")
    op.drop_column("bookings", "slot_state")
    op.add_column(
        "bookings", sa.Column("slot_state", sa.Text(), sa.Computed(slot_state, persisted=True), nullable=True)
    )
    op.create_unique_constraint("bookings_one_live_per_slot", "bookings", ["slot_id", "slot_state"])
    op.create_foreign_key(
        "bookings_on_an_offered_slot",
        "bookings",
        "slots",
        ["slot_id", "slot_start_at", "slot_state"],
        ["id", "start_at", "state"],
    )


def _create_tasks() -> None:
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("left_slot_id", sa.Uuid(), nullable=False),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('notice', 'proposal', 'alert')", name=op.f("tasks_kind_known")),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'done', 'expired')", name=op.f("tasks_state_known")
        ),
        sa.CheckConstraint("(kind = 'proposal') = (hold_id IS NOT NULL)", name=op.f("tasks_proposal_keeps_a_place")),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("tasks_open_is_not_closed")),
        sa.CheckConstraint(
            "kind = 'proposal' OR state NOT IN ('accepted', 'expired')", name=op.f("tasks_only_proposals_accepted")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("tasks_booking_id_fkey")),
        sa.ForeignKeyConstraint(["left_slot_id"], ["slots.id"], name=op.f("tasks_left_slot_id_fkey")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("tasks_hold_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("tasks_pkey")),
    )
    op.create_index(op.f("tasks_booking_id_idx"), "tasks", ["booking_id"])
    op.create_index("tasks_opened_at_id_idx", "tasks", ["opened_at", "id"])
    _partial("tasks_one_open_per_booking", "tasks", "booking_id", where="state = 'open'", unique=True)
    _partial("tasks_hold_id_idx", "tasks", "hold_id", where="state = 'open' AND hold_id IS NOT NULL")


def _create_wait_list() -> None:
    op.create_table(
        "wait_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("sector", sa.Text(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("half_day", sa.Text(), nullable=False),
        sa.Column("modality", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("case_ref", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("slot_id", sa.Uuid(), nullable=True),
        sa.Column("hold_id", sa.Uuid(), nullable=True),
        sa.Column("offered_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("refused", postgresql.ARRAY(sa.Uuid()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'booked', 'left', 'over')", name=op.f("wait_list_state_known")),
        sa.CheckConstraint("half_day IN ('morning', 'afternoon', 'evening')", name=op.f("wait_list_half_day_known")),
        sa.CheckConstraint("num_nulls(slot_id, hold_id, offered_until) IN (0, 3)", name=op.f("wait_list_offer_whole")),
        sa.CheckConstraint("(state = 'booked') = (booking_id IS NOT NULL)", name=op.f("wait_list_booked_has_booking")),
        sa.ForeignKeyConstraint(["territory_id"], ["territories.id"], name=op.f("wait_list_territory_id_fkey")),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("wait_list_slot_id_fkey")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("wait_list_hold_id_fkey")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("wait_list_booking_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("wait_list_pkey")),
        sa.UniqueConstraint("turn", name=op.f("wait_list_turn_key")),
    )
    waiting, day = "state = 'waiting'", ("territory_id", "sector", "on_date", "half_day")
    _partial("wait_list_waiting_idx", "wait_list", "territory_id", "on_date", "sector", "turn", where=waiting)
    _partial("wait_list_one_per_case", "wait_list", *day, "case_ref", where=waiting, unique=True)
    _partial("wait_list_hold_id_idx", "wait_list", "hold_id", where="hold_id IS NOT NULL", unique=True)


def _partial(name: str, table: str, *columns: str, where: str, unique: bool = False) -> None:
    op.create_index(name, table, list(columns), unique=unique, postgresql_where=sa.text(where))
