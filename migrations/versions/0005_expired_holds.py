"""Holds by when they expire, for those who watch: a block range index, as rows come in that very order."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "holds_expires_at_idx",
        "holds",
        ["expires_at"],
        postgresql_using="brin",
        postgresql_with={"pages_per_range": 16, "autosummarize": "on"},
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("holds_expires_at_idx", table_name="holds")
