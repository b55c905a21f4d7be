"""The booking page: who is signed in and who is about to be, the terms accepted, holds whose case is named later."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _of_regulator(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"{table}_regulator_id_fkey")
    return sa.ForeignKeyConstraint(["regulator_id"], ["regulators.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    words = map(_text, ("digest", "state", "nonce", "code_verifier", "origin", "return_to"))
    op.create_table("sign_ins", *words, _instant("expires_at"), sa.PrimaryKeyConstraint("digest", name="sign_ins_pkey"))
    op.create_table(
        "page_sessions",
        _text("digest"),
        sa.Column("regulator_id", sa.Uuid(), nullable=False),
        _text("origin"),
        *map(_instant, ("began_at", "seen_at", "expires_at")),
        sa.PrimaryKeyConstraint("digest", name="page_sessions_pkey"),
        _of_regulator("page_sessions"),
    )
    op.create_table(
        "accepted_terms",
        sa.Column("regulator_id", sa.Uuid(), nullable=False),
        _text("terms"),
        _instant("accepted_at"),
        sa.PrimaryKeyConstraint("regulator_id", name="accepted_terms_pkey"),
        _of_regulator("accepted_terms"),
    )
    op.create_index("sign_ins_expires_at_idx", "sign_ins", ["expires_at"])
    op.create_index("page_sessions_expires_at_idx", "page_sessions", ["expires_at"])
    op.create_index("page_sessions_regulator_id_idx", "page_sessions", ["regulator_id"])
    op.alter_column("holds", "case_ref", nullable=True)


def downgrade() -> None:
    op.execute("UPDATE holds SET case_ref = 'none-1' WHERE case_ref IS NULL")
    op.alter_column("holds", "case_ref", nullable=False)
    for table in ("accepted_terms", "page_sessions", "sign_ins"):
        op.drop_table(table)
