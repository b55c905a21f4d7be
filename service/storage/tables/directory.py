"""Tables of the directory: territories, communes, practices, practitioners, session templates."""

from datetime import date, time

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from service.domain.policy import Policy, SearchPolicy
from service.storage.tables.base import Base, Json, Texts

ON_THE_MAP = "point(lon, degrees(asinh(tand(lat))))"
"""Where a commune is on Mercator's map: no angle is changed there, so what is nearest there is nearest."""
_SEARCH, _POLICY = SearchPolicy(), Policy()


def _number(default: float, *path: str) -> str:
    return f"COALESCE((policy #>> '{{{','.join(path)}}}'::text[])::double precision, {default}::double precision)"


_RADIUS_KM, _DETOUR = _number(_SEARCH.radius_km, "search", "radius_km"), _number(_POLICY.detour_factor, "detour_factor")


def _kept(sql: str) -> Mapped[float]:
    return mapped_column(Computed(sql, persisted=True))


class TerritoryRow(Base):
    """`policy`: the keys of the territory file that its owner set; the rest are defaults.

    The numbers that every search needs are computed when the policy is written, not for each place looked at.
    `reach_km`: `radius_km`, which is by road, as the crow flies. The extremes of two are found in their indexes.
    """

    __tablename__ = "territories"
    __table_args__ = (
        Index("territories_reach_km_idx", "reach_km"),
        Index("territories_waiting_weight_idx", "waiting_weight"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    name: Mapped[str]
    department: Mapped[str]
    finess: Mapped[str]
    aci_size: Mapped[int]
    population: Mapped[int]
    timezone: Mapped[str]
    school_zone: Mapped[str]
    holiday_zone: Mapped[str]
    pdsa_saturday_start: Mapped[time]
    phone: Mapped[str | None]
    policy: Mapped[Json]
    radius_km: Mapped[float] = _kept(_RADIUS_KM)
    detour_factor: Mapped[float] = _kept(_DETOUR)
    reach_km: Mapped[float] = _kept(f"{_RADIUS_KM} / {_DETOUR}")
    speed_kmh: Mapped[float] = _kept(_number(_POLICY.speed_kmh, "speed_kmh"))
    waiting_weight: Mapped[float] = _kept(_number(_SEARCH.waiting_weight, "search", "waiting_weight"))
    travel_weight: Mapped[float] = _kept(_number(_SEARCH.travel_weight, "search", "travel_weight"))
    kept_charge: Mapped[float] = _kept(_number(_SEARCH.kept_charge, "search", "kept_charge"))
    tele_charge: Mapped[float] = _kept(_number(_SEARCH.tele_charge, "search", "tele_charge"))


class CommuneRow(Base):
    __tablename__ = "communes"
    __table_args__ = (
        Index("communes_insee_idx", "insee"),
        Index("communes_on_the_map_idx", text(ON_THE_MAP), postgresql_using="gist"),
    )

    territory_id: Mapped[str] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True)
    insee: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    name: Mapped[str]
    postal_code: Mapped[str]
    population: Mapped[int]
    lat: Mapped[float]
    lon: Mapped[float]
    sector: Mapped[str]


class PracticeRow(Base):
    """A mobile unit has `stops` and neither commune nor point."""

    __tablename__ = "practices"
    __table_args__ = (
        CheckConstraint("rooms > 0", name="rooms_positive"),
        CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="point_whole"),
    )

    territory_id: Mapped[str] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    version: Mapped[int]
    name: Mapped[str]
    kind: Mapped[str]
    insee: Mapped[str | None]
    finess: Mapped[str | None]
    siret: Mapped[str | None]
    rpps_rank: Mapped[str | None]
    address_line: Mapped[str]
    phone: Mapped[str]
    rooms: Mapped[int]
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    stops: Mapped[Json]


class PractitionerRow(Base):
    """Without a pledge all three pledge columns are null."""

    __tablename__ = "practitioners"
    __table_args__ = (
        ForeignKeyConstraint(["territory_id", "home_practice"], ["practices.territory_id", "practices.id"]),
        CheckConstraint(
            "(pledge_minutes IS NULL) = (pledge_per IS NULL) AND (pledge_minutes IS NULL) = (pledge_audiences IS NULL)",
            name="pledge_whole",
        ),
        Index("practitioners_rpps_idx", "rpps"),
        Index("practitioners_territory_id_rpps_key", "territory_id", "rpps", unique=True),
    )

    territory_id: Mapped[str] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    version: Mapped[int]
    given_name: Mapped[str]
    family_name: Mapped[str]
    rpps: Mapped[str]
    specialty: Mapped[str]
    status: Mapped[str]
    home_practice: Mapped[str]
    pledge_minutes: Mapped[int | None]
    pledge_per: Mapped[str | None]
    pledge_audiences: Mapped[Texts | None]
    max_sessions_per_week: Mapped[int]
    min_sessions_per_week: Mapped[int]
    max_travel_km: Mapped[float | None]
    capacity_uplift: Mapped[int]
    may_work_at: Mapped[Texts]
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]


class SessionTemplateRow(Base):
    __tablename__ = "session_templates"
    __table_args__ = (
        CheckConstraint("start_local < end_local", name="time_order"),
        CheckConstraint("seats > 0", name="seats_positive"),
    )

    territory_id: Mapped[str] = mapped_column(ForeignKey("territories.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    position: Mapped[int]
    version: Mapped[int]
    weekday: Mapped[str]
    start_local: Mapped[time]
    end_local: Mapped[time]
    sector: Mapped[str]
    hosts: Mapped[Texts]
    seats: Mapped[int]
    capacity: Mapped[int]
    slot_minutes: Mapped[int]
    mode: Mapped[str]
    modality: Mapped[str]
    audiences: Mapped[Texts]
    priority: Mapped[int]
    from_on: Mapped[date | None]
    until_on: Mapped[date | None]
    on_public_holidays: Mapped[bool]
    school_holidays: Mapped[str]
    crisis_only: Mapped[bool]
