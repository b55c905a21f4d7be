"""The numbers of a policy that every search needs become columns; open places are indexed by where they are, too."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _number(default: float, *path: str) -> str:
    return f"COALESCE((policy #>> '{{{','.join(path)}}}'::text[])::double precision, {default}::double precision)"


_RADIUS_KM, _DETOUR = _number(40, "search", "radius_km"), _number(1.3, "detour_factor")
_NUMBERS = {
    "radius_km": _RADIUS_KM,
    "detour_factor": _DETOUR,
    "reach_km": f"{_RADIUS_KM} / {_DETOUR}",
    "speed_kmh": _number(50, "speed_kmh"),
    "waiting_weight": _number(1, "search", "waiting_weight"),
    "travel_weight": _number(2, "search", "travel_weight"),
    "kept_charge": _number(1440, "search", "kept_charge"),
    "tele_charge": _number(0, "search", "tele_charge"),
}
_OPEN = sa.text("state IN ('free', 'held')")


def upgrade() -> None:
    for name, sql in _NUMBERS.items():
        computed = sa.Computed(sql, persisted=True)
        op.add_column("territories", sa.Column(name, sa.Float(), computed, nullable=False))
    op.create_index("territories_reach_km_idx", "territories", ["reach_km"])
    op.create_index("territories_waiting_weight_idx", "territories", ["waiting_weight"])
    op.drop_index("slots_open_idx", table_name="slots")
    op.create_index("slots_open_idx", "slots", ["cell", "start_at", "lat", "lon"], postgresql_where=_OPEN)


def downgrade() -> None:
    op.drop_index("slots_open_idx", table_name="slots")
    op.create_index("slots_open_idx", "slots", ["cell", "start_at"], postgresql_where=_OPEN)
    op.drop_index("territories_waiting_weight_idx", table_name="territories")
    op.drop_index("territories_reach_km_idx", table_name="territories")
    for name in reversed(_NUMBERS):
        op.drop_column("territories", name)
