"""Events: what happened to bookings, written with the change."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("territory_id", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.Uuid(), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("relayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("position", name=op.f("events_pkey")),
    )
    op.create_index(
        "events_to_relay_idx", "events", ["position"], unique=False, postgresql_where=sa.text("relayed_at IS NULL")
    )


def downgrade() -> None:
    op.drop_index("events_to_relay_idx", table_name="events", postgresql_where=sa.text("relayed_at IS NULL"))
    op.drop_table("events")
