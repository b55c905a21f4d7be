"""Accounts of regulators who come from the SAS, and which of them took a booking."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ACTIVE = sa.text("is_active")


def upgrade() -> None:
    op.create_table(
        "regulators",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("national_id", sa.Text(), nullable=True),
        sa.Column("technical_id", sa.Text(), nullable=True),
        sa.Column("family_name", sa.Text(), nullable=False),
        sa.Column("given_name", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("national_id IS NOT NULL OR technical_id IS NOT NULL", name=op.f("regulators_named")),
        sa.PrimaryKeyConstraint("id", name=op.f("regulators_pkey")),
        sa.UniqueConstraint("id", "is_active", name="regulators_activity_key"),
    )
    for system in ("national", "technical"):
        op.create_index(f"regulators_{system}_id_idx", "regulators", [f"{system}_id"])
        op.create_index(
            f"regulators_one_active_{system}", "regulators", [f"{system}_id"], unique=True, postgresql_where=_ACTIVE
        )
    op.create_table(
        "regulator_emails",
        sa.Column("regulator_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["regulator_id", "is_active"],
            ["regulators.id", "regulators.is_active"],
            name="regulator_emails_of_an_account",
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("regulator_id", "position", name=op.f("regulator_emails_pkey")),
    )
    op.create_index(
        "regulator_emails_one_active",
        "regulator_emails",
        [sa.text("lower(email)")],
        unique=True,
        postgresql_where=_ACTIVE,
    )
    op.add_column("bookings", sa.Column("regulator_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("bookings_regulator_id_fkey"),
        "bookings",
        "regulators",
        ["regulator_id"],
        ["id"],
        postgresql_not_valid=True,  # no booking has one yet: nothing is to be looked at while everybody waits
    )
    # Read through at once, a second for some millions: what is not yet valid cannot be compared with the tables.
    op.create_check_constraint(
        op.f("bookings_regulators_book_for_the_sas"),
        "bookings",
        "regulator_id IS NULL OR origin = 'sas'",
    )


def downgrade() -> None:
    op.drop_column("bookings", "regulator_id")
    op.drop_table("regulator_emails")
    op.drop_table("regulators")
