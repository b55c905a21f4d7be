"""What the SAS platform is to know of the bookings of its regulators, and what it knows."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sas_appointments",
        sa.Column("booking_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("wanted_version", sa.Integer(), nullable=False),
        sa.Column("told_version", sa.Integer(), nullable=True),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("failing", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.CheckConstraint("state IN ('pending', 'told', 'refused')", name=op.f("sas_appointments_state_known")),
        sa.CheckConstraint(
            "state <> 'told' OR (told_version IS NOT NULL AND told_version >= wanted_version)",
            name=op.f("sas_appointments_told_is_told"),
        ),
        sa.CheckConstraint("told_version IS NULL OR is_sent", name=op.f("sas_appointments_told_was_sent")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("sas_appointments_booking_id_fkey")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("sas_appointments_pkey")),
    )
    op.create_index(
        "sas_appointments_pending_idx",
        "sas_appointments",
        ["next_attempt_at"],
        postgresql_where=sa.text("state = 'pending'"),
    )
    op.create_index("sas_appointments_state_booking_id_idx", "sas_appointments", ["state", "booking_id"])


def downgrade() -> None:
    op.drop_table("sas_appointments")
