"""A territory has a telephone number; open places are indexed by whose they are, for the national interface."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("territories", sa.Column("phone", sa.Text(), nullable=True))
    op.create_index(
        "slots_open_agenda_idx",
        "slots",
        ["territory_id", "practitioner_id", sa.text("timezone('UTC'::text, start_at)")],
        postgresql_where=sa.text("state IN ('free', 'held')"),
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("slots_open_agenda_idx", table_name="slots")
    op.drop_column("territories", "phone")
