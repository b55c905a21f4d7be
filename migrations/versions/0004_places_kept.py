"""Places that are kept for the inhabitants of a sector, and the commune that is nearest to a point.

Places that are already offered are kept for nobody.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_ON_THE_MAP = "point(lon, degrees(asinh(tand(lat))))"


def upgrade() -> None:
    op.add_column("slots", sa.Column("kept_for", sa.Text(), nullable=True))
    op.add_column("slots", sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("slots_keeping_whole"), "slots", "(kept_for IS NULL) = (kept_until IS NULL)")
    op.create_index("communes_on_the_map_idx", "communes", [sa.text(_ON_THE_MAP)], postgresql_using="gist")


def downgrade() -> None:
    op.drop_index("communes_on_the_map_idx", table_name="communes", postgresql_using="gist")
    op.drop_constraint(op.f("slots_keeping_whole"), "slots", type_="check")
    op.drop_column("slots", "kept_until")
    op.drop_column("slots", "kept_for")
