"""Where things are, how far apart by road, and how long the way takes."""

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

EARTH_RADIUS_KM = 6371.0


class Point(NamedTuple):
    """WGS 84, degrees."""

    lat: float
    lon: float


@lru_cache(maxsize=100_000)
def great_circle_km(here: Point, there: Point) -> float:
    """The haversine formula on a sphere of 6 371 km."""
    lat_a, lat_b = radians(here.lat), radians(there.lat)
    half_chord = (
        sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((radians(there.lon) - radians(here.lon)) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half_chord))


def road_km(here: Point, there: Point, *, detour_factor: float) -> float:
    """An estimate of the distance by road: great circle × detour factor (1.3 by default, by policy)."""
    return detour_factor * great_circle_km(here, there)


def travel_minutes(distance_km: float, *, speed_kmh: float) -> float:
    return distance_km / speed_kmh * 60
